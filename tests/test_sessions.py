"""Sessions: how long a sign-in lasts, what ends it, and what the database knows of its token."""

from datetime import UTC, datetime, timedelta

import pytest

from atlas.records.sessions import Sessions
from atlas.records.store import Store
from tests.worlds import town_folder

NOW = datetime(2021, 12, 31, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    opened = Store.open(town_folder(tmp_path / "town"), clock=lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def sessions(store) -> Sessions:
    return Sessions(store.database)


def after(**time: float) -> datetime:
    return NOW + timedelta(**time)


def test_a_session_is_found_by_its_token(sessions):
    token = sessions.start("office", "office", NOW)
    found = sessions.find(token, after(minutes=5))
    assert (found.account, found.role, found.started_at, found.seen_at) == ("office", "office", NOW, NOW)


def test_tokens_are_long_and_never_the_same(sessions):
    tokens = {sessions.start("office", "office", NOW) for _ in range(5)}
    assert len(tokens) == 5
    assert min(map(len, tokens)) >= 43


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "令牌"])
def test_a_made_up_token_finds_nothing(sessions, token):
    sessions.start("office", "office", NOW)
    assert sessions.find(token, NOW) is None
    sessions.touch(token, NOW)
    sessions.end(token)


def test_the_database_does_not_know_the_token(store, sessions):
    token = sessions.start("office", "office", NOW)
    with store.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM session").all()
    assert len(rows) == 1
    assert token not in str(rows)


def test_a_session_ends_after_thirty_idle_minutes(sessions):
    token = sessions.start("office", "office", NOW)
    assert sessions.find(token, after(minutes=29, seconds=59)) is not None
    assert sessions.find(token, after(minutes=30)) is None


def test_looking_a_session_up_does_not_keep_it_alive(sessions):
    token = sessions.start("office", "office", NOW)
    for minute in range(30):
        sessions.find(token, after(minutes=minute))
    assert sessions.find(token, after(minutes=30)) is None


def test_a_sign_of_life_keeps_a_session_alive(store, sessions):
    token = sessions.start("office", "office", NOW)
    sessions.touch(token, after(minutes=20))
    assert sessions.find(token, after(minutes=49)).seen_at == after(minutes=20)
    assert Sessions(store.database).find(token, after(minutes=49)) is not None


def test_a_sign_of_life_too_small_to_write_down_still_counts_here(sessions):
    token = sessions.start("office", "office", NOW)
    sessions.touch(token, after(seconds=30))
    assert sessions.find(token, after(minutes=30, seconds=10)) is not None


def test_no_sign_of_life_wakes_a_session_that_has_ended(sessions):
    token = sessions.start("office", "office", NOW)
    sessions.touch(token, after(minutes=31))
    assert sessions.find(token, after(minutes=31)) is None


def test_a_session_ends_after_twelve_hours_however_busy(sessions):
    token = sessions.start("office", "office", NOW)
    for quarter in range(1, 48):
        sessions.touch(token, after(minutes=15 * quarter))
    assert sessions.find(token, after(hours=11, minutes=59)) is not None
    assert sessions.find(token, after(hours=12)) is None


def test_a_session_that_was_signed_out_is_gone_at_once(sessions):
    token, other = sessions.start("office", "office", NOW), sessions.start("office", "office", NOW)
    sessions.find(token, NOW)
    sessions.end(token)
    assert sessions.find(token, NOW) is None
    assert sessions.find(other, NOW) is not None


def test_all_sessions_of_an_account_end_together(sessions):
    mine = [sessions.start("office", "office", NOW) for _ in range(3)]
    other = sessions.start("leader", "leader", NOW)
    for token in (*mine, other):
        sessions.find(token, NOW)
    sessions.end_all("office")
    assert [sessions.find(token, NOW) for token in mine] == [None, None, None]
    assert sessions.find(other, NOW) is not None


def test_a_session_ended_by_another_program_is_gone_within_seconds(store, sessions):
    token = sessions.start("office", "office", NOW)
    sessions.find(token, NOW)
    Sessions(store.database).end(token)
    assert sessions.find(token, after(seconds=5)) is None


def test_a_session_outlives_the_program(store, sessions):
    token = sessions.start("office", "office", NOW)
    assert Sessions(store.database).find(token, after(minutes=1)) is not None


def test_sessions_past_their_time_are_cleared_away(store, sessions):
    sessions.start("office", "office", NOW)
    sessions.start("office", "office", after(hours=1))
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one() == 1


def test_a_found_session_is_at_hand_without_asking_the_database(store, sessions):
    token = sessions.start("office", "office", NOW)
    sessions.find(token, NOW)
    with store.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM session")
    assert sessions.find(token, after(seconds=4)) is not None
