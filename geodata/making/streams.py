"""Water (河流): the river and its streams, each drawn from its spring until it joins a larger one."""

from dataclasses import dataclass

import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from .grid import Line, smoothed
from .growth import RIVER_M2
from .relief import Relief

STREAM_M2 = 0.8e6
SHORTEST_M = 260.0


@dataclass(frozen=True)
class Watercourse:
    """One river or stream inside the town, in metres."""

    kind: str
    line: LineString


def trace(relief: Relief, town: BaseGeometry) -> list[Watercourse]:
    """Return the watercourses of the town, the longest first."""
    drawn: dict[int, tuple[float, float]] = {}
    courses = []
    for cells in _runs(relief):
        line: Line = smoothed([relief.grid.centre(cell) for cell in cells], 6)
        joins = drawn.get(cells[-1])
        if joins:
            line = [*line[:-1], joins]
        drawn |= {cell: place for cell, place in zip(cells, line, strict=True) if cell not in drawn}
        kind = "river" if relief.flow_m2[cells[0]] > RIVER_M2 else "stream"
        courses += [Watercourse(kind, piece) for piece in _inside(line, town)]
    return courses


def _runs(relief: Relief) -> list[list[int]]:
    """Return the cells of each watercourse: the river from where it enters, then the streams by length."""
    wet = [cell for cell in relief.order if relief.flow_m2[cell] > STREAM_M2]
    fed = {relief.receiver[cell] for cell in wet}
    springs = [cell for cell in wet if cell not in fed]
    springs.sort(key=lambda cell: (-relief.flow_m2[cell] // RIVER_M2, -len(_downstream(relief, cell, set())), cell))
    taken: set[int] = set()
    runs = []
    for spring in springs:
        run = _downstream(relief, spring, taken)
        taken |= set(run)
        if len(run) > 3:
            runs.append(run)
    return runs


def _downstream(relief: Relief, spring: int, taken: set[int]) -> list[int]:
    run = [spring]
    while run[-1] not in taken and relief.receiver[run[-1]] != run[-1]:
        run.append(relief.receiver[run[-1]])
    return run


def _inside(line: Line, town: BaseGeometry) -> list[LineString]:
    clipped = shapely.intersection(LineString(line).simplify(3.0), town)
    pieces = [piece for piece in shapely.get_parts(clipped) if piece.geom_type == "LineString"]
    return [piece for piece in pieces if piece.length > SHORTEST_M]
