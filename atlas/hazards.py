"""Hazards (隐患): the ledger's rows on the map: what is derived from them, and finding among them."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

from atlas import routes
from atlas.coordinates import distance_m
from atlas.figures import Figures, figures, figures_by
from atlas.ledger import CLOSED, LEVELS, OPEN_STATES, REFERRED, REPORTED, STATES, VOID
from atlas.township import Town, Township

Mask = NDArray[np.bool_]

_BUCKETS = {REPORTED: "unverified", CLOSED: "closed", REFERRED: "referred", VOID: "void"} | dict.fromkeys(
    OPEN_STATES, "open"
)
_SEARCHED = ("hazard_id", "description", "address", "unit_name", "note")


def derive(hazards: gpd.GeoDataFrame, town: Town, as_of: date) -> gpd.GeoDataFrame:
    """Return the hazards with `bucket`, `overdue` (逾期) and `due_soon` (临期) as of that day.

    Only an open item can be overdue: its deadline `due_on` lies before `as_of`.
    """
    today = pd.Timestamp(as_of)
    state = hazards["state"]
    is_open = state.isin(OPEN_STATES)
    soon = today + timedelta(days=town.due_soon_days)
    return hazards.assign(
        bucket=state.map(_BUCKETS),
        overdue=is_open & (hazards["due_on"] < today),
        due_soon=is_open & (hazards["due_on"] >= today) & (hazards["due_on"] <= soon),
    )


def deadline(town: Town, level: str, found_on: date) -> date:
    """Return the day by which a hazard found that day is to be rectified, by the town's own settings."""
    return found_on + timedelta(days=town.due_days[level])


def near_duplicates(township: Township, lon: float, lat: float, sector: str) -> pd.DataFrame:
    """Return hazards of the sector within the town's `near_duplicate_m`, open ones first, then the nearest.

    Void items are left out. Adds `distance_m`.
    """
    rows = township.hazards
    rows = rows[(rows["sector"] == sector) & (rows["state"] != VOID) & is_placed(rows)]
    points = rows.geometry.array
    near = rows.assign(distance_m=distance_m(points.x, points.y, (lon, lat)))
    near = near[near["distance_m"] <= township.town.near_duplicate_m]
    ranked: pd.DataFrame = near.assign(_done=near["state"] == CLOSED).sort_values(["_done", "distance_m"])
    return ranked.drop(columns="_done")


