"""The store (档案库): the one door through which records are changed and read."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Self

from sqlalchemy import select

from atlas.errors import StoreRefused, UnknownRecord
from atlas.records import backup, demo, journal, migrations, reading, sqlite, town_files
from atlas.records.columns import Day
from atlas.records.journal import JournalEntry
from atlas.records.lock import turn
from atlas.records.patches import from_row
from atlas.records.sqlite import Database
from atlas.records.tables import REGISTERS, hazard
from atlas.records.town_files import TownFiles
from atlas.records.whole_file import sync
from atlas.records.writing import Act, Sheet
from atlas.township import Actor, Change, Saved, Township
from atlas.wording import _

NAME = "atlas.db"
# China has kept this time all year since 1992.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the moment by this machine's clock."""
    return datetime.now(UTC)


class Store:
    """One town's records; safe to share between threads, and between processes each with their own.

    Attributes:
        files: the town's files as they were when the store was opened.
        database: the database itself, for the other modules of the records only.
    """

    def __init__(self, database: Database, files: TownFiles, clock: Clock) -> None:
        self.files = files
        self.database = database
        self._clock = clock
        self._shelf = reading.Shelf(database, files)

    @classmethod
    def open(cls, folder: Path, *, clock: Clock = utc_now) -> Self:
        """Open the town's database, or make it from the registers in the folder where there is none.

        Raises InvalidTown for a fault in the town's files, StoreRefused for a database that is empty,
        damaged, foreign or newer than this program.
        """
        files = town_files.read(folder)
        path = folder / NAME
        if not path.exists():
            cls._found(path, files, clock)
        return cls._ready(sqlite.open_existing(path), files, clock)

    @property
    def revision(self) -> int:
        """Return the number of the newest journal row."""
        with self.database.reading() as connection:
            return journal.revision(connection)

    def revision_of(self, *entities: str) -> int:
        """Return the number of the newest journal row that changed one of these kinds of record."""
        with self.database.reading() as connection:
            return journal.revision(connection, *entities)

    def seal(self, revision: int) -> str:
        """Return what tells this revision from one of the same number in another or a restored database."""
        with self.database.reading() as connection:
            return journal.seal(connection, revision)[:16]

    def amend(self, change: Change, *, by: Actor) -> Saved:
        """Carry out one change in a transaction of its own; what is returned is on the disk.

        An edit of an older version passes when it touches nothing changed since. Raises NotAllowed,
        InvalidDraft, UnknownRecord, IllegalMove, StaleEdit or StoreRefused, and then nothing is written.
        """
        return self.carry_out([Act(change, by, self._clock())])[0]

    def amend_all(self, changes: Iterable[Change], *, by: Actor, batch: str) -> list[Saved]:
        """Carry out many changes in one transaction under the batch's name: all or, raising as `amend`, none."""
        at = self._clock()
        return self.carry_out(Act(change, by, at, batch) for change in changes)

    def carry_out(self, acts: Iterable[Act]) -> list[Saved]:
        """Carry out acts of several people in one transaction, as `amend_all` does for one."""
        with self.database.writing() as connection:
            return list(Sheet(connection, self.files.town).carry_out(acts))

    def township(self, *, as_of: date | None = None, revision: int | None = None) -> Township:
        """Return every layer at a revision (None: the newest) and as of a day (None: today in the town).

        Past readings hold the journal's rows up to that revision that had taken effect by that day. What is
        returned is shared: treat it as immutable. Raises UnknownRecord for a revision that is not there yet.
        """
        return self._shelf.township(self.today(), as_of, revision)

    def touched(self, since: int, until: int) -> list[int]:
        """Return the ids of hazards changed after revision `since` and not after `until`, ascending."""
        with self.database.reading() as connection:
            return reading.touched_hazards(connection, since, until)

    def hazard(self, id: int) -> dict[str, object]:
        """Return one current row: days as dates, lon and lat as floats or None. Raises UnknownRecord."""
        with self.database.reading() as connection:
            row = connection.execute(select(hazard).where(hazard.c.id == int(id))).mappings().first()
        if row is None:
            raise UnknownRecord(_("没有这条记录：{entity} {id}").format(entity="hazard", id=id))
        values = from_row(REGISTERS["hazard"], {str(name): value for name, value in row.items()})
        days = {column.name for column in hazard.columns if isinstance(column.type, Day)}
        return {name: date.fromisoformat(str(v)) if v and name in days else v for name, v in values.items()}

    def history(self, entity: str, id: int | str) -> list[JournalEntry]:
        """Return every change of one record, oldest first; none for a record that is not there."""
        with self.database.reading() as connection:
            return journal.entries(connection, entity, str(id))

    def today(self) -> date:
        """Return the day in the town, by the store's clock."""
        return self._clock().astimezone(CHINA).date()

    def close(self) -> None:
        """Let go of the database file."""
        self.database.close()

    @classmethod
    def _ready(cls, database: Database, files: TownFiles, clock: Clock) -> Self:
        """Bring the tables up to date, with a copy of the database as it was beside it."""

        def keep_copy(version: str) -> None:
            """Copy the database of that version into the town's backups."""
            backup.back_up(database, files.folder / "backups", at=clock(), label=f"before_{version}")

        try:
            migrations.bring_up(database, keep_copy=keep_copy)
        except BaseException:
            database.close()
            raise
        return cls(database, files, clock)

    @classmethod
    def _found(cls, path: Path, files: TownFiles, clock: Clock) -> None:
        """Make the database beside its place and put it there when it is whole."""
        with turn(path.with_name(f"{path.name}.lock")):
            if path.exists():
                return
            _refuse_leftovers(path)
            draft = path.with_name(f"{path.name}.new")
            _clear(draft)
            store = cls._ready(sqlite.create(draft), files, clock)
            try:
                store.carry_out(demo.acts(files, store.today()))
            finally:
                store.close()
            draft.replace(path)
            sync(path.parent)
            _clear(draft)


def _refuse_leftovers(path: Path) -> None:
    """Refuse to make a new database beside an old log: SQLite would replay that log into it."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise StoreRefused(_("数据库文件不见了，只剩它的日志：{path}。请用备份恢复").format(path=log))


def _clear(draft: Path) -> None:
    for leftover in _beside(draft):
        leftover.unlink(missing_ok=True)


def _beside(path: Path) -> Iterator[Path]:
    for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
        yield path.with_name(path.name + suffix)
