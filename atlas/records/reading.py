"""Reading (读图): the records at one moment as a Township; what has been read is kept and only renewed."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import geopandas as gpd
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, Text, func, or_, select
from sqlalchemy import cast as sql_cast

from atlas.errors import UnknownRecord
from atlas.hazards import derive
from atlas.records import journal as journals
from atlas.records.columns import Listing
from atlas.records.frames import Cells, frame, overlaid, selected, shown
from atlas.records.patches import blank, to_row
from atlas.records.sqlite import Database
from atlas.records.tables import REGISTERS, Register, journal
from atlas.records.town_files import TownFiles
from atlas.township import Township
from atlas.wording import _

BLOCK = 10_000
RENEWED_AT_MOST = 5_000
KEPT = 6

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Moment:
    """Which journal rows a reading holds.

    Attributes:
        revision: none later than this one.
        limit: none that took effect after this day; None holds them all.
    """

    revision: int
    limit: date | None = None

    def hides(self) -> ColumnElement[bool]:
        """Return the condition that a journal row lies outside this moment."""
        later = journal.c.seq > self.revision
        return later if self.limit is None else or_(later, journal.c.effective_on > self.limit.isoformat())


class Shelf:
    """The readings of one database: the current frames, renewed row by row, and a few townships."""

    def __init__(self, database: Database, files: TownFiles) -> None:
        self._database = database
        self._files = files
        self._current: tuple[int, Frames] | None = None
        self._townships: OrderedDict[tuple[Moment, date], Township] = OrderedDict()
        self._shelved = threading.Lock()
        # Those who want today's map do not wait for one who folds a past one.
        self._renewing = threading.Lock()
        self._folding = threading.Lock()

    def township(self, today: date, as_of: date | None, revision: int | None) -> Township:
        """Return the township at a revision (None: now) as of a day (None: today, holding everything known)."""
        with self._database.reading() as connection:
            newest = journals.revision(connection)
            if revision is not None and not 0 <= revision <= newest:
                raise UnknownRecord(_("还没有这个修订号：{revision}").format(revision=revision))
            moment = Moment(newest if revision is None else revision, _limit(connection, as_of))
            key = (moment, as_of or today)
            kept = self._kept(key)
            if kept is not None:
                return kept
            with self._renewing if moment == Moment(newest) else self._folding:
                return self._kept(key) or self._keep(key, self._read(connection, newest, key))

    def _kept(self, key: tuple[Moment, date]) -> Township | None:
        with self._shelved:
            if key in self._townships:
                self._townships.move_to_end(key)
            return self._townships.get(key)

    def _keep(self, key: tuple[Moment, date], township: Township) -> Township:
        with self._shelved:
            self._townships[key] = township
            if len(self._townships) > KEPT:
                self._townships.popitem(last=False)
        return township

    def _read(self, connection: Connection, newest: int, key: tuple[Moment, date]) -> Township:
        moment, day = key
        # Who waited for the lock may see an older database than the frames were renewed from meanwhile.
        is_overtaken = self._current is not None and self._current[0] > newest
        if moment == Moment(newest) and not is_overtaken:
            return self._assembled(self._renewed(connection, newest), newest, day)
        return self._assembled(self._past(connection, moment), moment.revision, day)

    def _renewed(self, connection: Connection, newest: int) -> Frames:
        if self._current is None:
            frames: Frames = {entity: self._rows(connection, register) for entity, register in REGISTERS.items()}
        else:
            frames = self._updated(connection, *self._current)
        self._current = newest, frames
        return frames

    def _updated(self, connection: Connection, since: int, kept: Frames) -> Frames:
        touched = _touched(connection, since)
        frames = dict(kept)
        for entity, ids in touched.items():
            register = REGISTERS[entity]
            if entity != "hazard" or len(ids) > RENEWED_AT_MOST:
                frames[entity] = self._rows(connection, register)
            else:
                mine = register.table.c.id.in_([int(entity_id) for entity_id in ids])
                frames[entity] = overlaid(kept[entity], self._rows(connection, register, mine))
        return frames

    def _rows(self, connection: Connection, register: Register, *which: ColumnElement[bool]) -> pd.DataFrame:
        blocks = _blocks(connection, select(*selected(register)).where(*which))
        return frame(register, blocks, self._files.town.bounds)

    def _past(self, connection: Connection, moment: Moment) -> Frames:
        return {entity: self._past_rows(connection, register, moment) for entity, register in REGISTERS.items()}

    def _past_rows(self, connection: Connection, register: Register, moment: Moment) -> pd.DataFrame:
        """Take the rows nothing later has touched as they are, and fold the others from the journal."""
        moved = select(journal.c.entity_id).where(journal.c.entity == register.entity, moment.hides()).distinct()
        name = sql_cast(register.table.c[register.key], Text)
        untouched = select(*selected(register)).where(name.not_in(moved))
        folded = list(folded_rows(connection, register, journal.c.entity_id.in_(moved), ~moment.hides()))
        blocks = [*_blocks(connection, untouched), *([folded] if folded else [])]
        return frame(register, blocks, self._files.town.bounds)

    def _assembled(self, frames: Frames, revision: int, day: date) -> Township:
        files = self._files
        return Township(
            town=files.town,
            revision=revision,
            as_of=day,
            villages=files.villages,
            offices=files.offices,
            roads=files.roads,
            water=files.water,
            sectors=files.sectors,
            stations=files.stations,
            posts=files.posts,
            hazards=derive(cast(gpd.GeoDataFrame, frames["hazard"]), files.town, day),
            geopoints=cast(gpd.GeoDataFrame, frames["geopoint"]),
            routes=cast(gpd.GeoDataFrame, frames["route"]),
            stops=frames["stop"].sort_values(["route_id", "position"], ignore_index=True),
            inspections=frames["inspection"],
            patrols=frames["patrol"],
        )


def folded(connection: Connection, register: Register, *which: ColumnElement[bool]) -> dict[str, journals.Values]:
    """Replay the chosen journal rows of a register: its key as text -> the record's values."""
    row = journal.c
    mine = select(row.entity_id, row.version, row.at, row.actor, row.patch)
    mine = mine.where(row.entity == register.entity, *which).order_by(row.seq)
    found = connection.execution_options(yield_per=BLOCK).execute(mine)
    records = journals.fold((cast(Cells, line) for line in found), blank(register))
    for key, record in records.items():
        record[register.key] = int(key) if register.entity == "hazard" else key
    return records


