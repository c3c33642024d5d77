"""Exports: every format holds the whole ledger, says that it is invented, and runs nothing on opening."""

import csv
import json
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.errors import CannotExport, InvalidLayer
from atlas.records import formats, layers
from atlas.records.layers import HAZARD_COLUMNS
from tests.worlds import NASTY, two_villages

# Not imported by name: an import sorted before ours would open GDAL with every driver.
pyogrio = formats.pyogrio

TOWN = two_villages()
SUFFIXES = (".gpkg", ".geojson", ".csv", ".xlsx")
NOTICE = f"{TOWN.town.notice_zh} / {TOWN.town.notice_en}"


def export(folder: Path, suffix: str, what: str = "hazards") -> Path:
    path = folder / f"{what}{suffix}"
    layers.export(TOWN, path, what=what)
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("what", "rows"), [("hazards", 13), ("villages", 2), ("routes", 1)])
def test_an_export_says_how_many_rows_it_wrote_and_leaves_only_its_file(tmp_path, suffix, what, rows):
    assert layers.export(TOWN, tmp_path / f"out{suffix}", what=what) == rows
    assert [path.name for path in tmp_path.iterdir()] == [f"out{suffix}"]


def test_the_geopackage_counts_the_same_as_the_ledger(tmp_path):
    read = gpd.read_file(export(tmp_path, ".gpkg"), layer="hazards")
    assert read["bucket"].value_counts().to_dict() == TOWN.hazards["bucket"].value_counts().to_dict()
    assert read["overdue"].sum() == TOWN.hazards["overdue"].sum()
    assert list(read["hazard_id"]) == list(TOWN.hazards["hazard_id"])


def test_the_geopackage_keeps_days_numbers_and_truth_as_what_they_are(tmp_path):
    info = pyogrio.read_info(export(tmp_path, ".gpkg"))
    kinds = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert [kinds[name] for name in ("due_on", "fixed_on", "fund_wan", "ext_count", "description")] == [
        *("OFTDate", "OFTDate", "OFTReal", "OFTInteger64", "OFTString")
    ]
    assert dict(zip(info["fields"], info["ogr_subtypes"], strict=True))["overdue"] == "OFSTBoolean"


def test_the_geopackage_keeps_an_unplaced_hazard(tmp_path):
    read = gpd.read_file(export(tmp_path, ".gpkg")).set_index("hazard_id")
    assert read.geometry["SY-2021-TRAFFIC-0007"] is None
    assert read.geometry["SY-2021-TRAFFIC-0001"].coords[0] == (108.71, 27.161)


def test_the_geopackage_says_in_its_contents_that_it_is_invented(tmp_path):
    with sqlite3.connect(export(tmp_path, ".gpkg")) as file:
        assert file.execute("SELECT table_name, description FROM gpkg_contents").fetchall() == [("hazards", NOTICE)]
        assert file.execute("SELECT DISTINCT notice FROM hazards").fetchall() == [(NOTICE,)]
    file.close()


def test_the_geojson_is_in_longitude_and_latitude_and_says_that_it_is_invented(tmp_path):
    whole = json.loads(export(tmp_path, ".geojson").read_text("utf-8"))
    assert whole["notice"] == NOTICE
    assert whole["crs"]["properties"]["name"].endswith("CRS84")
    assert whole["features"][0]["geometry"] == {"type": "Point", "coordinates": [108.71, 27.161]}
    assert whole["features"][6]["geometry"] is None
    assert [feature["properties"]["lon"] for feature in whole["features"][:7:6]] == [108.71, None]


def test_the_csv_is_for_machines_from_its_first_line_on(tmp_path):
    path = export(tmp_path, ".csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfhazard_id,state,bucket,")
    rows = read_csv(path)
    assert list(rows[0]) == [*HAZARD_COLUMNS, "notice"]
    assert {row["notice"] for row in rows} == {NOTICE}
    assert (rows[0]["found_on"], rows[0]["overdue"], rows[2]["fund_wan"]) == ("2021-03-04", "false", "1.5")
    assert (rows[6]["lon"], rows[6]["due_on"]) == ("", "")


