"""The shelf (暂存架): the last few bodies sent to browsers, each made and compressed once."""

import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock

MEGABYTE = 1024 * 1024
_COMPRESSION = 6


class Shelf:
    """Keeps gzipped bodies by key, the longest unused leaving first when `most_bytes` are exceeded."""

    def __init__(self, most_bytes: int = 64 * MEGABYTE) -> None:
        self._most_bytes = most_bytes
        self._bodies: OrderedDict[Hashable, Future[bytes]] = OrderedDict()
        self._lock = Lock()

    def body(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return the gzipped body of the key; who asks while it is being made waits for that one making."""
        with self._lock:
            kept = self._bodies.get(key)
            promise = kept or self._bodies.setdefault(key, Future())
            self._bodies.move_to_end(key)
        if kept is None:
            self._fill(key, promise, make)
        return promise.result()

    def _fill(self, key: Hashable, promise: "Future[bytes]", make: Callable[[], bytes]) -> None:
        try:
            promise.set_result(gzip.compress(make(), _COMPRESSION, mtime=0))
        except Exception as fault:
            with self._lock:
                self._bodies.pop(key, None)
            promise.set_exception(fault)
        self._trim()

    def _trim(self) -> None:
        with self._lock:
            done = {key: len(body.result()) for key, body in self._bodies.items() if body.done()}
            excess = sum(done.values()) - self._most_bytes
            for key, size in list(done.items())[:-1]:
                if excess <= 0:
                    break
                del self._bodies[key]
                excess -= size
