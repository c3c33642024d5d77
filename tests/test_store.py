"""The store: what is saved, by whom, and what it refuses."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from atlas import ledger
from atlas.errors import IllegalMove, InvalidDraft, InvalidTown, NotAllowed, StaleEdit, UnknownRecord
from atlas.records.check import check
from atlas.records.store import Store
from atlas.township import Actor, Change
from tests.changes import DAY, GRID, OFFICE, Clock, edit, found, registered
from tests.worlds import town_folder

ROOT = Path(__file__).parent.parent


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    """The two villages' town with its two hazards: 1 closed, 2 referred."""
    opened = Store.open(town_folder(tmp_path / "town"), clock=clock)
    yield opened
    opened.close()


def test_a_found_hazard_is_on_the_map_with_the_next_number(store):
    saved = store.amend(found("d1"), by=GRID)
    row = store.township().hazards.loc[saved.id]
    assert (saved.code, row["state"], row.geometry.x) == ("SY-2021-FIRE-0001", "REPORTED", 108.71)


def test_numbers_count_up_by_sector_and_year(store):
    changes = [
        found("a"),
        found("b", sector="TRAFFIC"),
        found("c"),
        found("d", on=date(2022, 1, 1)),
    ]
    assert [store.amend(change, by=GRID).code for change in changes] == [
        "SY-2021-FIRE-0001",
        "SY-2021-TRAFFIC-0003",
        "SY-2021-FIRE-0002",
        "SY-2022-FIRE-0001",
    ]


def test_numbers_go_on_past_four_digits(store):
    store.amend(registered("SY-2021-FIRE-9999"), by=OFFICE)
    store.amend(registered("SY-2021-FIRE-10000"), by=OFFICE)
    assert store.amend(found("next"), by=GRID).code == "SY-2021-FIRE-10001"


def test_a_draft_saved_twice_is_one_hazard(store):
    first, second = store.amend(found("d1"), by=GRID), store.amend(found("d1"), by=GRID)
    assert (second.id, second.is_new, store.revision) == (first.id, False, first.revision)


def test_a_draft_sent_from_eight_clicks_at_once_is_one_hazard(store):
    with ThreadPoolExecutor(8) as clicks:
        saved = list(clicks.map(lambda _click: store.amend(found("d1"), by=GRID), range(8)))
    assert [one.is_new for one in saved].count(True) == 1
    assert len(store.township().hazards) == 3


def test_a_role_without_the_right_is_refused_and_nothing_is_written(store):
    before = store.revision
    with pytest.raises(NotAllowed):
        store.amend(found("d1"), by=Actor("示例访客", "viewer"))
    assert store.revision == before


@pytest.mark.parametrize(
    "fields",
    [
        {"lon": float("nan"), "lat": 27.1},
        {"lon": float("inf"), "lat": 27.1},
        {"lon": 27.1, "lat": 108.7},
        {"lon": None},
        {"lon": "108.7", "lat": 27.1},
        {"owner": "x"},
        {"hazard_id": "SY-2021-FIRE-0009"},
        {"version": 9},
        {"updated_by": "x"},
        {"due_on": "2021-13-01"},
        {"due_on": 20211301},
        {"level": "huge"},
        {"note": "a\x00b"},
        {"note": "\ud800"},
        {"note": 5},
        {"fund_wan": float("nan")},
        {"ext_count": 1.5},
        {"ext_count": 2**40},
        {"photos_before": "abc"},
        {"photos_before": [1]},
    ],
)
def test_a_value_that_cannot_be_kept_is_refused_and_nothing_is_written(store, fields):
    before = store.revision
    with pytest.raises(InvalidDraft):
        store.amend(edit(1, 5, **fields), by=OFFICE)
    assert (store.revision, store.hazard(1)["version"]) == (before, 5)


def test_every_field_comes_back_as_it_was_given(store):
    given = {"note": "{{7*7}}'\"\u2028", "due_on": date(2022, 1, 5), "fund_wan": 1.5, "photos_before": ["a" * 64]}
    store.amend(edit(1, 5, **given, lon=108.8, lat=27.2), by=OFFICE)
    row = store.hazard(1)
    assert {name: row[name] for name in given} == given
    assert (row["lon"], row["lat"]) == (108.8, 27.2)


def test_the_clerk_named_in_the_row_is_who_changed_it_and_the_maker_stays(store):
    store.amend(edit(1, 5, note="x"), by=OFFICE)
    row = store.hazard(1)
    assert (row["created_by"], row["updated_by"], row["updated_at"]) == (
        "示例甲",
        "示例办",
        "2021-12-31T01:00:00.000000Z",
    )


