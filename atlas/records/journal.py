"""The journal (流水): every change in order, chained by hashes, from which any past moment is folded again."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from atlas.records.tables import journal

START = "0" * 64
_CHAINED = tuple(column.name for column in journal.columns if column.name not in ("prev_hash", "hash"))
_write_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

Values = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class JournalEntry:
    """One change as it was written.

    Attributes:
        on: the day it took effect.
        at: the moment it was written (UTC).
        patch: field -> (value before, value after), in plain form.
    """

    seq: int
    entity: str
    entity_id: str
    version: int
    action: str
    on: date
    at: datetime
    actor: str
    role: str
    reason: str
    batch: str
    patch: Mapping[str, tuple[object, object]]


def moment(at: datetime) -> str:
    """Write a moment as UTC text, which sorts as time does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def patch_text(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Write what a change does to its fields: field -> [value before, value after]."""
    return _write_json({name: [before.get(name), value] for name, value in after.items()})


def read_patch(text: str) -> dict[str, tuple[object, object]]:
    """Read what `patch_text` wrote."""
    return {name: (pair[0], pair[1]) for name, pair in json.loads(text).items()}


def digest(prev_hash: str, row: Mapping[str, Any]) -> str:
    """Return the hash of a row after the row before it."""
    text = _write_json([prev_hash, *(row[name] for name in _CHAINED)])
    return hashlib.sha256(text.encode()).hexdigest()


def tip(connection: Connection) -> tuple[int, str]:
    """Return number and hash of the newest row, (0, START) of an empty journal."""
    newest = connection.execute(select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1)).first()
    return (newest.seq, newest.hash) if newest else (0, START)


def revision(connection: Connection, *entities: str) -> int:
    """Return the number of the newest row, or of the newest that changed one of these kinds of record."""
    newest = select(func.max(journal.c.seq))
    return connection.execute(newest.where(journal.c.entity.in_(entities)) if entities else newest).scalar() or 0


def seal(connection: Connection, seq: int) -> str:
    """Return the hash of one row, START where there is none: it stands for the row and all before it."""
    return connection.execute(select(journal.c.hash).where(journal.c.seq == seq)).scalar() or START


def entries(connection: Connection, entity: str, entity_id: str, after_version: int = 0) -> list[JournalEntry]:
    """Return the changes of one record after a version of it, oldest first."""
    mine = select(journal).where(journal.c.entity == entity, journal.c.entity_id == entity_id)
    rows = connection.execute(mine.where(journal.c.version > after_version).order_by(journal.c.seq)).mappings()
    return [_entry(row) for row in rows]


def breaks(connection: Connection) -> Iterator[str]:
    """Name each place where the chain does not hold: a row missing, added or altered."""
    seq, prev_hash = 0, START
    for row in connection.execute(select(journal).order_by(journal.c.seq)).yield_per(5000).mappings():
        if row["seq"] != seq + 1:
            yield "journal " + "–".join(dict.fromkeys((str(seq + 1), str(row["seq"] - 1))))
        elif row["prev_hash"] != prev_hash or row["hash"] != digest(prev_hash, {**row}):
            yield f"journal {row['seq']}: {row['entity']} {row['entity_id']}"
        seq, prev_hash = row["seq"], row["hash"]


def fold(rows: Iterable[Sequence[object]], blank: Mapping[str, object]) -> dict[str, Values]:
    """Replay changes into records: entity_id -> values with version, created_* and updated_*.

    Each row holds entity_id, version, at, actor and patch text, in the order of the journal. A record
    whose first change is not among them does not exist yet and is left out.
    """
    records: dict[str, Values] = {}
    for entity_id, version, at, actor, patch in rows:
        key = str(entity_id)
        if version == 1:
            records[key] = {**blank, "created_at": at, "created_by": actor}
        if key in records:
            record = records[key]
            record.update({name: pair[1] for name, pair in json.loads(str(patch)).items()})
            record.update(version=version, updated_at=at, updated_by=actor)
    return records


def _entry(row: RowMapping) -> JournalEntry:
    given = {name: row[name] for name in _CHAINED if name not in ("effective_on", "at", "patch")}
    return JournalEntry(
        on=date.fromisoformat(row["effective_on"]),
        at=datetime.fromisoformat(row["at"]),
        patch=read_patch(row["patch"]),
        **given,
    )
