"""Changes that people make, as tests hand them to a store, and a clock that stands where it is put."""

from datetime import UTC, date, datetime

from atlas import ledger
from atlas.township import Actor, Change
from tests.worlds import WEST_VILLAGE

OFFICE = Actor("示例办", "office")
GRID = Actor("示例网格", "monitor")
DAY = date(2021, 12, 31)


class Clock:
    """A clock that stands where it is put: at nine in the morning of 2021-12-31 in the town."""

    def __init__(self) -> None:
        self.now = datetime(2021, 12, 31, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def found(key: str, *, on: date = DAY, **fields: object) -> Change:
    """Return a hazard found in the field, as its form hands it over."""
    values = {
        "lon": 108.71,
        "lat": 27.17,
        "village_code": WEST_VILLAGE,
        "sector": "FIRE",
        "level": "general",
        "description": "电线老化",
    }
    return ledger.report(ledger.draft(values | fields), key=key, on=on)


def registered(code: str, *, draft_key: str | None = None, **fields: object) -> Change:
    """Return a hazard registered under a number of its own, as an import hands it over."""
    patch = {
        "hazard_id": code,
        "state": "REGISTERED",
        "sector": "FIRE",
        "level": "general",
        "lon": 108.71,
        "lat": 27.17,
    }
    return Change(entity="hazard", action="register", patch=patch | fields, on=DAY, draft_key=draft_key)


def edit(id: int | str, seen: int | None, *, on: date = DAY, **fields: object) -> Change:
    """Return an edit of some fields of a hazard, by one who saw that version of it."""
    return Change(entity="hazard", action="relocate", patch=fields, on=on, id=id, seen_version=seen)
