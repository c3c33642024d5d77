"""The town's folder: what is read, and how each fault is named with its file, row and column."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import shapely

from atlas.errors import InvalidTown
from atlas.records import town_files
from atlas.township import CRS
from tests.worlds import EAST_VILLAGE, WEST_VILLAGE, event, histories, town_folder, two_villages

FRAMES = ("villages", "offices", "roads", "water", "sectors", "stations", "posts", "geopoints", "routes", "stops")
SQUARE = [[108.71, 27.16], [108.72, 27.16], [108.72, 27.17], [108.71, 27.16]]


@pytest.fixture
def folder(tmp_path) -> Path:
    return town_folder(tmp_path / "town")


def edit(path: Path, old: str, new: str) -> None:
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), "utf-8")


def set_geometry(path: Path, geometry: object, **collection: object) -> None:
    """Give the file's first feature another geometry, and the collection other members."""
    whole = json.loads(path.read_text("utf-8")) | collection
    whole["features"][0]["geometry"] = geometry
    path.write_text(json.dumps(whole), "utf-8")


def refusal(folder: Path) -> str:
    with pytest.raises(InvalidTown) as refused:
        list(town_files.read(folder).ledger)
    return str(refused.value)


@pytest.mark.parametrize("name", [*FRAMES, "inspections", "patrols"])
def test_a_town_comes_back_as_it_was_written(folder, name):
    read, written = getattr(town_files.read(folder), name), getattr(two_villages(), name)
    pd.testing.assert_frame_equal(pd.DataFrame(read), pd.DataFrame(written), check_dtype=False)


def test_the_settings_come_back_as_they_were_written(folder):
    assert town_files.read(folder).town == two_villages().town


def test_frames_with_places_say_their_coordinate_system(folder):
    read = town_files.read(folder)
    assert {getattr(read, name).crs.to_string() for name in ("villages", "roads", "geopoints", "routes")} == {CRS}


def test_a_town_may_do_without_registers_and_ledger(folder):
    for name in ("geopoints.geojson", "routes.geojson", "stops.csv", "inspections.csv", "patrols.csv", "ledger.jsonl"):
        (folder / name).unlink()
    read = town_files.read(folder)
    assert [len(read.geopoints), len(read.routes), len(read.stops), len(read.patrols), read.ledger] == [0, 0, 0, 0, []]
    assert read.inspections["held_on"].dtype.kind == "M"
    assert read.routes.crs.to_string() == CRS


def test_the_ledger_comes_back_line_by_line(folder):
    assert town_files.read(folder).ledger == histories()


def test_the_digest_changes_with_any_file_and_with_nothing_else(folder, tmp_path):
    before = town_files.read(folder).digest
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy" / "atlas.db").write_bytes(b"not a town's file")
    assert town_files.read(tmp_path / "copy").digest == before
    edit(folder / "ledger.jsonl", "护栏缺失", "护栏破损")
    assert town_files.read(folder).digest != before


