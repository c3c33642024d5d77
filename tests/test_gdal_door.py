"""The door to GDAL: seven formats, whatever a file's name or content says."""

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

from atlas.records import formats, gdal_door

pyogrio = formats.pyogrio


def test_gdal_opens_seven_formats_and_no_other():
    assert set(pyogrio.list_drivers()) == gdal_door.ALLOWED


def test_a_file_that_points_to_another_is_not_followed(tmp_path):
    (tmp_path / "secret.csv").write_text("name\nhunter2\n", "utf-8")
    source = f"<SrcDataSource>{tmp_path / 'secret.csv'}</SrcDataSource>"
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="secret">{source}</OGRVRTLayer></OGRVRTDataSource>'
    for name in ("a.geojson", "a.kml", "a.csv", "a.gpkg", "a.vrt"):
        (tmp_path / name).write_text(vrt, "utf-8")
        with pytest.raises(pyogrio.errors.DataSourceError):
            gpd.read_file(tmp_path / name)


def test_a_process_that_opened_gdal_first_is_told_so():
    script = "import pyogrio; import atlas.records.layers"
    afresh = {name: value for name, value in os.environ.items() if not name.startswith("GDAL_")}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[1], env=afresh, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "ImportError: GDAL may open more" in done.stderr


def test_the_drivers_are_cut_for_children_too():
    assert "OGR_VRT" in os.environ["GDAL_SKIP"].split(",")
