"""Layers (图层和登记册): turns the town and its year into the files of the town's folder."""

from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

from .duties import SECTORS, STATIONS, cadre_of, posts
from .files import Feature, write_csv, write_geojson, write_lines, write_toml
from .findings import count_by_inspection
from .grid import to_lon_lat
from .monitoring import TYPE_EN, Geopoint, dwell_min
from .network import KINDS
from .patrols import Patrol, monitors_of
from .phrases import office_words
from .places import point_name
from .town import TOWN_CODE, DemoTown, Year

SETTINGS = {
    "code": TOWN_CODE,
    "name_zh": "思旸镇",
    "name_en": "Siyang Town",
    "county_zh": "岑巩县",
    "prefix": "SY",
    "bounds": [108.3, 26.9, 109.2, 27.5],
    "near_duplicate_m": 50,
    "route_reach_m": 200,
    "due_soon_days": 3,
    "is_synthetic": True,
    "notice_zh": "演示数据：边界与隐患均为示意，非真实",
    "notice_en": "Demo data: boundaries and hazards are synthetic",
}
DUE_DAYS = {"general": 15, "major": 30}


def write_land(folder: Path, town: DemoTown) -> None:
    """Write settings, villages, offices, roads, water, sectors, stations and posts."""
    land = town.land
    write_toml(folder / "town.toml", SETTINGS, {"due_days": DUE_DAYS})
    write_geojson(folder / "villages.geojson", _villages(town))
    offices = sorted(land.offices.items())
    write_geojson(
        folder / "offices.geojson",
        (("Point", to_lon_lat([place])[0], {"village_code": code}) for code, place in offices),
    )
    roads = sorted(land.stretches, key=lambda road: (KINDS.index(road.kind), road.start, road.end))
    write_geojson(
        folder / "roads.geojson", (("LineString", to_lon_lat(road.line), {"kind": road.kind}) for road in roads)
    )
    write_geojson(
        folder / "water.geojson",
        (("LineString", to_lon_lat(course.line.coords), {"kind": course.kind}) for course in land.courses),
    )
    write_csv(folder / "sectors.csv", "code,name_zh,name_en,glyph,lead_station,county_dept_zh", SECTORS)
    write_csv(folder / "stations.csv", "code,name_zh,name_en", STATIONS)
    header = "sector,village_code,station,station_person,leader"
    write_csv(folder / "posts.csv", header, (astuple(post) for post in posts(TOWN_CODE)))


def write_registers(folder: Path, town: DemoTown, year: Year) -> None:
    """Write geopoints, routes, stops, inspections, patrols and the ledger."""
    write_geojson(folder / "geopoints.geojson", _geopoints(town))
    write_geojson(folder / "routes.geojson", _routes(town))
    stops = [
        (route.route_id, position, stop.point_id, dwell_min(stop), int(stop.facts["geo_class"] == "hazard_point"))
        for route in town.routes
        for position, stop in enumerate(route.stops, start=1)
    ]
    write_csv(folder / "stops.csv", "route_id,position,point_id,dwell_min,must_photo", stops)
    header = "inspection_id,held_on,leader,person_times,units,sectors,villages,summary"
    write_csv(folder / "inspections.csv", header, _inspections(town, year))
    header = "patrol_id,route_id,walked_on,monitor,stops_planned,stops_logged,abnormal,weather,note"
    write_csv(folder / "patrols.csv", header, (_patrol(patrol, town, year) for patrol in year.patrols))
    cases = year.cases.items()
    write_lines(folder / "ledger.jsonl", ({"hazard_id": number, "events": case.events} for number, case in cases))


def _villages(town: DemoTown) -> Iterator[Feature]:
    for row in town.villages:
        ring = [[lon, lat] for lon, lat in town.land.outlines[row["code"]].exterior.coords]
        yield "Polygon", [ring], {name: row[name] for name in ("code", "name_zh", "name_en", "kind")}


def _geopoints(town: DemoTown) -> Iterator[Feature]:
    names_en = {row["code"]: row["name_en"] for row in town.villages}
    for point in town.land.geopoints:
        facts = point.facts
        number = facts["point_id"][3:].lstrip("0")
        kind = TYPE_EN[facts["type"]] + (" (risk slope)" if facts["geo_class"] == "risk_slope" else "")
        yield "Point", to_lon_lat([point.place])[0], {
            "point_id": facts["point_id"], "geo_class": facts["geo_class"], "type": facts["type"],
            "name_zh": point_name(point, town.land.names), "name_en": f"{names_en[point.village_code]} {kind} {number}",
            "village_code": point.village_code,
            "size_grade": facts["size_grade"], "threat_grade": facts["threat_grade"],
            "households": int(facts["households"]), "people": int(facts["people"]),
            "property_wan": int(facts["property_wan"]), "risk_level": facts["risk_level"],
            "monitor_a": _monitor(point), "monitor_b": cadre_of(point.village_code, sorted(town.land.names)),
            "main_signs": facts["main_signs"], "status": "monitored",
        }  # fmt: skip


def _monitor(point: Geopoint) -> str:
    """Return the monitor of a point: one for each hazard point, one for two slopes."""
    number = int(point.point_id[3:])
    return f"演示监测员{number if point.point_id.startswith('GP') else 9 + (number - 1) // 2:02d}"


def _routes(town: DemoTown) -> Iterator[Feature]:
    for route in town.routes:
        first, second = monitors_of(route)
        yield "LineString", to_lon_lat(route.line), {
            "route_id": route.route_id, "name_zh": route.facts["name_zh"], "name_en": route.facts["name_en"],
            "mode": route.facts["mode"], "monitor_a": first, "monitor_b": second,
            "cycle_dry_days": int(route.facts["cycle_dry_days"]),
            "cycle_flood_days": int(route.facts["cycle_flood_days"]), "planned_min": route.planned_min(),
        }  # fmt: skip


def _inspections(town: DemoTown, year: Year) -> Iterator[tuple[object, ...]]:
    count = count_by_inspection(year.findings)
    at_once = {
        inspection.inspection_id: sum(
            case.finding.inspection_id == inspection.inspection_id and case.events[1]["action"] == "fix_on_spot"
            for case in year.cases.values()
        )
        for inspection in year.inspections
    }
    for inspection in year.inspections:
        facts, number = inspection.facts, inspection.inspection_id
        found = f"发现隐患{count[number]}条，当场整改{at_once[number]}条"
        yield (
            number, facts["held_on"], facts["leader"], facts["person_times"], facts["units"], facts["sectors"],
            ";".join(inspection.villages(sorted(town.land.names))),
            f"{facts['theme']}：检查单位（场所）{facts['units']}家，{found}",
        )  # fmt: skip


def _patrol(patrol: Patrol, town: DemoTown, year: Year) -> tuple[object, ...]:
    number = next(
        (
            number
            for number, case in year.cases.items()
            if case.finding.found_by == patrol.monitor and case.finding.found_on == patrol.walked_on
        ),
        "",
    )
    note = patrol.note
    if number:
        stop = point_name(patrol.route.stops[patrol.found_at - 1], town.land.names)
        forms = office_words()["abnormal"]
        note = forms[int(patrol.patrol_id[-3:]) % len(forms)].format(stop=stop) + f"（{number}）"
    return (
        patrol.patrol_id, patrol.route.route_id, patrol.walked_on, patrol.monitor, len(patrol.route.stops),
        patrol.logged, int(bool(number)), patrol.weather, note,
    )  # fmt: skip
