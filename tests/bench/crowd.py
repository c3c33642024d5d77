"""A crowd of hazards (批量隐患): towns with as many points as a bench asks for, written through the store's door.

`python -m tests.bench.crowd FOLDER COUNT` fills a demo town up to COUNT points and writes them to
FOLDER/points.parquet as well, for those who draw the same points in another way.
"""

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from atlas import ledger
from atlas.records.store import Store
from atlas.township import Actor, Change, Township

POINTS = "points.parquet"
OFFICE = Actor("示例办", "office")
FIRST_DAY = date(2022, 1, 1)
DAYS = 700
# The map leaves void items out, and every point is to be drawn.
STATES = tuple(state for state in ledger.STATES if state != ledger.VOID)
STATE_SHARES = (0.02, 0.03, 0.05, 0.08, 0.04, 0.73, 0.05)
ONE = {
    "lon": 108.75,
    "lat": 27.21,
    "village_code": "522626100001",
    "sector": "FIRE",
    "level": "general",
    "description": "电线老化",
}
PHRASES = ("护栏缺失", "电线老化", "边坡落石", "灭火器过期", "路面破损", "排水沟堵塞", "临时用电不规范", "警示牌缺失")


def fill(folder: Path, count: int) -> None:
    """Add seeded hazards to the town in the folder until it holds `count`, and write the points beside it."""
    store = Store.open(folder)
    try:
        town = store.township()
        store.amend_all(_changes(town, count - len(town.hazards)), by=OFFICE, batch="bench")
        _write_points(store.township(), folder / POINTS)
    finally:
        store.close()


def add_one(folder: Path, key: str) -> None:
    """Add one hazard to the town in the folder, as another person would."""
    entry = ledger.draft(ONE)
    store = Store.open(folder)
    try:
        store.amend(ledger.report(entry, key=key, on=store.today()), by=OFFICE)
    finally:
        store.close()


def _changes(town: Township, count: int) -> Iterator[Change]:
    draw = np.random.default_rng(667)
    lon, lat, village = _places(town, count, draw)
    sectors = draw.choice(town.sectors.index.to_numpy(), count)
    states = draw.choice(STATES, count, p=STATE_SHARES)
    levels = draw.choice(ledger.LEVELS, count, p=(0.92, 0.08))
    phrases = draw.choice(PHRASES, count)
    days = np.sort(draw.integers(0, DAYS, count))
    for at in range(count):
        found_on = FIRST_DAY + timedelta(days=int(days[at]))
        patch = {
            "state": str(states[at]),
            "lon": float(lon[at]),
            "lat": float(lat[at]),
            "village_code": str(village[at]),
            "sector": str(sectors[at]),
            "level": str(levels[at]),
            "description": f"{phrases[at]}（压力测试 {at}）",
            "found_on": found_on,
            "due_on": found_on + timedelta(days=15),
            "coord_source": "map_click",
        }
        yield Change(entity="hazard", action="register", patch=patch, on=found_on, draft_key=f"crowd-{at}")


def _places(town: Township, count: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw places inside the villages, each with its village's code."""
    west, south, east, north = town.villages.total_bounds
    parts = []
    while sum(map(len, parts)) < count:
        lon, lat = draw.uniform(west, east, count + 100), draw.uniform(south, north, count + 100)
        drawn = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon.round(6), lat.round(6), crs=town.villages.crs))
        found = drawn.sjoin(town.villages[["geometry"]].rename_axis("village_code"), predicate="within")
        parts.append(found[~found.index.duplicated()])
    places = pd.concat(parts).iloc[:count]
    return places.geometry.x.to_numpy(), places.geometry.y.to_numpy(), places["village_code"].to_numpy()


def _write_points(town: Township, path: Path) -> None:
    rows = town.hazards[["hazard_id", "sector", "state"]].assign(
        lon=town.hazards.geometry.x.round(6), lat=town.hazards.geometry.y.round(6)
    )
    pd.DataFrame(rows).astype({"hazard_id": str, "sector": str, "state": str}).to_parquet(path)


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
