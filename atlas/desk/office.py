"""The office (值守): what the ASGI app and the Streamlit script of one process share."""

from dataclasses import dataclass, field
from pathlib import Path

from atlas.desk.settings import Settings
from atlas.desk.shelf import Shelf
from atlas.errors import AtlasError
from atlas.maps.hazard_map import Drawing
from atlas.records.sessions import Sessions
from atlas.records.store import Store
from atlas.wording import _


@dataclass(frozen=True, kw_only=True)
class Office:
    """The open store of one town and what hangs on it.

    Attributes:
        folder: the town's folder.
        sessions: who is signed in.
        drawings: the base maps drawn so far, by digest; the browser fetches each as a module.
        shelf: the last bodies sent to browsers.
    """

    folder: Path
    settings: Settings
    store: Store
    sessions: Sessions
    drawings: dict[str, Drawing] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)


_open: list[Office] = []


def open_office(folder: Path, settings: Settings) -> Office:
    """Open the town's store for this process; an office that was open before is closed first."""
    close_office()
    store = Store.open(folder)
    opened = Office(folder=folder, settings=settings, store=store, sessions=Sessions(store.database))
    _open.append(opened)
    return opened


def office() -> Office:
    """Return the office of this process, AtlasError where none is open."""
    if not _open:
        raise AtlasError(_("服务尚未启动：请用 atlas serve 打开"))
    return _open[-1]


def close_office() -> None:
    """Close the store of this process where one is open."""
    while _open:
        _open.pop().store.close()
