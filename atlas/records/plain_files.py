"""Plain files (纯文本文件): the town's CSV and GeoJSON files, read row by row, each fault with its place.

They are parsed here rather than by GDAL, which would follow whatever a file's content points to.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import shapely
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from shapely.geometry.base import BaseGeometry

from atlas.errors import InvalidTown
from atlas.wording import _

Bounds = tuple[float, float, float, float]

# WGS84 under the names GDAL and QGIS write, and CGCS2000, which is the same here to the metre.
_LON_LAT = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")


@dataclass(frozen=True)
class Row:
    """One checked row.

    Attributes:
        place: file and row, for refusals.
        geometry: in lon/lat (WGS84); None in a CSV file.
    """

    place: str
    record: BaseModel
    geometry: BaseGeometry | None = None


def text(path: Path) -> str:
    """Return the file's text. Raises InvalidTown when it is missing or not UTF-8, naming the line."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise InvalidTown(_("{name}：缺少这个文件或无法打开").format(name=path.name)) from fault
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise InvalidTown(f"{at_line(path, line)}{_encoding(content)}") from fault


def at_line(path: Path, line: int) -> str:
    """Return the place of a line in a file, as refusals name it."""
    return _("{name} 第 {line} 行：").format(name=path.name, line=line)


def refuse(place: str, column: str, problem: str) -> NoReturn:
    """Raise InvalidTown naming file, row, column and what would be accepted."""
    raise InvalidTown(_("{place}{column} 列：{problem}").format(place=place, column=column, problem=problem))


def checked(model: type[BaseModel], values: object, place: str) -> BaseModel:
    """Return the values as a record of the model. Raises InvalidTown for the first that is not accepted."""
    try:
        return model.model_validate(values)
    except ValidationError as fault:
        error = fault.errors()[0]
        # A rule over the whole row has no column of its own; its sentence names them.
        if not error["loc"]:
            raise InvalidTown(f"{place}{error.get('ctx', {}).get('error', error['msg'])}") from fault
        refuse(place, ".".join(map(str, error["loc"])), _accepted(error))


def rows(path: Path, model: type[BaseModel]) -> list[Row]:
    """Read a CSV file with a header of exactly the model's fields, in any order.

    Raises InvalidTown naming file, line and column.
    """
    lines = _lines(path)
    header = next(lines, (1, []))[1]
    _check_header(path, header, list(model.model_fields))
    found = []
    for number, cells in lines:
        place = at_line(path, number)
        if len(cells) != len(header):
            sentence = _("{place}有 {found} 格，应为 {wanted} 格；含逗号的文字要用双引号括起")
            raise InvalidTown(sentence.format(place=place, found=len(cells), wanted=len(header)))
        found.append(Row(place, checked(model, dict(zip(header, cells, strict=True)), place)))
    return found


