"""The packed points: every hazard in the ledger's order, coordinates to a microdegree, nothing readable."""

import base64
import json
from dataclasses import replace
from time import perf_counter

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from atlas import ledger
from atlas.maps import points
from tests.worlds import NASTY, two_villages

TYPES = {"i4": "<i4", "u4": "<u4", "u2": "<u2", "u1": "u1"}


def read(packed: bytes) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """Read a file of points as the browser does."""
    assert packed[:4] == b"ATP1"
    length = int.from_bytes(packed[4:8], "little")
    head = json.loads(packed[8 : 8 + length])
    columns = {
        column["name"]: np.frombuffer(packed, TYPES[column["type"]], head["n"], column["at"]) for column in head["cols"]
    }
    return head, columns


def with_places(*places: object):
    """Return the two villages with the first hazards moved to these places."""
    world = two_villages()
    geometry = [*places, *world.hazards.geometry.iloc[len(places) :]]
    return replace(world, hazards=world.hazards.set_geometry(gpd.GeoSeries(geometry, world.hazards.index, crs=4326)))


def test_every_hazard_is_packed_in_the_order_of_the_ledger():
    world = two_villages()

    head, columns = read(points.pack(world))

    assert head["n"] == len(world.hazards)
    assert head["revision"] == world.revision
    assert columns["id"].tolist() == world.hazards.index.tolist()


def test_coordinates_keep_six_decimals():
    _, columns = read(points.pack(with_places(shapely.Point(108.723456, 27.154321))))

    assert (columns["lon"][0], columns["lat"][0]) == (108723456, 27154321)


def test_codes_are_positions_in_the_town_s_own_lists():
    world = two_villages()

    head, columns = read(points.pack(world))

    assert [ledger.STATES[code] for code in columns["state"]] == world.hazards["state"].tolist()
    assert [world.sectors.index[code] for code in columns["sector"]] == world.hazards["sector"].tolist()
    assert [world.villages.index[code] for code in columns["village"]] == world.hazards["village_code"].tolist()
    assert head["glyphs"] == world.sectors["glyph"].tolist()


def test_a_sector_the_town_does_not_know_gets_the_highest_number():
    world = two_villages()
    strange = replace(world, hazards=world.hazards.assign(sector=["", "MINING", *world.hazards["sector"][2:]]))

    _, columns = read(points.pack(strange))

    assert columns["sector"][:2].tolist() == [255, 255]


def test_flags_tell_overdue_due_soon_and_major():
    world = two_villages()

    _, columns = read(points.pack(world))

    flags, rows = columns["flags"], world.hazards
    assert ((flags & points.OVERDUE) > 0).tolist() == rows["overdue"].tolist()
    assert ((flags & points.DUE_SOON) > 0).tolist() == rows["due_soon"].tolist()
    assert ((flags & points.MAJOR) > 0).tolist() == (rows["level"] == "major").tolist()


@pytest.mark.parametrize(
    "place",
    [None, shapely.Point(), shapely.Point(np.nan, 27.2), shapely.Point(np.inf, 27.2), shapely.Point(27.2, 108.7)],
    ids=["missing", "empty", "not a number", "infinite", "swapped"],
)
def test_a_hazard_without_a_usable_place_is_packed_but_not_drawn(place):
    world = with_places(place)

    head, columns = read(points.pack(world))

    assert head["n"] == len(world.hazards)
    assert columns["flags"][0] & points.NOT_DRAWABLE
    assert (columns["lon"][0], columns["lat"][0]) == (0, 0)
    assert not columns["flags"][1] & points.NOT_DRAWABLE


def test_no_text_of_the_ledger_is_in_the_file():
    packed = points.pack(two_villages())

    assert not [text for text in NASTY.values() if text.encode() in packed]
    assert b"SY-2021" not in packed


def test_a_change_names_the_row_it_replaces():
    world = two_villages()
    changed = [int(world.hazards.index[5]), int(world.hazards.index[1])]

    head, columns = read(points.pack_changed(world, changed))

    assert head["total"] == len(world.hazards)
    assert columns["row"].tolist() == [1, 5]
    assert columns["id"].tolist() == sorted(changed)


def test_a_change_that_touches_no_hazard_is_an_empty_file():
    head, columns = read(points.pack_changed(two_villages(), [987654]))

    assert head["n"] == 0
    assert columns["row"].size == 0


def test_changes_applied_to_an_older_file_give_the_newer_one():
    world = two_villages()
    _, columns = read(points.pack(replace(world, hazards=world.hazards.iloc[:-1])))

    head, changed = read(points.pack_changed(world, [world.hazards.index[-1]]))

    _, newer = read(points.pack(world))
    for name in newer:
        grown = np.resize(columns[name], head["total"])
        grown[changed["row"]] = changed[name]
        assert grown.tolist() == newer[name].tolist()


@given(st.lists(st.booleans(), max_size=70))
def test_bit_i_of_a_mask_is_row_i(keep):
    bits = base64.b64decode(points.mask(np.array(keep, dtype=bool)))

    assert [bool(bits[row // 8] >> row % 8 & 1) for row in range(len(keep))] == keep


def test_two_hundred_thousand_hazards_are_packed_while_a_click_is_answered():
    world = two_villages()
    many = np.tile(np.arange(len(world.hazards)), 15_000)
    large = replace(world, hazards=world.hazards.iloc[many])

    begun = perf_counter()
    points.pack(large)

    assert perf_counter() - begun < 0.5
