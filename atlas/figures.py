"""Figures (统计): the counts and rates that the strip, the map, the list and every paper share.

Identity, always: total = closed + referred + open; unverified and void items never count.
"""

from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd

BUCKETS = ("open", "closed", "referred", "unverified", "void")
CHOICES = ("total", "open", "overdue", "closed", "referred", "per_km2", "rate_all")


@dataclass(frozen=True)
class Figures:
    """The counts of a set of hazards.

    Attributes:
        rate_all: closed / total, None where total is 0 (整改率).
        rate_own: closed / (total - referred), the town's own items, None where there are none.
    """

    total: int
    closed: int
    referred: int
    open: int
    overdue: int
    unverified: int
    void: int
    rate_all: float | None
    rate_own: float | None


def figures(hazards: pd.DataFrame) -> Figures:
    """Count hazards by bucket; `hazards` holds the derived columns `bucket` and `overdue`."""
    counts = hazards["bucket"].value_counts()
    by_bucket = {bucket: int(counts.get(bucket, 0)) for bucket in BUCKETS}
    total = by_bucket["open"] + by_bucket["closed"] + by_bucket["referred"]
    return Figures(
        total=total,
        overdue=int(hazards["overdue"].sum()),
        rate_all=_rate(by_bucket["closed"], total),
        rate_own=_rate(by_bucket["closed"], total - by_bucket["referred"]),
        **by_bucket,
    )


def figures_by(hazards: pd.DataFrame, column: str) -> dict[str, Figures]:
    """Count hazards for each value of a column, e.g. "village_code", "sector" or "station"."""
    return {str(value): figures(rows) for value, rows in hazards.groupby(column, observed=True)}


def document(hazards: pd.DataFrame, *, as_of: date, revision: int, by: str = "") -> dict[str, object]:
    """Build what `atlas figures --json` prints; `by` names the column to break the figures down by."""
    answer: dict[str, object] = {"as_of": as_of.isoformat(), "revision": revision, **asdict(figures(hazards))}
    if by:
        answer["by"] = {value: asdict(found) for value, found in figures_by(hazards, by).items()}
    return answer


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