def folded_rows(connection: Connection, register: Register, *which: ColumnElement[bool]) -> Iterator[Cells]:
    """Give the replayed records as rows in the form `selected` reads them."""
    columns = shown(register)
    for record in folded(connection, register, *which).values():
        row = to_row(register, record)
        yield [
            Listing().process_bind_param(cast(list[str], row[column.name]), connection.dialect)
            if isinstance(column.type, Listing)
            else row[column.name]
            for column in columns
        ]


def touched_hazards(connection: Connection, since: int, until: int) -> list[int]:
    """Return the ids of hazards changed after `since` and not after `until`, ascending."""
    mine = select(journal.c.entity_id).where(
        journal.c.entity == "hazard", journal.c.seq > since, journal.c.seq <= until
    )
    return sorted({int(entity_id) for entity_id in connection.execute(mine.distinct()).scalars()})


def _touched(connection: Connection, since: int) -> Mapping[str, list[str]]:
    rows = connection.execute(select(journal.c.entity, journal.c.entity_id).where(journal.c.seq > since).distinct())
    touched: dict[str, list[str]] = defaultdict(list)
    for entity, entity_id in rows:
        touched[entity].append(entity_id)
    return touched


def _limit(connection: Connection, as_of: date | None) -> date | None:
    """Return the day only where something took effect after it, so that equal readings are one."""
    last = connection.execute(select(func.max(journal.c.effective_on))).scalar()
    return as_of if as_of is not None and last is not None and as_of.isoformat() < last else None


def _blocks(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Iterator[Sequence[Cells]]:
    for block in connection.execute(statement).partitions(BLOCK):
        yield cast(Sequence[Cells], block)
