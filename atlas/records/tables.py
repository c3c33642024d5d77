"""Tables (数据表): the ledger, the registers beside it, the journal and the sessions, for SQLite and PostGIS alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, Table, Text, UniqueConstraint, false

from atlas.records.columns import Day, Geometry, Listing

metadata = MetaData()

HEAD = ("version", "created_at", "created_by", "updated_at", "updated_by")
_UNSEEN = {"draft_key", "geom"}


def _words(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False, server_default="") for name in names]


def _counts(*names: str) -> list[Column[int]]:
    return [Column(name, Integer, nullable=False, server_default="0") for name in names]


def _days(*names: str) -> list[Column[str]]:
    return [Column(name, Day) for name in names]


def _numbers(*names: str) -> list[Column[float]]:
    return [Column(name, Float) for name in names]


def _flags(*names: str) -> list[Column[bool]]:
    return [Column(name, Boolean, nullable=False, server_default=false()) for name in names]


def _lists(*names: str) -> list[Column[list[str]]]:
    return [Column(name, Listing, nullable=False, server_default="[]") for name in names]


def _head() -> list[Column[int] | Column[str]]:
    return [
        Column("version", Integer, nullable=False),
        *(Column(name, Text, nullable=False) for name in HEAD[1:]),
    ]


hazard = Table(
    "hazard",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("hazard_id", Text, nullable=False, unique=True),
    Column("draft_key", Text, unique=True),
    *_head(),
    *_words("state", "sector", "village_code", "level", "description", "address", "unit_name", "jurisdiction"),
    *_words("basis", "source", "inspection_id", "found_by", "measures", "plan", "result", "notice_no"),
    *_words("duty_unit", "duty_person", "station", "station_person", "leader", "reviewer", "review_opinion"),
    *_words("approved_by", "ref_no", "ref_to", "ref_reply", "note", "coord_source", "coord_raw"),
    *_words("duplicate_of", "void_reason"),
    *_days("found_on", "due_on", "due_on_original", "fixed_on", "reviewed_on", "closed_on"),
    *_days("ref_sent_on", "ref_due_on", "ref_received_on", "ref_replied_on"),
    *_numbers("fund_wan", "coord_accuracy_m"),
    *_counts("ext_count", "supervise_level", "reopen_count"),
    *_lists("photos_before", "photos_after"),
    Column("geom", Geometry("POINT")),
)

geopoint = Table(
    "geopoint",
    metadata,
    Column("point_id", Text, primary_key=True),
    *_head(),
    *_words("geo_class", "type", "name_zh", "name_en", "village_code", "size_grade", "threat_grade", "risk_level"),
    *_words("monitor_a", "monitor_b", "main_signs", "status"),
    *_counts("households", "people"),
    *_numbers("property_wan"),
    Column("geom", Geometry("POINT")),
)

route = Table(
    "route",
    metadata,
    Column("route_id", Text, primary_key=True),
    *_head(),
    *_words("name_zh", "name_en", "mode", "monitor_a", "monitor_b"),
    *_counts("cycle_dry_days", "cycle_flood_days", "planned_min"),
    Column("geom", Geometry("LINESTRING")),
)

stop = Table(
    "stop",
    metadata,
    Column("stop_id", Text, primary_key=True),
    *_head(),
    *_words("route_id", "point_id"),
    *_counts("position", "dwell_min"),
    *_flags("must_photo"),
)

inspection = Table(
    "inspection",
    metadata,
    Column("inspection_id", Text, primary_key=True),
    *_head(),
    *_words("leader", "sectors", "villages", "summary"),
    *_days("held_on"),
    *_counts("person_times", "units"),
)

patrol = Table(
    "patrol",
    metadata,
    Column("patrol_id", Text, primary_key=True),
    *_head(),
    *_words("route_id", "monitor", "weather", "note"),
    *_days("walked_on"),
    *_counts("stops_planned", "stops_logged"),
    *_flags("abnormal"),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("entity", Text, nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("effective_on", Day, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("patch", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("entity", "entity_id", "version"),
    Index("journal_effective_on", "effective_on"),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
)


@dataclass(frozen=True)
class Register:
    """One kind of record the store keeps: its table, the column that names a record, the shape of its place."""

    table: Table
    key: str
    shape: str = ""

    @property
    def entity(self) -> str:
        """Return the name changes and the journal call it by."""
        return self.table.name

    @cached_property
    def fields(self) -> Mapping[str, Column[object]]:
        """Return the plain columns a patch may name at some time; places come on top."""
        fixed = {*HEAD, *_UNSEEN} | ({self.key} if self.entity == "hazard" else set())
        return {column.name: column for column in self.table.columns if column.name not in fixed}

    @cached_property
    def place_fields(self) -> tuple[str, ...]:
        """Return the fields by which a patch places the record."""
        return {"POINT": ("lon", "lat"), "LINESTRING": ("line",)}.get(self.shape, ())

    @cached_property
    def lasting(self) -> frozenset[str]:
        """Return the fields that are given once, when the record is made."""
        return frozenset({self.key, "hazard_id"} & set(self.fields))


REGISTERS: Mapping[str, Register] = {
    register.entity: register
    for register in (
        Register(hazard, "id", "POINT"),
        Register(geopoint, "point_id", "POINT"),
        Register(route, "route_id", "LINESTRING"),
        Register(stop, "stop_id"),
        Register(inspection, "inspection_id"),
        Register(patrol, "patrol_id"),
    )
}
