"""The demo town (演示镇) in geodata/siyang: whole, plausible, replayable, and the same whenever it is made again."""

import csv
import json
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, Point, shape

from atlas.accounts import may
from atlas.ledger import MOVES
from atlas.township import METRES_CRS

ROOT = Path(__file__).parents[1]
TOWN = ROOT / "geodata" / "siyang"
FILES = sorted(path.name for path in TOWN.iterdir() if path.suffix in {".toml", ".geojson", ".csv", ".jsonl"})
TO_METRES = Transformer.from_crs("EPSG:4326", METRES_CRS, always_xy=True)


@cache
def features(name: str) -> list[dict[str, Any]]:
    """Read the features of a layer."""
    return json.loads((TOWN / f"{name}.geojson").read_text(encoding="utf-8"))["features"]


@cache
def table(name: str) -> list[dict[str, str]]:
    """Read the rows of a table."""
    with (TOWN / f"{name}.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


@cache
def histories() -> dict[str, list[dict[str, Any]]]:
    """Read the events of every hazard by its number."""
    lines = (TOWN / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["hazard_id"]: record["events"] for record in map(json.loads, lines)}


@cache
def hazards() -> dict[str, dict[str, Any]]:
    """Fold the events of every hazard into how it ends."""
    folded: dict[str, dict[str, Any]] = defaultdict(dict)
    for number, events in histories().items():
        for event in events:
            folded[number] |= event["patch"]
    return folded


@cache
def villages() -> dict[str, shapely.Geometry]:
    """Return the villages' outlines in degrees."""
    return {feature["properties"]["code"]: shape(feature["geometry"]) for feature in features("villages")}


def metres(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry in metres."""
    return shapely.transform(geometry, TO_METRES.transform, interleaved=False)


def place(feature: dict[str, Any]) -> shapely.Geometry:
    """Return a feature's geometry in metres."""
    return metres(shape(feature["geometry"]))


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a second making of the town."""
    folder = tmp_path_factory.mktemp("town") / "siyang"
    subprocess.run([sys.executable, ROOT / "geodata" / "making", "--out", folder], check=True, cwd=folder.parent)
    return folder


@pytest.mark.parametrize("name", FILES)
def test_making_the_town_again_gives_the_same_bytes(made_again: Path, name: str) -> None:
    assert (made_again / name).read_bytes() == (TOWN / name).read_bytes()


def test_making_the_town_again_gives_the_same_files(made_again: Path) -> None:
    assert sorted(path.name for path in made_again.iterdir()) == FILES


def test_the_villages_bear_the_official_codes_and_names() -> None:
    official = {
        "522626100001": "思州社区", "522626100004": "温泉社区", "522626100202": "铜古田村", "522626100203": "新安村",
        "522626100204": "盘街村", "522626100205": "板桥村", "522626100206": "岑峰村", "522626100207": "磨寨村",
        "522626100209": "双龙村", "522626100211": "龙江村", "522626100213": "桐木村", "522626100214": "坪坝村",
    }  # fmt: skip
    assert {f["properties"]["code"]: f["properties"]["name_zh"] for f in features("villages")} == official


def test_the_villages_cover_the_town_without_gaps_or_overlaps() -> None:
    outlines = list(villages().values())
    town = shapely.union_all(outlines)
    assert shapely.coverage_is_valid(outlines)
    assert town.geom_type == "Polygon"
    assert not town.interiors


def test_the_town_has_its_size_in_the_right_place() -> None:
    town = shapely.union_all([metres(outline) for outline in villages().values()])
    assert 125 <= town.area / 1e6 <= 135
    assert town.contains(metres(Point(108.75, 27.21)))


def test_villages_are_of_uneven_size_and_communities_are_the_smallest() -> None:
    area = {code: metres(outline).area / 1e6 for code, outline in villages().items()}
    assert min(area.values()) >= 6
    assert max(area.values()) <= 18
    assert set(sorted(area, key=area.__getitem__)[:2]) == {"522626100001", "522626100004"}


def test_outlines_are_winding_but_light() -> None:
    assert shapely.get_num_coordinates(list(villages().values())).sum() < 6000
    assert (TOWN / "villages.geojson").stat().st_size < 250_000
    roundness = [12.57 * metres(outline).area / metres(outline).length ** 2 for outline in villages().values()]
    assert max(roundness) < 0.8


@pytest.mark.parametrize("name", ["offices", "geopoints"])
def test_offices_and_geopoints_lie_in_their_village_and_on_the_network(name: str) -> None:
    ends = {tuple(f["geometry"]["coordinates"][end]) for f in features("roads") for end in (0, -1)}
    for feature in features(name):
        assert villages()[feature["properties"]["village_code"]].contains(shape(feature["geometry"]))
        assert tuple(feature["geometry"]["coordinates"]) in ends


def test_every_road_can_be_reached_from_every_other() -> None:
    reach: dict[tuple[float, ...], set[tuple[float, ...]]] = defaultdict(set)
    for feature in features("roads"):
        start, end = (tuple(feature["geometry"]["coordinates"][at]) for at in (0, -1))
        reach[start].add(end)
        reach[end].add(start)
    seen: set[tuple[float, ...]] = set()
    waiting = [min(reach)]
    while waiting:
        seen.add(knot := waiting.pop())
        waiting += reach[knot] - seen
    assert seen == set(reach)


def test_667_hazards_end_651_closed_and_16_referred() -> None:
    assert Counter(hazard["state"] for hazard in hazards().values()) == {"CLOSED": 651, "REFERRED": 16}
    assert list(histories()) == sorted(histories())


@pytest.mark.parametrize("sector", [row["code"] for row in table("sectors")])
def test_hazards_of_a_sector_are_numbered_by_the_day_they_were_found(sector: str) -> None:
    found = [(number, hazard["found_on"]) for number, hazard in hazards().items() if hazard["sector"] == sector]
    assert [number for number, _ in found] == [f"SY-2021-{sector}-{at:04d}" for at in range(1, len(found) + 1)]
    assert [day for _, day in found] == sorted(day for _, day in found)


def test_every_history_replays_through_the_state_machine() -> None:
    for number, (first, *moves) in histories().items():
        state = {"report": "REPORTED", "register": "REGISTERED"}[first["action"]]
        assert first["patch"]["state"] == state
        for event in moves:
            move = MOVES[event["action"]]
            assert state in move.starts, number
            assert event["patch"]["state"] == move.end, number
            assert event["reason"] or not move.needs_reason, number
            state = move.end


def test_dates_never_run_backwards_and_all_lie_in_2021() -> None:
    for number, events in histories().items():
        days = [date.fromisoformat(event["on"]) for event in events]
        assert days == sorted(days)
        assert days[0].isoformat() == hazards()[number]["found_on"]
        assert date(2021, 1, 5) <= days[0] <= date(2021, 12, 10)
        assert days[-1] <= date(2021, 12, 31)


def test_nobody_does_what_his_role_may_not() -> None:
    assert all(may(event["role"], event["action"]) for events in histories().values() for event in events)


def test_nobody_reviews_what_he_himself_submitted() -> None:
    for events in histories().values():
        for before, event in pairwise(events):
            if event["action"] in ("review_pass", "review_fail"):
                assert event["by"] == event["patch"]["reviewer"] != before["by"]


def test_every_major_hazard_has_all_five_implementations() -> None:
    major = [hazard for hazard in hazards().values() if hazard["level"] == "major"]
    needed = ("basis", "measures", "fund_wan", "due_on", "duty_person", "plan", "approved_by")
    assert 0.03 <= len(major) / 667 <= 0.04
    assert all(hazard[name] for hazard in major for name in needed)


def test_every_closed_hazard_tells_who_did_what_until_when() -> None:
    needed = ("measures", "due_on", "duty_person", "result", "fixed_on", "reviewer", "review_opinion", "closed_on")
    through_the_town = [h for h in hazards().values() if h["state"] == "CLOSED" and h["jurisdiction"] == "town"]
    assert all(hazard[name] for hazard in through_the_town for name in needed)


def test_every_referred_hazard_waits_for_a_county_department_under_a_letter() -> None:
    departments = {row["code"]: row["county_dept_zh"].split("、") for row in table("sectors")}
    referred = [hazard for hazard in hazards().values() if hazard["state"] == "REFERRED"]
    assert all(hazard["ref_to"] in departments[hazard["sector"]] for hazard in referred)
    assert all(hazard["ref_sent_on"] < hazard["ref_due_on"] and hazard["plan"] for hazard in referred)
    assert all(hazard["ref_no"].startswith("思府函〔2021〕") for hazard in referred)
    assert {hazard["jurisdiction"] for hazard in referred} == {"county"}


def test_letters_and_notices_have_numbers_of_their_own() -> None:
    for action, name in (("refer", "ref_no"), ("assign", "notice_no")):
        numbers = [e["patch"][name] for events in histories().values() for e in events if e["action"] == action]
        assert len(set(numbers)) == len(numbers)


def test_some_hazards_were_overdue_at_midsummer() -> None:
    overdue = 0
    for events in histories().values():
        known: dict[str, Any] = {}
        for event in events:
            known |= event["patch"] if event["on"] <= "2021-06-30" else {}
        is_at_work = known.get("state") in ("ASSIGNED", "RECTIFYING")
        overdue += is_at_work and known["due_on"] < "2021-06-30"
    assert overdue >= 3


def test_histories_are_varied() -> None:
    told = {"-".join(event["action"] for event in events) for events in histories().values()}
    did = {event["action"] for events in histories().values() for event in events}
    assert len(told) >= 15
    assert did == set(MOVES) - {"reject", "void"} | {"report", "register"}


def test_every_hazard_lies_in_the_village_it_names() -> None:
    for number, hazard in hazards().items():
        assert villages()[hazard["village_code"]].contains(Point(hazard["lon"], hazard["lat"])), number


@pytest.mark.parametrize(("sector", "layer"), [("TRAFFIC", "roads"), ("WATER", "water"), ("GEOHAZARD", "geopoints")])
def test_most_hazards_lie_where_their_kind_belongs(sector: str, layer: str) -> None:
    ground = shapely.union_all([place(feature) for feature in features(layer)])
    points = [metres(Point(h["lon"], h["lat"])) for h in hazards().values() if h["sector"] == sector]
    assert sum(point.distance(ground) < 100 for point in points) / len(points) > 0.75


def test_hazards_are_worded_differently_and_spread_unevenly() -> None:
    assert len({hazard["description"] for hazard in hazards().values()}) >= 500
    for count in (
        Counter(hazard["village_code"] for hazard in hazards().values()),
        Counter(hazard["sector"] for hazard in hazards().values()),
        Counter(hazard["found_on"][:7] for hazard in hazards().values()),
    ):
        assert len(count) == 12
        assert max(count.values()) > 2.5 * min(count.values())


def test_geohazards_come_in_the_flood_season_and_fires_before_the_spring_festival() -> None:
    months = {sector: Counter(int(h["found_on"][5:7]) for h in hazards().values() if h["sector"] == sector)
              for sector in ("GEOHAZARD", "FIRE")}  # fmt: skip
    assert sum(months["GEOHAZARD"][month] for month in range(5, 10)) > 0.5 * months["GEOHAZARD"].total()
    assert months["FIRE"][1] + months["FIRE"][2] > 0.3 * months["FIRE"].total()


def test_eight_geohazard_points_and_eleven_risk_slopes_have_the_provinces_mix() -> None:
    facts = [feature["properties"] for feature in features("geopoints")]
    kinds = Counter(fact["type"] for fact in facts if fact["geo_class"] == "hazard_point")
    assert Counter(fact["geo_class"] for fact in facts) == {"hazard_point": 8, "risk_slope": 11}
    assert kinds == {"landslide": 4, "rockfall": 2, "unstable_slope": 1, "collapse": 1}


def test_every_geopoint_lies_on_a_route_that_passes_it() -> None:
    points = {feature["properties"]["point_id"]: place(feature) for feature in features("geopoints")}
    lines = {feature["properties"]["route_id"]: place(feature) for feature in features("routes")}
    assert len(lines) >= 5
    assert {stop["point_id"] for stop in table("stops")} == set(points)
    for stop in table("stops"):
        assert lines[stop["route_id"]].distance(points[stop["point_id"]]) < 60


@pytest.mark.parametrize("route", features("routes"), ids=lambda route: route["properties"]["route_id"])
def test_a_route_leads_from_an_office_along_the_roads_past_its_stops_in_order(route: dict[str, Any]) -> None:
    coordinates = route["geometry"]["coordinates"]
    points = {f["properties"]["point_id"]: f["geometry"]["coordinates"] for f in features("geopoints")}
    stops = [row for row in table("stops") if row["route_id"] == route["properties"]["route_id"]]
    stretches = {edge for f in features("roads") for edge in _edges(f["geometry"]["coordinates"])}
    at = [coordinates.index(points[stop["point_id"]]) for stop in stops]
    assert coordinates[0] in [office["geometry"]["coordinates"] for office in features("offices")]
    assert at == sorted(at)
    assert [int(stop["position"]) for stop in stops] == list(range(1, len(stops) + 1))
    assert _edges(coordinates) <= stretches


def _edges(line: list[list[float]]) -> set[frozenset[tuple[float, ...]]]:
    return {frozenset((tuple(a), tuple(b))) for a, b in pairwise(line)}


def test_twenty_inspections_looked_at_821_units() -> None:
    assert len(table("inspections")) == 20
    assert sum(int(row["person_times"]) for row in table("inspections")) >= 160
    assert sum(int(row["units"]) for row in table("inspections")) == 821


def test_hazards_found_at_an_inspection_agree_with_it() -> None:
    held = {row["inspection_id"]: row for row in table("inspections")}
    found = [hazard for hazard in hazards().values() if hazard["source"] == "inspection"]
    assert len(found) > 200
    for hazard in found:
        inspection = held[hazard["inspection_id"]]
        assert hazard["found_on"] == inspection["held_on"]
        assert hazard["sector"] in inspection["sectors"].split(";")
        assert hazard["village_code"] in inspection["villages"].split(";")


def test_patrols_walk_real_routes_and_more_often_in_the_flood_season() -> None:
    planned = Counter(stop["route_id"] for stop in table("stops"))
    flood = sum(5 <= date.fromisoformat(row["walked_on"]).month <= 9 for row in table("patrols"))
    assert len(table("patrols")) >= 52
    assert flood > len(table("patrols")) / 2
    for row in table("patrols"):
        assert int(row["stops_logged"]) <= int(row["stops_planned"]) == planned[row["route_id"]]


def test_every_abnormal_patrol_names_the_hazard_it_reported() -> None:
    abnormal = [row for row in table("patrols") if row["abnormal"] == "1"]
    assert abnormal
    for row in abnormal:
        hazard = hazards()[row["note"].rsplit("（", 1)[1].rstrip("）")]
        assert (hazard["found_by"], hazard["found_on"]) == (row["monitor"], row["walked_on"])


def test_every_sector_has_a_sign_a_station_and_a_post() -> None:
    stations = {row["code"] for row in table("stations")}
    glyphs = [row["glyph"] for row in table("sectors")]
    everywhere = {row["sector"] for row in table("posts") if not row["village_code"]}
    assert "".join(glyphs) == "交消危工建气水地校农林特"
    assert everywhere == {row["code"] for row in table("sectors")}
    assert {row["station"] for row in table("posts")} | {row["lead_station"] for row in table("sectors")} <= stations


def test_the_town_says_that_it_is_invented() -> None:
    settings = tomllib.loads((TOWN / "town.toml").read_text(encoding="utf-8"))
    assert settings["is_synthetic"] is True
    assert "演示" in settings["notice_zh"]
    assert "synthetic" in settings["notice_en"]


def test_nobody_and_no_firm_is_real() -> None:
    persons = {event["by"] for events in histories().values() for event in events}
    persons |= {row[name] for row in table("posts") for name in ("station_person", "leader")}
    units = {hazard["unit_name"] for hazard in hazards().values()} - {""}
    assert all(person.startswith("演示") for person in persons)
    assert all(unit.startswith(("示例", "演示")) for unit in units)


def test_coordinates_have_six_decimals_in_degrees() -> None:
    line = LineString(features("routes")[0]["geometry"]["coordinates"])
    assert shapely.equals_exact(line, shapely.set_precision(line, 1e-6, mode="pointwise"), 1e-12)
