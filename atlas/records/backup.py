"""Backup (备份): a compact copy of the database at one moment, checked before it counts as one."""

from datetime import datetime
from pathlib import Path

from atlas.errors import StoreRefused
from atlas.records import sqlite
from atlas.records.sqlite import Database
from atlas.records.whole_file import replacing
from atlas.wording import _


def back_up(database: Database, folder: Path, *, at: datetime, label: str) -> Path:
    """Copy the database into the folder as atlas_<time>_<label>.db and return the copy's path.

    Raises StoreRefused when the copy cannot be written or does not pass the check; nothing is left then.
    """
    target = folder / f"atlas_{at:%Y%m%d_%H%M%S}_{label}.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(target) as draft:
            database.copy_to(draft)
            sqlite.open_existing(draft).close()
    except OSError as fault:
        raise StoreRefused(_("备份没有写成：{path}").format(path=target)) from fault
    return target
