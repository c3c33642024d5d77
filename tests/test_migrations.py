"""Migrations: an older database is brought up to date with a copy beside it, a newer one is refused."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine

from atlas.errors import StoreRefused
from atlas.records import backup, migrations, sqlite
from atlas.records.store import Store
from atlas.records.tables import metadata
from tests.worlds import town_folder

NEXT = '''
"""A later version."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "0001"


def upgrade() -> None:
    """Add a column."""
    op.add_column("hazard", sa.Column("colour", sa.Text, nullable=False, server_default="red"))
'''


@pytest.fixture
def folder(tmp_path):
    """A town whose database has been made and closed again."""
    town = town_folder(tmp_path / "town")
    Store.open(town).close()
    return town


@pytest.fixture
def database(folder):
    opened = sqlite.open_existing(folder / "atlas.db")
    yield opened
    opened.close()


@pytest.fixture
def later(tmp_path):
    """A folder with a migration of a version that is yet to come."""
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "9999_later.py").write_text(NEXT, "utf-8")
    return versions


def columns(connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: [tuple(row) for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")]
        for name in metadata.tables
    }


def rows(database) -> dict[str, int]:
    with database.reading() as connection:
        return {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in metadata.tables
        }


def upgrade(database, later, tmp_path) -> list[str]:
    """Bring the database to the later version; returns the versions a copy was kept of."""
    kept = []

    def keep_copy(version: str) -> None:
        kept.append(version)
        backup.back_up(database, tmp_path / "backups", at=datetime(2021, 12, 31, tzinfo=UTC), label=version)

    migrations.bring_up(database, keep_copy=keep_copy, versions=(later,))
    return kept


def test_the_migrations_lead_to_the_tables_the_program_works_with(database):
    engine = create_engine("sqlite://")
    with engine.begin() as connection, database.reading() as migrated:
        metadata.create_all(connection)
        assert columns(migrated) == columns(connection)
    engine.dispose()


def test_a_database_of_this_version_is_left_alone(database):
    migrations.bring_up(database, keep_copy=pytest.fail)


def test_an_older_database_is_brought_up_with_its_rows_and_guards(database, later, tmp_path):
    before = rows(database)
    assert upgrade(database, later, tmp_path) == ["0001"]
    assert rows(database) == before
    assert sqlite.missing_guards(database) == []
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT DISTINCT colour FROM hazard").scalars().all() == ["red"]


def test_a_copy_of_the_older_database_is_kept_beside_it(database, later, tmp_path):
    upgrade(database, later, tmp_path)
    copy = sqlite.open_existing(tmp_path / "backups" / "atlas_20211231_000000_0001.db")
    assert (migrations.version(copy), rows(copy)) == ("0001", rows(database))
    copy.close()


def test_a_migration_that_fails_changes_nothing(database, later, tmp_path):
    broken = NEXT + '    op.execute("UPDATE hazard SET colour = note FROM nowhere")\n'
    (later / "9999_later.py").write_text(broken, "utf-8")
    with pytest.raises(StoreRefused):
        upgrade(database, later, tmp_path)
    assert migrations.version(database) == "0001"
    with database.reading() as connection:
        assert "colour" not in connection.exec_driver_sql("SELECT * FROM hazard").keys()  # noqa: SIM118


def test_a_newer_database_is_refused_and_left_alone(folder, database, later, tmp_path):
    upgrade(database, later, tmp_path)
    database.close()
    with pytest.raises(StoreRefused, match="9999"):
        Store.open(folder)
    assert migrations.version(database) == "9999"
