"""The journal: its chain, what is folded from it, and how tampering shows."""

import json
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas import ledger
from atlas.hazards import derive
from atlas.records import journal, sqlite
from atlas.records.check import check
from atlas.records.store import Store
from atlas.township import Actor, Change, Town, Township
from tests.drill import times
from tests.worlds import town_folder

OFFICE = Actor("示例办", "office")
FIRST = date(2022, 1, 1)
NOW = datetime(2022, 3, 1, tzinfo=UTC)

ROW = {
    "seq": 3,
    "entity": "hazard",
    "entity_id": "1",
    "version": 1,
    "action": "report",
    "effective_on": "2021-12-31",
    "at": "2021-12-31T01:00:00.000000Z",
    "actor": "示例办",
    "role": "office",
    "reason": "",
    "batch": "",
    "patch": "{}",
}


@pytest.fixture
def store(tmp_path):
    """The two villages' town with its two hazards, journalled in 13 rows."""
    opened = Store.open(town_folder(tmp_path / "town"), clock=lambda: NOW)
    yield opened
    opened.close()


def tamper(store: Store, *statements: str) -> None:
    """Change the file as somebody would who took the guards away first and put them back after."""
    with store.database.transaction() as connection:
        for name in sqlite.guards():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)
        for body in sqlite.guards().values():
            connection.exec_driver_sql(body)


@pytest.mark.parametrize("field", sorted(ROW))
def test_the_hash_of_a_row_depends_on_every_field(field):
    altered = ROW | {field: 99 if isinstance(ROW[field], int) else "altered"}
    assert journal.digest(journal.START, altered) != journal.digest(journal.START, ROW)


def test_the_hash_of_a_row_depends_on_the_row_before():
    assert journal.digest("f" * 64, ROW) != journal.digest(journal.START, ROW)


def test_a_patch_is_written_the_same_whatever_the_order_of_its_fields():
    one = journal.patch_text({"a": 1}, {"b": [], "a": None})
    other = journal.patch_text({"a": 1}, {"a": None, "b": []})
    assert one == other == '{"a":[1,null],"b":[null,[]]}'


def test_moments_of_any_zone_are_written_in_utc_and_sort_as_time_does():
    shanghai = datetime.fromisoformat("2021-12-31T09:00:00+08:00")
    assert journal.moment(shanghai) == "2021-12-31T01:00:00.000000Z"
    assert journal.moment(shanghai + timedelta(microseconds=1)) > journal.moment(shanghai)


def test_a_record_whose_beginning_is_not_among_the_rows_is_left_out():
    rows = [("1", 2, "t2", "b", '{"note":["","x"]}'), ("2", 1, "t1", "a", '{"note":[null,"y"]}')]
    assert journal.fold(rows, {"note": ""}) == {
        "2": {"note": "y", "version": 1, "created_at": "t1", "created_by": "a", "updated_at": "t1", "updated_by": "a"}
    }


def test_an_untouched_store_has_no_findings(store):
    assert check(store) == []


@pytest.mark.parametrize(
    ("statement", "places"),
    [
        ("UPDATE hazard SET state = 'VOID' WHERE id = 1", ["hazard 1"]),
        ("UPDATE hazard SET geom = NULL WHERE id = 2", ["hazard 2"]),
        ("UPDATE hazard SET updated_by = 'x' WHERE id = 2", ["hazard 2"]),
        ("UPDATE hazard SET id = 7 WHERE id = 2", ["hazard 7", "hazard 2"]),
        ("DELETE FROM hazard WHERE id = 1", ["hazard 1"]),
        ("UPDATE geopoint SET people = 0 WHERE point_id = 'GP-01'", ["geopoint GP-01"]),
        ("UPDATE route SET geom = NULL", ["route R1"]),
        ("UPDATE journal SET actor = 'x' WHERE seq = 9", ["journal 9: hazard 1"]),
        ("DELETE FROM journal WHERE seq = 4", ["journal 4", "stop R1/1"]),
    ],
)
def test_tampering_is_found_and_its_place_named(store, statement, places):
    tamper(store, statement)
    found = [finding.place for finding in check(store)]
    assert found == places


def test_a_row_rewritten_with_a_fitting_hash_still_breaks_the_chain_after_it(store):
    with store.database.reading() as connection:
        row = dict(connection.exec_driver_sql("SELECT * FROM journal WHERE seq = 9").mappings().one())
    row["actor"] = "x"
    forged = journal.digest(str(row["prev_hash"]), row)
    tamper(store, f"UPDATE journal SET actor = 'x', hash = '{forged}' WHERE seq = 9")
    assert "journal 10: hazard 1" in [finding.place for finding in check(store)]


