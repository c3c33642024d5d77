"""The first tables (初始数据表)."""

import sqlalchemy as sa
from alembic import op

from atlas.records.columns import Day, Geometry, Listing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the registers, the journal and the sessions."""
    _hazard()
    _monitoring()
    _rounds()
    _journal()
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text, primary_key=True),
        *_required("account", "role", "started_at", "seen_at"),
    )


def _hazard() -> None:
    op.create_table(
        "hazard",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hazard_id", sa.Text, nullable=False, unique=True),
        sa.Column("draft_key", sa.Text, unique=True),
        *_head(),
        *_words("state", "sector", "village_code", "level", "description", "address", "unit_name", "jurisdiction"),
        *_words("basis", "source", "inspection_id", "found_by", "measures", "plan", "result", "notice_no"),
        *_words("duty_unit", "duty_person", "station", "station_person", "leader", "reviewer", "review_opinion"),
        *_words("approved_by", "ref_no", "ref_to", "ref_reply", "note", "coord_source", "coord_raw"),
        *_words("duplicate_of", "void_reason"),
        *_days("found_on", "due_on", "due_on_original", "fixed_on", "reviewed_on", "closed_on"),
        *_days("ref_sent_on", "ref_due_on", "ref_received_on", "ref_replied_on"),
        sa.Column("fund_wan", sa.Float),
        sa.Column("coord_accuracy_m", sa.Float),
        *_counts("ext_count", "supervise_level", "reopen_count"),
        sa.Column("photos_before", Listing, nullable=False, server_default="[]"),
        sa.Column("photos_after", Listing, nullable=False, server_default="[]"),
        sa.Column("geom", Geometry("POINT")),
    )


def _monitoring() -> None:
    op.create_table(
        "geopoint",
        sa.Column("point_id", sa.Text, primary_key=True),
        *_head(),
        *_words("geo_class", "type", "name_zh", "name_en", "village_code", "size_grade", "threat_grade"),
        *_words("risk_level", "monitor_a", "monitor_b", "main_signs", "status"),
        *_counts("households", "people"),
        sa.Column("property_wan", sa.Float),
        sa.Column("geom", Geometry("POINT")),
    )
    op.create_table(
        "route",
        sa.Column("route_id", sa.Text, primary_key=True),
        *_head(),
        *_words("name_zh", "name_en", "mode", "monitor_a", "monitor_b"),
        *_counts("cycle_dry_days", "cycle_flood_days", "planned_min"),
        sa.Column("geom", Geometry("LINESTRING")),
    )
    op.create_table(
        "stop",
        sa.Column("stop_id", sa.Text, primary_key=True),
        *_head(),
        *_words("route_id", "point_id"),
        *_counts("position", "dwell_min"),
        _flag("must_photo"),
    )


def _rounds() -> None:
    op.create_table(
        "inspection",
        sa.Column("inspection_id", sa.Text, primary_key=True),
        *_head(),
        *_words("leader", "sectors", "villages", "summary"),
        *_days("held_on"),
        *_counts("person_times", "units"),
    )
    op.create_table(
        "patrol",
        sa.Column("patrol_id", sa.Text, primary_key=True),
        *_head(),
        *_words("route_id", "monitor", "weather", "note"),
        *_days("walked_on"),
        *_counts("stops_planned", "stops_logged"),
        _flag("abnormal"),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        *_required("entity", "entity_id"),
        sa.Column("version", sa.Integer, nullable=False),
        *_required("action"),
        sa.Column("effective_on", Day, nullable=False),
        *_required("at", "actor", "role", "reason", "batch", "patch", "prev_hash", "hash"),
        sa.UniqueConstraint("entity", "entity_id", "version"),
    )
    op.create_index("journal_effective_on", "journal", ["effective_on"])


def _head() -> list[sa.Column[int] | sa.Column[str]]:
    names = ("created_at", "created_by", "updated_at", "updated_by")
    return [sa.Column("version", sa.Integer, nullable=False), *_required(*names)]


def _required(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False, server_default="") for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in names]


def _days(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, Day) for name in names]


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
