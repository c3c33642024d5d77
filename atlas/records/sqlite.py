"""The SQLite file (数据库文件): opening, refusing, guarding and copying it; the only place with SQLite's own SQL.

Nothing but this library may open the live file inside the process: when another SQLite, or a plain
`open()`, closes it, POSIX drops every lock of the process and acknowledged rows of others are lost.
"""

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, exc, pool

from atlas.errors import StoreRefused
from atlas.records.lock import turn
from atlas.records.tables import REGISTERS
from atlas.wording import _

APPLICATION_ID = 0x53594154
BUSY_S = 30

_driver = importlib.import_module("pysqlite3.dbapi2" if importlib.util.find_spec("pysqlite3") else "sqlite3.dbapi2")
SQLITE_VERSION: tuple[int, ...] = _driver.sqlite_version_info

_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'
)
_SHAPES = {"POINT": 1, "LINESTRING": 2}

# A foreign program sees this sentence when it tries to edit the file.
_REFUSAL = "请在隐患一张图中修改，不要直接改数据库文件 / Edit in the atlas, not in the database file"

# OGR and QGIS find layers by these two tables; without AUTHORITY in srtext QGIS takes the CRS for another one.
_LAYER_TABLES = (
    "CREATE TABLE IF NOT EXISTS spatial_ref_sys (srid INTEGER UNIQUE, auth_name TEXT, auth_srid TEXT, srtext TEXT)",
    "CREATE TABLE IF NOT EXISTS geometry_columns (f_table_name TEXT PRIMARY KEY, f_geometry_column TEXT,"
    " geometry_type INTEGER, coord_dimension INTEGER, srid INTEGER, geometry_format TEXT)",
)

# The journal row comes first in a transaction, so a row without one was not written by the store.
_RECORD_GUARDS = {
    "insert": "BEFORE INSERT ON {table} WHEN NEW.version IS NOT 1 OR NOT EXISTS (SELECT 1 FROM journal WHERE"
    " entity = '{table}' AND entity_id = CAST(NEW.{key} AS TEXT) AND version = 1)"
    " OR EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})",
    "update": "BEFORE UPDATE ON {table} WHEN NEW.version IS NOT OLD.version + 1 OR NEW.{key} IS NOT OLD.{key}"
    " OR NOT EXISTS (SELECT 1 FROM journal WHERE entity = '{table}' AND entity_id = CAST(NEW.{key} AS TEXT)"
    " AND version = NEW.version)",
    "delete": "BEFORE DELETE ON {table}",
}
_JOURNAL_GUARDS = {
    "insert": "BEFORE INSERT ON journal WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM journal)",
    "update": "BEFORE UPDATE ON journal",
    "delete": "BEFORE DELETE ON journal",
}


