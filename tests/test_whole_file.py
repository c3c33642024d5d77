"""A file is there whole or as it was before."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from atlas.records.whole_file import replacing


def test_a_new_file_takes_the_place_of_the_old_one(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with replacing(tmp_path / "a.txt") as draft:
        draft.write_text("new")
        assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "new"


def test_a_failed_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(ZeroDivisionError):
        write_half(tmp_path / "a.txt")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "old")]


def write_half(path: Path) -> None:
    with replacing(path) as draft:
        draft.write_text("half")
        draft.with_name(f"{draft.name}-journal").write_text("a library's own")
        raise ZeroDivisionError


def test_a_process_killed_while_writing_leaves_the_old_file(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    script = (
        "import os, sys; from pathlib import Path; from atlas.records.whole_file import replacing\n"
        "with replacing(Path(sys.argv[1])) as draft:\n"
        "    draft.write_text('half'); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "a.txt")], cwd=Path(__file__).parents[1])
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "a.txt").read_text() == "old"


def test_an_absent_folder_is_an_error_of_the_system(tmp_path):
    with pytest.raises(OSError, match="nowhere"), replacing(tmp_path / "nowhere" / "a.txt") as draft:
        draft.write_text("new")
    assert os.listdir(tmp_path) == []
