"""Frames (图层表): rows of the tables turned into frames column by column, and kept frames brought up to date."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray
from sqlalchemy import Boolean, Column, Float, Integer, Text, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from atlas.records.columns import POINT_BYTES, Day, Listing
from atlas.records.patches import Bounds
from atlas.records.tables import HEAD, Register
from atlas.township import CRS

Cells = Sequence[object]
Filled = ExtensionArray | NDArray[np.generic]

_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])


def shown(register: Register) -> list[Column[object]]:
    """Return the table's columns that a frame is built from, the place last."""
    hidden = {"draft_key"} if register.entity == "hazard" else set(HEAD[1:])
    if register.entity == "stop":
        hidden |= {"version"}
    return [column for column in register.table.columns if column.name not in hidden]


def selected(register: Register) -> list[ColumnElement[Any]]:
    """Return the same columns as they are to be selected: lists stay JSON text, which is read here in bulk."""
    return [
        type_coerce(column, Text).label(column.name) if isinstance(column.type, Listing) else column
        for column in shown(register)
    ]


def frame(register: Register, blocks: Iterable[Sequence[Cells]], bounds: Bounds) -> pd.DataFrame:
    """Build the register's frame from blocks of rows as `selected` gives them, in ascending order of its key.

    A place that is missing, not finite or outside `bounds` becomes None: such a row counts but is not drawn.
    """
    parts = [_part(register, block, bounds) for block in blocks] or [_part(register, [], bounds)]
    whole = parts[0] if len(parts) == 1 else pd.concat(parts)
    whole = whole.iloc[_order(register, whole.index)]
    return whole.reset_index(drop=True) if register.entity == "stop" else whole


def overlaid(kept: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Return the kept frame with the fresh rows in place of those they renew, and the new ones appended.

    Both have ascending whole numbers as index; new rows come after every kept one. Columns in which
    nothing differs are shared with the kept frame.
    """
    known = fresh.index.isin(kept.index)
    renewed = fresh[known]
    at = kept.index.get_indexer(renewed.index)
    result = kept.copy(deep=False)
    for name in kept.columns:
        old, new = kept[name].array, renewed[name].array
        if not _same(old.take(at), new):
            column = old.copy()
            column[at] = new
            result[name] = column
    return result if known.all() else pd.concat([result, fresh[~known]])


def _part(register: Register, rows: Sequence[Cells], bounds: Bounds) -> pd.DataFrame:
    columns = shown(register)
    cells: list[Cells] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    by_name = {column.name: (column, given) for column, given in zip(columns, cells, strict=True)}
    place = by_name.pop("geom", None)
    data = {name: _filler(column)(given) for name, (column, given) in by_name.items()}
    index = pd.Index(data.pop(register.key), name=register.key)
    part = pd.DataFrame(data, index=index, copy=False)
    if place is None:
        return part
    found = _points(place[1], bounds) if register.shape == "POINT" else _lines(place[1], bounds)
    placed: pd.DataFrame = gpd.GeoDataFrame(part, geometry=gpd.array.from_shapely(found, crs=CRS))
    return placed


def _order(register: Register, index: pd.Index) -> NDArray[np.intp]:
    if register.entity == "hazard":
        return np.argsort(index.to_numpy(), kind="stable")
    # R2 comes before R10.
    keys = [str(key) for key in index]
    return np.array(sorted(range(len(keys)), key=lambda at: (len(keys[at]), keys[at])), dtype=np.intp)


def _filler(column: Column[object]) -> Callable[[Cells], Filled]:
    if isinstance(column.type, Day):
        return _days
    if isinstance(column.type, Listing):
        return _lists
    if isinstance(column.type, Boolean):
        return partial(np.array, dtype=np.bool_)
    if isinstance(column.type, Integer):
        return partial(np.array, dtype=np.int64)
    if isinstance(column.type, Float):
        return partial(np.array, dtype=np.float64)
    return partial(pd.array, dtype="str")


def _days(cells: Cells) -> Filled:
    # Many rows share few days, so each different day is read once.
    different = list(set(cells))
    read = np.array(different, dtype="datetime64[D]").astype("datetime64[us]").astype(np.int64)
    known = dict(zip(different, read.tolist(), strict=True))
    return np.fromiter(map(known.__getitem__, cells), np.int64, len(cells)).astype("datetime64[us]")


def _lists(cells: Cells) -> Filled:
    lists = np.empty(len(cells), dtype=object)
    lists[:] = [() if cell == "[]" else tuple(json.loads(str(cell))) for cell in cells]
    return lists


def _points(cells: Cells, bounds: Bounds) -> NDArray[np.object_]:
    found = np.full(len(cells), None, dtype=object)
    placed = np.array([isinstance(cell, bytes) and len(cell) == POINT_BYTES for cell in cells], dtype=bool)
    wkb = b"".join(cell for cell, is_placed in zip(cells, placed, strict=True) if is_placed)  # type: ignore[misc]
    points = np.frombuffer(wkb, dtype=_POINT)
    usable = _is_inside(points["lon"], points["lat"], bounds)
    found[np.flatnonzero(placed)[usable]] = shapely.points(points["lon"][usable], points["lat"][usable])
    return found


def _lines(cells: Cells, bounds: Bounds) -> NDArray[np.object_]:
    found = np.empty(len(cells), dtype=object)
    found[:] = shapely.from_wkb(cast(Sequence[bytes | None], cells), on_invalid="ignore")
    west, south, east, north = shapely.bounds(found).T if len(found) else np.empty((4, 0))
    found[~(_is_inside(west, south, bounds) & _is_inside(east, north, bounds))] = None
    return found


def _is_inside(lon: NDArray[np.float64], lat: NDArray[np.float64], bounds: Bounds) -> NDArray[np.bool_]:
    west, south, east, north = bounds
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _same(old: ExtensionArray, new: ExtensionArray) -> bool:
    return bool(pd.Series(old).equals(pd.Series(new)))
