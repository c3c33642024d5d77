"""Writing (落账): carries changes out within one transaction, each as a journal row and a record's row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, bindparam, func, insert, select, update

from atlas import accounts, ledger
from atlas.errors import IllegalMove, InvalidDraft, StaleEdit, UnknownRecord
from atlas.records import journal
from atlas.records.journal import Values
from atlas.records.patches import blank, from_row, normal, to_row
from atlas.records.tables import HEAD, REGISTERS, Register, hazard
from atlas.records.tables import journal as journal_table
from atlas.township import Actor, Change, Saved, Town
from atlas.wording import _

BLOCK = 2000

Key = tuple[str, int | str]


@dataclass(frozen=True)
class Act:
    """A change with who makes it, the moment it is written down and the batch it belongs to ("" = none)."""

    change: Change
    by: Actor
    at: datetime
    batch: str = ""


class Sheet:
    """The records one transaction works on: read in blocks, changed in memory, written in blocks."""

    def __init__(self, connection: Connection, town: Town) -> None:
        self._connection = connection
        self._town = town
        self._seq, self._hash = journal.tip(connection)
        self._next_id = int(connection.execute(select(func.max(hazard.c.id))).scalar() or 0) + 1
        self._counts: dict[str, int] = {}
        self._records: dict[Key, Values] = {}
        self._by_name: dict[tuple[str, str], Values] = {}
        self._entries: list[Values] = []
        self._made: dict[str, list[Values]] = {}
        self._given: dict[str, set[str]] = {}
        self._changed: dict[str, list[Values]] = {}

    def carry_out(self, acts: Iterable[Act]) -> Iterator[Saved]:
        """Carry out the acts in order; they are kept when the transaction is.

        Raises NotAllowed, InvalidDraft, UnknownRecord, IllegalMove or StaleEdit, and then keeps none of them.
        """
        queue = iter(acts)
        while block := list(islice(queue, BLOCK)):
            self._read(block)
            for act in block:
                yield self._one(act)
            self._write()
            self._records.clear()
            self._by_name.clear()

    def _one(self, act: Act) -> Saved:
        accounts.check(act.by.role, act.change.action)
        register = _register(act.change)
        if act.change.id is not None:
            return self._amend(register, act)
        drafted = self._by_name.get(("draft_key", act.change.draft_key)) if act.change.draft_key else None
        if drafted is not None:
            return self._saved(register, drafted, is_new=False)
        return self._make(register, act)

    def _make(self, register: Register, act: Act) -> Saved:
        patch = normal(register, act.change.patch, self._town.bounds, is_new=True)
        record = {**blank(register), **patch, "version": 1}
        if register.entity == "hazard":
            self._number(record, act)
            patch["hazard_id"] = record["hazard_id"]
        elif not record[register.key] or self._known(register, str(record[register.key])):
            raise InvalidDraft(_("编号缺失或已有：{code}").format(code=record[register.key]))
        _check_place(record)
        self._note(register, act, record, journal.patch_text({}, patch))
        record.update(created_at=record["updated_at"], created_by=record["updated_by"])
        self._made.setdefault(register.entity, []).append(to_row(register, record))
        self._given.setdefault(register.entity, {register.key, "geom", "draft_key", *HEAD}).update(patch)
        self._hold(register, record)
        return self._saved(register, record, is_new=True)

    def _amend(self, register: Register, act: Act) -> Saved:
        record = self._find(register, act.change)
        patch = normal(register, act.change.patch, self._town.bounds, is_new=False)
        if act.change.seen_version != record["version"]:
            self._merge(register, record, act.change, patch)
        if register.entity == "hazard" and "state" in patch:
            _check_move(act.change, str(record["state"]))
        changed = {name: value for name, value in patch.items() if record[name] != value}
        text = journal.patch_text(record, changed)
        record.update(changed, version=_whole(record["version"]) + 1)
        _check_place(record)
        self._note(register, act, record, text)
        self._changed.setdefault(register.entity, []).append(to_row(register, record))
        return self._saved(register, record, is_new=True)

    def _merge(self, register: Register, record: Values, change: Change, patch: Values) -> None:
        """Let an edit of an older version pass when it touches nothing changed since. Raises StaleEdit."""
        seen, now = change.seen_version, _whole(record["version"])
        if seen is None:
            raise InvalidDraft(_("缺少所见版本：{code}").format(code=_code(register, record)))
        self._write()
        since = journal.entries(self._connection, register.entity, str(record[register.key]), seen)
        before: Values = {}
        for entry in since:
            for name, (old, _new) in entry.patch.items():
                before.setdefault(name, old)
        overlap = {name: (before[name], record[name]) for name in patch if name in before}
        if overlap or seen > now:
            names = "、".join(dict.fromkeys(entry.actor for entry in since))
            text = _("{code} 的 {fields} 已被 {names} 改动，请核对后再保存")
            fields = "、".join(overlap) or "version"
            raise StaleEdit(text.format(code=_code(register, record), fields=fields, names=names), overlap, names)

    def _number(self, record: Values, act: Act) -> None:
        for field in ("state", "sector"):
            if not record[field]:
                raise InvalidDraft(field)
        if record["hazard_id"]:
            # A number brought along may lie ahead of those given out so far.
            self._counts.clear()
        code = str(record["hazard_id"] or self._next_code(act, str(record["sector"])))
        if ("hazard_id", code) in self._by_name:
            raise InvalidDraft(_("编号缺失或已有：{code}").format(code=code))
        record.update(id=self._next_id, hazard_id=code, draft_key=act.change.draft_key)
        self._next_id += 1

    def _next_code(self, act: Act, sector: str) -> str:
        year = act.change.on.year
        stem = ledger.number(self._town.prefix, year, sector, 0).removesuffix("0000")
        if stem not in self._counts:
            self._write()
            self._counts[stem] = self._last_count(stem)
        self._counts[stem] += 1
        return ledger.number(self._town.prefix, year, sector, self._counts[stem])

    def _last_count(self, stem: str) -> int:
        code = hazard.c.hazard_id
        # "." follows "-" in the alphabet of bytes, so this is the range of every code that begins with the stem.
        mine = select(code).where(code >= stem, code < stem[:-1] + ".").order_by(func.length(code).desc(), code.desc())
        with self._connection.execute(mine) as found:
            counts = (code.removeprefix(stem) for code in found.scalars())
            return next((int(count) for count in counts if count.isascii() and count.isdigit()), 0)

    def _note(self, register: Register, act: Act, record: Values, patch: str) -> None:
        """Add the journal's row and stamp the record with it."""
        row: Values = {
            "seq": self._seq + 1,
            "entity": register.entity,
            "entity_id": str(record[register.key]),
            "version": record["version"],
            "action": act.change.action,
            "effective_on": f"{act.change.on:%Y-%m-%d}",
            "at": journal.moment(act.at),
            "actor": act.by.name,
            "role": act.by.role,
            "reason": act.change.reason,
            "batch": act.batch,
            "patch": patch,
        }
        row |= {"prev_hash": self._hash, "hash": journal.digest(self._hash, row)}
        self._seq, self._hash = self._seq + 1, str(row["hash"])
        self._entries.append(row)
        record.update(updated_at=row["at"], updated_by=act.by.name)

    def _read(self, block: Sequence[Act]) -> None:
        """Fetch every record the block's changes name, in a few statements."""
        wanted: dict[tuple[str, str], set[int | str]] = {}
        for act in block:
            register = _register(act.change)
            for column, name in _names(register, act.change):
                wanted.setdefault((register.entity, column), set()).add(name)
        for (entity, column), names in wanted.items():
            register = REGISTERS[entity]
            found = self._connection.execute(select(register.table).where(register.table.c[column].in_(names)))
            for row in found.mappings():
                self._hold(register, from_row(register, {str(name): value for name, value in row.items()}))

    def _hold(self, register: Register, record: Values) -> None:
        held = self._records.setdefault((register.entity, _key(register, record)), record)
        for column in ("hazard_id", "draft_key") if register.entity == "hazard" else ():
            if held[column]:
                self._by_name[column, str(held[column])] = held

    def _known(self, register: Register, key: int | str) -> bool:
        return (register.entity, key) in self._records

    def _find(self, register: Register, change: Change) -> Values:
        record = None
        if change.id is not None:
            record = self._records.get((register.entity, change.id)) or self._by_name.get(("hazard_id", str(change.id)))
        if record is None:
            raise UnknownRecord(_("没有这条记录：{entity} {id}").format(entity=register.entity, id=change.id))
        return record

    def _write(self) -> None:
        """Send what has gathered to the database; the journal goes first, the guards ask for its rows."""
        if self._entries:
            self._connection.execute(insert(journal_table), self._entries)
        for entity, rows in self._made.items():
            # Fields that none of the rows was given are left to the table's defaults: a fifth of a large batch's time.
            given = self._given[entity] & rows[0].keys()
            self._connection.execute(
                insert(REGISTERS[entity].table), [{name: row[name] for name in given} for row in rows]
            )
        for entity, rows in self._changed.items():
            register = REGISTERS[entity]
            self._connection.execute(
                update(register.table).where(register.table.c[register.key] == bindparam("_key")),
                [_renewed(register, row) for row in rows],
            )
        self._entries, self._made, self._given, self._changed = [], {}, {}, {}

    def _saved(self, register: Register, record: Values, *, is_new: bool) -> Saved:
        return Saved(
            entity=register.entity,
            id=_key(register, record),
            code=_code(register, record),
            version=_whole(record["version"]),
            revision=self._seq,
            is_new=is_new,
        )


