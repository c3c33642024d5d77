"""Coordinates (坐标): WGS 84 / CGCS2000, the shifted Chinese datums GCJ-02 and BD-09, and metres.

The atlas stores EPSG:4326. CGCS2000 (EPSG:4490) differs from it by less than a metre and is taken
as equal. GCJ-02 and BD-09 follow the published formulas that the public converters agree on; here
they are inverted by fixed-point rounds to about 1e-5 m.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from atlas.township import CRS, METRES_CRS

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")

_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_ANGLE = np.pi * 3000.0 / 180.0
_ROUNDS = 4

Degrees = NDArray[np.float64]


def to_wgs84(lon: float, lat: float, datum: str) -> tuple[float, float]:
    """Return (lon, lat) in WGS 84 of a place typed in one of DATUMS. Raises KeyError for another."""
    turn = {"wgs84": _same, "cgcs2000": _same, "gcj02": from_gcj02, "bd09": from_bd09}[datum]
    x, y = turn(np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


def from_wgs84(lon: float, lat: float, datum: str) -> tuple[float, float]:
    """Return (lon, lat) in one of DATUMS of a place in WGS 84. Raises KeyError for another."""
    turn = {"wgs84": _same, "cgcs2000": _same, "gcj02": to_gcj02, "bd09": to_bd09}[datum]
    x, y = turn(np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


def to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 degrees to GCJ-02, as AutoNavi and Tencent maps show them."""
    east, north = _shift(lon - 105.0, lat - 35.0)
    radians = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    north_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / magic**1.5
    east_m = _SEMI_MAJOR_M / np.sqrt(magic) * np.cos(radians)
    return lon + np.degrees(east / east_m), lat + np.degrees(north / north_m)


def from_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift GCJ-02 degrees back to WGS 84."""
    x, y = lon, lat
    for _round in range(_ROUNDS):
        shifted_x, shifted_y = to_gcj02(x, y)
        x, y = x + lon - shifted_x, y + lat - shifted_y
    return x, y


def to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 degrees to BD-09, as Baidu maps show them."""
    return _gcj02_to_bd09(*to_gcj02(lon, lat))


def from_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift BD-09 degrees back to WGS 84."""
    x, y = lon - 0.0065, lat - 0.006
    for _round in range(_ROUNDS):
        shifted_x, shifted_y = _gcj02_to_bd09(x, y)
        x, y = x + lon - shifted_x, y + lat - shifted_y
    return from_gcj02(x, y)


def to_metres(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Project WGS 84 degrees to metres east and north in EPSG:4545."""
    east, north = _projection().transform(lon, lat)
    return east, north


def distance_m(lon: Degrees, lat: Degrees, at: tuple[float, float]) -> Degrees:
    """Measure metres from each place to (lon, lat) `at`, in EPSG:4545 (+0.008 % here)."""
    east, north = to_metres(lon, lat)
    here_east, here_north = to_metres(np.array([at[0]]), np.array([at[1]]))
    return np.hypot(east - here_east, north - here_north)


@cache
def _projection() -> Transformer:
    return Transformer.from_crs(CRS, METRES_CRS, always_xy=True)


def _same(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    return lon, lat


def _gcj02_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _shift(x: Degrees, y: Degrees) -> tuple[Degrees, Degrees]:
    root, turn = np.sqrt(np.abs(x)), np.pi
    both = (20.0 * np.sin(6.0 * x * turn) + 20.0 * np.sin(2.0 * x * turn)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root + both
    north += (20.0 * np.sin(y * turn) + 40.0 * np.sin(y / 3.0 * turn)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * turn) + 320.0 * np.sin(y * turn / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root + both
    east += (20.0 * np.sin(x * turn) + 40.0 * np.sin(x / 3.0 * turn)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * turn) + 300.0 * np.sin(x / 30.0 * turn)) * 2.0 / 3.0
    return east, north