def test_eight_people_editing_one_row_lose_nothing(store):
    def edits(person: int) -> int:
        tries = 0
        for _edit in range(25):
            while True:
                tries += 1
                seen = store.hazard(1)
                text = f"{seen['note']}{person}"
                try:
                    store.amend(edit(1, int(str(seen["version"])), note=text), by=Actor(f"P{person}", "office"))
                    break
                except StaleEdit:
                    continue
        return tries

    with ThreadPoolExecutor(8) as people:
        list(people.map(edits, range(8)))
    assert [entry.version for entry in store.history("hazard", 1)] == list(range(1, 206))
    assert sorted(str(store.hazard(1)["note"])) == sorted("01234567" * 25)


def test_edits_of_different_fields_both_stay(store):
    store.amend(edit(1, 5, note="甲"), by=OFFICE)
    saved = store.amend(edit(1, 5, plan="乙"), by=GRID)
    row = store.hazard(1)
    assert (saved.version, row["note"], row["plan"]) == (7, "甲", "乙")


def test_an_edit_of_a_field_changed_since_is_told_what_and_by_whom(store):
    store.amend(edit(1, 5, note="甲", plan="x"), by=OFFICE)
    with pytest.raises(StaleEdit) as refused:
        store.amend(edit(1, 5, note="乙"), by=GRID)
    assert refused.value.overlap == {"note": ("", "甲")}
    assert refused.value.changed_by == "示例办"
    assert store.hazard(1)["version"] == 6


def test_two_people_cannot_both_take_the_same_step(store):
    hazard = store.hazard(2)
    store.amend(ledger.move(hazard, "referral_done", on=DAY), by=OFFICE)
    with pytest.raises(StaleEdit):
        store.amend(ledger.move(hazard, "referral_returned", on=DAY, reason="非县管"), by=OFFICE)


def test_an_edit_without_the_version_seen_is_refused(store):
    with pytest.raises(InvalidDraft):
        store.amend(Change(entity="hazard", action="relocate", patch={"note": "x"}, on=DAY, id=1), by=OFFICE)


def test_an_edit_of_a_version_that_was_never_there_is_refused(store):
    with pytest.raises(StaleEdit):
        store.amend(edit(1, 99, note="x"), by=OFFICE)


@pytest.mark.parametrize(("action", "state"), [("relocate", "CLOSED"), ("verify", "REGISTERED"), ("refer", "CLOSED")])
def test_a_step_the_ledger_does_not_know_is_refused_at_the_door(store, action, state):
    forged = Change(entity="hazard", action=action, patch={"state": state}, on=DAY, id=2, seen_version=2)
    with pytest.raises(IllegalMove):
        store.amend(forged, by=OFFICE)


def test_a_step_that_needs_a_reason_is_refused_without_one_at_the_door(store):
    forged = Change(entity="hazard", action="void", patch={"state": "VOID"}, on=DAY, id=2, seen_version=2)
    with pytest.raises(InvalidDraft):
        store.amend(forged, by=OFFICE)


@pytest.mark.parametrize("id", [99, "SY-2021-FIRE-0099"])
def test_an_edit_of_a_hazard_that_is_not_there_is_refused(store, id):
    with pytest.raises(UnknownRecord):
        store.amend(edit(id, 1, note="x"), by=OFFICE)
    with pytest.raises(UnknownRecord):
        store.hazard(99)


def test_a_change_of_something_the_store_does_not_keep_is_refused(store):
    with pytest.raises(InvalidDraft):
        store.amend(Change(entity="account", action="enrol", patch={}, on=DAY), by=OFFICE)


def test_a_hazard_can_be_named_by_its_number(store):
    saved = store.amend(edit("SY-2021-TRAFFIC-0002", 2, note="x"), by=OFFICE)
    assert (saved.id, saved.code) == (2, "SY-2021-TRAFFIC-0002")


def test_a_geopoint_can_be_enrolled_and_amended_but_not_twice(store):
    patch = {"point_id": "GP-02", "geo_class": "hazard_point", "name_zh": "示例", "lon": 108.7, "lat": 27.2}
    enrol = Change(entity="geopoint", action="enrol", patch=patch, on=DAY)
    store.amend(enrol, by=OFFICE)
    renamed = Change(entity="geopoint", action="enrol", patch={"people": 9}, on=DAY, id="GP-02", seen_version=1)
    assert store.amend(renamed, by=OFFICE).version == 2
    assert store.township().geopoints.loc["GP-02", "people"] == 9
    with pytest.raises(InvalidDraft):
        store.amend(enrol, by=OFFICE)


