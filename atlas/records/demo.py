"""The opening of a town (建档): a new database filled from the registers of a town's folder, and copies of towns."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pandas as pd

from atlas.errors import StoreRefused
from atlas.records.town_files import TownFiles
from atlas.records.writing import Act
from atlas.township import Actor, Change
from atlas.wording import _

BATCH = "demo"
# Ten in the morning in the town.
WRITTEN_AT = time(2, tzinfo=UTC)

_REGISTRAR = Actor("demo", "admin")
_NOT_COPIED = shutil.ignore_patterns("atlas.db*", "photos", "backups")


def acts(files: TownFiles, today: date) -> Iterator[Act]:
    """Give what fills a new database: the folder's registers, then its ledger in the order it took effect.

    A folder without anything dated is taken to begin today.
    """
    events = sorted(_events(files), key=lambda event: (event[0].on, event[2]))
    dated = [*_rows(files.inspections, "inspection", "held_on"), *_rows(files.patrols, "patrol", "walked_on")]
    first = min([change.on for change in dated] + [event[0].on for event in events], default=today)
    registers = [(change, _REGISTRAR) for change in [*_standing(files, first), *dated]]
    yield from _acts([*registers, *((change, by) for change, by, _code in events)])


def copy_town(source: Path, target: Path) -> None:
    """Copy a town's files, not its database, to a new or empty folder. Raises StoreRefused where one is in the way."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StoreRefused(_("这里已有文件，请给一个新的或空的文件夹：{path}").format(path=target))
    try:
        shutil.copytree(source, target, ignore=_NOT_COPIED, dirs_exist_ok=True)
    except OSError as fault:
        raise StoreRefused(_("写不进这个文件夹：{path}").format(path=target)) from fault


def _acts(changes: Iterable[tuple[Change, Actor]]) -> Iterator[Act]:
    """Set each act down on its own day, a second after the one before."""
    seconds: dict[date, int] = {}
    for change, by in changes:
        seconds[change.on] = seconds.get(change.on, -1) + 1
        yield Act(change, by, datetime.combine(change.on, WRITTEN_AT) + timedelta(seconds=seconds[change.on]), BATCH)


def _standing(files: TownFiles, on: date) -> Iterator[Change]:
    points = files.geopoints
    placed = points.drop(columns="geometry").assign(lon=points.geometry.x, lat=points.geometry.y)
    yield from _enrolled(placed, "geopoint", on)
    yield from _enrolled(files.routes.rename_geometry("line"), "route", on)
    stops = files.stops
    ids = stops["route_id"] + "/" + stops["position"].astype(str)
    yield from _enrolled(stops.assign(stop_id=ids), "stop", on)


def _rows(rows: pd.DataFrame, entity: str, day: str) -> Iterator[Change]:
    for position, on in enumerate(rows[day]):
        yield from _enrolled(rows.iloc[[position]], entity, on.date())


def _enrolled(rows: pd.DataFrame, entity: str, on: date) -> Iterator[Change]:
    named = rows.reset_index() if rows.index.name else rows
    columns = {str(name): named[name].astype(object).tolist() for name in named.columns}
    for cells in zip(*columns.values(), strict=True):
        yield Change(entity=entity, action="enrol", patch=dict(zip(columns, cells, strict=True)), on=on)


def _events(files: TownFiles) -> Iterator[tuple[Change, Actor, str]]:
    for line in files.ledger:
        code = str(line["hazard_id"])
        for seen, event in enumerate(line["events"]):
            yield _change(code, seen, event), Actor(event["by"], event["role"]), code


def _change(code: str, seen: int, event: Mapping[str, object]) -> Change:
    given = event["patch"]
    patch = dict(given) if isinstance(given, Mapping) else {}
    return Change(
        entity="hazard",
        action=str(event["action"]),
        patch=patch if seen else {**patch, "hazard_id": code},
        on=date.fromisoformat(str(event["on"])),
        id=code if seen else None,
        seen_version=seen or None,
        reason=str(event.get("reason", "")),
    )
