"""Findings (排查发现): the 667 hazards of 2021 before anything was done about them."""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from .monitoring import rows
from .patrols import Patrol
from .phrases import Issue, Wording, fill
from .places import Places, Spot

FIRST_DAY, LAST_DAY = date(2021, 1, 5), date(2021, 12, 10)
# Majors and referrals need time to be handled before the year ends.
LAST_MAJOR = date(2021, 10, 20)
INSPECTED_SHARE = 0.38

# sector: hazards in all, major, still with the county, closed after its reply, returned by it.
QUOTA = {
    "TRAFFIC": (118, 4, 5, 1, 1), "FIRE": (96, 3, 1, 0, 0), "HAZCHEM": (34, 3, 1, 0, 0),
    "INDUSTRY": (28, 2, 1, 1, 0), "BUILD": (62, 3, 1, 0, 0), "GASPOWER": (58, 2, 3, 1, 0),
    "WATER": (61, 2, 2, 1, 1), "GEOHAZARD": (40, 3, 2, 0, 0), "SCHOOL": (44, 0, 0, 1, 0),
    "AGRI": (46, 0, 0, 0, 0), "FOREST": (38, 1, 0, 0, 0), "MARKET": (42, 0, 0, 0, 0),
}  # fmt: skip
FATES = ("referred", "replied", "returned")


@dataclass(frozen=True)
class Finding:
    """A hazard as it was found.

    Attributes:
        fate: "major", "referred", "replied", "returned", or "" for an ordinary one.
        words: description, measures and result.
    """

    sector: str
    fate: str
    village_code: str
    found_on: date
    source: str
    inspection_id: str
    found_by: str
    issue: Issue
    spot: Spot
    words: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """One of the town's joint inspections: its number and its row of inspections.csv."""

    inspection_id: str
    held_on: date
    facts: Mapping[str, str]

    def villages(self, codes: Collection[str]) -> list[str]:
        """Return the codes of the villages visited."""
        return [code for code in codes if code[-3:] in self.facts["villages"].split(";")]


@dataclass(frozen=True)
class _Occasion:
    """When and how something may be found: at an inspection, on a patrol, or on an ordinary day."""

    found_on: date
    source: str
    villages: Sequence[str]
    inspection_id: str = ""
    found_by: str = ""
    patrol: Patrol | None = None


def inspections() -> list[Inspection]:
    """Return the inspections of the year by date."""
    return [
        Inspection(f"JC-2021-{number:02d}", date.fromisoformat(row["held_on"]), row)
        for number, row in enumerate(rows("inspections.csv"), start=1)
    ]