def is_placed(hazards: gpd.GeoDataFrame) -> Mask:
    """Tell for each hazard whether it has a usable place; the others are counted but not drawn."""
    placed: Mask = ~(hazards.geometry.isna() | hazards.geometry.is_empty).to_numpy()
    return placed


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the map, the list and the figures are narrowed to; an empty choice narrows nothing.

    Attributes:
        status: states of the ledger; void items are shown only when asked for.
        text: words that must all occur: characters, pinyin initials or parts of an id.
        route: a monitoring route's id; keeps hazards within `reach_m` metres of its line.
    """

    sector: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    village: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    overdue: bool = False
    text: str = ""
    route: str = ""
    reach_m: float = 200.0


class Catalogue:
    """The hazards of one township made ready to be filtered and counted again and again."""

    def __init__(self, township: Township) -> None:
        self.township = township
        rows = township.hazards
        self.choices: dict[str, tuple[str, ...]] = {
            "sector": tuple(map(str, township.sectors.index)),
            "status": STATES,
            "village": tuple(map(str, township.villages.index)),
            "level": LEVELS,
        }
        columns = {"sector": "sector", "status": "state", "village": "village_code", "level": "level"}
        self._codes = {
            facet: pd.Categorical(rows[columns[facet]], categories=choices).codes.astype(np.int16)
            for facet, choices in self.choices.items()
        }
        self._counted = rows[["bucket", "overdue", "village_code"]].astype({"bucket": "category"})
        self._overdue: Mask = rows["overdue"].to_numpy(dtype=bool)
        self._is_void: Mask = (rows["state"] == VOID).to_numpy()
        self._along: dict[tuple[str, float], Mask] = {}

    def matching(self, filters: Filters) -> Mask:
        """Tell for each row of the township's hazards whether it passes every filter."""
        keep = np.ones(len(self._overdue), dtype=bool)
        for part in self._parts(filters).values():
            keep &= part
        return keep

    def figures(self, keep: Mask) -> Figures:
        """Count the hazards that pass a filter."""
        return figures(self._counted[keep])

    def figures_by_village(self, keep: Mask) -> dict[str, Figures]:
        """Count the hazards that pass a filter for each village that has any."""
        return figures_by(self._counted[keep], "village_code")

    def counts(self, filters: Filters) -> dict[str, dict[str, int]]:
        """Count for each choice of each filter what it would show beside the other filters."""
        parts = self._parts(filters)
        found = {facet: self._count(facet, _all_but(parts, facet, self._overdue)) for facet in self._codes}
        others = _all_but(parts, "overdue", self._overdue)
        found["overdue"] = {"overdue": int((others & self._overdue).sum())}
        others = _all_but(parts, "route", self._overdue)
        found["route"] = {
            str(route): int((others & self._route(str(route), filters.reach_m)).sum())
            for route in self.township.routes.index
        }
        return found

    def _count(self, facet: str, others: Mask) -> dict[str, int]:
        codes = self._codes[facet][others]
        tally = np.bincount(codes[codes >= 0], minlength=len(self.choices[facet]))
        return dict(zip(self.choices[facet], tally.tolist(), strict=True))

    def _parts(self, filters: Filters) -> dict[str, Mask]:
        parts: dict[str, Mask] = {}
        for facet in self._codes:
            chosen = getattr(filters, facet)
            if chosen:
                parts[facet] = self._chosen(facet, chosen)
        if not filters.status:
            parts["status"] = ~self._is_void
        if filters.overdue:
            parts["overdue"] = self._overdue
        if filters.route:
            parts["route"] = self._route(filters.route, filters.reach_m)
        if filters.text.strip():
            parts["text"] = self._saying(filters.text)
        return parts

    def _chosen(self, facet: str, chosen: tuple[str, ...]) -> Mask:
        known = self.choices[facet]
        wanted = np.zeros(len(known) + 1, dtype=bool)
        wanted[[known.index(choice) for choice in chosen if choice in known]] = True
        return wanted[self._codes[facet]]

    def _route(self, route: str, reach_m: float) -> Mask:
        key = (route, reach_m)
        if key not in self._along:
            line = routes.line_of(self.township.routes, route)
            self._along[key] = routes.along(line, self.township.hazards, reach_m)
        return self._along[key]

    def _saying(self, text: str) -> Mask:
        keep = np.ones(len(self._overdue), dtype=bool)
        for word in text.lower().split():
            keep &= self._searchable.str.contains(word, regex=False).to_numpy(dtype=bool)
        return keep

    @cached_property
    def _searchable(self) -> "pd.Series[str]":
        rows, villages, sectors = self.township.hazards, self.township.villages, self.township.sectors
        places = rows["village_code"].map(villages["name_zh"] + " " + villages["name_en"]).fillna("")
        trades = rows["sector"].map(sectors["name_zh"] + " " + sectors["name_en"]).fillna("")
        text: pd.Series[str] = places.str.cat([trades, *(rows[column] for column in _SEARCHED)], sep=" ").str.lower()
        return text + " " + text.map(initials)


def initials(text: str) -> str:
    """Return the pinyin initials of a text's characters (落石 -> ls), other signs left as they are."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))


def _all_but(parts: dict[str, Mask], facet: str, like: Mask) -> Mask:
    keep = np.ones(len(like), dtype=bool)
    for name, part in parts.items():
        if name != facet:
            keep &= part
    return keep
