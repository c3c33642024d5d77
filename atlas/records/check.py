"""The check (自检): whether the store, its journal, the boundaries and the settings agree with one another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, Text, cast, select

from atlas.records import journal as journals
from atlas.records import sqlite
from atlas.records.coverage import coverage_findings
from atlas.records.patches import from_row
from atlas.records.reading import folded
from atlas.records.store import Store
from atlas.records.tables import REGISTERS, Register, journal
from atlas.township import Township
from atlas.wording import _

BLOCK = 2000


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be: the place, and what is wrong there."""

    place: str
    text: str


def check(store: Store) -> list[Finding]:
    """Look at everything and return what is wrong, nothing when all is well. Raises StoreRefused."""
    found = [Finding("store", text) for text in store.database.faults()]
    unguarded = sqlite.missing_guards(store.database)
    found += [Finding("store", _("缺少防护触发器：{name}").format(name=name)) for name in unguarded]
    with store.database.reading() as connection:
        found += [Finding(place, _("流水的哈希链在此断开")) for place in journals.breaks(connection)]
        for register in REGISTERS.values():
            found += _differences(connection, register)
    township = store.township()
    found += [Finding("villages", text) for text in coverage_findings(township.villages)]
    return [*found, *_unplaced(store, township), *_unknown(township)]


def _differences(connection: Connection, register: Register) -> Iterator[Finding]:
    """Compare every row with what its journal folds to, block by block."""
    key = register.table.c[register.key]
    last: object = None
    while True:
        rows = select(register.table).order_by(key).limit(BLOCK)
        block = connection.execute(rows if last is None else rows.where(key > last)).mappings().all()
        if not block:
            break
        last = block[-1][register.key]
        names = [str(row[register.key]) for row in block]
        replayed = folded(connection, register, journal.c.entity_id.in_(names))
        for name, row in zip(names, block, strict=True):
            values = from_row(register, {str(column): value for column, value in row.items()})
            yield from _compared(f"{register.entity} {name}", values, replayed.get(name))
    yield from _missing(connection, register)


def _compared(place: str, row: Mapping[str, object], replayed: Mapping[str, object] | None) -> Iterator[Finding]:
    if replayed is None:
        yield Finding(place, _("流水里没有这条记录"))
        return
    fields = [name for name, value in replayed.items() if row.get(name) != value]
    if fields:
        yield Finding(place, _("与流水不符：{fields}").format(fields="、".join(sorted(fields))))


def _missing(connection: Connection, register: Register) -> Iterator[Finding]:
    """Name the records that only the journal knows."""
    name = cast(register.table.c[register.key], Text)
    mine = select(journal.c.entity_id).where(journal.c.entity == register.entity).distinct()
    for entity_id in connection.execute(mine.where(journal.c.entity_id.not_in(select(name)))).scalars():
        yield Finding(f"{register.entity} {entity_id}", _("流水里有而表里没有"))


def _unplaced(store: Store, township: Township) -> Iterator[Finding]:
    """Name the records that hold a place which cannot be drawn."""
    frames = (("hazard", township.hazards), ("geopoint", township.geopoints), ("route", township.routes))
    with store.database.reading() as connection:
        for entity, frame in frames:
            table, key = REGISTERS[entity].table, REGISTERS[entity].key
            placed = set(connection.execute(select(table.c[key]).where(table.c.geom.is_not(None))).scalars())
            for name in frame.index[frame["geometry"].isna()]:
                if name in placed:
                    yield Finding(f"{entity} {name}", _("坐标不可用，或在本镇范围之外"))


def _unknown(township: Township) -> Iterator[Finding]:
    """Name the codes used in the records that the town's files do not hold."""
    hazards, stops, sectors = township.hazards, township.stops, township.sectors
    uses: list[tuple[str, pd.Series, pd.Index]] = [
        ("hazard", hazards["sector"], sectors.index),
        ("hazard", hazards["village_code"], township.villages.index),
        ("hazard", hazards["station"], township.stations.index),
        ("geopoint", township.geopoints["village_code"], township.villages.index),
        ("stop", stops["route_id"], township.routes.index),
        ("stop", stops["point_id"], township.geopoints.index),
        ("patrol", township.patrols["route_id"], township.routes.index),
    ]
    for entity, column, known in uses:
        for name, code in column[(column != "") & ~column.isin(known)].items():
            text = _("{field} 的编码“{code}”在本镇资料中没有")
            yield Finding(f"{entity} {name}", text.format(field=column.name, code=code))
