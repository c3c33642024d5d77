"""A county of 704 real communes in the place of the demo's villages; collected only where the trial files stand."""

import json
from pathlib import Path

import pytest
import shapely

from atlas.errors import InvalidTown
from atlas.maps.layers import basemap
from atlas.records.coverage import coverage_findings
from atlas.records.store import Store
from atlas.villages import nearest, village_at
from tests.worlds import town_folder

TRIAL_FILES = Path(__file__).parents[2] / "shared" / "data"
COMMUNES = TRIAL_FILES / "coverages" / "communes-21-cote-d-or.geojson"
BOUNDS = "bounds = [3.5, 46.5, 6.0, 48.5]"
REGISTERS = ("ledger.jsonl", "geopoints.geojson", "routes.geojson", "stops.csv", "inspections.csv", "patrols.csv")


def county(folder: Path) -> Path:
    """Make a town's folder whose villages are the communes, with no register of its own."""
    town_folder(folder)
    for register in REGISTERS:
        (folder / register).unlink(missing_ok=True)
    layer = json.loads(COMMUNES.read_text("utf-8"))
    for number, feature in enumerate(layer["features"]):
        name = feature["properties"]["nom"]
        code = f"522626100{number:03d}"
        feature["properties"] = {"code": code, "name_zh": name, "name_en": name, "kind": "village"}
    (folder / "villages.geojson").write_text(json.dumps(layer), "utf-8")
    for empty in ("offices", "roads", "water"):
        (folder / f"{empty}.geojson").write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    header, *rows = (folder / "posts.csv").read_text("utf-8").splitlines()
    column = header.split(",").index("village_code")
    kept = [row for row in rows if not row.split(",")[column]]
    (folder / "posts.csv").write_text("\n".join([header, *kept, ""]), "utf-8")
    settings = (folder / "town.toml").read_text("utf-8")
    wide = "\n".join(
        "bounds = [3.5, 46.5, 6.0, 48.5]" if line.startswith("bounds") else line for line in settings.splitlines()
    )
    (folder / "town.toml").write_text(wide + "\n", "utf-8")
    return folder


if COMMUNES.exists():

    @pytest.fixture(scope="module")
    def township(tmp_path_factory):
        store = Store.open(county(tmp_path_factory.mktemp("county") / "town"))
        yield store.township()
        store.close()

    def test_a_place_inside_each_commune_is_found_in_it(township):
        inside = township.villages.geometry.representative_point()
        found = [village_at(township.villages, point.x, point.y) for point in inside]
        assert found == list(township.villages.index)

    def test_a_place_outside_is_nearest_to_a_commune_and_in_none(township):
        west = township.villages.total_bounds[0] - 0.1
        assert village_at(township.villages, west, 47.4) == ""
        assert nearest(township.villages, west, 47.4)[0][1] > 1000

    def test_the_basemap_carries_every_commune_and_the_check_names_only_real_faults(township):
        assert len(basemap(township)["villages"]) == 704
        is_valid = shapely.coverage_is_valid(township.villages.geometry.to_numpy())
        assert bool(coverage_findings(township.villages)) == (not is_valid)

    def test_boundaries_outside_the_towns_bounds_are_refused_by_name(tmp_path):
        folder = county(tmp_path / "town")
        settings = (
            (folder / "town.toml").read_text("utf-8").replace("[3.5, 46.5, 6.0, 48.5]", "[108.3, 26.9, 109.2, 27.5]")
        )
        (folder / "town.toml").write_text(settings, "utf-8")
        with pytest.raises(InvalidTown, match=r"villages\.geojson"):
            Store.open(folder)
