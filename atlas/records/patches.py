"""Patches (修改内容): which fields a change may name, and the plain form each value takes before it is kept."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

import shapely
from sqlalchemy import Boolean, Column, Float, Integer

from atlas.errors import InvalidDraft
from atlas.ledger import LEVELS, STATES
from atlas.records.columns import Day, Listing, from_line, from_point, to_line, to_point
from atlas.records.journal import Values
from atlas.records.tables import Register
from atlas.wording import _

Bounds = tuple[float, float, float, float]

_CODES = {"state": STATES, "level": ("", *LEVELS)}
_INTEGER_LIMIT = 2**31


@cache
def blank(register: Register) -> Mapping[str, object]:
    """Return the values a record has before anything is known of it, places included."""
    empty: Values = {name: _kind(column)[1] for name, column in register.fields.items()}
    return {**empty, **dict.fromkeys(register.place_fields)}


def normal(register: Register, patch: Mapping[str, object], bounds: Bounds, *, is_new: bool) -> Values:
    """Return the patch in plain form. Raises InvalidDraft naming the first field that is unknown or wrong."""
    values: Values = {}
    for name, value in patch.items():
        column = register.fields.get(name)
        if column is not None and (is_new or name not in register.lasting):
            values[name] = _value(register, name, column, value)
        elif name in register.place_fields:
            values[name] = _corners(value, bounds) if name == "line" else _degrees(name, value, bounds)
        else:
            raise InvalidDraft(_("{entity} 没有可以这样修改的字段：{field}").format(entity=register.entity, field=name))
    return values


def to_row(register: Register, values: Mapping[str, object]) -> Values:
    """Return a record's values as its table keeps them: the place as WKB in `geom`."""
    row = dict(values)
    if register.shape == "POINT":
        lon, lat = row.pop("lon"), row.pop("lat")
        row["geom"] = to_point(lon, lat) if isinstance(lon, float) and isinstance(lat, float) else None
    elif register.shape == "LINESTRING":
        corners = row.pop("line")
        row["geom"] = to_line(corners) if isinstance(corners, list) else None
    return row


def from_row(register: Register, row: Mapping[str, object]) -> Values:
    """Return a table's row as a record's values: the place as `lon` and `lat`, or `line`."""
    values = dict(row)
    if register.shape:
        wkb = values.pop("geom")
        place = wkb if isinstance(wkb, bytes) else None
        if register.shape == "POINT":
            values["lon"], values["lat"] = from_point(place)
        else:
            values["line"] = from_line(place)
    return values


def _value(register: Register, name: str, column: Column[object], value: object) -> object:
    try:
        plain = _kind(column)[0](value)
    except (ValueError, TypeError, OverflowError) as fault:
        raise InvalidDraft(_("{field} 的值不能用：{value}").format(field=name, value=repr(value)[:80])) from fault
    if register.entity == "hazard" and name in _CODES and plain not in _CODES[name]:
        raise InvalidDraft(_("{field} 的值不能用：{value}").format(field=name, value=repr(value)[:80]))
    return plain


@cache
def _kind(column: Column[object]) -> tuple[Callable[[object], object], object]:
    if isinstance(column.type, Day):
        return _day, None
    if isinstance(column.type, Listing):
        return _list, []
    if isinstance(column.type, Boolean):
        return _flag, False
    if isinstance(column.type, Integer):
        return _count, 0
    return (_number, None) if isinstance(column.type, Float) else (_words, "")


def _words(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    # Half a surrogate pair cannot be written to any database.
    value.encode()
    return value


def _day(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if not isinstance(value, str):
        raise TypeError
    return date.fromisoformat(value).isoformat()


def _count(value: object) -> int:
    if value is None:
        return 0
    if not isinstance(value, (int, float)) or int(value) != value or abs(value) >= _INTEGER_LIMIT:
        raise ValueError
    return int(value)


def _flag(value: object) -> bool:
    if value not in (None, False, True):
        raise ValueError
    return bool(value)


def _number(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _list(value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        raise TypeError
    return [_words(item) for item in value]


def _degrees(name: str, value: object, bounds: Bounds) -> float | None:
    if value is None:
        return None
    low, high = (bounds[0], bounds[2]) if name == "lon" else (bounds[1], bounds[3])
    if not isinstance(value, (int, float)) or not low <= value <= high:
        raise InvalidDraft(
            _("{field} 不在本镇范围内：{value}，应在 {low} 与 {high} 之间").format(
                field=name, value=repr(value)[:80], low=low, high=high
            )
        )
    return float(value)


def _corners(value: object, bounds: Bounds) -> list[list[float]] | None:
    if value is None:
        return None
    try:
        line = value if isinstance(value, shapely.LineString) else shapely.LineString(value)  # type: ignore[arg-type]
    except (ValueError, TypeError, shapely.errors.GEOSException) as fault:
        raise InvalidDraft(_("{field} 的值不能用：{value}").format(field="line", value=repr(value)[:80])) from fault
    corners: list[list[float]] = shapely.get_coordinates(line).tolist()
    for lon, lat in corners:
        _degrees("lon", lon, bounds)
        _degrees("lat", lat, bounds)
    return corners
