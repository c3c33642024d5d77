"""The database file: what is refused, what guards it, and that several programs can use it at once."""

import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from atlas.errors import StoreRefused
from atlas.records import backup, sqlite
from atlas.records.check import check
from atlas.records.lock import turn
from atlas.records.store import Store, utc_now
from atlas.township import Actor, Change
from tests.drill import times
from tests.worlds import town_folder

ROOT = Path(__file__).parent.parent

EDITOR = """
import sys
from datetime import date
from pathlib import Path
from atlas.errors import StaleEdit
from atlas.records.store import Store
from atlas.township import Actor, Change
store, left = Store.open(Path(sys.argv[1])), int(sys.argv[2])
while left:
    seen = store.hazard(1)
    patch = {"note": seen["note"] + "x"}
    change = Change(entity="hazard", action="relocate", patch=patch, on=date(2021, 12, 31), id=1,
                    seen_version=seen["version"])
    try:
        print(store.amend(change, by=Actor("p", "office")).version, flush=True)
        left -= 1
    except StaleEdit:
        pass
"""


def program(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    # The atlas closes most of GDAL's drivers for itself and its children; a GIS program has them all.
    environment = {name: value for name, value in os.environ.items() if name != "GDAL_SKIP"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **streams)


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


@pytest.fixture
def folder(tmp_path) -> Path:
    """A town whose database has been made and closed again."""
    town = town_folder(tmp_path / "town")
    Store.open(town).close()
    return town


@pytest.fixture
def store(folder):
    opened = Store.open(folder)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_the_write_ahead_log_is_used_only_where_its_fault_is_mended(version, safe):
    assert sqlite.is_wal_safe(version) is safe


def test_every_commit_waits_for_the_disk(store):
    with store.database.reading() as one, store.database.reading() as other:
        levels = [connection.exec_driver_sql("PRAGMA synchronous").scalar_one() for connection in (one, other)]
    assert levels == [2, 2]


def test_an_empty_file_is_refused_and_not_filled(folder):
    (folder / "atlas.db").write_bytes(b"")
    with pytest.raises(StoreRefused, match=r"atlas\.db"):
        Store.open(folder)
    assert (folder / "atlas.db").stat().st_size == 0


@pytest.mark.parametrize("kept", [1, 99, 100, 4096, 20_000, 0.5, 0.9])
def test_a_truncated_file_is_refused(folder, kept):
    path = folder / "atlas.db"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept if kept >= 1 else kept * len(whole))])
    with pytest.raises(StoreRefused, match=r"atlas\.db"):
        Store.open(folder)


def test_a_page_overwritten_with_noise_is_refused(folder):
    path = folder / "atlas.db"
    whole = bytearray(path.read_bytes())
    whole[8192:12288] = b"\xa5" * 4096
    path.write_bytes(bytes(whole))
    with pytest.raises(StoreRefused):
        Store.open(folder)


@pytest.mark.parametrize("content", [b"PK\x03\x04" * 2000, "不是数据库\n".encode() * 1000])
def test_a_file_of_another_kind_is_refused(folder, content):
    (folder / "atlas.db").write_bytes(content)
    with pytest.raises(StoreRefused):
        Store.open(folder)


def test_a_database_of_another_program_is_refused_and_left_alone(folder, tmp_path):
    path = folder / "atlas.db"
    path.unlink()
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('CREATE TABLE hazard (id)'); c.commit()"
    finished(program(code, path))
    before = path.read_bytes()
    with pytest.raises(StoreRefused):
        Store.open(folder)
    assert path.read_bytes() == before


def test_a_missing_database_beside_its_log_is_not_taken_for_a_new_town(folder):
    (folder / "atlas.db").unlink()
    (folder / "atlas.db-wal").write_bytes(b"x" * 100)
    with pytest.raises(StoreRefused):
        Store.open(folder)
    assert not (folder / "atlas.db").exists()


def test_what_an_interrupted_first_start_left_is_cleared_away(tmp_path):
    town = town_folder(tmp_path / "town")
    (town / "atlas.db.new").write_bytes(b"half")
    Store.open(town).close()
    assert sorted(path.name for path in town.glob("atlas.db*")) == ["atlas.db", "atlas.db.lock"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE hazard SET note = 'x' WHERE id = 1",
        "UPDATE hazard SET note = 'x', version = version + 1 WHERE id = 1",
        "UPDATE hazard SET id = 9, version = version + 1 WHERE id = 1",
        "DELETE FROM hazard",
        "DELETE FROM route",
        "INSERT OR REPLACE INTO hazard SELECT * FROM hazard WHERE id = 1",
        "INSERT INTO hazard (id, hazard_id, version, created_at, created_by, updated_at, updated_by)"
        " VALUES (9, 'x', 1, '', '', '', '')",
        "UPDATE journal SET actor = 'x'",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 1",
    ],
)
def test_editing_the_file_with_another_program_is_refused_in_our_words(store, statement):
    with pytest.raises(IntegrityError, match="Edit in the atlas"), store.database.transaction() as connection:
        connection.exec_driver_sql(statement)
    assert check(store) == []


