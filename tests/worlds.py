"""Small named worlds that tests reason about; every number in them is meant to be counted by hand."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import mapping

from atlas.hazards import derive
from atlas.township import CRS, Town, Township

AS_OF = date(2021, 12, 31)
WEST_VILLAGE = "522626100001"
EAST_VILLAGE = "522626100203"

# One kind of trouble each: formulas, server and browser templates, quotes, control characters, length.
NASTY = {
    8: "=1+1",
    9: "{{7*7}} {% bad {# x ${7*7}",
    10: "<img src=x onerror=alert(1)></script>`\"'\\",
    11: "警报\x07制表\t换行\n结束",
    12: "落" * 2000,
}

_TEXTS = (
    *("hazard_id", "state", "sector", "village_code", "level", "description", "address", "unit_name", "jurisdiction"),
    *("basis", "source", "inspection_id", "found_by", "measures", "plan", "result", "notice_no", "duty_unit"),
    *("duty_person", "station", "station_person", "leader", "reviewer", "review_opinion", "approved_by", "ref_no"),
    *("ref_to", "ref_reply", "note", "coord_source", "coord_raw", "duplicate_of", "void_reason"),
    *("created_at", "created_by", "updated_at", "updated_by"),
)
_DAYS = (
    *("found_on", "due_on", "due_on_original", "fixed_on", "reviewed_on", "closed_on"),
    *("ref_sent_on", "ref_due_on", "ref_received_on", "ref_replied_on"),
)
_NUMBERS = ("fund_wan", "coord_accuracy_m")
_COUNTS = ("version", "ext_count", "supervise_level", "reopen_count")
_LISTS = ("photos_before", "photos_after")


def two_villages() -> Township:
    """Two villages side by side, three sectors, and thirteen hazards in every state.

    As of 2021-12-31: 4 closed, 1 referred, 6 open (2 of them overdue, 1 due soon), 1 unverified, 1 void;
    hazard 7 has no place; hazards 8 to 12 bear nasty texts.
    """
    town = siyang()
    rows = [
        hazard(1, state="CLOSED", description="护栏缺失", closed_on="2021-05-01", found_on="2021-03-04"),
        hazard(2, state="RECTIFYING", description="反映 {{落石}}", sector="GEOHAZARD", due_on="2021-12-01", lon=108.76),
        hazard(3, state="RECTIFYING", description="电线老化", sector="FIRE", due_on="2022-01-02", fund_wan=1.5),
        hazard(4, state="REFERRED", description="桥面破损", ref_no="思府函〔2021〕4号", ref_sent_on="2021-11-05"),
        hazard(5, state="REPORTED", description="路面坑洼", source="grid_report"),
        hazard(6, state="VOID", description="重复登记", void_reason="重复", duplicate_of="SY-2021-TRAFFIC-0001"),
        hazard(7, state="REGISTERED", description="位置待补", lon=None, lat=None, coord_source="unknown"),
        hazard(8, state="ASSIGNED", description=NASTY[8], note="-2", unit_name="@SUM(A1)", address="+86", lon=108.77),
        hazard(9, state="PENDING_REVIEW", description=NASTY[9], sector="FIRE", lon=108.78),
        hazard(10, state="CLOSED", description=NASTY[10], sector="FIRE", lon=108.79, closed_on="2021-10-01"),
        hazard(11, state="CLOSED", description=NASTY[11], sector="GEOHAZARD", closed_on="2021-10-02"),
        hazard(12, state="CLOSED", description=NASTY[12], sector="GEOHAZARD", closed_on="2021-10-03"),
        hazard(13, state="RECTIFYING", description="边坡开裂", level="major", sector="GEOHAZARD", due_on="2021-12-30"),
    ]
    hazards = derive(hazards_frame(rows), town, AS_OF)
    return Township(town=town, revision=42, as_of=AS_OF, hazards=hazards, **_layers(), **_monitoring())


def siyang() -> Town:
    """Return the town's settings as the demo has them."""
    return Town(
        code="522626100",
        name_zh="思旸镇",
        name_en="Siyang Town",
        county_zh="岑巩县",
        prefix="SY",
        bounds=(108.3, 26.9, 109.2, 27.5),
        is_synthetic=True,
        notice_zh="演示数据：边界与隐患均为示意，非真实",
        notice_en="Demo data: boundaries and hazards are synthetic",
        near_duplicate_m=50.0,
        route_reach_m=200.0,
        due_days={"general": 15, "major": 30},
        due_soon_days=3,
    )