def test_a_guard_taken_away_is_found(store):
    with store.database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER guard_hazard_delete")
    assert ["guard_hazard_delete" in finding.text for finding in check(store)] == [True]


def test_a_code_the_town_does_not_know_is_found(store):
    patch = {"village_code": "522626100999"}
    store.amend(Change(entity="hazard", action="relocate", patch=patch, on=FIRST, id=1, seen_version=5), by=OFFICE)
    assert [(finding.place, "522626100999" in finding.text) for finding in check(store)] == [("hazard 1", True)]


Step = tuple[str, int, int, str, float | None]

steps = st.lists(
    st.tuples(
        st.sampled_from(["report", "note", "place", "verify", "assign", "refer", "void", "point"]),
        st.integers(0, 4),
        st.integers(0, 30),
        st.text(max_size=5).filter(lambda text: "\x00" not in text and text.isprintable()),
        st.one_of(st.none(), st.floats(108.3, 109.2)),
    ),
    max_size=12,
)


def change_of(step: Step, township: Township) -> Change | None:
    """The step as a change of the township as it stands, None where the ledger would not allow it."""
    kind, which, day, text, lon = step
    on, hazards = FIRST + timedelta(days=day), township.hazards
    if kind == "report":
        patch = {"state": "REPORTED", "sector": "FIRE", "note": text, "lon": lon, "lat": None if lon is None else 27.2}
        return Change(entity="hazard", action="report", patch=patch, on=on)
    if kind == "point":
        seen = int(township.geopoints.loc["GP-01", "version"])
        patch = {"main_signs": text}
        return Change(entity="geopoint", action="enrol", patch=patch, on=on, id="GP-01", seen_version=seen)
    row = hazards.iloc[which % len(hazards)]
    known = {"id": int(row.name), "version": int(row["version"]), "state": row["state"]}
    if kind in ledger.MOVES:
        allowed = row["state"] in ledger.MOVES[kind].starts
        return ledger.move(known, kind, on=on, reason="示例") if allowed else None
    patch = {"note": text} if kind == "note" else {"lon": lon, "lat": None if lon is None else 27.2}
    return Change(entity="hazard", action="relocate", patch=patch, on=on, id=known["id"], seen_version=known["version"])


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return one.equals(other) and list(one.dtypes) == list(other.dtypes)


def expected(store: Store, until: int, limit: date, town: Town) -> dict[int, tuple[str, str]]:
    """State and note of each hazard, replayed here from the journal's own entries."""
    seen: dict[int, dict[str, object]] = {}
    for id in store.township().hazards.index:
        for entry in store.history("hazard", int(id)):
            if entry.seq <= until and entry.on <= limit:
                if entry.version == 1:
                    seen[int(id)] = {"note": ""}
                if int(id) in seen:
                    seen[int(id)].update({name: new for name, (_old, new) in entry.patch.items()})
    return {id: (str(values["state"]), str(values["note"])) for id, values in seen.items()}


@pytest.mark.drill
@settings(max_examples=times(15, 2000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, day=st.integers(0, 31))
def test_any_history_reads_the_same_row_by_row_afresh_and_folded(tmp_path_factory, steps, day):
    folder = town_folder(tmp_path_factory.mktemp("town"))
    store = Store.open(folder, clock=lambda: NOW)
    readings = {}
    for step in steps:
        township = store.township()
        readings[township.revision] = township
        change = change_of(step, township)
        if change is not None:
            store.amend(change, by=OFFICE)
    current = store.township()
    afresh = Store.open(folder, clock=lambda: NOW)
    assert same(afresh.township().hazards, current.hazards)
    for revision, reading in readings.items():
        past = afresh.township(revision=revision)
        assert same(past.hazards, reading.hazards)
        assert same(past.geopoints, reading.geopoints)
    limit = FIRST + timedelta(days=day)
    then = afresh.township(as_of=limit).hazards
    told = zip(then.index, then["state"], then["note"], strict=True)
    assert {int(id): (state, note) for id, state, note in told} == expected(
        store, current.revision, limit, store.files.town
    )
    assert same(derive(then, store.files.town, limit), then)
    assert check(store) == []
    store.close()
    afresh.close()


def test_the_journal_keeps_text_as_people_wrote_it(store):
    patch = {"note": "“引号”\\ \u2028 {{7*7}}"}
    store.amend(Change(entity="hazard", action="relocate", patch=patch, on=FIRST, id=1, seen_version=5), by=OFFICE)
    with store.database.reading() as connection:
        text = connection.exec_driver_sql("SELECT patch FROM journal ORDER BY seq DESC LIMIT 1").scalar_one()
    assert json.loads(text) == {"note": ["", patch["note"]]}
    assert store.history("hazard", 1)[-1].patch["note"] == ("", patch["note"])
