"""The opening ledger (期初台账): the hazards and their histories that a new database starts with."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from atlas.accounts import ROLES
from atlas.ledger import LEVELS, MOVES, REGISTERED, REPORTED, STATES
from atlas.records.plain_files import at_line, checked, refuse, text
from atlas.wording import _

_BEGINNINGS = {"report": REPORTED, "register": REGISTERED}
_HAZARD_ID = r"^[A-Z]{2,8}-\d{4}-[A-Z0-9_]+-\d{4,}$"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Event(BaseModel):
    """One step of a hazard's history, as a line of ledger.jsonl holds it."""

    model_config = ConfigDict(extra="forbid")

    action: Annotated[str, StringConstraints(min_length=1)]
    on: str
    by: Annotated[str, StringConstraints(min_length=1)]
    role: str
    reason: str = ""
    patch: dict[str, Any]


class Entry(BaseModel):
    """One line of ledger.jsonl: a hazard and its history, oldest event first."""

    model_config = ConfigDict(extra="forbid")

    hazard_id: Annotated[str, StringConstraints(pattern=_HAZARD_ID)]
    events: Annotated[list[Event], Field(min_length=1)]


def read(path: Path, *, villages: Collection[str], sectors: Collection[str]) -> list[dict[str, Any]]:
    """Return the file's lines as they are, each checked; an absent file is an empty ledger.

    Each history must begin with a report or a registration, never step back in time, and lead by the
    ledger's moves from state to state. Raises InvalidTown naming the line, the event and the field.
    """
    if not path.exists():
        return []
    found: dict[str, dict[str, Any]] = {}
    # Not splitlines(): it would also cut at the line separators that JSON allows inside a text.
    for number, line in enumerate(text(path).split("\n"), start=1):
        if not line.strip():
            continue
        place = at_line(path, number)
        entry = _entry(line, place)
        if entry["hazard_id"] in found:
            refuse(place, "hazard_id", _("编号 {code} 重复").format(code=entry["hazard_id"]))
        _check_history(entry["events"], place)
        for event in entry["events"]:
            _check_codes(event["patch"], {"village_code": villages, "sector": sectors}, place)
        found[entry["hazard_id"]] = entry
    return list(found.values())


def _entry(line: str, place: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        refuse(place, "JSON", _("应为一行一个 JSON 对象"))
    return checked(Entry, values, place).model_dump()


def _check_history(events: list[dict[str, Any]], place: str) -> None:
    """Follow the history from event to event by the ledger's rules."""
    state, day = "", date.min
    for number, event in enumerate(events, start=1):
        column = f"events[{number}]"
        if event["role"] not in ROLES:
            refuse(place, f"{column}.role", _("应为 {expected}").format(expected=" / ".join(ROLES)))
        on = _day(event["on"])
        if on is None or on < day:
            refuse(place, f"{column}.on", _("应为不早于上一步的日期，如 2021-03-04"))
        after = event["patch"].get("state", state)
        if not _is_step(event["action"], state, after):
            refuse(place, f"{column}.action", f"{event['action']}: {state or '-'} → {after}")
        state, day = after, on


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        return None


def _is_step(action: str, before: str, after: str) -> bool:
    """Tell whether the action leads from one state to the other; "" is the state before the first event."""
    if not before:
        return action in _BEGINNINGS and after == _BEGINNINGS[action]
    if action in MOVES:
        return before in MOVES[action].starts and after == MOVES[action].end
    return action not in _BEGINNINGS and after == before


def _check_codes(patch: Mapping[str, Any], known: Mapping[str, Collection[str]], place: str) -> None:
    for column, codes in {**known, "level": LEVELS, "state": STATES}.items():
        if column in patch and patch[column] not in codes:
            sentence = _("“{found}”不在 {accepted} 之中").format(found=patch[column], accepted="、".join(codes))
            refuse(place, column, sentence)