def hazard(number: int, **fields: object) -> dict[str, object]:
    """Return one hazard of the west village; each stands 100 m or more from the next."""
    sector = str(fields.get("sector", "TRAFFIC"))
    row: dict[str, object] = dict.fromkeys(_TEXTS, "") | dict.fromkeys(_COUNTS, 0) | dict.fromkeys(_LISTS, ())
    row |= {
        "id": number,
        "hazard_id": f"SY-2021-{sector}-{number:04d}",
        "version": 1,
        "sector": sector,
        "village_code": EAST_VILLAGE if float(fields.get("lon") or 0) > 108.75 else WEST_VILLAGE,
        "level": "general",
        "jurisdiction": "town",
        "source": "inspection",
        "coord_source": "map_click",
        "found_on": "2021-11-01",
        "created_at": "2021-11-01T00:00:00Z",
        "created_by": "示例",
        "lon": 108.71,
        "lat": round(27.16 + number / 1000, 6),
    }
    return row | fields


def hazards_frame(rows: Iterable[Mapping[str, object]]) -> gpd.GeoDataFrame:
    """Return hazards as the store hands them over, before anything is derived."""
    frame = pd.DataFrame(list(rows)).set_index("id")
    for name in _DAYS:
        frame[name] = pd.to_datetime(frame.get(name, pd.Series(pd.NaT, index=frame.index))).astype("datetime64[us]")
    for name in _NUMBERS:
        frame[name] = frame[name].astype(float) if name in frame else float("nan")
    lon, lat = frame.pop("lon").astype(float), frame.pop("lat").astype(float)
    places = [None if pd.isna(x) else shapely.Point(x, y) for x, y in zip(lon, lat, strict=True)]
    return gpd.GeoDataFrame(frame, geometry=places, crs=CRS)


def _layers() -> dict[str, pd.DataFrame]:
    west, east = shapely.box(108.70, 27.15, 108.75, 27.20), shapely.box(108.75, 27.15, 108.80, 27.20)
    return {
        "villages": gpd.GeoDataFrame(
            {
                "name_zh": ["思州社区", "新安村"],
                "name_en": ["Sizhou Community", "Xin'an Village"],
                "kind": ["community", "village"],
            },
            index=pd.Index([WEST_VILLAGE, EAST_VILLAGE], name="code"),
            geometry=[west, east],
            crs=CRS,
        ),
        "offices": gpd.GeoDataFrame(
            {"village_code": [WEST_VILLAGE, EAST_VILLAGE]}, geometry=[west.centroid, east.centroid], crs=CRS
        ),
        "roads": _line("road", (108.70, 27.17), (108.80, 27.18)),
        "water": _line("river", (108.70, 27.19), (108.80, 27.16)),
        **_duties(),
    }


def _duties() -> dict[str, pd.DataFrame]:
    return {
        "sectors": pd.DataFrame(
            {
                "name_zh": ["道路交通", "消防安全", "地质灾害"],
                "name_en": ["Road traffic", "Fire safety", "Geological hazards"],
                "glyph": ["交", "消", "地"],
                "lead_station": ["TRAFFIC", "POLICE", "LAND"],
                "county_dept_zh": ["县交通运输局", "县消防救援大队", "县自然资源局"],
            },
            index=pd.Index(["TRAFFIC", "FIRE", "GEOHAZARD"], name="code"),
        ),
        "stations": pd.DataFrame(
            {"name_zh": ["交管站", "派出所", "自然资源所"], "name_en": ["Traffic station", "Police", "Land office"]},
            index=pd.Index(["TRAFFIC", "POLICE", "LAND"], name="code"),
        ),
        "posts": pd.DataFrame(
            [
                ("TRAFFIC", "", "TRAFFIC", "示例甲", "示例乙"),
                ("TRAFFIC", EAST_VILLAGE, "TRAFFIC", "示例丙", "示例乙"),
                ("FIRE", "", "POLICE", "示例丁", "示例戊"),
            ],
            columns=["sector", "village_code", "station", "station_person", "leader"],
        ),
    }


def _monitoring() -> dict[str, pd.DataFrame]:
    points = {
        "geo_class": ["hazard_point", "risk_slope"],
        "type": ["landslide", "rockfall"],
        "name_zh": ["示例滑坡", "示例斜坡"],
        "name_en": ["Sample landslide", "Sample slope"],
        "village_code": [WEST_VILLAGE, EAST_VILLAGE],
        "size_grade": ["small", "medium"],
        "threat_grade": ["small", "small"],
        "households": [7, 3],
        "people": [30, 11],
        "property_wan": [120.0, 35.5],
        "risk_level": ["larger", "low"],
        "monitor_a": ["示例己", "示例庚"],
        "monitor_b": ["", ""],
        "main_signs": ["裂缝", "掉块"],
        "status": ["monitored", "monitored"],
    }
    route = {"name_zh": "一号线", "name_en": "Route One", "mode": "foot", "monitor_a": "示例己", "monitor_b": ""}
    cycle = {"cycle_dry_days": 15, "cycle_flood_days": 5, "planned_min": 90}
    return {
        "geopoints": gpd.GeoDataFrame(
            points,
            index=pd.Index(["GP-01", "RS-01"], name="point_id"),
            geometry=gpd.points_from_xy([108.71, 108.76], [27.165, 27.17]),
            crs=CRS,
        ),
        "routes": gpd.GeoDataFrame(
            [route | cycle],
            index=pd.Index(["R1"], name="route_id"),
            geometry=[shapely.LineString([(108.71, 27.165), (108.74, 27.166), (108.76, 27.17)])],
            crs=CRS,
        ),
        **_visits(),
    }


