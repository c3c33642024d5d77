"""Reading: what the township shows of any revision and any day."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from atlas.errors import UnknownRecord
from atlas.records.check import check
from atlas.records.store import Store
from tests.changes import GRID, OFFICE, Clock, edit, found, registered
from tests.worlds import town_folder, two_villages


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    """The two villages' town with its two hazards: 1 closed, 2 referred."""
    opened = Store.open(town_folder(tmp_path / "town"), clock=clock)
    yield opened
    opened.close()


@pytest.mark.parametrize("layer", ["geopoints", "routes", "stops", "inspections", "patrols"])
def test_a_new_database_starts_with_the_registers_of_the_town(store, layer):
    read, written = getattr(store.township(), layer), getattr(two_villages(), layer)
    shown = pd.DataFrame(read)[list(written.columns)]
    pd.testing.assert_frame_equal(shown, pd.DataFrame(written), check_dtype=False)


def test_a_new_database_starts_with_the_ledger_in_the_states_its_history_leads_to(store):
    hazards = store.township().hazards
    assert dict(zip(hazards["hazard_id"], hazards["state"], strict=True)) == {
        "SY-2021-TRAFFIC-0001": "CLOSED",
        "SY-2021-TRAFFIC-0002": "REFERRED",
    }


def test_what_is_read_has_the_columns_and_kinds_the_field_works_with(store):
    hazards, known = store.township().hazards, two_villages().hazards
    assert hazards.index.name == "id"
    assert hazards.crs == known.crs
    assert {name: kind.kind for name, kind in hazards.dtypes.items()} == {
        name: kind.kind for name, kind in known[list(hazards.columns)].dtypes.items()
    }
    assert set(hazards.columns) == set(known.columns)


def test_today_is_the_day_in_the_town_not_in_greenwich(store, clock):
    clock.now = datetime(2021, 12, 30, 16, 30, tzinfo=UTC)
    assert store.township().as_of == date(2021, 12, 31)


@pytest.mark.parametrize(
    ("as_of", "states"),
    [
        (date(2021, 3, 3), {}),
        (date(2021, 3, 4), {1: "REGISTERED"}),
        (date(2021, 3, 11), {1: "PENDING_REVIEW"}),
        (date(2021, 5, 4), {1: "CLOSED", 2: "REGISTERED"}),
        (date(2021, 5, 20), {1: "CLOSED", 2: "REFERRED"}),
        (date(2030, 1, 1), {1: "CLOSED", 2: "REFERRED"}),
    ],
)
def test_a_past_day_shows_the_states_of_that_day(store, as_of, states):
    township = store.township(as_of=as_of)
    assert township.hazards["state"].to_dict() == states
    assert township.as_of == as_of


def test_a_past_day_shows_only_the_rounds_made_by_then(store):
    assert len(store.township(as_of=date(2021, 6, 9)).patrols) == 0
    assert len(store.township(as_of=date(2021, 6, 10)).patrols) == 1


def test_a_revision_shows_what_was_known_then(store):
    before = store.revision
    store.amend(edit(2, 2, note="later"), by=OFFICE)
    store.amend(found("d1"), by=GRID)
    then = store.township(revision=before)
    assert (len(then.hazards), then.hazards.loc[2, "note"], then.hazards.loc[2, "version"]) == (2, "", 2)
    assert len(store.township(revision=0).hazards) == 0


def test_a_change_entered_late_counts_from_the_day_it_took_effect(store):
    store.amend(edit(1, 5, on=date(2021, 3, 5), note="late"), by=OFFICE)
    row = store.township(as_of=date(2021, 3, 5)).hazards.loc[1]
    assert (row["note"], row["state"]) == ("late", "ASSIGNED")


@pytest.mark.parametrize("revision", [-1, 10**9])
def test_a_revision_that_is_not_there_is_refused(store, revision):
    with pytest.raises(UnknownRecord):
        store.township(revision=revision)


def test_nothing_is_read_again_while_nothing_changes(store):
    assert store.township() is store.township()


def test_a_reading_already_handed_out_does_not_change(store):
    township = store.township()
    store.amend(edit(1, 5, note="new"), by=OFFICE)
    store.township()
    assert township.hazards.loc[1, "note"] == ""


def test_touched_names_what_changed_between_two_revisions(store):
    start = store.revision
    store.amend(edit(2, 2, note="x"), by=OFFICE)
    middle = store.revision
    store.amend(edit(1, 5, note="x"), by=OFFICE)
    store.amend(found("d1"), by=GRID)
    assert store.touched(start, store.revision) == [1, 2, 3]
    assert store.touched(start, middle) == [2]
    assert store.touched(middle, middle) == []


def test_a_point_outside_the_town_counts_but_is_not_drawn(store, tmp_path, clock):
    store.amend(edit(1, 5, lon=109.0, lat=27.4), by=OFFICE)
    store.close()
    settings = tmp_path / "town" / "town.toml"
    settings.write_text(settings.read_text("utf-8").replace("27.5]", "27.3]"), "utf-8")
    again = Store.open(tmp_path / "town", clock=clock)
    assert again.township().hazards.geometry.isna().to_dict() == {1: True, 2: False}
    assert [finding.place for finding in check(again)] == ["hazard 1"]
    again.close()


def test_a_hazard_without_a_place_counts(store):
    saved = store.amend(registered("SY-2021-FIRE-0001", lon=None, lat=None), by=OFFICE)
    store.amend(edit(2, 2, lon=None, lat=None), by=OFFICE)
    assert store.township().hazards.geometry.isna().to_dict() == {1: False, 2: True, saved.id: True}
    assert store.hazard(2)["lon"] is None
    assert check(store) == []