@pytest.mark.parametrize("value", ["0", "yes", 2])
def test_a_flag_is_yes_or_no_and_nothing_else(store, value):
    change = Change(entity="stop", action="enrol", patch={"must_photo": value}, on=DAY, id="R1/1", seen_version=1)
    with pytest.raises(InvalidDraft):
        store.amend(change, by=OFFICE)


def test_a_batch_is_written_whole_or_not_at_all(store):
    before = store.revision
    good = registered("SY-2021-FIRE-0001")
    with pytest.raises(InvalidDraft):
        store.amend_all([good, good], by=OFFICE, batch="import-1")
    assert (store.revision, len(store.township().hazards)) == (before, 2)


def test_a_batch_may_make_a_hazard_and_change_it_again(store):
    made = registered("SY-2021-FIRE-0007")
    saved = store.amend_all(
        [made, edit("SY-2021-FIRE-0007", 1, note="a"), edit("SY-2021-FIRE-0007", 1, plan="b")], by=OFFICE, batch="i"
    )
    assert [one.version for one in saved] == [1, 2, 3]
    assert {entry.batch for entry in store.history("hazard", saved[0].id)} == {"i"}


def test_a_large_batch_reads_back_what_it_wrote_blocks_ago(store):
    made = [registered(f"SY-2021-FIRE-{n:04d}", draft_key=f"k{n}") for n in range(1, 2501)]
    again = [made[0], edit("SY-2021-FIRE-0001", 1, note="x")]
    saved = store.amend_all([*made, *again], by=OFFICE, batch="i")
    assert (saved[-2].is_new, saved[-1].version, saved[-1].id) == (False, 2, saved[0].id)
    assert len(store.township().hazards) == 2502
    assert check(store) == []


def test_history_tells_every_change_oldest_first(store):
    entries = store.history("hazard", 1)
    assert [(entry.action, entry.on.isoformat(), entry.actor) for entry in entries] == [
        ("register", "2021-03-04", "示例甲"),
        ("assign", "2021-03-05", "示例甲"),
        ("accept", "2021-03-06", "示例甲"),
        ("submit", "2021-03-10", "示例甲"),
        ("review_pass", "2021-03-12", "示例甲"),
    ]
    assert entries[1].patch == {"state": ("REGISTERED", "ASSIGNED"), "due_on": (None, "2021-03-20")}
    assert entries[1].at == datetime(2021, 3, 5, 2, tzinfo=UTC)


def test_a_clock_set_back_does_not_change_the_order_of_history(store, clock):
    store.amend(edit(1, 5, note="first"), by=OFFICE)
    clock.now -= timedelta(days=365)
    store.amend(edit(1, 6, note="second"), by=OFFICE)
    assert [entry.version for entry in store.history("hazard", 1)][-2:] == [6, 7]
    assert store.township(revision=store.revision - 1).hazards.loc[1, "note"] == "first"
    assert check(store) == []


def test_a_town_whose_ledger_cannot_be_entered_leaves_no_database_behind(tmp_path):
    folder = town_folder(tmp_path / "town")
    ledger_file = folder / "ledger.jsonl"
    whole = ledger_file.read_text("utf-8")
    ledger_file.write_text(whole.replace('"sector": "TRAFFIC"', '"sector": "NONE"'), "utf-8")
    with pytest.raises(InvalidTown):
        Store.open(folder)
    ledger_file.write_text(whole.replace('"role": "station"', '"role": "viewer"'), "utf-8")
    with pytest.raises(NotAllowed):
        Store.open(folder)
    assert not (folder / "atlas.db").exists()
    ledger_file.write_text(whole, "utf-8")
    store = Store.open(folder)
    assert len(store.township().hazards) == 2
    store.close()


def test_only_the_records_name_the_live_database():
    sources = [*(ROOT / "atlas").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    naming = {
        path.relative_to(ROOT).parent.as_posix() for path in sources if re.search(r"atlas\.db", path.read_text("utf-8"))
    }
    assert naming == {"atlas/records"}


def test_the_same_revision_of_another_database_bears_another_seal(store, tmp_path, clock):
    other = Store.open(town_folder(tmp_path / "other"), clock=clock)
    assert (other.revision, other.seal(other.revision)) == (store.revision, store.seal(store.revision))
    store.amend(found("a"), by=OFFICE)
    other.amend(found("a", description="另一个库里的另一件事"), by=OFFICE)
    assert other.revision == store.revision
    assert other.seal(other.revision) != store.seal(store.revision)
    other.close()
