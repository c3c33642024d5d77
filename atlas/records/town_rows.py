"""The rows of the town's files (乡镇资料各表): what each column of each file may hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from atlas.wording import _


def _day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(_("应为日期，如 2021-03-04"))


def _flag(value: object) -> object:
    if value in ("0", "1"):
        return int(str(value))
    raise ValueError(_("应为 0 或 1"))


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,39}$")]
VillageCode = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Count = Annotated[int, Field(ge=0)]
Day = Annotated[date, BeforeValidator(_day)]
Flag = Annotated[int, BeforeValidator(_flag)]
Grade = Literal["small", "medium", "large"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class TownSettings(_Row):
    """What town.toml may hold: the fields of `atlas.township.Town`."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^\d{9}$")]
    name_zh: Name
    name_en: Name
    county_zh: Name
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,8}$")]
    bounds: tuple[float, float, float, float]
    is_synthetic: bool
    notice_zh: Text
    notice_en: Text
    near_duplicate_m: Annotated[float, Field(ge=0)]
    route_reach_m: Annotated[float, Field(ge=0)]
    due_days: dict[Literal["general", "major"], Count]
    due_soon_days: Count

    @model_validator(mode="after")
    def _is_whole(self) -> "TownSettings":
        west, south, east, north = self.bounds
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError(_("bounds 应为 [西, 南, 东, 北]，单位为度"))
        if set(self.due_days) != {"general", "major"}:
            raise ValueError(_("due_days 应有 general 和 major 两项"))
        return self


class Village(_Row):
    """A village or community (村、社区)."""

    code: VillageCode
    name_zh: Name
    name_en: Name
    kind: Literal["community", "village"]


class Office(_Row):
    """A village office (村委会)."""

    village_code: VillageCode


class Road(_Row):
    """A road, lane or path (道路)."""

    kind: Literal["road", "lane", "path"]


class Water(_Row):
    """A river or stream (河流)."""

    kind: Literal["river", "stream"]


class Sector(_Row):
    """A sector (行业领域); several lead stations are joined by ";"."""

    code: Code
    name_zh: Name
    name_en: Name
    glyph: Annotated[str, StringConstraints(min_length=1, max_length=1)]
    lead_station: Name
    county_dept_zh: Text


class Station(_Row):
    """A station (站所)."""

    code: Code
    name_zh: Name
    name_en: Name


class Post(_Row):
    """Who answers for a sector in a village (责任到人); an empty village means every village."""

    sector: Name
    village_code: Text
    station: Name
    station_person: Text
    leader: Text


class Geopoint(_Row):
    """A geohazard point (地质灾害隐患点) or risk slope (风险斜坡)."""

    point_id: Code
    geo_class: Literal["hazard_point", "risk_slope"]
    type: Literal["landslide", "rockfall", "debris_flow", "unstable_slope", "collapse", "fissure"]
    name_zh: Name
    name_en: Name
    village_code: VillageCode
    size_grade: Grade
    threat_grade: Grade
    households: Count
    people: Count
    property_wan: Annotated[float, Field(ge=0)]
    risk_level: Literal["high", "larger", "general", "low"]
    monitor_a: Text
    monitor_b: Text
    main_signs: Text
    status: Literal["monitored"]


class Route(_Row):
    """A monitoring route (监测路线)."""

    route_id: Code
    name_zh: Name
    name_en: Name
    mode: Literal["foot", "motorbike", "car"]
    monitor_a: Text
    monitor_b: Text
    cycle_dry_days: Annotated[int, Field(ge=1)]
    cycle_flood_days: Annotated[int, Field(ge=1)]
    planned_min: Annotated[int, Field(ge=1)]


class Stop(_Row):
    """A stop of a monitoring route (路线点位)."""

    route_id: Name
    position: Annotated[int, Field(ge=1)]
    point_id: Name
    dwell_min: Count
    must_photo: Flag


class Inspection(_Row):
    """An inspection (检查); several sectors or villages are joined by ";"."""

    inspection_id: Code
    held_on: Day
    leader: Text
    person_times: Count
    units: Count
    sectors: Text
    villages: Text
    summary: Text


class Patrol(_Row):
    """A patrol of a monitoring route (巡查)."""

    patrol_id: Code
    route_id: Name
    walked_on: Day
    monitor: Text
    stops_planned: Count
    stops_logged: Count
    abnormal: Flag
    weather: Text
    note: Text

    @model_validator(mode="after")
    def _logs_what_was_planned(self) -> "Patrol":
        if self.stops_logged > self.stops_planned:
            raise ValueError(_("stops_logged 不得大于 stops_planned"))
        return self


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of the town's folder.

    Attributes:
        row: what a row holds.
        key: the columns that together name a row; no two rows may share them.
        index: the column that becomes the frame's index, "" for none.
        shapes: geometry types of a GeoJSON file; empty for CSV.
        refers: column -> file whose key holds the codes accepted there.
        is_optional: whether a town may do without the file.
    """

    row: type[BaseModel]
    key: tuple[str, ...] = ()
    index: str = ""
    shapes: tuple[str, ...] = ()
    refers: Mapping[str, str] = field(default_factory=dict)
    is_optional: bool = False


_AREAS = ("Polygon", "MultiPolygon")
_LINES = ("LineString", "MultiLineString")

# In an order in which every file comes after those it refers to.
PARTS: Mapping[str, Part] = {
    "villages.geojson": Part(row=Village, key=("code",), index="code", shapes=_AREAS),
    "offices.geojson": Part(
        row=Office, key=("village_code",), shapes=("Point",), refers={"village_code": "villages.geojson"}
    ),
    "roads.geojson": Part(row=Road, shapes=_LINES),
    "water.geojson": Part(row=Water, shapes=_LINES),
    "stations.csv": Part(row=Station, key=("code",), index="code"),
    "sectors.csv": Part(row=Sector, key=("code",), index="code", refers={"lead_station": "stations.csv"}),
    "posts.csv": Part(
        row=Post,
        key=("sector", "village_code"),
        refers={"sector": "sectors.csv", "village_code": "villages.geojson", "station": "stations.csv"},
    ),
    "geopoints.geojson": Part(
        row=Geopoint,
        key=("point_id",),
        index="point_id",
        shapes=("Point",),
        refers={"village_code": "villages.geojson"},
        is_optional=True,
    ),
    "routes.geojson": Part(row=Route, key=("route_id",), index="route_id", shapes=("LineString",), is_optional=True),
    "stops.csv": Part(
        row=Stop,
        key=("route_id", "position"),
        refers={"route_id": "routes.geojson", "point_id": "geopoints.geojson"},
        is_optional=True,
    ),
    "inspections.csv": Part(
        row=Inspection,
        key=("inspection_id",),
        index="inspection_id",
        refers={"sectors": "sectors.csv", "villages": "villages.geojson"},
        is_optional=True,
    ),
    "patrols.csv": Part(
        row=Patrol, key=("patrol_id",), index="patrol_id", refers={"route_id": "routes.geojson"}, is_optional=True
    ),
}
