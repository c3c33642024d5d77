"""Phrases (措辞): the wording of hazards by sector, from wording/*.toml, with slots filled by lot.

A slot is {8-30} for a number, {甲|乙} for a choice (which may hold slots itself), {h}, {u} or {g}
for the hamlet, the unit or the geohazard point, and {=1} for what the first number or choice got.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

WORDING = Path(__file__).parent / "wording"


@dataclass(frozen=True)
class Issue:
    """One kind of hazard: where it lies and how it, its cure and its result are worded.

    Attributes:
        where: "road", "lane", "stream", "hamlet", "office", "slope", "geopoint" or "unit".
        unit: key of the unit when `where` is "unit".
        basis: why it is a major hazard; "" for a general one.
        beyond: why the town may not rectify it; "" where it may.
        fund_wan: least and most money in 10,000 yuan.
        months: the months in which it may be found; empty for all.
        department: which county department it goes to; "" for any of the sector's.
    """

    where: str
    text: str
    measures: str
    result: str
    unit: str
    basis: str
    beyond: str
    fund_wan: tuple[float, float]
    months: tuple[int, ...]
    department: str


@dataclass(frozen=True)
class Wording:
    """All there is to say of one sector, with the weight of each month and of single villages."""

    months: tuple[float, ...]
    villages: Mapping[str, float]
    units: list[dict[str, Any]]
    issues: list[Issue]

    @cached_property
    def common(self) -> list[Issue]:
        """Return the general hazards the town rectifies itself."""
        return [issue for issue in self.issues if not issue.basis and not issue.beyond]

    @cached_property
    def major(self) -> list[Issue]:
        """Return the major hazards."""
        return [issue for issue in self.issues if issue.basis]

    @cached_property
    def county(self) -> list[Issue]:
        """Return the hazards that go to a county department."""
        return [issue for issue in self.issues if issue.beyond]


def wording_of(sector: str) -> Wording:
    """Read the wording of a sector."""
    table = tomllib.loads((WORDING / f"{sector.lower()}.toml").read_text(encoding="utf-8"))
    issues = [_issue(row) for row in table["issue"]]
    return Wording(tuple(table["months"]), table["villages"], table["unit"], issues)


def office_words() -> dict[str, list[str]]:
    """Read what is written at each step of a hazard's handling."""
    return tomllib.loads((WORDING / "office.toml").read_text(encoding="utf-8"))


def fill(texts: tuple[str, ...], names: Mapping[str, str], chance: random.Random) -> tuple[str, ...]:
    """Fill the slots of texts that belong together; {=n} counts on from one text to the next."""
    drawn: list[str] = []
    return tuple(_filled(text, names, chance, drawn) for text in texts)


def _issue(row: Mapping[str, Any]) -> Issue:
    low, high = row.get("x", (0.0, 0.0))
    result, unit, basis, beyond = (str(row.get(key, "")) for key in "dubc")
    months = tuple(row.get("when", ()))
    return Issue(row["w"], row["t"], row["f"], result, unit, basis, beyond, (low, high), months, row.get("to", ""))


def _filled(text: str, names: Mapping[str, str], chance: random.Random, drawn: list[str] | None) -> str:
    parts = []
    for is_slot, part in _split(text):
        if not is_slot:
            parts.append(part)
        elif part in names:
            parts.append(names[part])
        elif part.startswith("="):
            parts.append((drawn or [])[int(part[1:]) - 1])
        else:
            parts.append(_drawn(part, names, chance))
            if drawn is not None:
                drawn.append(parts[-1])
    return "".join(parts)


def _drawn(slot: str, names: Mapping[str, str], chance: random.Random) -> str:
    options = list(_options(slot))
    if len(options) > 1:
        return _filled(chance.choice(options), names, chance, None)
    low, high = slot.split("-")
    return str(chance.randint(int(low), int(high)))


def _split(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the text between slots as (False, text) and each outermost slot as (True, its inside)."""
    depth, start = 0, 0
    for at, sign in enumerate(text):
        if sign == "{":
            if depth == 0:
                yield False, text[start:at]
                start = at + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield True, text[start:at]
                start = at + 1
    yield False, text[start:]


def _options(slot: str) -> Iterator[str]:
    depth, start = 0, 0
    for at, sign in enumerate(slot):
        depth += (sign == "{") - (sign == "}")
        if sign == "|" and depth == 0:
            yield slot[start:at]
            start = at + 1
    yield slot[start:]