class Search:
    """Goes through the year and finds every hazard of the quota once."""

    def __init__(self, places: Places, wordings: Mapping[str, Wording], codes: Sequence[str], seed: int) -> None:
        self._places = places
        self._wordings = wordings
        self._codes = codes
        self._chance = random.Random(seed)
        self._bags: dict[tuple[str, str], list[Issue]] = {}
        self._seen: set[str] = set()

    def find_all(self, held: Sequence[Inspection], walked: Sequence[Patrol]) -> list[Finding]:
        """Return all findings, by sector and date."""
        occasions = self._occasions(held, walked)
        found = []
        for sector, (_, major, *county) in QUOTA.items():
            fates = ["major"] * major + [fate for fate, count in zip(FATES, county, strict=True) for _ in range(count)]
            dated = sorted(occasions[sector], key=lambda occasion: occasion.found_on)
            special = self._special(sector, dated, fates)
            found += [self._find(sector, special.get(at, ""), occasion) for at, occasion in enumerate(dated)]
        return sorted(found, key=lambda finding: (finding.sector, finding.found_on))

    def _occasions(self, held: Sequence[Inspection], walked: Sequence[Patrol]) -> dict[str, list[_Occasion]]:
        occasions: dict[str, list[_Occasion]] = {sector: [] for sector in QUOTA}
        occasions["GEOHAZARD"] = [_on_patrol(patrol) for patrol in walked if patrol.found_at][:18]
        for inspection in held:
            sectors = inspection.facts["sectors"].split(";")
            for _ in range(round(int(inspection.facts["units"]) * INSPECTED_SHARE)):
                free = {sector: QUOTA[sector][0] * 0.7 - len(occasions[sector]) for sector in sectors}
                sector = self._chance.choices(sectors, [max(0.01, count) for count in free.values()])[0]
                if free[sector] > 0:
                    occasions[sector].append(self._at_inspection(inspection))
        for sector, listed in occasions.items():
            while len(listed) < QUOTA[sector][0]:
                listed.append(self._ordinary(sector))
        occasions["FIRE"][-1] = replace(occasions["FIRE"][-1], found_on=FIRST_DAY)
        occasions["TRAFFIC"][-1] = replace(occasions["TRAFFIC"][-1], found_on=LAST_DAY)
        return occasions

    def _at_inspection(self, inspection: Inspection) -> _Occasion:
        villages = inspection.villages(self._codes)
        return _Occasion(inspection.held_on, "inspection", villages, inspection.inspection_id)

    def _ordinary(self, sector: str) -> _Occasion:
        # The table gives a normal year; ordinary days lean further towards the season than inspections do.
        months = [weight * weight for weight in self._wordings[sector].months]
        source = self._chance.choices(("grid_report", "patrol", "complaint", "assigned_from_above"), (60, 24, 10, 6))[0]
        return _Occasion(self._day(months), source, self._codes)

    def _day(self, months: Sequence[float]) -> date:
        while True:
            month = self._chance.choices(range(1, 13), months)[0]
            day = date(2021, month, 1) + timedelta(days=self._chance.randrange(28 if month == 2 else 30))
            is_at_rest = day.weekday() >= 5 and self._chance.random() < 0.6
            if FIRST_DAY < day < LAST_DAY and not is_at_rest:
                return day

    def _special(self, sector: str, occasions: Sequence[_Occasion], fates: Sequence[str]) -> dict[int, str]:
        """Choose which occasions turn up a major or a county hazard; what stays referred is mostly recent."""
        special: dict[int, str] = {}
        for fate in fates:
            may = [self._may(sector, fate, occasion) for occasion in occasions]
            free = [at for at, is_fit in enumerate(may) if is_fit and at not in special]
            latest = [at for at in free if occasions[at].found_on.month >= 8] if fate == "referred" else []
            special[self._chance.choice(latest or free)] = fate
        return special

    def _may(self, sector: str, fate: str, occasion: _Occasion) -> bool:
        fitting = [issue for issue in self._deck(sector, fate) if _is_in_season(issue, occasion)]
        has = self._places.has
        return _suits(fate, occasion) and any(
            has(sector, issue, code) for issue in fitting for code in occasion.villages
        )

    def _find(self, sector: str, fate: str, occasion: _Occasion) -> Finding:
        for _ in range(60):
            issue = self._next_issue(sector, fate)
            village = self._village(sector, issue, occasion)
            if village and _is_in_season(issue, occasion):
                spot = self._spot(sector, issue, village, occasion)
                words = fill((issue.text, issue.measures, issue.result), spot.names, self._chance)
                if words[0] not in self._seen:
                    self._seen.add(words[0])
                    return Finding(
                        sector, fate, village, occasion.found_on, occasion.source, occasion.inspection_id,
                        occasion.found_by, issue, spot, words,
                    )  # fmt: skip
        raise ValueError(f"{sector} {fate}: nothing to find on {occasion}")

    def _next_issue(self, sector: str, fate: str) -> Issue:
        """Deal the sector's issues like cards, so that none comes up far more often than the others."""
        kind = fate if fate in ("", "major") else "county"
        bag = self._bags.setdefault((sector, kind), [])
        if not bag:
            deck = self._deck(sector, fate)
            bag.extend(self._chance.sample(deck, len(deck)))
        return bag.pop()

    def _deck(self, sector: str, fate: str) -> list[Issue]:
        wording = self._wordings[sector]
        return {"": wording.common, "major": wording.major}.get(fate, wording.county)

    def _village(self, sector: str, issue: Issue, occasion: _Occasion) -> str:
        if occasion.patrol:
            point = occasion.patrol.route.stops[occasion.patrol.found_at - 1]
            return point.village_code if issue.where == "geopoint" else ""
        able = [code for code in occasion.villages if self._places.has(sector, issue, code)]
        weights = [self._wordings[sector].villages.get(code[-3:], 0.7) for code in able]
        return self._chance.choices(able, weights)[0] if able else ""

    def _spot(self, sector: str, issue: Issue, village: str, occasion: _Occasion) -> Spot:
        if occasion.patrol:
            return self._places.spot_at(occasion.patrol.route.stops[occasion.patrol.found_at - 1])
        return self._places.spot(sector, issue, village)


def count_by_inspection(found: Sequence[Finding]) -> Counter[str]:
    """Return how many hazards each inspection found."""
    return Counter(finding.inspection_id for finding in found if finding.inspection_id)


def _on_patrol(patrol: Patrol) -> _Occasion:
    return _Occasion(patrol.walked_on, "patrol", (), found_by=patrol.monitor, patrol=patrol)


def _is_in_season(issue: Issue, occasion: _Occasion) -> bool:
    return not issue.months or occasion.found_on.month in issue.months


def _suits(fate: str, occasion: _Occasion) -> bool:
    if occasion.patrol:
        return False
    latest = {"major": LAST_MAJOR, "replied": date(2021, 9, 30), "returned": date(2021, 9, 20)}.get(fate, LAST_DAY)
    return occasion.found_on <= latest and (fate != "major" or occasion.found_on.month not in (3, 4, 11, 12))
