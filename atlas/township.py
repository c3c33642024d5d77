"""The township (乡镇): the frozen set of layers that one reading of the records gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd
import pandas as pd

CRS = "EPSG:4326"
METRES_CRS = "EPSG:4545"


@dataclass(frozen=True, kw_only=True)
class Town:
    """What town.toml says of the town.

    Attributes:
        code: nine-digit division code.
        prefix: first part of every hazard's id.
        bounds: (west, south, east, north) in degrees; a point outside is refused as a slip.
        near_duplicate_m: two open hazards of one sector this close may be the same one.
        route_reach_m: default distance within which a hazard lies along a route.
        due_days: days to rectify by level ("general", "major").
        due_soon_days: days before the deadline from which a hazard is due soon.
        is_synthetic: whether boundaries and ledger are invented (示意/演示).
    """

    code: str
    name_zh: str
    name_en: str
    county_zh: str
    prefix: str
    bounds: tuple[float, float, float, float]
    is_synthetic: bool
    notice_zh: str
    notice_en: str
    near_duplicate_m: float
    route_reach_m: float
    due_days: Mapping[str, int]
    due_soon_days: int


@dataclass(frozen=True, kw_only=True)
class Township:
    """Every layer of the town at one revision and one as-of date; treat as immutable.

    Frames with geometry are in EPSG:4326.

    Attributes:
        town: the settings of town.toml.
        revision: highest journal sequence this reading holds.
        as_of: the day the states stand for.
        villages: index code; name_zh, name_en, kind, geometry (polygon).
        offices: village_code, geometry (point of the village office).
        roads: kind ("road", "lane", "path"), geometry (line).
        water: kind ("river", "stream"), geometry (line).
        sectors: index code; name_zh, name_en, glyph, county_dept_zh.
        stations: index code; name_zh, name_en.
        posts: sector, village_code ("" = every village), station, station_person, leader.
        hazards: index id; the ledger's columns and the derived ones, see `atlas.hazards`.
        geopoints: index point_id; geohazard points and risk slopes.
        routes: index route_id; monitoring routes, geometry (line).
        stops: route_id, position (1..), point_id, dwell_min, must_photo.
        inspections: index inspection_id; held_on, person_times, units.
        patrols: index patrol_id; route_id, walked_on, stops_planned, stops_logged.
    """

    town: Town
    revision: int
    as_of: date
    villages: gpd.GeoDataFrame
    offices: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    sectors: pd.DataFrame
    stations: pd.DataFrame
    posts: pd.DataFrame
    hazards: gpd.GeoDataFrame
    geopoints: gpd.GeoDataFrame
    routes: gpd.GeoDataFrame
    stops: pd.DataFrame
    inspections: pd.DataFrame
    patrols: pd.DataFrame


@dataclass(frozen=True)
class Actor:
    """Who acts: the account's name and its role (see `atlas.accounts`)."""

    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One intended change of one record, made by the field and carried out by the store.

    Attributes:
        entity: "hazard", "geopoint", "route", "stop", "inspection" or "patrol".
        action: the verb of the field, e.g. "report" or "review_pass"; also the right it needs.
        patch: the fields that get new values.
        on: the day it took effect (生效日期), which as-of readings go by.
        id: the record's id; None creates one.
        seen_version: the version the author saw; None for a new record.
        reason: why, where the action asks for a reason.
        draft_key: names the draft of a new record, so that saving twice writes once.
    """

    entity: str
    action: str
    patch: Mapping[str, object]
    on: date
    id: int | str | None = None
    seen_version: int | None = None
    reason: str = ""
    draft_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What the store has committed.

    Attributes:
        is_new: False where the same draft had been saved before and nothing was written now.
    """

    entity: str
    id: int | str
    code: str
    version: int
    revision: int
    is_new: bool = field(default=True)
