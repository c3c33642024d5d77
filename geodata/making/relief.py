"""The relief (地形): synthetic mountains cut by running water, from which everything else follows.

Only additions, products and square roots are used, which every machine rounds alike, so that
the same seed gives the same bytes everywhere.
"""

import heapq
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .grid import Grid, Point, steps_of

Heights = NDArray[np.float64]

INFLOW_M2 = 4.0e8
UPLIFT_M = 30.0
CUT = 0.5
# The course the river is nudged along, in metres east and north of the town's centre, from where it enters.
COURSE = (
    (-9000, 3600), (-7300, 2300), (-5600, 2900), (-4300, 1500), (-2600, 700), (-1300, 1200), (-100, 300),
    (900, -700), (2300, -300), (3500, -1300), (4700, -2900), (6300, -2300), (7500, -3600), (9000, -3900),
)  # fmt: skip


@dataclass(frozen=True)
class Relief:
    """The finished ground.

    Attributes:
        grid: the cells.
        height: metres above sea by cell.
        receiver: the cell each cell drains into; the outlet drains into itself.
        flow_m2: area that drains through each cell.
        order: every inner cell, each after the one it drains into.
    """

    grid: Grid
    height: list[float]
    receiver: list[int]
    flow_m2: list[float]
    order: list[int]

    def slope(self, cell: int) -> float:
        """Return the steepest rise or fall to a neighbour as a ratio."""
        here = self.height[cell]
        return max(abs(self.height[cell + step] - here) / length for step, length in self.grid.steps)


def make_relief(seed: int) -> Relief:
    """Make the ground: a coarse landscape is eroded first, then refined to half its cell."""
    rng = np.random.default_rng(seed)
    coarse = Grid(side=150, cell_m=120.0)
    surface = _first_surface(coarse, rng)
    for _ in range(16):
        surface = _eroded(coarse, surface + 5.0 * rng.random(surface.shape), uplift_m=UPLIFT_M)
    fine = Grid(side=300, cell_m=60.0)
    surface = _doubled(surface) + 30.0 * (_fractal(rng, fine.side, 10, 3) - 0.5)
    for _ in range(3):
        surface = _eroded(fine, surface + 4.0 * rng.random(surface.shape), uplift_m=6.0)
    return _drained(fine, surface)


def fractal(seed: int, side: int, period: int) -> Heights:
    """Return smooth noise between 0 and 1, rough at several scales from `period` cells down."""
    return _fractal(np.random.default_rng(seed), side, period, 4)


