"""The ledger (隐患排查治理台账): the states of a hazard and the moves that lead from one to the next.

The states and moves follow the township practice of 上报–核实–交办–整改–复查–销号, with 函告 to a
county department for what the town may not rectify itself. Every function here returns the
intended `Change`; only the store carries it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atlas import wording
from atlas.errors import IllegalMove, InvalidDraft
from atlas.township import Change
from atlas.wording import _, label

REPORTED = "REPORTED"
REGISTERED = "REGISTERED"
ASSIGNED = "ASSIGNED"
RECTIFYING = "RECTIFYING"
PENDING_REVIEW = "PENDING_REVIEW"
CLOSED = "CLOSED"
REFERRED = "REFERRED"
VOID = "VOID"

STATES = (REPORTED, REGISTERED, ASSIGNED, RECTIFYING, PENDING_REVIEW, CLOSED, REFERRED, VOID)
OPEN_STATES = (REGISTERED, ASSIGNED, RECTIFYING, PENDING_REVIEW)
COUNTED_STATES = (*OPEN_STATES, CLOSED, REFERRED)
LEVELS = ("general", "major")
COORD_SOURCES = ("map_click", "gps", "gcj02", "bd09", "cgcs2000_xy", "village_centroid", "unknown")


@dataclass(frozen=True)
class Move:
    """One kind of step through the state machine: where it may start and where it leads."""

    starts: tuple[str, ...]
    end: str
    needs_reason: bool = False


MOVES: Mapping[str, Move] = {
    "verify": Move((REPORTED,), REGISTERED),
    "reject": Move((REPORTED,), VOID, needs_reason=True),
    "fix_on_spot": Move((REGISTERED,), PENDING_REVIEW),
    "assign": Move((REGISTERED,), ASSIGNED),
    "accept": Move((ASSIGNED,), RECTIFYING),
    "return": Move((ASSIGNED,), REGISTERED, needs_reason=True),
    "submit": Move((RECTIFYING,), PENDING_REVIEW),
    "review_pass": Move((PENDING_REVIEW,), CLOSED),
    "review_fail": Move((PENDING_REVIEW,), RECTIFYING, needs_reason=True),
    "refer": Move((REGISTERED, ASSIGNED, RECTIFYING), REFERRED),
    "referral_done": Move((REFERRED,), PENDING_REVIEW),
    "referral_returned": Move((REFERRED,), REGISTERED, needs_reason=True),
    "reopen": Move((CLOSED,), RECTIFYING, needs_reason=True),
    "void": Move(
        (REPORTED, REGISTERED, ASSIGNED, RECTIFYING, PENDING_REVIEW, CLOSED, REFERRED), VOID, needs_reason=True
    ),
}


class Draft(BaseModel):
    """What the form for a new hazard holds; the first six fields are all that is required."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, allow_inf_nan=False)

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    village_code: str = Field(min_length=1)
    sector: str = Field(min_length=1)
    level: str = Field(pattern="^(general|major)$")
    description: str = Field(min_length=1, max_length=2000)
    address: str = Field(default="", max_length=2000)
    coord_source: str = "map_click"
    coord_raw: str = Field(default="", max_length=200)
    station: str = ""
    station_person: str = ""
    leader: str = ""
    photos_before: tuple[str, ...] = ()


def draft(values: Mapping[str, object]) -> Draft:
    """Check a form's values. Raises InvalidDraft naming each wrong field."""
    try:
        return Draft.model_validate(values)
    except ValidationError as fault:
        raise InvalidDraft(_("；").join(_told(error["loc"][0], error["type"]) for error in fault.errors())) from fault


def report(entry: Draft, *, key: str, on: date) -> Change:
    """Report a hazard found in the field (上报): it waits to be verified and does not count yet."""
    patch = entry.model_dump(mode="json") | {"state": REPORTED, "found_on": on, "source": "grid_report"}
    return Change(entity="hazard", action="report", patch=patch, on=on, draft_key=key)


def register(patch: Mapping[str, object], *, key: str, on: date) -> Change:
    """Register a hazard found at an inspection (登记): it counts from now on."""
    return Change(
        entity="hazard", action="register", patch={**patch, "state": REGISTERED, "found_on": on}, on=on, draft_key=key
    )


def move(hazard: Mapping[str, object], action: str, *, on: date, reason: str = "", **fields: object) -> Change:
    """Take one step of the state machine.

    `hazard` holds at least id, version and state. Raises IllegalMove when the step does not start
    from that state, InvalidDraft when a reason is asked for and missing.
    """
    step = MOVES.get(action)
    if step is None or hazard["state"] not in step.starts:
        raise IllegalMove(
            _("“{state}”的隐患不能“{action}”。").format(
                state=label(wording.STATE, hazard["state"]), action=label(wording.ACTION, action)
            )
        )
    if step.needs_reason and not reason.strip():
        raise InvalidDraft(_("请填写原因。"))
    return _of(hazard, action, {**fields, "state": step.end}, on=on, reason=reason.strip())


def relocate(hazard: Mapping[str, object], place: Mapping[str, object], *, on: date) -> Change:
    """Move the hazard's point to where it lies (移动点位); `place` holds lon, lat, village_code, coord_source."""
    return _of(hazard, "relocate", dict(place), on=on, reason="")


def void(hazard: Mapping[str, object], *, reason: str, on: date) -> Change:
    """Strike a hazard entered in error from every count (作废); the row and its history stay."""
    return move(hazard, "void", on=on, reason=reason, void_reason=reason.strip())


def number(prefix: str, year: int, sector: str, count: int) -> str:
    """Return the hazard's number (隐患编号), e.g. SY-2021-TRAFFIC-0001."""
    return f"{prefix}-{year}-{sector}-{count:04d}"


def _told(field: object, fault: str) -> str:
    name = label(wording.FIELD, field)
    if fault == "string_too_long":
        return _("{field}：字数过多").format(field=name)
    if fault in {"float_parsing", "float_type", "finite_number", "greater_than_equal", "less_than_equal"}:
        return _("{field}：不是有效数值").format(field=name)
    return _("{field}：请填写").format(field=name)


def _of(hazard: Mapping[str, object], action: str, patch: Mapping[str, object], *, on: date, reason: str) -> Change:
    return Change(
        entity="hazard",
        action=action,
        patch=patch,
        on=on,
        id=int(str(hazard["id"])),
        seen_version=int(str(hazard["version"])),
        reason=reason,
    )
