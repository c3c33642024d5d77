"""The drawn map: the same every time, nothing from outside, and no text of the data in its script."""

import json
import re
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from atlas.maps import assets, hazard_map, layers
from tests.worlds import EAST_VILLAGE, WEST_VILLAGE, siyang, two_villages

PAYLOAD = "{{ 7*7 }}</script><img src=x onerror=alert(1)>`${1}"


def test_the_same_town_is_drawn_the_same_every_time():
    assert hazard_map.draw(siyang(), "/layers/1.json", "") == hazard_map.draw(siyang(), "/layers/1.json", "")


def test_another_ground_is_another_drawing():
    first, second = (hazard_map.draw(siyang(), address, "") for address in ("/layers/1.json", "/layers/2.json"))

    assert first.digest != second.digest


def test_the_module_takes_leaflet_and_returns_the_map():
    drawn = hazard_map.draw(siyang(), "/layers/1.json", "/monitoring/1.json")

    assert drawn.module.startswith("export default function (L) {")
    assert f'L.map(\n                "{drawn.element_id}"' in drawn.module
    assert f"return {drawn.element_id};" in drawn.module
    assert '"/layers/1.json"' in drawn.module
    assert '"/monitoring/1.json"' in drawn.module


def test_a_town_s_name_is_not_in_the_script():
    town = replace(siyang(), name_zh=PAYLOAD, name_en=PAYLOAD, notice_zh=PAYLOAD)

    assert hazard_map.draw(town, "/layers/1.json", "") == hazard_map.draw(siyang(), "/layers/1.json", "")


def test_every_address_is_ours_and_names_a_file_there_is():
    drawn = hazard_map.draw(siyang(), "/layers/1.json", "")

    assert drawn.js[0] == "/assets/leaflet/leaflet.js"
    assert drawn.css[0] == "/assets/leaflet/leaflet.css"
    for address in (*drawn.js[1:], *drawn.css[1:]):
        name = re.fullmatch(r"/assets/maps/([a-z_]+\.(?:js|css))\?v=[0-9a-f]{8}", address)[1]
        assert (assets.STATIC / name).is_file()
    assert "//" not in drawn.module.replace("export default", "")


def test_every_script_of_the_map_is_loaded_or_belongs_to_the_list():
    drawn = hazard_map.draw(siyang(), "/layers/1.json", "")
    loaded = {address.split("/")[-1].split("?")[0] for address in (*drawn.js, *drawn.css)}

    assert {place.name for place in assets.STATIC.iterdir()} - loaded == {"atlas_list.css"}


@pytest.mark.parametrize("place", sorted(assets.STATIC.glob("*.js")), ids=lambda place: place.name)
def test_scripts_set_text_as_text_and_compile_nothing(place):
    script = place.read_text("utf-8")

    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|bindTooltip", script
    )


def test_names_of_villages_travel_as_data():
    world = two_villages()
    named = replace(world, villages=world.villages.assign(name_zh=[PAYLOAD, "新安村"]))

    ground = json.loads(json.dumps(layers.basemap(named), allow_nan=False))

    assert [village["zh"] for village in ground["villages"]] == [PAYLOAD, "新安村"]
    assert [village["code"] for village in ground["villages"]] == [WEST_VILLAGE, EAST_VILLAGE]


def test_neighbours_have_different_tints_and_share_one_border():
    ground = layers.basemap(two_villages())

    assert len({village["tint"] for village in ground["villages"]}) == 2
    assert shapely.MultiLineString(ground["borders"]).equals(shapely.LineString([(108.75, 27.15), (108.75, 27.20)]))


def test_a_name_stands_inside_its_village():
    world = two_villages()

    for village in layers.basemap(world)["villages"]:
        assert world.villages.geometry[village["code"]].contains(shapely.Point(village["label"]))


def test_the_ground_tells_where_the_town_lies_and_what_kind_its_ways_are():
    ground = layers.basemap(two_villages())

    assert ground["bounds"] == [108.70, 27.15, 108.80, 27.20]
    assert list(ground["roads"]) == ["road"]
    assert list(ground["water"]) == ["river"]
    assert len(ground["offices"]) == 2


def test_the_stops_of_a_route_come_in_their_order():
    world = two_villages()
    shuffled = replace(world, stops=world.stops.iloc[::-1])

    (route,) = layers.monitoring(shuffled)["routes"]

    in_order = world.stops.sort_values("position")["point_id"].tolist()
    assert [stop["id"] for stop in route["stops"]] == in_order


def test_a_geohazard_point_without_a_place_is_left_out_of_the_map():
    world = two_villages()
    geometry = gpd.GeoSeries([None, world.geopoints.geometry.iloc[1]], world.geopoints.index, crs=4326)

    drawn = layers.monitoring(replace(world, geopoints=world.geopoints.set_geometry(geometry)))

    assert [geopoint["id"] for geopoint in drawn["geopoints"]] == ["RS-01"]
    assert [stop["id"] for route in drawn["routes"] for stop in route["stops"]] == ["RS-01"]
