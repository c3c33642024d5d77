"""The quarantine: whatever a file does to its parser, only the child suffers, and soon."""

import os
import pickle
import resource
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from atlas.errors import UnreadableFile
from atlas.records import quarantine
from atlas.records.photo_pixels import only_pixels
from atlas.records.quarantine import Limits

TEXTS = [b"a", b"b", b"c", b"d", b"e"]
SMALL = Limits(memory_mb=256, cpu_s=5, wall_s=20, result_mb=1)

# Unpickling runs what the content says: the worst parser there could be.
worst_parser = pickle.loads


class Hostile:
    """Content that makes the worst parser call a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def content(function, *arguments) -> bytes:
    return pickle.dumps(Hostile(function, *arguments))


def test_a_parser_returns_what_it_made_of_the_content():
    assert quarantine.parse(zlib.decompress, zlib.compress(b"plain")) == b"plain"


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (os.abort, ()),
        (os._exit, (0,)),
        (bytes, (2_000_000_000,)),
        (bytes, (2_000_000,)),
        (eval, ("[None for _ in iter(int, 1)]",)),
        (sys.exit, (3,)),
    ],
    ids=["aborts", "ends with nothing", "takes all memory", "returns too much", "runs for ever", "feigns a refusal"],
)
def test_a_parser_that_goes_wrong_is_refused(function, arguments):
    with pytest.raises(UnreadableFile):
        quarantine.parse(worst_parser, content(function, *arguments), SMALL)


def test_a_bomb_of_half_a_gigabyte_does_not_touch_our_own_memory():
    packer = zlib.compressobj(1)
    bomb = b"".join(packer.compress(bytes(10_000_000)) for _ in range(50)) + packer.flush()
    before = peak_mb()
    with pytest.raises(UnreadableFile):
        quarantine.parse(zlib.decompress, bomb, SMALL)
    assert peak_mb() - before < 20


def test_a_parser_that_waits_is_ended_by_the_clock():
    started = time.monotonic()
    with pytest.raises(UnreadableFile):
        quarantine.parse(worst_parser, content(time.sleep, 60), Limits(wall_s=1.0))
    assert time.monotonic() - started < 10


def test_what_a_parser_started_ends_with_it():
    script = "import os, time; os.fork() or time.sleep(300); time.sleep(300)"
    marker = f"atlas-test-{os.getpid()}"
    call = content(subprocess.call, [sys.executable, "-c", script, marker])
    with pytest.raises(UnreadableFile):
        quarantine.parse(worst_parser, call, Limits(wall_s=2.0))
    commands = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert [line for line in commands.splitlines() if marker in line and "ps -eo" not in line] == []


def test_a_refusal_comes_back_in_the_parsers_words():
    with pytest.raises(UnreadableFile, match="UnidentifiedImageError"):
        quarantine.parse(only_pixels, b"not an image")


def test_a_child_sees_no_setting_of_ours(monkeypatch):
    monkeypatch.setenv("ATLAS_SECRET", "hunter2")
    seen = quarantine.parse(worst_parser, content(eval, "repr(dict(__import__('os').environ)).encode()"))
    assert b"PYTHONPATH" in seen
    assert b"hunter2" not in seen


def test_a_child_writes_no_file_larger_than_its_result_may_be(tmp_path):
    target = tmp_path / "out"
    write = f"__import__('pathlib').Path({str(target)!r}).write_bytes(bytes(3_000_000))"
    with pytest.raises(UnreadableFile):
        quarantine.parse(worst_parser, content(eval, write), SMALL)
    assert target.stat().st_size <= 1024 * 1024


def test_many_at_once_all_come_back():
    with ThreadPoolExecutor(5) as people:
        made = people.map(lambda text: quarantine.parse(zlib.decompress, zlib.compress(text)), TEXTS)
    assert list(made) == TEXTS


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
