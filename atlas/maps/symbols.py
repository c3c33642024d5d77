"""Symbols (图例符号): the one table of how states, flags, risk levels and ground look on map, list and legend.

Red, orange, yellow and blue belong to the risk levels of geohazard points alone. A hazard's sector is a
character, its status is fill and badge, so that a grey print and a colour-blind eye read the same map.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from atlas import ledger

PURPLE = "#4b1d73"
PLUM = "#6d5a80"
TEAL = "#2a8577"
GREY = "#8b8b88"
INK = "#2b2d33"


@dataclass(frozen=True)
class Look:
    """How hazards of one state are drawn.

    Attributes:
        bucket: the group the state counts in; one slice of a cluster's pie.
        colour: of fill, outline and badge.
        fill: "solid", "half", "hollow", "dashed" or "faint".
        badge: "", "check", "arrow", "question" or "cross".
        rank: drawing order; a higher one lies on top.
        scale: radius relative to an open hazard.
    """

    bucket: str
    colour: str
    fill: str
    badge: str
    rank: int
    scale: float


@dataclass(frozen=True)
class Line:
    """How one kind of line is drawn: colours, width in pixels at zoom 14, dashes."""

    colour: str
    width: float
    casing: str = ""
    dash: str = ""


_OPEN = Look("open", PURPLE, "solid", "", 5, 1.0)

STATE_LOOKS: Mapping[str, Look] = {
    ledger.REPORTED: Look("unverified", PURPLE, "dashed", "question", 4, 0.95),
    ledger.REGISTERED: _OPEN,
    ledger.ASSIGNED: _OPEN,
    ledger.RECTIFYING: _OPEN,
    ledger.PENDING_REVIEW: Look("pending", PURPLE, "half", "", 3, 1.0),
    ledger.CLOSED: Look("closed", TEAL, "solid", "check", 1, 0.8),
    ledger.REFERRED: Look("referred", PLUM, "hollow", "arrow", 2, 0.95),
    ledger.VOID: Look("void", GREY, "faint", "cross", 0, 0.7),
}

RISK_COLOURS: Mapping[str, str] = {"high": "#d8232a", "larger": "#f08a1c", "general": "#f6d32d", "low": "#2f7ed8"}
GEO_SHAPES: Mapping[str, str] = {"hazard_point": "triangle", "risk_slope": "diamond"}

# One hue (mauve) from light to dark, so that a grey print keeps the order.
RAMP = ("#f8f3f6", "#ecdae5", "#dbbdd0", "#c59ab7", "#a9779a")
NO_DATA = "#f2f1ee"

LINES: Mapping[str, Line] = {
    "road": Line("#ffffff", 4.0, casing="#9a9080"),
    "lane": Line("#ffffff", 2.0, casing="#b3aa9b"),
    "path": Line("#b0a798", 1.1, dash="5 4"),
    "river": Line("#a9c6c9", 4.2, casing="#8fb2b7"),
    "stream": Line("#a9c6c9", 1.6),
    "village": Line("#92897b", 1.1, dash="9 3 2 3"),
    "town": Line("#5f584d", 2.0),
    "route": Line(INK, 4.0, casing="#ffffff"),
    "other_route": Line("#55585f", 1.4, dash="4 5"),
    "reach": Line(INK, 1.2, dash="3 4"),
}

GROUND: Mapping[str, str | tuple[str, ...]] = {
    "around": "#e3e1da",
    "graticule": "#d6d3ca",
    "shadow": "#6f675a",
    "community": "#f6eee7",
    "tints": ("#fbfaf5", "#f6f4ea", "#f3f5ec", "#f8f3ee", "#f1f2ec", "#f9f7f2"),
}


def for_points() -> dict[str, object]:
    """Return what the points layer, the list and the legend draw hazards by; states in ledger.STATES order."""
    return {"states": [{"code": code, **asdict(STATE_LOOKS[code])} for code in ledger.STATES], "ink": INK}


def for_layers() -> dict[str, object]:
    """Return what the vector layers and the legend draw ground, lines and geohazard points by."""
    return {
        "risk": dict(RISK_COLOURS),
        "geo": dict(GEO_SHAPES),
        "ramp": list(RAMP),
        "noData": NO_DATA,
        "lines": {kind: asdict(line) for kind, line in LINES.items()},
        "ground": dict(GROUND),
        "ink": INK,
    }
