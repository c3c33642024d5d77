"""The road network (道路): roads, lanes and paths that wind along the relief and join at common points."""

import heapq
import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from shapely.geometry import LineString

from .grid import Line, Point, smoothed
from .growth import RIVER_M2
from .relief import Relief

KINDS = ("road", "lane", "path")
# The grade at which a metre costs twice as much, by kind: cars want gentle ground, feet do not mind.
GRADE = {"road": 0.07, "lane": 0.10, "path": 0.30}
BRIDGE_M = 900.0
FORD_M = 90.0
# What a metre of finished road costs; the dearer, the more short cuts are built.
BUILT = 0.42

Link = tuple[int, int]


@dataclass(frozen=True)
class Stretch:
    """A stretch of road between two knots of the network; `line` is in metres and runs from start to end."""

    kind: str
    start: int
    end: int
    line: Line

    @property
    def length_m(self) -> float:
        """Return the length along the line."""
        return float(LineString(self.line).length)


@dataclass
class Network:
    """The roads built so far, as links between neighbouring cells.

    Attributes:
        relief: the ground they lie on.
        ground: cells on which the town may build.
        places: exact position of cells that are a place (an office, a hamlet, a monitoring point).
        links: kind of each link, keyed by its two cells in ascending order.
    """

    relief: Relief
    ground: frozenset[int]
    places: dict[int, Point] = field(default_factory=dict)
    links: dict[Link, str] = field(default_factory=dict)
    _built_on: set[int] = field(default_factory=set)
    _efforts: dict[tuple[str, int], list[tuple[int, float]]] = field(default_factory=dict)

    def join(self, cell: int, kind: str) -> None:
        """Build from a cell to the nearest road by effort; the first cell only founds the network."""
        self._build(self._way(cell, self._built_on, kind), kind)

    def connect(self, cell: int, other: int, kind: str) -> None:
        """Build the way of least effort between two cells; what is there already is cheap to follow."""
        self._build(self._way(cell, {other}, kind), kind)

    def stretches(self, seed: int) -> list[Stretch]:
        """Return the finished lines, cut wherever ways meet, a kind changes or a place lies."""
        joined = self._joined()
        chance = random.Random(seed)
        spot = {cell: self.places.get(cell) or self._beside(cell, chance) for cell in sorted(joined)}
        knots = sorted(cell for cell, near in joined.items() if cell in self.places or self._is_knot(cell, near))
        done: set[Link] = set()
        result = []
        for knot in knots:
            for first in joined[knot]:
                if (knot, first) not in done:
                    run = _run(joined, knot, first, frozenset(knots))
                    done |= {(run[0], run[1]), (run[-1], run[-2])}
                    line = smoothed([spot[cell] for cell in run], 3)
                    result.append(Stretch(self.links[_link(knot, first)], run[0], run[-1], _slim(line)))
        return result

    def _beside(self, cell: int, chance: random.Random) -> Point:
        east, north = self.relief.grid.centre(cell)
        return east + chance.uniform(-16, 16), north + chance.uniform(-16, 16)

    def _is_knot(self, cell: int, near: Collection[int]) -> bool:
        return len(near) != 2 or len({self.links[_link(cell, other)] for other in near}) != 1

    def _joined(self) -> dict[int, list[int]]:
        joined: dict[int, list[int]] = defaultdict(list)
        for a, b in sorted(self.links):
            joined[a].append(b)
            joined[b].append(a)
        return joined

    def _build(self, way: list[int], kind: str) -> None:
        for link in map(_link, way, way[1:]):
            built = self.links.get(link, kind)
            self.links[link] = min(built, kind, key=KINDS.index)
            self._built_on.update(link)

    def _way(self, start: int, goals: Collection[int], kind: str) -> list[int]:
        """Return the cells from start to the goal reached with the least effort."""
        came: dict[int, int] = {}
        best = {start: 0.0}
        heap = [(0.0, start)]
        while heap:
            spent, cell = heapq.heappop(heap)
            if cell in goals:
                return list(_back(came, cell))
            if spent > best[cell]:
                continue
            for near, effort in self._around(cell, kind):
                if spent + effort < best.get(near, 1e18):
                    best[near] = spent + effort
                    came[near] = cell
                    heapq.heappush(heap, (spent + effort, near))
        return [start]

    def _around(self, cell: int, kind: str) -> list[tuple[int, float]]:
        """Return the neighbouring cells with the effort of going there, over a road where there is one."""
        if (kind, cell) not in self._efforts:
            self._efforts[kind, cell] = list(self._over_land(cell, kind))
        over_land = self._efforts[kind, cell]
        if cell not in self._built_on:
            return over_land
        return [(near, self._over_road(cell, near, kind) or effort) for near, effort in over_land]

    def _over_road(self, cell: int, near: int, kind: str) -> float | None:
        built = self.links.get(_link(cell, near))
        if built is None or KINDS.index(built) > KINDS.index(kind):
            return None
        return BUILT * dict(self.relief.grid.steps)[near - cell]

    def _over_land(self, cell: int, kind: str) -> Iterator[tuple[int, float]]:
        relief = self.relief
        for step, length in relief.grid.steps:
            near = cell + step
            if near in self.ground:
                grade = abs(relief.height[near] - relief.height[cell]) / length
                flow = relief.flow_m2[near]
                water = BRIDGE_M if flow > RIVER_M2 else FORD_M if flow > 1.0e6 else 0.0
                yield near, length * (1.0 + (grade / GRADE[kind]) ** 2) + water


def _link(a: int, b: int) -> Link:
    return (a, b) if a < b else (b, a)


def _back(came: Mapping[int, int], cell: int) -> Iterator[int]:
    yield cell
    while cell in came:
        cell = came[cell]
        yield cell


def _run(joined: Mapping[int, list[int]], knot: int, first: int, knots: frozenset[int]) -> list[int]:
    run = [knot, first]
    while run[-1] not in knots:
        ahead, other = joined[run[-1]]
        run.append(other if ahead == run[-2] else ahead)
    return run


def _slim(line: Line) -> Line:
    return [(float(x), float(y)) for x, y in LineString(line).simplify(3.0).coords]
