"""The turn to write (写入次序): one writer at a time, in order of arrival, across threads and processes.

SQLite's own waiting is unfair: at 32 writers some waited 5 s while others waited 4 ms.
"""

import os
import sys
import threading
from collections import deque
from pathlib import Path
from types import TracebackType

_turns: dict[Path, "Turn"] = {}
_registry = threading.Lock()


class Turn:
    """A queue of this process's writers, and a lock on a file of its own against other processes.

    The lock file is never the database itself: closing a descriptor of that one would drop SQLite's locks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._file = -1

    @property
    def waiting(self) -> int:
        """Return how many of this process write or wait to."""
        return len(self._queue)

    def __enter__(self) -> None:
        mine = threading.Event()
        with self._mutex:
            self._queue.append(mine)
            if len(self._queue) == 1:
                mine.set()
        try:
            mine.wait()
            self._file = _locked(self._path)
        except BaseException:
            self._leave(mine)
            raise

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        # Closing the descriptor gives the file's lock back.
        os.close(self._file)
        self._leave(self._queue[0])

    def _leave(self, mine: threading.Event) -> None:
        with self._mutex:
            self._queue.remove(mine)
            if self._queue:
                self._queue[0].set()


def turn(path: Path) -> Turn:
    """Return the one turn of this process for that lock file."""
    with _registry:
        return _turns.setdefault(path.resolve(), Turn(path.resolve()))


def _locked(path: Path) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _lock(file)
    except BaseException:
        os.close(file)
        raise
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        while True:
            try:
                # LK_LOCK tries ten times, a second apart, and then gives up.
                msvcrt.locking(file, msvcrt.LK_LOCK, 1)
            except OSError:
                continue
            return
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)
