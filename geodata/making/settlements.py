"""Settlements (村寨): village offices and the hamlets (组) around them, on gentle ground near water."""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from .grid import Point, distance_m
from .relief import Relief

# Distance between hamlets and land for each: villages first, then communities, whose houses stand close.
SPACING_M = (620.0, 340.0)
KM2_PER_HAMLET = (1.7, 0.55)

_FIRST = "上下大小老新中高"
_SECOND = (*"寨坝湾坪冲坳坨岭", "坡脚", "田坎", "井边", "岩脚", "塘边", "溪口", "沟边", "桥头")


@dataclass(frozen=True)
class Hamlet:
    """A hamlet: its cell, its name, the village it belongs to."""

    cell: int
    name: str
    village_code: str


def found_hamlets(relief: Relief, owner: Sequence[str], offices: Collection[int], seed: int) -> list[Hamlet]:
    """Found the hamlets of every village, never closer together than SPACING_M."""
    chance = random.Random(seed)
    names = [first + second for second in _SECOND for first in _FIRST]
    chance.shuffle(names)
    taken = [relief.grid.centre(cell) for cell in sorted(offices)]
    hamlets = []
    for code in sorted(set(owner) - {""}):
        cells = [cell for cell in relief.order if owner[cell] == code]
        wanted = round(len(cells) * relief.grid.cell_m**2 / 1e6 / KM2_PER_HAMLET[is_community(code)])
        liked = _by_comfort(relief, owner, cells, chance)
        chosen = islice(_spread_out(relief, liked, taken, SPACING_M[is_community(code)]), wanted)
        for cell in list(chosen):
            hamlets.append(Hamlet(cell, f"{names.pop()}组", code))
            taken.append(relief.grid.centre(cell))
    return hamlets


def is_community(village_code: str) -> bool:
    """Tell whether a code stands for a community (社区); villages count from 200."""
    return int(village_code[-3:]) < 200


def _by_comfort(relief: Relief, owner: Sequence[str], cells: list[int], chance: random.Random) -> list[int]:
    def discomfort(cell: int) -> float:
        flow = relief.flow_m2[cell]
        wet = 2.0 if flow > 2.0e6 else 0.0
        at_the_edge = any(owner[cell + 2 * step] != owner[cell] for step, _ in relief.grid.steps)
        return relief.slope(cell) + wet + at_the_edge - 0.1 * (flow > 1.0e5) + chance.uniform(0, 0.25)

    return [cell for _, cell in sorted((discomfort(cell), cell) for cell in cells)]


def _spread_out(relief: Relief, cells: Sequence[int], taken: Sequence[Point], spacing_m: float) -> Iterator[int]:
    places = list(taken)
    for cell in cells:
        place = relief.grid.centre(cell)
        if all(distance_m(place, other) > spacing_m for other in places):
            places.append(place)
            yield cell
