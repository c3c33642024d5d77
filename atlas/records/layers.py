"""Layers (图层导出): hazards, villages and routes as files for other programs: GeoPackage, GeoJSON, CSV, Excel.

Column names are stable English keys, codes stay codes, and every hazard is written, void and
unplaced ones too: whoever counts the file counts the ledger.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from atlas.errors import CannotExport, InvalidLayer
from atlas.records import formats
from atlas.records.whole_file import replacing
from atlas.township import METRES_CRS, Township
from atlas.villages import area_km2
from atlas.wording import _

HAZARD_COLUMNS = (
    *("hazard_id", "state", "bucket", "overdue", "due_soon", "sector", "village_code", "level", "description"),
    *("address", "lon", "lat", "coord_source", "coord_raw", "coord_accuracy_m", "unit_name", "jurisdiction", "basis"),
    *("found_on", "source", "inspection_id", "found_by", "measures", "fund_wan", "plan"),
    *("due_on", "due_on_original", "ext_count", "result", "fixed_on", "notice_no"),
    *("duty_unit", "duty_person", "station", "station_person", "leader", "supervise_level"),
    *("reviewer", "reviewed_on", "review_opinion", "closed_on", "approved_by"),
    *("ref_no", "ref_to", "ref_sent_on", "ref_due_on", "ref_received_on", "ref_replied_on", "ref_reply"),
    *("photos_before", "photos_after", "note", "reopen_count", "duplicate_of", "void_reason"),
    *("version", "created_at", "created_by", "updated_at", "updated_by"),
)
_VILLAGE_COLUMNS = ("code", "name_zh", "name_en", "kind", "area_km2")
_ROUTE_COLUMNS = (
    *("route_id", "name_zh", "name_en", "mode", "monitor_a", "monitor_b", "cycle_dry_days", "cycle_flood_days"),
    *("planned_min", "length_m", "stops"),
)


def export(township: Township, path: Path, *, what: str = "hazards") -> int:
    """Write hazards, villages or routes to a file, its format chosen by suffix, and return the number of rows.

    .gpkg and .geojson hold lon/lat geometry (WGS84), .csv is UTF-8 with a byte order mark, .xlsx has
    Chinese headers. The file appears whole or not at all. Raises CannotExport for any other suffix
    or layer and for a place that cannot be written, InvalidLayer when a column is missing.
    """
    write = formats.WRITERS.get(path.suffix.lower())
    if write is None or what not in _LAYERS:
        sentence = _("不能导出 {what} 到 {name}；可导出 {layers}，后缀可为 {suffixes}")
        layers, suffixes = "、".join(_LAYERS), "、".join(formats.WRITERS)
        raise CannotExport(sentence.format(what=what, name=path.name, layers=layers, suffixes=suffixes))
    layer = _LAYERS[what](township)
    try:
        with replacing(path) as draft:
            write(township, layer, draft, what)
    except formats.FAULTS as fault:
        raise CannotExport(_("无法写入 {path}：{reason}").format(path=path, reason=fault)) from fault
    return len(layer)


def _hazards(township: Township) -> gpd.GeoDataFrame:
    points = township.hazards.geometry
    return _only(township.hazards.assign(lon=points.x, lat=points.y), HAZARD_COLUMNS)


def _villages(township: Township) -> gpd.GeoDataFrame:
    area = pd.Series(area_km2(township.villages)).round(3)
    return _only(township.villages.assign(area_km2=area).rename_axis("code").reset_index(), _VILLAGE_COLUMNS)


def _routes(township: Township) -> gpd.GeoDataFrame:
    rows = township.routes.rename_axis("route_id").reset_index()
    in_order = township.stops.sort_values("position")
    stops = {route: ";".join(in_order.loc[in_order["route_id"] == route, "point_id"]) for route in rows["route_id"]}
    length_m = rows.geometry.to_crs(METRES_CRS).length.round(1)
    return _only(rows.assign(length_m=length_m, stops=rows["route_id"].map(stops)), _ROUTE_COLUMNS)


def _only(rows: gpd.GeoDataFrame, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return just those columns and the geometry, lists and texts made ready for any format."""
    missing = [name for name in columns if name not in rows]
    if missing:
        raise InvalidLayer(_("缺少列：{columns}").format(columns="、".join(missing)))
    layer = rows[[*columns, "geometry"]].reset_index(drop=True)
    return layer.assign(**{name: _texts(layer[name]) for name in columns if layer[name].dtype.kind == "O"})


def _texts(column: pd.Series) -> pd.Series:
    """Return a column of texts or lists as texts that every format can hold."""
    joined = [value if isinstance(value, str) else ";".join(value) for value in column]
    written = {text: _written(text) for text in set(joined)}
    return pd.Series([written[text] for text in joined], index=column.index, dtype="str")


def _written(text: str) -> str:
    # NUL ends a text inside GDAL, and half a surrogate pair has no UTF-8.
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


_LAYERS: Mapping[str, Callable[[Township], gpd.GeoDataFrame]] = {
    "hazards": _hazards,
    "villages": _villages,
    "routes": _routes,
}