def features(path: Path, model: type[BaseModel], shapes: tuple[str, ...], bounds: Bounds) -> list[Row]:
    """Read a GeoJSON FeatureCollection in lon/lat; properties beyond the model's fields are left aside.

    `shapes` are the geometry types accepted; a multi-geometry of one part counts as that part.
    Raises InvalidTown naming file, feature and column, for coordinates outside `bounds`
    (west, south, east, north in degrees) too.
    """
    collection = _collection(path)
    found = []
    for number, feature in enumerate(collection, start=1):
        place = _("{name} 第 {number} 个要素：").format(name=path.name, number=number)
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            refuse(place, "properties", _("应为一个要素及其属性"))
        record = checked(model, feature["properties"], place)
        geometry = _geometry(feature.get("geometry"), shapes, place)
        _check_place(geometry, bounds, place)
        found.append(Row(place, record, geometry))
    return found


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _("是 UTF-16（Unicode 文本）；请另存为“CSV UTF-8（逗号分隔）”")
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return _("不是 UTF-8 文字；请另存为 UTF-8")
    return _("像是 Excel 存成的 GBK；请另存为“CSV UTF-8（逗号分隔）”")


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not blank."""
    reader = csv.reader(io.StringIO(text(path), newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as fault:
        raise InvalidTown(f"{at_line(path, reader.line_num)}{_('引号没有成对')}") from fault


def _check_header(path: Path, header: list[str], wanted: list[str]) -> None:
    if sorted(header) == sorted(wanted):
        return
    sentence = _("{place}表头应为 {wanted}，现为 {found}").format(
        place=at_line(path, 1), wanted=",".join(wanted), found=",".join(header)[:200]
    )
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        sentence += _("；请用英文逗号分隔")
    raise InvalidTown(sentence)


def _collection(path: Path) -> list[Any]:
    """Return the features of a GeoJSON file in lon/lat."""
    try:
        whole = json.loads(text(path), parse_constant=_no_number)
    except json.JSONDecodeError as fault:
        sentence = _("不是 GeoJSON（第 {column} 个字符处：{reason}）").format(column=fault.colno, reason=fault.msg)
        raise InvalidTown(f"{at_line(path, fault.lineno)}{sentence}") from fault
    except (ValueError, RecursionError) as fault:
        raise InvalidTown(f"{at_line(path, 1)}{_('不是 GeoJSON：含 NaN、Infinity 或嵌套过深')}") from fault
    if not isinstance(whole, dict) or not isinstance(whole.get("features"), list):
        raise InvalidTown(f"{at_line(path, 1)}{_('应为 FeatureCollection')}")
    _check_crs(path, whole.get("crs"))
    return list(whole["features"])


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _check_crs(path: Path, crs: object) -> None:
    if crs is None or any(name in json.dumps(crs) for name in _LON_LAT):
        return
    sentence = _("坐标系 {crs} 不接受；请存为经纬度 WGS 84（EPSG:4326）")
    refuse(at_line(path, 1), "crs", sentence.format(crs=json.dumps(crs, ensure_ascii=False)[:120]))


def _geometry(raw: object, shapes: tuple[str, ...], place: str) -> BaseGeometry:
    """Return the geometry, flat and of one of the shapes."""
    try:
        geometry = None if raw is None else shapely.force_2d(shapely.from_geojson(json.dumps(raw)))
    except (shapely.GEOSException, TypeError, ValueError) as fault:
        sentence = _("几何读不出：{reason}").format(reason=str(fault)[:120])
        refuse(place, "geometry", sentence)
    if geometry is not None and len(shapely.get_parts(geometry)) == 1:
        geometry = shapely.get_parts(geometry)[0]
    if geometry is None or geometry.geom_type not in shapes or geometry.is_empty:
        refuse(place, "geometry", _("应为 {shapes}").format(shapes=" / ".join(shapes)))
    if not geometry.is_valid:
        refuse(place, "geometry", _("几何自相交或不完整：{reason}").format(reason=shapely.is_valid_reason(geometry)))
    return geometry


def _check_place(geometry: BaseGeometry, bounds: Bounds, place: str) -> None:
    if _lies_within(geometry.bounds, bounds):
        return
    west, south, east, north = geometry.bounds
    found = _("坐标范围 {found} 超出 town.toml 的 bounds {bounds}").format(
        found=[round(value, 6) for value in geometry.bounds], bounds=list(bounds)
    )
    if _lies_within((south, west, north, east), bounds):
        found += _("；经度、纬度写反了，应先经度后纬度")
    elif max(abs(west), abs(south), abs(east), abs(north)) > 360:
        found += _("；这是以米计的投影坐标，请存为经纬度 WGS 84（EPSG:4326）")
    refuse(place, "geometry", found)


def _lies_within(inner: Bounds, outer: Bounds) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def _accepted(error: ErrorDetails) -> str:
    """Say in a sentence what the column would have accepted, and what it held."""
    context: Mapping[str, Any] = error.get("ctx", {})
    sentences = {
        "missing": _("缺少这一项"),
        "extra_forbidden": _("不认识这一项"),
        "literal_error": _("应为 {expected}"),
        "string_type": _("应为文字"),
        "string_too_short": _("不能为空"),
        "string_too_long": _("不得超过 {max_length} 字"),
        "string_pattern_mismatch": _("应符合 {pattern}"),
        "int_type": _("应为整数"),
        "int_parsing": _("应为整数"),
        "int_from_float": _("应为整数"),
        "float_type": _("应为数字"),
        "float_parsing": _("应为数字"),
        "finite_number": _("应为数字"),
        "bool_parsing": _("应为 true 或 false"),
        "bool_type": _("应为 true 或 false"),
        "greater_than_equal": _("不得小于 {ge}"),
        "less_than_equal": _("不得大于 {le}"),
        "value_error": "{error}",
    }
    sentence = sentences[error["type"]].format(**context) if error["type"] in sentences else error["msg"]
    if error["type"] == "missing":
        return sentence
    return _("{sentence}，现为“{found}”").format(sentence=sentence, found=str(error["input"])[:40])
