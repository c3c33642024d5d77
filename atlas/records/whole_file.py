"""A whole file (完整文件): written beside its place, brought to the disk, then put there in one step.

A reader, a power cut or a full disk therefore meets the old file or the new one, never a part.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a temporary neighbour that takes the place of `path` once the block is through.

    Nothing stays behind when the block fails. Raises OSError where the folder cannot be written.
    """
    # The suffix stays, because GDAL and xlsxwriter go by it.
    draft = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        yield draft
        sync(draft)
        os.replace(draft, path)
        sync(path.parent)
    finally:
        for leftover in path.parent.glob(f"{draft.name}*"):
            leftover.unlink()


def sync(path: Path) -> None:
    """Wait until a file, or on POSIX the entries of a folder, are on the disk."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
