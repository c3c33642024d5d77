"""The quarantine (隔离舱): a file from outside is parsed in a limited process of its own.

A crafted file can make a parser take all memory, run for ever or abort the process; here only the
child dies of it and the person gets a sentence.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from atlas.errors import UnreadableFile
from atlas.records.quarantined import REFUSED
from atlas.wording import _

Parser = Callable[[bytes], bytes]

_MEGABYTE = 1024 * 1024
_ROOT = Path(__file__).resolve().parents[2]
# More at once would let a few large uploads take the memory that each alone may not.
_places = threading.BoundedSemaphore(2)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a parser may use; the clock holds on every system, the rest where the system has such limits.

    Attributes:
        memory_mb: address space of the child.
        cpu_s: processor time.
        wall_s: time on the clock.
        result_mb: size of the result, and of any file the child writes.
    """

    memory_mb: int = 768
    cpu_s: int = 20
    wall_s: float = 40.0
    result_mb: int = 64


LIMITS = Limits()


def parse(parser: Parser, content: bytes, limits: Limits = LIMITS) -> bytes:
    """Return what `parser`, a function of an importable module, makes of the content in a limited child.

    The parser declines by raising ValueError. Raises UnreadableFile when it declined (with its words),
    when it took more than the limits allow, and when it ended in any other way or made nothing.
    """
    with _places, tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made, tempfile.TemporaryFile() as said:
        given.write(content)
        given.seek(0)
        command = _command(f"{parser.__module__}:{parser.__qualname__}", limits)
        code = _run(command, (given, made, said), limits.wall_s)
        if code == REFUSED:
            raise UnreadableFile(_read(said, 4096).decode("utf-8", "replace"))
        result = _read(made, limits.result_mb * _MEGABYTE + 1)
        # A child that ended early without a fault gives nothing at all.
        if code != 0 or not result or len(result) > limits.result_mb * _MEGABYTE:
            raise UnreadableFile(_("此文件无法在限定的内存和时间内读出，可能已损坏或过大；请换一个文件"))
        return result


def _command(parser: str, limits: Limits) -> list[str]:
    sizes = [limits.memory_mb * _MEGABYTE, limits.cpu_s, limits.result_mb * _MEGABYTE]
    # -P and -s keep the working folder and the user's own packages out of the child's imports.
    flags = ["-P", "-s", "-B", "-X", "utf8"]
    return [sys.executable, *flags, "-m", "atlas.records.quarantined", parser, *map(str, sizes)]


def _run(command: list[str], streams: tuple[IO[bytes], IO[bytes], IO[bytes]], wall_s: float) -> int:
    """Run the child to its end, at most `wall_s` seconds, and return its exit code."""
    given, made, said = streams
    child = subprocess.Popen(command, stdin=given, stdout=made, stderr=said, env=_environment(), start_new_session=True)
    try:
        return child.wait(wall_s)
    except subprocess.TimeoutExpired:
        return -1
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started, and collect it."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.poll() is None:
        child.kill()
    child.wait()


def _environment() -> dict[str, str]:
    """Return the little a child needs: no setting, address or secret of ours is in it."""
    # Without SYSTEMROOT Windows cannot start Python.
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return kept | {"PYTHONPATH": str(_ROOT)}


def _read(file: IO[bytes], limit: int) -> bytes:
    file.seek(0)
    return file.read(limit)