def _visits() -> dict[str, pd.DataFrame]:
    stops = [("R1", 1, "GP-01", 10, 1), ("R1", 2, "RS-01", 15, 0)]
    inspection = (pd.Timestamp("2021-11-01"), "示例乙", 8, 41, "TRAFFIC;FIRE", WEST_VILLAGE, "节前检查")
    patrol = ("R1", pd.Timestamp("2021-06-10"), "示例己", 2, 2, 0, "晴", "")
    logged = ["route_id", "walked_on", "monitor", "stops_planned", "stops_logged", "abnormal", "weather", "note"]
    return {
        "stops": pd.DataFrame(stops, columns=["route_id", "position", "point_id", "dwell_min", "must_photo"]),
        "inspections": pd.DataFrame(
            [inspection],
            index=pd.Index(["I1"], name="inspection_id"),
            columns=["held_on", "leader", "person_times", "units", "sectors", "villages", "summary"],
        ),
        "patrols": pd.DataFrame(
            [patrol],
            index=pd.Index(["P1"], name="patrol_id"),
            columns=logged,
        ),
    }


def _line(kind: str, *places: tuple[float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"kind": [kind]}, geometry=[shapely.LineString(places)], crs=CRS)


def town_folder(folder: Path) -> Path:
    """Write `two_villages` as the folder of a town, with a ledger of two hazards, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    world = two_villages()
    settings = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in vars(world.town).items()]
    due_days = [f"{level} = {days}" for level, days in world.town.due_days.items()]
    plain = [line for line in settings if not line.startswith("due_days")]
    (folder / "town.toml").write_text("\n".join([*plain, "[due_days]", *due_days, ""]), "utf-8")
    for name in ("villages", "offices", "roads", "water", "geopoints", "routes"):
        _write_geojson(folder / f"{name}.geojson", getattr(world, name))
    for name in ("sectors", "stations", "posts", "stops", "inspections", "patrols"):
        frame = getattr(world, name)
        frame.to_csv(folder / f"{name}.csv", index=bool(frame.index.name), date_format="%Y-%m-%d", lineterminator="\n")
    lines = [json.dumps(entry, ensure_ascii=False) for entry in histories()]
    (folder / "ledger.jsonl").write_text("\n".join([*lines, ""]), "utf-8")
    return folder


def histories() -> list[dict[str, Any]]:
    """Return one hazard that was closed and one that was referred, each with its whole history."""
    first = {
        "state": "REGISTERED",
        "lon": 108.71,
        "lat": 27.161,
        "village_code": WEST_VILLAGE,
        "sector": "TRAFFIC",
        "level": "general",
        "description": "护栏缺失",
    }
    closed = [
        event("register", "2021-03-04", first),
        event("assign", "2021-03-05", {"state": "ASSIGNED", "due_on": "2021-03-20"}),
        event("accept", "2021-03-06", {"state": "RECTIFYING"}),
        event("submit", "2021-03-10", {"state": "PENDING_REVIEW", "result": "已加装"}),
        event("review_pass", "2021-03-12", {"state": "CLOSED", "closed_on": "2021-03-12"}),
    ]
    referred = [
        event("register", "2021-05-04", first | {"description": "桥面破损"}),
        event("refer", "2021-05-20", {"state": "REFERRED", "ref_sent_on": "2021-05-20"}),
    ]
    return [
        {"hazard_id": "SY-2021-TRAFFIC-0001", "events": closed},
        {"hazard_id": "SY-2021-TRAFFIC-0002", "events": referred},
    ]


def event(action: str, on: str, patch: dict[str, Any]) -> dict[str, Any]:
    """Return one step of a history as ledger.jsonl holds it."""
    return {"action": action, "on": on, "by": "示例甲", "role": "station", "reason": "", "patch": patch}


def _write_geojson(path: Path, frame: gpd.GeoDataFrame) -> None:
    rows = frame.reset_index() if frame.index.name else frame
    features = [
        {
            "type": "Feature",
            "properties": {name: value for name, value in row.items() if name != "geometry"},
            "geometry": mapping(row["geometry"]),
        }
        for row in rows.to_dict("records")
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