def test_pandas_reads_from_the_csv_what_the_ledger_holds(tmp_path):
    read = pd.read_csv(export(tmp_path, ".csv"), dtype={"village_code": str}, parse_dates=["due_on"])
    assert read["overdue"].tolist() == TOWN.hazards["overdue"].tolist()
    assert read["due_on"].equals(TOWN.hazards["due_on"].reset_index(drop=True).astype(read["due_on"].dtype))
    assert read["village_code"].tolist() == TOWN.hazards["village_code"].tolist()


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
@pytest.mark.parametrize("number", NASTY)
def test_a_nasty_text_comes_out_as_it_went_in(tmp_path, suffix, number):
    read = gpd.read_file(export(tmp_path, suffix))
    assert read["description"][number - 1] == NASTY[number]


def test_a_village_and_a_route_keep_their_shape_in_every_table(tmp_path):
    assert read_csv(export(tmp_path, ".csv", "villages"))[0]["wkt"].startswith("POLYGON ((108.75 27.15")
    (route,) = read_csv(export(tmp_path, ".csv", "routes"))
    assert route["wkt"].startswith("LINESTRING (108.71 27.165")
    assert (route["stops"], route["length_m"]) == ("GP-01;RS-01", "5006.8")


def test_a_real_town_has_no_notice(tmp_path):
    real = replace(TOWN, town=replace(TOWN.town, is_synthetic=False))
    layers.export(real, tmp_path / "out.geojson")
    assert json.loads((tmp_path / "out.geojson").read_text("utf-8"))["notice"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path, text):
    layers.export(replace(TOWN, hazards=TOWN.hazards.assign(description=text)), tmp_path / "a.csv")
    assert read_csv(tmp_path / "a.csv")[0]["description"] == f"'{text}"


def test_a_negative_number_stays_a_number(tmp_path):
    rows = TOWN.hazards.assign(fund_wan=-2.5)
    layers.export(replace(TOWN, hazards=rows), tmp_path / "a.csv")
    assert {row["fund_wan"] for row in read_csv(tmp_path / "a.csv")} == {"-2.5"}


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=40))
def test_no_text_begins_as_a_formula_and_every_text_can_be_had_back(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "a.csv"
    layers.export(replace(TOWN, hazards=TOWN.hazards.assign(note=text)), path)
    cell = read_csv(path)[0]["note"]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    is_marked = cell.startswith("'") and cell.lstrip("'").startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert (cell[1:] if is_marked else cell) == text.replace("\0", "\ufffd")


@pytest.mark.parametrize(("name", "what"), [("a.shp", "hazards"), ("a", "hazards"), ("a.csv", "x"), ("a.db", "routes")])
def test_what_cannot_be_exported_is_refused_with_what_can(tmp_path, name, what):
    with pytest.raises(CannotExport, match=r"hazards.*\.gpkg"):
        layers.export(TOWN, tmp_path / name, what=what)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_place_that_cannot_be_written_is_refused(tmp_path, suffix):
    with pytest.raises(CannotExport, match="nowhere"):
        layers.export(TOWN, tmp_path / "nowhere" / f"a{suffix}")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_export_that_fails_leaves_the_earlier_file_alone(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"earlier")
    broken = replace(TOWN, hazards=TOWN.hazards.drop(columns="bucket"))
    with pytest.raises(InvalidLayer, match="bucket"):
        layers.export(broken, path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"earlier"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_the_earlier_file_alone(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"earlier")
    script = (
        "import resource, sys; from pathlib import Path; from atlas.errors import CannotExport;"
        "from atlas.records import layers; from tests.worlds import two_villages;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "try: layers.export(two_villages(), Path(sys.argv[1]))\n"
        "except CannotExport: sys.exit(7)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], cwd=Path(__file__).parents[1], check=False)
    assert done.returncode == 7
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"earlier"
