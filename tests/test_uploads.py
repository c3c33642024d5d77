import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from atlas.desk.uploads import TooMuch, Uploads


class Clock:
    now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def uploads(clock) -> Uploads:
    return Uploads(clock, body_bytes=100, minute_bytes=250)


def send(uploads: Uploads, sender: str, *parts: int, declared: int = 0) -> None:
    remaining = list(parts)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * remaining.pop(0), "more_body": bool(remaining)}

    async def read_all() -> None:
        counted = uploads.counted(receive, sender, declared)
        while remaining:
            await counted()

    asyncio.run(read_all())


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(uploads):
    send(uploads, "a", 60, 40)
    with pytest.raises(TooMuch) as refused:
        send(uploads, "a", 60, 41)
    assert refused.value.status == 413


def test_a_declared_size_is_believed_where_it_is_too_large(uploads):
    with pytest.raises(TooMuch) as refused:
        send(uploads, "a", 1, declared=101)
    assert refused.value.status == 413


def test_a_declared_size_that_does_not_fit_into_the_minute_is_refused_at_once(uploads):
    send(uploads, "a", 100)
    send(uploads, "a", 100)
    with pytest.raises(TooMuch) as refused:
        send(uploads, "a", 1, declared=60)
    assert refused.value.status == 429


def test_bytes_that_lie_about_their_size_count_all_the_same(uploads):
    send(uploads, "a", 100, declared=1)
    send(uploads, "a", 100, declared=1)
    with pytest.raises(TooMuch):
        send(uploads, "a", 60, declared=1)


def test_each_sender_has_a_minute_of_its_own(uploads):
    send(uploads, "a", 100)
    send(uploads, "a", 100)
    send(uploads, "b", 100)


def test_after_a_minute_the_count_begins_anew(uploads, clock):
    send(uploads, "a", 100)
    send(uploads, "a", 100)
    clock.now += timedelta(minutes=1)
    send(uploads, "a", 100)
    send(uploads, "a", 100)
