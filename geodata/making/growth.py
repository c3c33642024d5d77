"""Growth (村界生长): villages spread over the relief from where people settled, and stop at the ridges.

Spreading uphill is dear, so two villages meet on a crest; the neighbouring towns around spread
by the same rule, so the outer outline follows ridges too.
"""

import heapq
import random
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from .grid import Grid, Point, distance_m
from .relief import Relief, fractal

OUTSIDE = ""
CLIMB_M = 14.0
DESCENT_M = 3.0
RIVER_M2 = 2.0e8
RIVER_M = 260.0
FAR = 1e18


@dataclass(frozen=True)
class Settler:
    """A place from which land is taken.

    Attributes:
        cell: where it lies.
        code: the village's code, OUTSIDE for another town's.
        area_km2: the area wanted; without meaning for another town's.
        delay: how late it starts; uneven delays keep the outer outline from being a circle.
    """

    cell: int
    code: str
    area_km2: float
    delay: float = 0.0


def settle(relief: Relief, near: Point, reach_m: float) -> int:
    """Return the cell near a place where people would build: gentle ground beside water, not in it."""
    return min(relief.grid.cells_around(near, reach_m), key=lambda cell: (_hardship(relief, cell, near), cell))


def neighbours_around(relief: Relief, seed: int) -> list[Settler]:
    """Return the settlements of the towns around, on an uneven ring."""
    chance = random.Random(seed)
    ring = [
        (0, 9), (3, 8.5), (6, 7), (8, 4.4), (8.8, 1), (8.8, -2), (8.2, -5), (5.5, -6.8), (3.5, -8.4), (0.5, -8.8),
        (-2.5, -8.4), (-5.5, -8), (-8, -6), (-8.7, -3.2), (-8.8, -0.4), (-8.6, 2.6), (-7.5, 5), (-5.4, 7), (-2.8, 8.3),
    ]  # fmt: skip
    places = [
        relief.grid.offset(920 * east + chance.uniform(-450, 450), 920 * north + chance.uniform(-450, 450))
        for east, north in ring
    ]
    return [Settler(settle(relief, place, 350), OUTSIDE, 0.0, chance.uniform(0, 5000)) for place in places]


def grow(relief: Relief, settlers: list[Settler], seed: int) -> list[str]:
    """Return the village of each cell, OUTSIDE where none, with areas near those wanted."""
    rough = fractal(seed, relief.grid.side, 14).ravel().tolist()
    wanted = {settler.code: settler.area_km2 for settler in settlers if settler.code}
    pace = dict.fromkeys([*wanted, OUTSIDE], 1.0)
    owner = _spread(relief, settlers, pace, rough)
    for _ in range(5):
        area = _areas(relief.grid, owner)
        for code, area_km2 in wanted.items():
            pace[code] *= (area[code] / area_km2) ** 0.5
        pace[OUTSIDE] *= (sum(wanted.values()) / sum(area.values())) ** 0.8
        owner = _spread(relief, settlers, pace, rough)
    return _tidied(relief.grid, owner)


def _hardship(relief: Relief, cell: int, near: Point) -> float:
    flow = relief.flow_m2[cell]
    in_the_river = 3.0 if flow > 4.0e6 else 0.0
    dry = 0.0 if flow > 2.0e5 else 0.2
    steep = max(relief.slope(cell), *(relief.slope(cell + step) for step, _ in relief.grid.steps[:4]))
    return 3.0 * steep + in_the_river + dry + distance_m(relief.grid.centre(cell), near) / 2000


def _spread(relief: Relief, settlers: list[Settler], pace: Mapping[str, float], rough: list[float]) -> list[str]:
    height, flow = relief.height, relief.flow_m2
    owner = [OUTSIDE] * len(height)
    least = [FAR] * len(height)
    for cell in relief.grid.border:
        least[cell] = -1.0
    heap = [(settler.delay, settler.cell, settler.code) for settler in settlers]
    heapq.heapify(heap)
    while heap:
        spent, cell, code = heapq.heappop(heap)
        if spent > least[cell]:
            continue
        owner[cell] = code
        for step, length in relief.grid.steps:
            near = cell + step
            rise = height[near] - height[cell]
            effort = length * (0.2 + 1.6 * rough[near]) + (CLIMB_M * rise if rise > 0 else -DESCENT_M * rise)
            if flow[near] > RIVER_M2 > flow[cell]:
                effort += RIVER_M
            arrival = spent + effort * pace[code]
            if arrival < least[near]:
                least[near] = arrival
                heapq.heappush(heap, (arrival, near, code))
    return owner


def _areas(grid: Grid, owner: list[str]) -> dict[str, float]:
    count = Counter(code for code in owner if code)
    return {code: cells * grid.cell_m * grid.cell_m / 1e6 for code, cells in count.items()}


def _tidied(grid: Grid, owner: list[str]) -> list[str]:
    """Give spurs, islets and cells that hang on by a corner to the village around them."""
    for _ in range(12):
        changed = _with_majority(grid, owner)
        changed = _without_islets(grid, changed)
        changed = _without_corners(grid, changed)
        if changed == owner:
            return owner
        owner = changed
    return _without_corners(grid, owner)


def _with_majority(grid: Grid, owner: list[str]) -> list[str]:
    result = list(owner)
    for cell, code in enumerate(owner):
        if cell in grid.border or all(owner[cell + step] == code for step, _ in grid.steps[:4]):
            continue
        around = Counter(owner[cell + step] for step, _ in grid.steps)
        other, votes = min(around.items(), key=lambda item: (-item[1], item[0]))
        if other != code and votes >= 5:
            result[cell] = other
    return result


def _without_islets(grid: Grid, owner: list[str]) -> list[str]:
    seen: set[int] = set()
    parts: list[set[int]] = []
    for start in range(len(owner)):
        if start not in seen:
            parts.append(_connected(grid, owner, start))
            seen |= parts[-1]
    largest: dict[str, set[int]] = {}
    for part in parts:
        code = owner[min(part)]
        largest[code] = max(largest.get(code, set()), part, key=len)
    result = list(owner)
    for part in parts:
        if part is not largest[owner[min(part)]]:
            rim = (cell + step for cell in part for step, _ in grid.steps[:4])
            around = Counter(owner[cell] for cell in rim if cell not in part)
            for cell in part:
                result[cell] = min(around.items(), key=lambda item: (-item[1], item[0]))[0]
    return result


def _connected(grid: Grid, owner: list[str], start: int) -> set[int]:
    part, queue = {start}, deque([start])
    while queue:
        cell = queue.popleft()
        for other in (cell + step for step, _ in grid.steps[:4]):
            if 0 <= other < len(owner) and other not in part and owner[other] == owner[start]:
                part.add(other)
                queue.append(other)
    return part


def _without_corners(grid: Grid, owner: list[str]) -> list[str]:
    """Break every spot where two cells of one village touch by a corner only."""
    result = list(owner)
    side = grid.side
    for cell in range(len(owner) - side - 1):
        right, below, across = cell + 1, cell + side, cell + side + 1
        if result[cell] == result[across] != result[right] or result[right] == result[below] != result[cell]:
            if result[cell] == result[across] and result[right] == result[below]:
                result[right] = result[cell]
            elif result[cell] == result[across]:
                if result[right] != result[cell] and result[below] != result[cell]:
                    result[right] = result[cell]
            elif result[right] != result[cell] and result[across] != result[right]:
                result[across] = result[right]
    return result
