"""Migrations (升级数据库): bring a database of any earlier version to today's tables when it is opened.

Only native ALTER TABLE: Alembic's batch mode with foreign keys on silently deleted child rows and triggers.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from atlas.errors import StoreRefused
from atlas.records import sqlite
from atlas.records.sqlite import Database
from atlas.wording import _

HERE = Path(__file__).parent

# Alembic keeps the running migration in a global, so two threads must not migrate two databases at once.
_running = threading.Lock()


def bring_up(database: Database, *, keep_copy: Callable[[str], None], versions: tuple[Path, ...] = ()) -> None:
    """Bring the tables up to date in one transaction, when it is our turn.

    `keep_copy` is called with the old version before anything is changed. `versions` are further folders
    with migrations. Raises StoreRefused when the database is newer than this program.
    """
    config = _config(versions)
    newest = ScriptDirectory.from_config(config).get_current_head()
    if version(database) == newest:
        return
    with _running, database.turn:
        present = version(database)
        _refuse_newer(database, config, present)
        if present is not None:
            keep_copy(present)
        with database.transaction() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            sqlite.dress(connection)


def version(database: Database) -> str | None:
    """Return the version of the database's tables, None before the first."""
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(database: Database, config: Config, present: str | None) -> None:
    try:
        ScriptDirectory.from_config(config).get_revision(present or "base")
    except CommandError as fault:
        text = _("数据库的版本 {version} 比本程序新：{path}。请先升级程序")
        raise StoreRefused(text.format(version=present, path=database.path)) from fault


def _config(versions: tuple[Path, ...]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(folder) for folder in (HERE / "versions", *versions)))
    return config
