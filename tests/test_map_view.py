"""What the map and the list answer, and the words and legend they show."""

import re

import pytest

from atlas import ledger
from atlas.desk import map_words
from atlas.desk.list_view import read_picked
from atlas.desk.map_view import Event, read_event
from atlas.maps import assets
from tests.worlds import two_villages


@pytest.mark.parametrize(
    ("answer", "event"),
    [
        ({}, Event(None, ())),
        ({"clicked": {"lat": 27.17, "lng": 108.82}}, Event((27.17, 108.82), ())),
        ({"picked": {"ids": [7, 3]}}, Event(None, (7, 3))),
        ({"clicked": {"lat": "north"}}, Event(None, ())),
        ({"clicked": 5}, Event(None, ())),
        ({"picked": {"ids": [None]}}, Event(None, ())),
    ],
)
def test_the_map_s_answer_is_a_place_or_ids_and_anything_else_is_nothing(answer, event):
    assert read_event(answer) == event


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [({}, None), ({"picked": None}, None), ({"picked": {"id": 4}}, 4), ({"picked": {"id": "x"}}, None)],
)
def test_the_list_s_answer_is_an_id_or_nothing(answer, chosen):
    assert read_picked(answer) == chosen


def test_the_legend_explains_every_group_of_states_and_every_sector():
    world = two_villages()

    drawn = [entry["symbol"] for entry in map_words.legend(world) if "symbol" in entry]

    assert {f"glyph:{glyph}" for glyph in world.sectors["glyph"]} <= set(drawn)
    assert {f"state:{code}" for code in ledger.STATES if code not in ledger.OPEN_STATES} <= set(drawn)
    assert len(drawn) == len(set(drawn))


def test_the_legend_names_only_symbols_that_the_map_can_draw():
    script = (assets.STATIC / "atlas_legend.js").read_text("utf-8")
    kinds = {entry["symbol"].split(":")[0] for entry in map_words.legend(two_villages()) if "symbol" in entry}

    assert not [kind for kind in kinds if f"  {kind}: (" not in script]


def test_every_word_the_scripts_ask_for_is_there():
    scripts = [*assets.STATIC.glob("*.js"), assets.STATIC.parent.parent / "desk" / "static" / "map_host.js"]
    asked = {word for place in scripts for word in _words_of(place.read_text("utf-8"))}

    assert asked <= set(map_words.words())


def _words_of(script: str) -> list[str]:
    return re.findall(r"words\.([a-z_]+)", script)
