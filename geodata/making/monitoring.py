"""Monitoring (群测群防): geohazard points and risk slopes, and the routes that lead past them."""

import csv
import heapq
import itertools
import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .grid import Line, Point, distance_m, steps_of
from .network import Network, Stretch
from .relief import Relief
from .settlements import Hamlet

HERE = Path(__file__).parent
TYPE_ZH = {
    "landslide": "滑坡", "rockfall": "崩塌", "debris_flow": "泥石流", "unstable_slope": "不稳定斜坡",
    "collapse": "地面塌陷", "fissure": "地裂缝",
}  # fmt: skip
TYPE_EN = {
    "landslide": "landslide", "rockfall": "rockfall", "debris_flow": "debris flow", "unstable_slope": "unstable slope",
    "collapse": "ground collapse", "fissure": "ground fissure",
}  # fmt: skip
METRES_PER_MINUTE = {"foot": 55.0, "motorbike": 260.0, "car": 380.0}
APART_M = 320.0


@dataclass(frozen=True)
class Geopoint:
    """A hazard point or risk slope: its cell, where exactly it lies, the hamlet below it, its row of geopoints.csv."""

    cell: int
    place: Point
    hamlet: str
    village_code: str
    facts: Mapping[str, str]

    @property
    def point_id(self) -> str:
        """Return the point's number."""
        return self.facts["point_id"]


@dataclass(frozen=True)
class Route:
    """A monitoring route: its row of routes.csv, its stops in the order walked, its line in metres, its length."""

    facts: Mapping[str, str]
    stops: list[Geopoint]
    line: Line

    @property
    def route_id(self) -> str:
        """Return the route's number."""
        return self.facts["route_id"]

    @property
    def length_m(self) -> float:
        """Return the length along the line."""
        return sum(distance_m(a, b) for a, b in steps_of(self.line))

    def planned_min(self) -> int:
        """Return the minutes it should take, in steps of five: the way there plus the time at each stop."""
        way = self.length_m / METRES_PER_MINUTE[self.facts["mode"]]
        return 5 * round((way + sum(dwell_min(stop) for stop in self.stops)) / 5 + 0.5)


def dwell_min(point: Geopoint) -> int:
    """Return how long to stay: a point with signs of movement is measured, a slope only looked over."""
    return 15 if point.facts["geo_class"] == "hazard_point" else 8


def place_geopoints(relief: Relief, owner: Sequence[str], hamlets: Sequence[Hamlet], seed: int) -> list[Geopoint]:
    """Put every point of geopoints.csv on the slope above one of its village's hamlets."""
    chance = random.Random(seed)
    points: list[Geopoint] = []
    for facts in rows("geopoints.csv"):
        own = [hamlet for hamlet in hamlets if hamlet.village_code.endswith(facts["village"])]
        options = [(cell, hamlet) for hamlet in own for cell in _above(relief, owner, hamlet, points)]
        cell, hamlet = max(options, key=lambda option: (_fitness(relief, option, facts["type"], chance), option[0]))
        east, north = relief.grid.centre(cell)
        place = (east + chance.uniform(-20, 20), north + chance.uniform(-20, 20))
        points.append(Geopoint(cell, place, hamlet.name, hamlet.village_code, facts))
    return points


def lead_paths(network: Network, points: Sequence[Geopoint]) -> None:
    """Build a footpath from each point to the nearest way."""
    for point in points:
        network.join(point.cell, "path")
        network.places[point.cell] = point.place


def lay_routes(stretches: Sequence[Stretch], offices: Mapping[str, int], points: Sequence[Geopoint]) -> list[Route]:
    """Lead every route of routes.csv from its office past its points along the network, in the shortest order."""
    office = {code[-3:]: cell for code, cell in offices.items()}
    by_id = {point.point_id: point for point in points}
    ways = _Ways(stretches)
    routes = []
    for facts in rows("routes.csv"):
        stops = [by_id[point_id] for point_id in facts["points"].split(";")]
        orders = itertools.permutations(stops)
        best = min(orders, key=lambda order: ways.length_m([office[facts["office"]], *(stop.cell for stop in order)]))
        line = ways.line([office[facts["office"]], *(stop.cell for stop in best)])
        routes.append(Route(facts, list(best), line))
    return routes


def rows(name: str) -> list[dict[str, str]]:
    """Read one of the generator's own tables."""
    with (HERE / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def _above(relief: Relief, owner: Sequence[str], hamlet: Hamlet, points: Collection[Geopoint]) -> list[int]:
    grid = relief.grid
    home = grid.centre(hamlet.cell)
    return [
        cell
        for cell in grid.cells_around(home, 340)
        if all(owner[cell + step] == hamlet.village_code for step, _ in grid.steps)
        and distance_m(grid.centre(cell), home) > 100
        and relief.flow_m2[cell] < 4.0e5
        and all(distance_m(grid.centre(cell), other.place) > APART_M for other in points)
    ]


def _fitness(relief: Relief, option: tuple[int, Hamlet], kind: str, chance: random.Random) -> float:
    cell, hamlet = option
    rise = relief.height[cell] - relief.height[hamlet.cell]
    steep = relief.slope(cell)
    wish = -steep if kind == "collapse" else steep if kind == "rockfall" else -abs(steep - 0.45)
    return wish + min(rise, 60.0) / 300 + chance.uniform(0, 0.3)


class _Ways:
    """Shortest ways over the finished network, between its knots."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._from: dict[int, list[tuple[int, float, Line]]] = defaultdict(list)
        for stretch in stretches:
            self._from[stretch.start].append((stretch.end, stretch.length_m, stretch.line))
            self._from[stretch.end].append((stretch.start, stretch.length_m, stretch.line[::-1]))
        self._known: dict[tuple[int, int], tuple[float, Line]] = {}

    def length_m(self, cells: Sequence[int]) -> float:
        return sum(self._between(*pair)[0] for pair in itertools.pairwise(cells))

    def line(self, cells: Sequence[int]) -> Line:
        line: Line = []
        for pair in itertools.pairwise(cells):
            part = self._between(*pair)[1]
            line += part[1:] if line else part
        return line

    def _between(self, start: int, end: int) -> tuple[float, Line]:
        if (start, end) not in self._known:
            self._known[start, end] = self._search(start, end)
        return self._known[start, end]

    def _search(self, start: int, end: int) -> tuple[float, Line]:
        heap: list[tuple[float, int, Line]] = [(0.0, start, [])]
        seen: set[int] = set()
        while heap:
            gone, cell, line = heapq.heappop(heap)
            if cell == end:
                return gone, line
            if cell not in seen:
                seen.add(cell)
                for near, length, part in self._from[cell]:
                    heapq.heappush(heap, (gone + length, near, line + part[1:] if line else part))
        raise ValueError(f"no way from {start} to {end}")
