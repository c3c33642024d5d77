"""Saving (保存): each is one call of the store; nothing of Streamlit happens between its parts.

A second click interrupts a running script at its next Streamlit call, so a save that talked to
Streamlit half way would leave halves behind.
"""

from collections.abc import Mapping
from datetime import date

from atlas import ledger
from atlas.records.store import Store
from atlas.township import Actor, Saved
from atlas.villages import village_at


def report(store: Store, entry: ledger.Draft, *, key: str, on: date, by: Actor) -> Saved:
    """Write a new hazard once, however often it is called with the draft's key."""
    return store.amend(ledger.report(entry, key=key, on=on), by=by)


def relocate(store: Store, hazard: int, place: tuple[float, float], *, on: date, by: Actor) -> Saved:
    """Move a hazard's point to (lon, lat); its village follows, and stays outside every boundary."""
    row = store.hazard(hazard)
    village = village_at(store.township().villages, *place) or str(row["village_code"])
    there = {"lon": place[0], "lat": place[1], "village_code": village, "coord_source": "map_click"}
    return store.amend(ledger.relocate(row, there, on=on), by=by)


def undo_move(store: Store, moved: Mapping[str, object], *, on: date, by: Actor) -> Saved:
    """Move a hazard's point back to where it lay: `moved` holds id, lon, lat, village_code and coord_source."""
    row = store.hazard(int(str(moved["id"])))
    back = {field: moved[field] for field in ("lon", "lat", "village_code", "coord_source")}
    return store.amend(ledger.relocate(row, back, on=on), by=by)


def void(store: Store, hazard: int, reason: str, *, on: date, by: Actor) -> Saved:
    """Strike a hazard from every count, with the reason kept."""
    return store.amend(ledger.void(store.hazard(hazard), reason=reason, on=on), by=by)
