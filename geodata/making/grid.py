"""The grid (网格): square cells in metres of EPSG:4545 on which relief, villages and roads are made."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pyproj import Transformer

CENTRE_LON_LAT = (108.75, 27.21)
DIAGONAL = 1.4142135623730951

Point = tuple[float, float]
Line = list[Point]

_to_metres = Transformer.from_crs("EPSG:4326", "EPSG:4545", always_xy=True)
_to_degrees = Transformer.from_crs("EPSG:4545", "EPSG:4326", always_xy=True)


@dataclass(frozen=True)
class Grid:
    """A square of side × side cells around the town's centre; cells are numbered row by row from the north-west."""

    side: int
    cell_m: float

    @cached_property
    def north_west(self) -> Point:
        """Return the corner (easting, northing) in whole metres."""
        east, north = _to_metres.transform(*CENTRE_LON_LAT)
        half = self.side * self.cell_m / 2
        return round(east) - half, round(north) + half

    @cached_property
    def steps(self) -> list[tuple[int, float]]:
        """Return the eight steps to a neighbour: difference of cell numbers and length in metres."""
        near = [(-1, 0), (0, -1), (0, 1), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1)]
        return [(row * self.side + col, self.cell_m * (DIAGONAL if row and col else 1.0)) for row, col in near]

    @cached_property
    def border(self) -> frozenset[int]:
        """Return the cells of the outermost ring; no walk over the grid enters them."""
        last = self.side - 1
        rim = range(self.side)
        return frozenset(row * self.side + col for row in rim for col in (0, last)) | frozenset(
            row * self.side + col for row in (0, last) for col in rim
        )

    def centre(self, cell: int) -> Point:
        """Return the middle of a cell (easting, northing)."""
        row, col = divmod(cell, self.side)
        west, north = self.north_west
        return west + (col + 0.5) * self.cell_m, north - (row + 0.5) * self.cell_m

    def corner(self, row: int, col: int) -> Point:
        """Return the north-west corner of the cell at row and col."""
        west, north = self.north_west
        return west + col * self.cell_m, north - row * self.cell_m

    def cell_at(self, place: Point) -> int:
        """Return the cell that holds a place (easting, northing)."""
        west, north = self.north_west
        return int((north - place[1]) // self.cell_m) * self.side + int((place[0] - west) // self.cell_m)

    def cells_around(self, place: Point, reach_m: float) -> list[int]:
        """Return the cells whose middle lies within so many metres of a place."""
        reach = int(reach_m // self.cell_m) + 1
        middle = self.cell_at(place)
        rows = range(-reach * self.side, reach * self.side + 1, self.side)
        near = [middle + row + col for row in rows for col in range(-reach, reach + 1)]
        return [cell for cell in near if distance_m(self.centre(cell), place) <= reach_m]

    def offset(self, east_m: float, north_m: float) -> Point:
        """Return the place so many metres east and north of the town's centre."""
        half = self.side * self.cell_m / 2
        west, north = self.north_west
        return west + half + east_m, north - half + north_m


def to_lon_lat(line: Iterable[tuple[float, ...]]) -> list[list[float]]:
    """Turn places in metres into [lon, lat] of six decimals (WGS84)."""
    return [[round(lon, 6), round(lat, 6)] for lon, lat in _to_degrees.itransform(list(line))]


def smoothed(line: Sequence[Point], passes: int) -> Line:
    """Return the line with its corners rounded by the weights 1-2-1; both ends stay."""
    points = list(line)
    for _ in range(passes):
        inner = [
            ((a[0] + 2 * b[0] + c[0]) / 4, (a[1] + 2 * b[1] + c[1]) / 4)
            for a, b, c in zip(points, points[1:], points[2:], strict=False)
        ]
        points = [points[0], *inner, points[-1]]
    return points


def steps_of(line: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Yield each stretch of a line as (from, to)."""
    return pairwise(line)


def distance_m(a: Point, b: Point) -> float:
    """Return the straight distance between two places."""
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)
