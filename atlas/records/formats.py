"""Formats (文件格式): how a layer is written as GeoPackage, GeoJSON, CSV or Excel; each carries the notice."""

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from xlsxwriter.exceptions import XlsxWriterException

from atlas.records import gdal_door, workbook
from atlas.records.workbook import notice
from atlas.township import Township

gdal_door.check()

# What a place that cannot be written looks like to the libraries here.
FAULTS: tuple[type[Exception], ...] = (OSError, DataLayerError, DataSourceError, XlsxWriterException)

# A spreadsheet takes a text that begins so for a formula; the wide forms too, where the input is Chinese.
_FORMULA_SIGNS = tuple("=+-@\t\r\n＝＋－＠")


def _gpkg(township: Township, layer: gpd.GeoDataFrame, path: Path, what: str) -> None:
    days = {name: "date32[day][pyarrow]" for name in layer.columns if layer[name].dtype.kind == "M"}
    shapes = set(layer.geometry.geom_type.dropna())
    says = notice(township.town)
    pyogrio.write_dataframe(
        layer.astype(days).assign(notice=says),
        path,
        layer=what,
        driver="GPKG",
        # Only Arrow carries days as days.
        use_arrow=True,
        geometry_type=shapes.pop() if len(shapes) == 1 else "Unknown",
        layer_options={"IDENTIFIER": what, "DESCRIPTION": says},
    )


def _geojson(township: Township, layer: gpd.GeoDataFrame, path: Path, what: str) -> None:
    head = {
        "type": "FeatureCollection",
        "name": what,
        "notice": notice(township.town),
        "as_of": township.as_of.isoformat(),
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    }
    names, columns = _columns(layer)
    shapes = shapely.to_geojson(layer.geometry.to_numpy())
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_json(head).removesuffix("}") + ',\n"features": [')
        for number, (shape, *values) in enumerate(zip(shapes, *columns, strict=True)):
            row = _json(dict(zip(names, values, strict=True)))
            file.write(",\n" if number else "\n")
            file.write(f'{{"type": "Feature", "properties": {row}, "geometry": {shape or "null"}}}')
        file.write("\n]}\n")


def _csv(township: Township, layer: gpd.GeoDataFrame, path: Path, what: str) -> None:
    # A point is its lon and lat; a line or an area has no other way into a table.
    shapes = {} if what == "hazards" else {"wkt": layer.geometry.to_wkt()}
    names, columns = _columns(layer.assign(**shapes, notice=notice(township.town)))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(names)
        rows.writerows(map(_cell, row) for row in zip(*columns, strict=True))


def _xlsx(township: Township, layer: gpd.GeoDataFrame, path: Path, what: str) -> None:
    # xlsxwriter would notice only at the end that it cannot write here, and leave its temporary file open.
    path.touch()
    workbook.write(township, layer, path, what=what)


def _columns(layer: gpd.GeoDataFrame) -> tuple[list[str], list[list[object]]]:
    """Return the columns' names and their plain values: text, number, truth, ISO day, None."""
    table = pd.DataFrame(layer.drop(columns="geometry"))
    return list(map(str, table.columns)), [_plain(table[name]) for name in table.columns]


def _plain(column: pd.Series) -> list[object]:
    if column.dtype.kind == "M":
        column = column.dt.strftime("%Y-%m-%d")
    return list(column.astype(object).where(column.notna(), None))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _cell(value: object) -> object:
    """Return a value as a CSV cell: a text that a spreadsheet would run gets an apostrophe.

    So does a text that begins with apostrophes before such a sign: taking one off always gives the text back.
    """
    if isinstance(value, str) and value.lstrip("'").startswith(_FORMULA_SIGNS):
        return f"'{value}"
    return str(value).lower() if isinstance(value, bool) else value


WRITERS: Mapping[str, Callable[[Township, gpd.GeoDataFrame, Path, str], None]] = {
    ".gpkg": _gpkg,
    ".geojson": _geojson,
    ".csv": _csv,
    ".xlsx": _xlsx,
}
