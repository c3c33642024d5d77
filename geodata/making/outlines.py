"""Outlines (村界): the borders between villages as shared arcs, rounded and roughened once for both sides."""

import random
from collections import defaultdict
from collections.abc import Mapping

import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from .grid import Grid, Line, Point, distance_m, smoothed, steps_of
from .growth import OUTSIDE

Corner = tuple[int, int]

SMOOTHING = 2
WAVE = 0.17
TOLERANCE_M = 6.0


def outline(grid: Grid, owner: list[str], seed: int) -> dict[str, Polygon]:
    """Return the polygon of each village in metres; neighbours share their border vertex by vertex."""
    chance = random.Random(seed)
    arcs = [_weathered([grid.corner(*corner) for corner in arc], chance) for arc in _arcs(grid, owner)]
    faces = shapely.polygonize([LineString(arc) for arc in arcs])
    shapes: dict[str, Polygon] = {}
    for face in faces.geoms:
        code = owner[grid.cell_at(_inner_point(face))]
        if code != OUTSIDE and isinstance(face, Polygon):
            shapes[code] = face
    return dict(sorted(shapes.items()))


def town_of(villages: Mapping[str, Polygon]) -> BaseGeometry:
    """Return the outline of all villages together."""
    return shapely.coverage_union_all(list(villages.values()))


def _inner_point(face: BaseGeometry) -> Point:
    point = face.representative_point()
    return float(point.x), float(point.y)


def _links(grid: Grid, owner: list[str]) -> dict[Corner, list[Corner]]:
    """Return, for each corner of a cell on a border, the corners it is joined to along the border."""
    links: dict[Corner, list[Corner]] = defaultdict(list)
    for row in range(1, grid.side):
        for col in range(1, grid.side):
            here = owner[row * grid.side + col]
            if here != owner[row * grid.side + col - 1]:
                links[row, col].append((row + 1, col))
                links[row + 1, col].append((row, col))
            if here != owner[(row - 1) * grid.side + col]:
                links[row, col].append((row, col + 1))
                links[row, col + 1].append((row, col))
    return links


def _arcs(grid: Grid, owner: list[str]) -> list[list[Corner]]:
    """Return the borders cut where three villages meet."""
    links = _links(grid, owner)
    nodes = sorted(corner for corner, joined in links.items() if len(joined) != 2)
    walked: set[tuple[Corner, Corner]] = set()
    arcs = []
    for node in nodes:
        for first in sorted(links[node]):
            if (node, first) not in walked:
                arc = _walk(links, node, first)
                walked |= {(arc[-1], arc[-2]), (node, first)}
                arcs.append(arc)
    return arcs


def _walk(links: Mapping[Corner, list[Corner]], node: Corner, first: Corner) -> list[Corner]:
    arc = [node, first]
    while len(links[arc[-1]]) == 2:
        ahead, other = links[arc[-1]]
        arc.append(other if ahead == arc[-2] else ahead)
    return arc


def _weathered(arc: Line, chance: random.Random) -> Line:
    """Round the steps of the grid away, bend each stretch a little by lot, and drop needless vertices."""
    rounded = smoothed(arc, SMOOTHING)
    coarse = LineString(rounded).simplify(2.0).coords
    rough: Line = [(float(x), float(y)) for x, y in coarse]
    for _ in range(2):
        rough = _bent(rough, chance)
    slim = LineString(rough).simplify(TOLERANCE_M).coords
    return [(round(x, 2), round(y, 2)) for x, y in slim]


def _bent(line: Line, chance: random.Random) -> Line:
    bent = [line[0]]
    for a, b in steps_of(line):
        if distance_m(a, b) > 25.0:
            push = chance.uniform(-WAVE, WAVE)
            bent.append(((a[0] + b[0]) / 2 - push * (b[1] - a[1]), (a[1] + b[1]) / 2 + push * (b[0] - a[0])))
        bent.append(b)
    return bent
