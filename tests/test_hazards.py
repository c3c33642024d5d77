"""Finding among hazards: filters, counts beside choices, near duplicates, what is derived by date."""

from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas import hazards, ledger
from atlas.hazards import Catalogue, Filters
from tests.worlds import two_villages

TOWN = two_villages()


def test_only_open_items_past_their_deadline_are_overdue():
    rows = pd.DataFrame(
        {"state": list(ledger.STATES), "due_on": pd.Timestamp("2021-06-01")}, index=range(len(ledger.STATES))
    )
    found = hazards.derive(rows, TOWN.town, date(2021, 6, 2))
    assert set(found.loc[found["overdue"], "state"]) == set(ledger.OPEN_STATES)


@pytest.mark.parametrize(
    ("day", "overdue", "due_soon"),
    [
        ("2021-05-28", False, False),
        ("2021-05-29", False, True),
        ("2021-06-01", False, True),
        ("2021-06-02", True, False),
    ],
)
def test_an_item_is_due_soon_then_overdue(day, overdue, due_soon):
    rows = pd.DataFrame({"state": ["RECTIFYING"], "due_on": [pd.Timestamp("2021-06-01")]})
    found = hazards.derive(rows, TOWN.town, date.fromisoformat(day)).iloc[0]
    assert (found["overdue"], found["due_soon"]) == (overdue, due_soon)


def test_without_a_deadline_nothing_is_overdue():
    rows = pd.DataFrame({"state": ["RECTIFYING"], "due_on": [pd.NaT]})
    found = hazards.derive(rows, TOWN.town, date(2030, 1, 1)).iloc[0]
    assert not found["overdue"]
    assert not found["due_soon"]


def test_deriving_leaves_the_callers_frame_alone():
    rows = pd.DataFrame({"state": ["CLOSED"], "due_on": [pd.NaT]})
    hazards.derive(rows, TOWN.town, date(2030, 1, 1))
    assert list(rows.columns) == ["state", "due_on"]


def test_void_items_are_hidden_until_they_are_asked_for():
    catalogue = Catalogue(TOWN)
    states = TOWN.hazards["state"].to_numpy()
    assert "VOID" not in states[catalogue.matching(Filters())]
    assert set(states[catalogue.matching(Filters(status=("VOID",)))]) <= {"VOID"}


@given(
    sector=st.sets(st.sampled_from(list(TOWN.sectors.index))),
    status=st.sets(st.sampled_from(ledger.STATES)),
    village=st.sets(st.sampled_from(list(TOWN.villages.index))),
    level=st.sets(st.sampled_from(ledger.LEVELS)),
    overdue=st.booleans(),
)
def test_filters_agree_with_a_plain_recount(sector, status, village, level, overdue):
    rows = TOWN.hazards
    keep = rows["state"].isin(status) if status else rows["state"] != "VOID"
    for column, chosen in (("sector", sector), ("village_code", village), ("level", level)):
        keep &= rows[column].isin(chosen) if chosen else True
    keep &= rows["overdue"] if overdue else True
    filters = Filters(
        sector=tuple(sector), status=tuple(status), village=tuple(village), level=tuple(level), overdue=overdue
    )
    assert np.array_equal(Catalogue(TOWN).matching(filters), keep.to_numpy())


def test_the_count_beside_a_choice_is_what_choosing_it_shows():
    catalogue = Catalogue(TOWN)
    filters = Filters(level=("general",))
    counts = catalogue.counts(filters)
    for sector, status in product(TOWN.sectors.index, ledger.STATES):
        assert counts["sector"][sector] == catalogue.matching(Filters(level=("general",), sector=(sector,))).sum()
        assert counts["status"][status] == catalogue.matching(Filters(level=("general",), status=(status,))).sum()


def test_an_item_is_found_by_characters_by_pinyin_initials_and_by_its_number():
    catalogue = Catalogue(TOWN)
    rows = TOWN.hazards[TOWN.hazards["state"] != "VOID"]
    row = rows[rows["description"].str[:2].str.isalpha()].iloc[0]
    for text in (row["description"][:2], hazards.initials(row["description"][:2]), row["hazard_id"].lower()):
        assert catalogue.matching(Filters(text=text))[TOWN.hazards.index.get_loc(row.name)]


def test_pinyin_initials_of_falling_rocks():
    assert hazards.initials("村民反映落石") == "cmfyls"


@pytest.mark.parametrize("text", ["(", "[a", "\\", "{{7*7}}", "%", "' OR 1=1 --"])
def test_signs_in_the_search_are_taken_as_they_are(text):
    found = Catalogue(TOWN).matching(Filters(text=text))
    assert found.dtype == bool


def test_a_choice_nobody_knows_finds_nothing():
    assert not Catalogue(TOWN).matching(Filters(sector=("NOWHERE",))).any()