def _noise(rng: np.random.Generator, side: int, period: int) -> Heights:
    knots = rng.random((side // period + 2, side // period + 2))
    at = np.arange(side) / period
    low = at.astype(np.int64)
    part = at - low
    part = part * part * (3.0 - 2.0 * part)
    across = knots[:, low] * (1.0 - part) + knots[:, low + 1] * part
    return across[low] * (1.0 - part)[:, None] + across[low + 1] * part[:, None]


def _fractal(rng: np.random.Generator, side: int, period: int, octaves: int) -> Heights:
    total = np.zeros((side, side))
    weight = 0.0
    for octave in range(octaves):
        share = 0.5**octave
        total = total + share * _noise(rng, side, max(1, period >> octave))
        weight += share
    return total / weight


def _first_surface(grid: Grid, rng: np.random.Generator) -> Heights:
    hills = _fractal(rng, grid.side, 32, 5)
    course = [grid.offset(*place) for place in COURSE]
    far = _distance_to(grid, course)
    return 400.0 + 150.0 * (hills - 0.5) * far / (far + 600.0) + 70.0 * far / (far + 1500.0) + 0.008 * far


def _distance_to(grid: Grid, line: list[Point]) -> Heights:
    west, north = grid.north_west
    east = west + (np.arange(grid.side) + 0.5)[None, :] * grid.cell_m
    up = north - (np.arange(grid.side) + 0.5)[:, None] * grid.cell_m
    nearest = np.full((grid.side, grid.side), 1e18)
    for (ax, ay), (bx, by) in steps_of(line):
        dx, dy = bx - ax, by - ay
        part = np.clip(((east - ax) * dx + (up - ay) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
        gap_x, gap_y = east - ax - part * dx, up - ay - part * dy
        nearest = np.minimum(nearest, gap_x * gap_x + gap_y * gap_y)
    far: Heights = np.sqrt(nearest)
    return far


def _doubled(surface: Heights) -> Heights:
    """Return the surface on cells half as wide, by linear interpolation."""
    padded = np.pad(surface, 1, mode="edge")
    rows = np.empty((surface.shape[0] * 2, padded.shape[1]))
    rows[0::2] = 0.75 * padded[1:-1] + 0.25 * padded[:-2]
    rows[1::2] = 0.75 * padded[1:-1] + 0.25 * padded[2:]
    wide = np.empty((rows.shape[0], surface.shape[1] * 2))
    wide[:, 0::2] = 0.75 * rows[:, 1:-1] + 0.25 * rows[:, :-2]
    wide[:, 1::2] = 0.75 * rows[:, 1:-1] + 0.25 * rows[:, 2:]
    return wide


def _eroded(grid: Grid, surface: Heights, *, uplift_m: float) -> Heights:
    """Lift the ground and let the rivers cut (stream power law, implicit step), then let slopes creep."""
    ground = _drained(grid, surface)
    height = (surface + uplift_m).ravel().tolist()
    height[ground.order[0]] -= uplift_m
    for cell in ground.order[1:]:
        below = ground.receiver[cell]
        cut = CUT * (ground.flow_m2[cell] ** 0.5) / grid.cell_m
        height[cell] = (height[cell] + cut * height[below]) / (1.0 + cut)
    lifted = np.pad(np.array(height).reshape(grid.side, grid.side)[1:-1, 1:-1], 2, mode="edge")
    middle = lifted[1:-1, 1:-1]
    around = lifted[:-2, 1:-1] + lifted[2:, 1:-1] + lifted[1:-1, :-2] + lifted[1:-1, 2:]
    crept: Heights = middle + 0.08 * (around - 4.0 * middle)
    crept.flat[ground.order[0]] = height[ground.order[0]]
    return crept


def _drained(grid: Grid, surface: Heights) -> Relief:
    """Find where each cell drains to, by flooding the ground from the river's outlet.

    On level ground the flood spreads by lot, lest all streams there run along the grid.
    """
    raw: list[float] = surface.ravel().tolist()
    outlet, inlet = (_inner_cell(grid, grid.offset(*end)) for end in (COURSE[-1], COURSE[0]))
    receiver = [-1] * len(raw)
    for cell in grid.border:
        receiver[cell] = cell
    receiver[outlet] = outlet
    rank = random.Random(len(raw)).sample(range(len(raw)), len(raw))
    heap = [(raw[outlet], rank[outlet], outlet)]
    order = []
    while heap:
        level, _, cell = heapq.heappop(heap)
        order.append(cell)
        for step, _ in grid.steps:
            if receiver[cell + step] < 0:
                receiver[cell + step] = cell
                heapq.heappush(heap, (max(level, raw[cell + step]), rank[cell + step], cell + step))
    flow = [grid.cell_m * grid.cell_m] * len(raw)
    flow[inlet] += INFLOW_M2
    for cell in reversed(order[1:]):
        flow[receiver[cell]] += flow[cell]
    return Relief(grid, raw, receiver, flow, order)


def _inner_cell(grid: Grid, place: Point) -> int:
    """Return the inner cell nearest to a place at or beyond the rim."""
    west, north = grid.north_west
    row, col = (north - place[1]) // grid.cell_m, (place[0] - west) // grid.cell_m
    row, col = (min(max(int(at), 1), grid.side - 2) for at in (row, col))
    return row * grid.side + col