def is_wal_safe(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite is free of the WAL-reset fault (fixed in 3.51.3, 3.50.7 and 3.44.6)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


class Database:
    """One open SQLite file: short reading and writing transactions on it.

    Attributes:
        path: the file.
        turn: the turn to write; whoever holds it is the only writer in any process.
    """

    def __init__(self, path: Path, *, mode: str = "rw") -> None:
        self.path = path.resolve()
        self.turn = turn(path.with_name(f"{path.name}.lock"))
        address = f"{self.path.as_uri()}?mode={mode}"
        self._engine = create_engine(
            "sqlite://",
            module=_driver,
            creator=lambda: _driver.connect(address, uri=True, timeout=BUSY_S, check_same_thread=False),
            poolclass=pool.QueuePool,
            pool_size=5,
            max_overflow=35,
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the database. Raises StoreRefused."""
        with _told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that is committed at the end, when it is our turn. Raises StoreRefused."""
        with self.turn, self.transaction() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a writing connection to one who already holds the turn. Raises StoreRefused."""
        with _told(), self._engine.connect().execution_options(atlas_writes=True) as connection, connection.begin():
            yield connection

    def faults(self) -> list[str]:
        """Return what a thorough look at the whole file finds wrong, nothing when all is well."""
        return [text for text in self.ask("PRAGMA integrity_check") if text != "ok"]

    def ask(self, statement: str) -> list[str]:
        """Run one statement outside any transaction and return the first column as text. Raises StoreRefused."""
        with _told(), self._bare() as cursor:
            return [str(row[0]) for row in cursor.execute(statement).fetchall()]

    def copy_to(self, path: Path) -> None:
        """Write a compact copy of this moment's database to a new file. Raises StoreRefused."""
        with _told(), self._bare() as cursor:
            cursor.execute("VACUUM INTO ?", (str(path),))

    def close(self) -> None:
        """Let go of the file; the last to do so folds the write-ahead log into it."""
        self._engine.dispose()

    @contextmanager
    def _bare(self) -> Iterator[_driver.Cursor]:  # type: ignore[name-defined]
        connection = self._engine.raw_connection()
        try:
            yield connection.cursor()
        finally:
            connection.close()


def create(path: Path) -> Database:
    """Make a new, empty database file with the settings that stay in it."""
    database = Database(path, mode="rwc")
    database.ask(f"PRAGMA journal_mode={'WAL' if is_wal_safe(SQLITE_VERSION) else 'TRUNCATE'}")
    database.ask(f"PRAGMA application_id={APPLICATION_ID}")
    return database


def open_existing(path: Path) -> Database:
    """Open a database of ours. Raises StoreRefused when it is empty, foreign or damaged."""
    if path.stat().st_size == 0:
        raise StoreRefused(_("数据库文件是空的：{path}。请用备份恢复，不会当作新库使用").format(path=path))
    database = Database(path)
    try:
        _check(database)
    except BaseException:
        database.close()
        raise
    return database


def dress(connection: Connection) -> None:
    """Give the tables what only SQLite has: the layer tables for OGR and QGIS, and the guards."""
    for statement in _LAYER_TABLES:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT OR REPLACE INTO spatial_ref_sys VALUES (4326, 'epsg', '4326', ?)", (_WGS84,))
    for register in REGISTERS.values():
        if register.shape:
            connection.exec_driver_sql(
                "INSERT OR REPLACE INTO geometry_columns VALUES (?, 'geom', ?, 2, 4326, 'WKB')",
                (register.entity, _SHAPES[register.shape]),
            )
    for name, body in guards().items():
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS " + name)
        connection.exec_driver_sql(body)


def guards() -> dict[str, str]:
    """Return the triggers that keep others from editing the file: name -> statement."""
    wanted = {f"guard_journal_{act}": body for act, body in _JOURNAL_GUARDS.items()}
    for register in REGISTERS.values():
        for act, body in _RECORD_GUARDS.items():
            wanted[f"guard_{register.entity}_{act}"] = body.format(table=register.entity, key=register.key)
    return {
        name: f"CREATE TRIGGER {name} {body} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for name, body in wanted.items()
    }


def missing_guards(database: Database) -> list[str]:
    """Return the guards the file lacks or has in other words."""
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    present = {str(name): str(sql) for name, sql in found}
    return [name for name, body in guards().items() if present.get(name) != body]


def _prepare(connection: _driver.Connection, _record: object) -> None:  # type: ignore[name-defined]
    # Transactions are begun by `_begin` alone: the driver's own would start deferred and fail when locked.
    connection.isolation_level = None
    for setting in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute("PRAGMA " + setting)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("atlas_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _check(database: Database) -> None:
    try:
        owner = database.ask("PRAGMA application_id")
        faults = database.ask("PRAGMA quick_check(1)")
    except StoreRefused as fault:
        text = _("数据库文件已损坏或不是数据库：{path}。请用备份恢复")
        raise StoreRefused(text.format(path=database.path)) from fault
    if owner != [str(APPLICATION_ID)]:
        raise StoreRefused(_("这不是隐患一张图的数据库：{path}").format(path=database.path))
    if faults != ["ok"]:
        raise StoreRefused(_("数据库文件已损坏：{path}。请用备份恢复").format(path=database.path))
    _leave_unsafe_wal(database)


def _leave_unsafe_wal(database: Database) -> None:
    if is_wal_safe(SQLITE_VERSION) or database.ask("PRAGMA journal_mode") != ["wal"]:
        return
    with database.turn:
        database.ask("PRAGMA journal_mode=TRUNCATE")


@contextmanager
def _told() -> Iterator[None]:
    """Turn the database's own faults into a refusal people can read; broken constraints are ours to handle."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except (exc.DatabaseError, _driver.DatabaseError) as fault:
        reason = getattr(fault, "orig", fault)
        raise StoreRefused(_("数据库现在不能读写：{reason}").format(reason=reason)) from fault