@pytest.mark.parametrize("name", ["town.toml", "villages.geojson", "sectors.csv", "stations.csv", "posts.csv"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert refusal(folder).startswith(name)


def test_a_byte_order_mark_is_no_fault(folder):
    content = (folder / "posts.csv").read_text("utf-8")
    (folder / "posts.csv").write_text(content, "utf-8-sig")
    assert len(town_files.read(folder).posts) == 3


@pytest.mark.parametrize(("encoding", "says"), [("gbk", "GBK"), ("utf-16", "UTF-16")])
def test_a_file_saved_by_excel_in_another_encoding_is_recognised(folder, encoding, says):
    content = (folder / "sectors.csv").read_text("utf-8")
    (folder / "sectors.csv").write_text(content, encoding)
    said = refusal(folder)
    assert said.startswith("sectors.csv ")
    assert says in said
    assert "CSV UTF-8" in said


def test_the_line_of_a_wrong_byte_is_named(folder):
    (folder / "stations.csv").write_bytes(b"code,name_zh,name_en\nA,a,a\nB,\xff\xff\xff,b\n")
    assert refusal(folder).startswith("stations.csv 第 3 行")


# File, what is replaced, by what, and what the refusal must name.
FAULTS = [
    ("town.toml", 'prefix = "SY"', 'prefix = "sy"', ["town.toml", "prefix", "sy"]),
    ("town.toml", "due_soon_days = 3", "due_soon = 3", ["town.toml", "due_soon_days"]),
    ("town.toml", "near_duplicate_m = 50.0", "near_duplicate_m = nan", ["town.toml", "near_duplicate_m"]),
    ("town.toml", "[108.3, 26.9, 109.2, 27.5]", "[109.2, 26.9, 108.3, 27.5]", ["town.toml", "bounds"]),
    ("town.toml", "major = 30\n", "", ["town.toml", "due_days", "major"]),
    ("town.toml", "is_synthetic = true", "is_synthetic = maybe", ["town.toml", "TOML"]),
    ("sectors.csv", "code,name_zh", "code;name_zh", ["sectors.csv 第 1 行", "county_dept_zh"]),
    ("sectors.csv", "消防安全,Fire safety,消", "消防安全,Fire safety,消防", ["sectors.csv 第 3 行", "glyph", "消防"]),
    ("sectors.csv", "TRAFFIC,道路交通,", "TRAFFIC,,", ["sectors.csv 第 2 行", "name_zh", "不能为空"]),
    ("sectors.csv", "消,POLICE", "消,POLICY", ["sectors.csv 第 3 行", "lead_station", "POLICY", "POLICE"]),
    ("posts.csv", "TRAFFIC,,", "TRAIN,,", ["posts.csv 第 2 行", "sector", "TRAIN", "FIRE"]),
    ("posts.csv", EAST_VILLAGE, "522626100999", ["posts.csv 第 3 行", "village_code", "522626100999"]),
    ("posts.csv", f"TRAFFIC,{EAST_VILLAGE}", "TRAFFIC,", ["posts.csv 第 3 行", "sector,village_code", "第 2 行"]),
    ("posts.csv", "示例丁,示例戊", "示例丁,示例戊,示例", ["posts.csv 第 4 行", "6", "5"]),
    ("posts.csv", "示例丁,示例戊", '"示例丁,示例戊', ["posts.csv 第 4 行"]),
    ("stops.csv", "R1,2,RS-01", "R1,2,RS-09", ["stops.csv 第 3 行", "point_id", "RS-09", "RS-01"]),
    ("stops.csv", "R1,2,", "R1,两,", ["stops.csv 第 3 行", "position", "整数", "两"]),
    ("stops.csv", "RS-01,15,0", "RS-01,15,2", ["stops.csv 第 3 行", "must_photo", "0", "1"]),
    ("inspections.csv", "2021-11-01", "2021.11.1", ["inspections.csv 第 2 行", "held_on", "2021.11.1", "2021-03-04"]),
    ("inspections.csv", "2021-11-01", "2021-02-30", ["inspections.csv 第 2 行", "held_on", "2021-02-30"]),
    ("inspections.csv", "TRAFFIC;FIRE", "TRAFFIC;FOREST", ["inspections.csv 第 2 行", "sectors", "FOREST"]),
    ("patrols.csv", ",2,2,0,", ",2,3,0,", ["patrols.csv 第 2 行", "stops_logged", "stops_planned"]),
    ("patrols.csv", "P1,R1", "P1,R2", ["patrols.csv 第 2 行", "route_id", "R2", "R1"]),
    ("villages.geojson", f'"{EAST_VILLAGE}"', f'"{WEST_VILLAGE}"', ["villages.geojson 第 2 个", "code", "第 1 个"]),
    ("villages.geojson", '"community"', '"hamlet"', ["villages.geojson 第 1 个", "kind", "community", "hamlet"]),
    ("villages.geojson", f'"{WEST_VILLAGE}"', WEST_VILLAGE, ["villages.geojson 第 1 个", "code", "文字"]),
    ("villages.geojson", "108.75", "NaN", ["villages.geojson", "NaN"]),
    ("villages.geojson", '{"type"', '<OGRVRTDataSource>{"type"', ["villages.geojson 第 1 行", "GeoJSON"]),
    ("villages.geojson", '"features"', '"rows"', ["villages.geojson", "FeatureCollection"]),
    ("offices.geojson", f'"{EAST_VILLAGE}"', '"522626100999"', ["offices.geojson 第 2 个", "village_code"]),
    ("geopoints.geojson", '"households": 7', '"households": -7', ["geopoints.geojson 第 1 个", "households", "-7"]),
    ("routes.geojson", '"mode": "foot"', '"mode": "boat"', ["routes.geojson 第 1 个", "mode", "foot", "boat"]),
]


@pytest.mark.parametrize(("name", "old", "new", "named"), FAULTS)
def test_a_fault_is_named_with_its_file_row_and_column(folder, name, old, new, named):
    edit(folder / name, old, new)
    said = refusal(folder)
    assert [part for part in named if part not in said] == []


GEOMETRIES = [
    (None, "Polygon"),
    ({"type": "Point", "coordinates": [108.71, 27.16]}, "Polygon"),
    ({"type": "Polygon", "coordinates": []}, "Polygon"),
    ({"type": "Polygon", "coordinates": [SQUARE[:-1]]}, "几何读不出"),
    ({"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}, "几何读不出"),
    ({"type": "Polygon", "coordinates": [[SQUARE[0], SQUARE[2], SQUARE[1], [108.71, 27.17], SQUARE[0]]]}, "自相交"),
    ({"type": "Polygon", "coordinates": [[[y, x] for x, y in SQUARE]]}, "写反"),
    ({"type": "Polygon", "coordinates": [[[570000 + x, 3000000 + y] for x, y in SQUARE]]}, "投影坐标"),
    ({"type": "Polygon", "coordinates": [[[x - 8, y] for x, y in SQUARE]]}, "bounds"),
    ("Polygon", "geometry"),
]


@pytest.mark.parametrize(("geometry", "says"), GEOMETRIES)
def test_a_bad_geometry_is_named_with_its_feature(folder, geometry, says):
    set_geometry(folder / "villages.geojson", geometry)
    said = refusal(folder)
    assert said.startswith("villages.geojson 第 1 个要素：geometry")
    assert says in said


def test_a_multi_geometry_of_one_part_is_that_part(folder):
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE]]}
    set_geometry(folder / "villages.geojson", parts)
    assert town_files.read(folder).villages.geometry.iloc[0].geom_type == "Polygon"


@pytest.mark.parametrize("crs", ["urn:ogc:def:crs:EPSG::4545", "urn:ogc:def:crs:EPSG::3857", "EPSG:4214"])
def test_another_coordinate_system_is_refused(folder, crs):
    set_geometry(folder / "villages.geojson", None, crs={"type": "name", "properties": {"name": crs}})
    said = refusal(folder)
    assert crs in said
    assert "EPSG:4326" in said


@pytest.mark.parametrize("crs", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4490"])
def test_longitude_and_latitude_are_accepted_under_each_of_their_names(folder, crs):
    whole = json.loads((folder / "villages.geojson").read_text("utf-8"))
    whole["crs"] = {"type": "name", "properties": {"name": crs}}
    (folder / "villages.geojson").write_text(json.dumps(whole), "utf-8")
    assert len(town_files.read(folder).villages) == 2


def test_a_file_nested_without_end_is_refused(folder):
    (folder / "villages.geojson").write_text("[" * 100_000, "utf-8")
    assert refusal(folder).startswith("villages.geojson 第 1 行")


def test_a_geojson_that_points_to_another_file_reads_nothing_of_it(folder, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("name\nhunter2\n", "utf-8")
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
    (folder / "villages.geojson").write_text(f"{vrt}</OGRVRTDataSource>", "utf-8")
    assert "hunter2" not in refusal(folder)


STEPS = [
    ([event("assign", "2021-03-04", {"state": "ASSIGNED"})], "events[1].action"),
    ([event("register", "2021-03-04", {"state": "CLOSED"})], "events[1].action"),
    ([event("register", "2021-3-4", {"state": "REGISTERED"})], "events[1].on"),
    ([event("register", "2021-03-04", {"state": "REGISTERED", "sector": "TRAIN"})], "sector"),
    ([event("register", "2021-03-04", {"state": "REGISTERED", "village_code": "1"})], "village_code"),
    ([event("register", "2021-03-04", {"state": "REGISTERED", "level": "huge"})], "level"),
    ([event("register", "2021-03-04", {"state": "REGISTERED"}) | {"role": "king"}], "events[1].role"),
    ([], "events"),
]
BEGUN = event("register", "2021-03-04", {"state": "REGISTERED"})
NEXT_STEPS = [
    (event("assign", "2021-03-03", {"state": "ASSIGNED"}), "events[2].on"),
    (event("review_pass", "2021-03-05", {"state": "CLOSED"}), "events[2].action"),
    (event("assign", "2021-03-05", {"state": "CLOSED"}), "events[2].action"),
    (event("relocate", "2021-03-05", {"state": "CLOSED"}), "events[2].action"),
    (event("register", "2021-03-05", {"state": "REGISTERED"}), "events[2].action"),
]


@pytest.mark.parametrize(("events", "column"), [*STEPS, *(([BEGUN, step], column) for step, column in NEXT_STEPS)])
def test_a_history_that_cannot_have_happened_is_refused(folder, events, column):
    entry = {"hazard_id": "SY-2021-FIRE-0009", "events": events}
    with (folder / "ledger.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
    said = refusal(folder)
    assert said.startswith("ledger.jsonl 第 3 行")
    assert column in said


@pytest.mark.parametrize(("line", "says"), [("{", "JSON"), ("[]", "ledger.jsonl"), ('{"hazard_id": "1"}', "hazard_id")])
def test_a_line_that_is_no_entry_is_refused(folder, line, says):
    (folder / "ledger.jsonl").write_text(line + "\n", "utf-8")
    assert says in refusal(folder)


def test_the_same_number_twice_in_the_ledger_is_refused(folder):
    entry = json.dumps(histories()[0])
    (folder / "ledger.jsonl").write_text(f"{entry}\n{entry}\n", "utf-8")
    assert "SY-2021-TRAFFIC-0001" in refusal(folder)


def test_a_line_separator_inside_a_text_ends_no_line(folder):
    edit(folder / "ledger.jsonl", "护栏缺失", "护栏\u2028缺失")
    assert town_files.read(folder).ledger[0]["events"][0]["patch"]["description"] == "护栏\u2028缺失"


def test_the_town_that_comes_with_the_program_is_beside_it():
    assert town_files.bundled().parts[-2:] == ("geodata", "siyang")


def test_reading_leaves_no_shape_of_another_dimension(folder):
    square = {"type": "Polygon", "coordinates": [[[x, y, 500.0] for x, y in SQUARE]]}
    set_geometry(folder / "villages.geojson", square)
    assert not shapely.has_z(town_files.read(folder).villages.geometry.iloc[0])
