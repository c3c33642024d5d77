"""Kinds of columns (字段类型): days, lists of names and places, each kept alike on SQLite and on PostGIS.

A value has one plain form everywhere in `records`: text, whole numbers, floats, ISO days as text, lists,
and WKB bytes for a place. The journal holds the same form, with `lon` and `lat` or `line` for the place.
"""

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

import shapely
from sqlalchemy import Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

SRID = 4326
POINT_BYTES = 21
_POINT = struct.Struct("<BIdd")

LonLat = tuple[float, float]


class Day(UserDefinedType[str]):
    """A calendar day, in Python always the text YYYY-MM-DD."""

    cache_ok = True

    def get_col_spec(self, **_kw: object) -> str:
        """Name the column's type in DDL."""
        return "DATE"

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[object], str | None] | None:
        """Turn a driver's date into text; SQLite's is text already."""
        return None if dialect.name == "sqlite" else _day_text


class Listing(TypeDecorator[list[str]]):
    """A list of names, kept as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str:
        """Write the list as JSON."""
        return json.dumps(value, ensure_ascii=False) if value else "[]"

    def process_result_value(self, value: object, dialect: Dialect) -> list[str]:
        """Read the list back."""
        return list(json.loads(str(value)))


class Geometry(TypeDecorator[bytes]):
    """A place in EPSG:4326, in Python always WKB bytes: a blob on SQLite, hex EWKB on PostGIS."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, shape: str) -> None:
        super().__init__()
        self.shape = shape

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type by database."""
        kind: TypeEngine[Any] = _PostgisGeometry(self.shape) if dialect.name == "postgresql" else LargeBinary()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | str | None:
        """Write the place as the database keeps it."""
        if value is None or dialect.name != "postgresql":
            return value
        return str(shapely.to_wkb(shapely.set_srid(shapely.from_wkb(value), SRID), hex=True, include_srid=True))

    def process_result_value(self, value: object, dialect: Dialect) -> bytes | None:
        """Read the place as WKB bytes."""
        if value is None or isinstance(value, bytes):
            return value
        return bytes(shapely.to_wkb(shapely.from_wkb(str(value)), include_srid=False))


class _PostgisGeometry(UserDefinedType[object]):
    cache_ok = True

    def __init__(self, shape: str) -> None:
        self.shape = shape

    def get_col_spec(self, **_kw: object) -> str:
        """Name the column's type in DDL."""
        return f"geometry({self.shape},{SRID})"


def _day_text(day: object) -> str | None:
    return None if day is None else str(day)


def to_point(lon: float, lat: float) -> bytes:
    """Return the point's WKB."""
    return _POINT.pack(1, 1, lon, lat)


def from_point(wkb: bytes | None) -> tuple[float | None, float | None]:
    """Return (lon, lat) of a point's WKB, Nones where there is none."""
    if wkb is None or len(wkb) != POINT_BYTES:
        return None, None
    _order, _kind, lon, lat = _POINT.unpack(wkb)
    return lon, lat


def to_line(corners: Sequence[Sequence[float]]) -> bytes:
    """Return the line's WKB."""
    return bytes(shapely.to_wkb(shapely.LineString(corners)))


def from_line(wkb: bytes | None) -> list[list[float]] | None:
    """Return the corners [[lon, lat], …] of a line's WKB, None where there is none."""
    return None if wkb is None else shapely.get_coordinates(shapely.from_wkb(wkb)).tolist()