def _register(change: Change) -> Register:
    register = REGISTERS.get(change.entity)
    if register is None:
        raise InvalidDraft(_("没有这类记录：{entity}").format(entity=change.entity))
    return register


def _names(register: Register, change: Change) -> Iterator[tuple[str, int | str]]:
    if register.entity != "hazard":
        yield register.key, str(change.id if change.id is not None else change.patch.get(register.key, ""))
    elif isinstance(change.id, int):
        yield "id", change.id
    elif change.id is not None or change.patch.get("hazard_id"):
        yield "hazard_id", str(change.id if change.id is not None else change.patch["hazard_id"])
    if register.entity == "hazard" and change.id is None and change.draft_key:
        yield "draft_key", change.draft_key


def _renewed(register: Register, row: Values) -> Values:
    kept = {*register.lasting, register.key, "draft_key", "created_at", "created_by"}
    return {"_key": row[register.key]} | {name: value for name, value in row.items() if name not in kept}


def _check_move(change: Change, state: str) -> None:
    move = ledger.MOVES.get(change.action)
    if move is None or state not in move.starts or change.patch["state"] != move.end:
        raise IllegalMove(f"{change.action}: {state} → {change.patch['state']}")
    if move.needs_reason and not change.reason.strip():
        raise InvalidDraft("reason")


def _check_place(record: Values) -> None:
    if (record.get("lon") is None) != (record.get("lat") is None):
        raise InvalidDraft(_("lon 与 lat 要一起给"))


def _key(register: Register, record: Values) -> int | str:
    key = record[register.key]
    return key if isinstance(key, int) else str(key)


def _code(register: Register, record: Values) -> str:
    return str(record["hazard_id"] if register.entity == "hazard" else record[register.key])


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value
