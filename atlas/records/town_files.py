"""The town's files (乡镇资料): the folder that makes the atlas this town's; another town replaces it."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from atlas.errors import InvalidTown
from atlas.records import opening_ledger
from atlas.records.plain_files import Row, checked, features, refuse, rows, text
from atlas.records.town_rows import PARTS, Part, TownSettings
from atlas.township import CRS, Town
from atlas.wording import _

SETTINGS = "town.toml"
LEDGER = "ledger.jsonl"

_DTYPES: Mapping[object, str] = {int: "int64", float: "float64", bool: "bool", date: "datetime64[us]"}


@dataclass(frozen=True, kw_only=True)
class TownFiles:
    """What the folder holds, checked; frames with geometry are in EPSG:4326.

    Attributes:
        folder: where it was read.
        digest: SHA-256 over every file of the town, for addresses that change with the content.
        villages: index code; name_zh, name_en, kind.
        offices: village_code.
        roads: kind.
        water: kind.
        sectors: index code; name_zh, name_en, glyph, lead_station, county_dept_zh.
        stations: index code; name_zh, name_en.
        posts: sector, village_code ("" = every village), station, station_person, leader.
        geopoints: index point_id; the columns of geopoints.geojson.
        routes: index route_id; the columns of routes.geojson.
        stops: route_id, position, point_id, dwell_min, must_photo (0 or 1).
        inspections: index inspection_id; the columns of inspections.csv.
        patrols: index patrol_id; the columns of patrols.csv, abnormal as 0 or 1.
    """

    folder: Path
    digest: str
    town: Town
    villages: gpd.GeoDataFrame
    offices: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    sectors: pd.DataFrame
    stations: pd.DataFrame
    posts: pd.DataFrame
    geopoints: gpd.GeoDataFrame
    routes: gpd.GeoDataFrame
    stops: pd.DataFrame
    inspections: pd.DataFrame
    patrols: pd.DataFrame

    @cached_property
    def ledger(self) -> list[dict[str, Any]]:
        """Read ledger.jsonl when first asked for: only a new database needs it. Raises InvalidTown."""
        return opening_ledger.read(
            self.folder / LEDGER, villages=set(self.villages.index), sectors=set(self.sectors.index)
        )


def bundled() -> Path:
    """Return the folder of the town that comes with the program, in a wheel or in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "geodata" / "siyang"
    return inside if inside.is_dir() else package.parent / "geodata" / "siyang"


def read(folder: Path) -> TownFiles:
    """Read a town's folder whole.

    Raises InvalidTown for the first fault, naming file, row, column and what would be accepted.
    """
    town = _town(folder / SETTINGS)
    found: dict[str, list[Row]] = {}
    frames: dict[str, pd.DataFrame] = {}
    for name, part in PARTS.items():
        found[name] = _part(folder / name, part, town)
        _check_keys(found[name], part)
        _check_references(found[name], part, found)
        frames[name.partition(".")[0]] = _frame(found[name], part)
    return TownFiles(folder=folder, digest=_digest(folder), town=town, **frames)


def _town(path: Path) -> Town:
    try:
        settings = tomllib.loads(text(path))
    except tomllib.TOMLDecodeError as fault:
        raise InvalidTown(_("{name}：不是 TOML（{reason}）").format(name=path.name, reason=fault)) from fault
    return Town(**checked(TownSettings, settings, f"{path.name} ").model_dump())


def _part(path: Path, part: Part, town: Town) -> list[Row]:
    if part.is_optional and not path.exists():
        return []
    if part.shapes:
        return features(path, part.row, part.shapes, town.bounds)
    return rows(path, part.row)


def _check_keys(found: list[Row], part: Part) -> None:
    """Refuse a second row with the key of an earlier one."""
    seen: dict[tuple[object, ...], str] = {}
    for row in found if part.key else ():
        key = tuple(getattr(row.record, column) for column in part.key)
        if key in seen:
            sentence = _("{key} 重复，已见于 {earlier}").format(key=",".join(map(str, key)), earlier=seen[key])
            refuse(row.place, ",".join(part.key), sentence)
        seen[key] = row.place.rstrip("：: ")


def _check_references(found: list[Row], part: Part, files: Mapping[str, list[Row]]) -> None:
    """Refuse a code that the file it refers to does not hold; an empty text refers to nothing."""
    for column, file in part.refers.items():
        key = PARTS[file].key[0]
        known = {str(getattr(row.record, key)) for row in files[file]}
        for row in found:
            for code in filter(None, getattr(row.record, column).split(";")):
                if code not in known:
                    accepted = "、".join(sorted(known)[:20])
                    sentence = _("{file} 中没有“{code}”；可用：{accepted}")
                    refuse(row.place, column, sentence.format(file=file, code=code, accepted=accepted))


def _frame(found: list[Row], part: Part) -> pd.DataFrame:
    """Return the rows as a frame with the right kinds of columns, even when there is no row."""
    columns = {
        name: pd.Series([getattr(row.record, name) for row in found], dtype=_DTYPES.get(field.annotation, "str"))
        for name, field in part.row.model_fields.items()
    }
    frame = pd.DataFrame(columns)
    if part.shapes:
        frame = gpd.GeoDataFrame(frame, geometry=[row.geometry for row in found], crs=CRS)
    return frame.set_index(part.index) if part.index else frame


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for name in sorted({SETTINGS, LEDGER, *PARTS}):
        if (folder / name).exists():
            content = (folder / name).read_bytes()
            whole.update(f"{name} {len(content)}\n".encode())
            whole.update(content)
    return whole.hexdigest()
