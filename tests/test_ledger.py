"""The ledger's states and moves: what may follow what, and what a draft must hold."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas import ledger
from atlas.errors import IllegalMove, InvalidDraft

TODAY = date(2026, 11, 24)
FORM = {
    "lon": 108.75,
    "lat": 27.21,
    "village_code": "522626100204",
    "sector": "TRAFFIC",
    "level": "general",
    "description": "护栏破损约12米",
}


def hazard_in(state: str) -> dict[str, object]:
    return {"id": 7, "version": 3, "state": state}


def test_a_reported_hazard_waits_to_be_verified():
    change = ledger.report(ledger.draft(FORM), key="k", on=TODAY)
    assert change.patch["state"] == ledger.REPORTED
    assert change.patch["found_on"] == TODAY
    assert change.draft_key == "k"


@pytest.mark.parametrize("field", ["village_code", "sector", "description"])
def test_a_draft_without_a_required_field_names_it(field):
    with pytest.raises(InvalidDraft, match="请填写"):
        ledger.draft(FORM | {field: "  "})


@pytest.mark.parametrize("wrong", [{"lon": float("nan")}, {"lat": 91}, {"lon": "x"}, {"lat": float("inf")}])
def test_a_draft_refuses_a_place_that_is_none(wrong):
    with pytest.raises(InvalidDraft, match="不是有效数值"):
        ledger.draft(FORM | wrong)


def test_a_draft_refuses_more_than_2000_characters():
    with pytest.raises(InvalidDraft, match="字数过多"):
        ledger.draft(FORM | {"description": "长" * 2001})


@pytest.mark.parametrize("action", ledger.MOVES)
@pytest.mark.parametrize("state", ledger.STATES)
def test_a_move_starts_only_where_the_table_says(action, state):
    step = ledger.MOVES[action]
    if state in step.starts:
        assert ledger.move(hazard_in(state), action, on=TODAY, reason="因").patch["state"] == step.end
    else:
        with pytest.raises(IllegalMove):
            ledger.move(hazard_in(state), action, on=TODAY, reason="因")


@pytest.mark.parametrize("action", [name for name, step in ledger.MOVES.items() if step.needs_reason])
def test_a_move_that_needs_a_reason_is_refused_without(action):
    with pytest.raises(InvalidDraft):
        ledger.move(hazard_in(ledger.MOVES[action].starts[0]), action, on=TODAY, reason="  ")


def test_every_state_but_void_can_still_be_closed():
    leads = {state: {step.end for step in ledger.MOVES.values() if state in step.starts} for state in ledger.STATES}
    for start in set(ledger.STATES) - {ledger.VOID}:
        reached = {start}
        while more := {end for state in reached for end in leads[state]} - reached:
            reached |= more
        assert ledger.CLOSED in reached
    assert not leads[ledger.VOID]


def test_voiding_keeps_the_reason_on_the_row():
    change = ledger.void(hazard_in(ledger.CLOSED), reason=" 重复登记 ", on=TODAY)
    assert change.patch["void_reason"] == change.reason == "重复登记"


def test_a_change_carries_the_version_its_author_saw():
    change = ledger.relocate(hazard_in(ledger.REPORTED), {"lon": 108.7, "lat": 27.2}, on=TODAY)
    assert (change.id, change.seen_version) == (7, 3)


@given(count=st.integers(1, 9999))
def test_a_number_bears_town_year_sector_and_count(count):
    assert ledger.number("SY", 2021, "TRAFFIC", count) == f"SY-2021-TRAFFIC-{count:04d}"