def test_ogr_in_a_program_of_its_own_lists_the_layers_while_the_store_is_open(store):
    code = """
import json, sys, pyogrio
path = sys.argv[1]
layers = {str(name): str(kind) for name, kind in pyogrio.list_layers(path)}
info = pyogrio.read_info(path, layer="hazard")
print(json.dumps([layers, info["crs"], info["features"]]))
"""
    layers, crs, count = json.loads(finished(program(code, store.database.path)))
    assert {name: layers[name] for name in ("hazard", "geopoint", "route")} == {
        "hazard": "Point",
        "geopoint": "Point",
        "route": "LineString",
    }
    assert (crs, count) == ("EPSG:4326", 2)
    assert check(store) == []


def test_two_programs_writing_the_same_row_lose_nothing(store, folder):
    both = [program(EDITOR, folder, 25) for _ in range(2)]
    versions = sorted(int(line) for process in both for line in finished(process).split())
    assert versions == list(range(6, 56))
    assert store.township().hazards.loc[1, "note"] == "x" * 50
    assert check(store) == []


@pytest.mark.drill
def test_a_program_killed_while_it_writes_loses_nothing_it_had_acknowledged(folder):
    for _kill in range(times(3, 100)):
        process = program(EDITOR, folder, 100_000)
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(15)][-1]
        process.kill()
        rest = process.communicate()[0].split()
        store = Store.open(folder)
        # A line cut off by the kill is not an acknowledgement.
        last = max([acknowledged, *(int(line) for line in rest[:-1])])
        assert store.hazard(1)["version"] in (last, last + 1, last + 2)
        assert [entry.version for entry in store.history("hazard", 1)] == list(range(1, store.hazard(1)["version"] + 1))
        assert check(store) == []
        store.close()


def test_an_older_sqlite_reads_and_writes_the_same_file_without_its_faulty_log(folder):
    code = f"""
import sqlite3, sys
sys.modules["pysqlite3"] = None
{EDITOR}
from atlas.records import sqlite
assert sqlite.SQLITE_VERSION == sqlite3.sqlite_version_info
mode = "wal" if sqlite.is_wal_safe(sqlite.SQLITE_VERSION) else "truncate"
print(store.database.ask("PRAGMA journal_mode") == [mode])
"""
    assert finished(program(code, folder, 2)).split() == ["6", "7", "True"]
    store = Store.open(folder)
    assert store.hazard(1)["version"] == 7
    assert check(store) == []
    store.close()


def test_a_backup_is_a_whole_database_that_opens(store, tmp_path):
    path = backup.back_up(store.database, tmp_path / "copies", at=utc_now(), label="test")
    assert re.fullmatch(r"atlas_\d{8}_\d{6}_test\.db", path.name)
    assert [entry.name for entry in path.parent.iterdir() if entry.suffix != ".lock"] == [path.name]
    copy = sqlite.open_existing(path)
    with copy.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one() == store.revision
    copy.close()


def test_a_backup_to_a_place_that_cannot_be_written_is_refused(store, tmp_path):
    (tmp_path / "copies").write_text("a file, not a folder")
    with pytest.raises(StoreRefused, match="copies"):
        backup.back_up(store.database, tmp_path / "copies", at=utc_now(), label="test")


def test_writers_come_in_the_order_in_which_they_arrived(tmp_path):
    mine, order = turn(tmp_path / "t.lock"), []

    def write(number: int) -> None:
        with mine:
            order.append(number)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(5)]
    moment = threading.Event()
    with mine:
        for number, writer in enumerate(writers):
            writer.start()
            while mine.waiting < number + 2:
                moment.wait(0.001)
    for writer in writers:
        writer.join()
    assert order == [0, 1, 2, 3, 4]


def test_a_writer_of_another_program_waits_for_its_turn(tmp_path):
    path = tmp_path / "t.lock"
    code = """
import sys
from pathlib import Path
from atlas.records.lock import turn
print("ready", flush=True)
with turn(Path(sys.argv[1])):
    print("mine")
"""
    with turn(path):
        process = program(code, path)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
    assert finished(process) == "mine\n"


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_lost(store):
    # One connection serves this test alone, so the limit of its size holds for what follows.
    store.database.ask("PRAGMA max_page_count = 1")
    patch = {"note": "x" * 1_000_000}
    change = Change(entity="hazard", action="relocate", patch=patch, on=date(2021, 12, 31), id=1, seen_version=5)
    before = store.revision
    with pytest.raises(StoreRefused, match="full"):
        store.amend(change, by=Actor("示例办", "office"))
    assert (store.revision, store.hazard(1)["note"]) == (before, "")
    assert check(store) == []


def test_a_town_opened_four_times_at_once_for_the_first_time_gets_one_database(tmp_path):
    town = town_folder(tmp_path / "town")
    with ThreadPoolExecutor(4) as starts:
        stores = list(starts.map(lambda _start: Store.open(town), range(4)))
    assert {store.revision for store in stores} == {stores[0].revision}
    assert len(stores[0].township().hazards) == 2
    for store in stores:
        store.close()
