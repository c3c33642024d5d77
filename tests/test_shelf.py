import gzip
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from atlas.desk.shelf import Shelf


def test_a_body_is_made_and_compressed_once():
    shelf, made = Shelf(), []
    bodies = [shelf.body("points", lambda: made.append(1) or b"hazards" * 100) for _reader in range(3)]
    assert made == [1]
    assert {gzip.decompress(body) for body in bodies} == {b"hazards" * 100}


def test_readers_who_come_together_wait_for_one_making():
    shelf, made, together = Shelf(), [], Barrier(8)

    def read(_reader: int) -> bytes:
        together.wait()
        return shelf.body("points", lambda: made.append(1) or b"x")

    with ThreadPoolExecutor(8) as readers:
        bodies = set(readers.map(read, range(8)))
    assert (made, len(bodies)) == ([1], 1)


def test_a_body_that_could_not_be_made_is_tried_again():
    shelf = Shelf()

    def fail() -> bytes:
        raise LookupError("gone")

    with pytest.raises(LookupError):
        shelf.body("points", fail)
    assert gzip.decompress(shelf.body("points", lambda: b"back")) == b"back"


def test_the_longest_unused_body_leaves_first():
    shelf, made = Shelf(most_bytes=45), []

    def put(key: str) -> None:
        shelf.body(key, lambda: made.append(key) or b"")

    for key in ("old", "used", "used", "old", "new", "old", "used"):
        put(key)
    assert made == ["old", "used", "new", "used"]


def test_a_body_larger_than_the_shelf_is_still_handed_out():
    shelf = Shelf(most_bytes=1)
    assert gzip.decompress(shelf.body("big", lambda: b"x" * 1000)) == b"x" * 1000
