"""Alerts: events, endpoints, and what became of every message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text()
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("finished_at IS NULL")
DEAD = sa.text("state = 'dead'")


def upgrade() -> None:
    """What happened, who wants to hear of it, and each message with its attempts."""
    _events()
    _endpoints()
    _deliveries()
    _delivery_findings()
    _attempts()


def _events() -> None:
    op.create_table(
        "okr_event",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("type", NAME, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("connection_id", NAME),
        sa.Column("run_id", NAME),
        sa.Column("finding_id", NAME),
        sa.Column("severity", NAME),
        sa.Column("rule", NAME),
        sa.Column("failure", NAME),
        sa.Column("data", TEXT, nullable=False),
        sa.Column("people", TEXT, nullable=False),
        sa.Column("teams", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["okr_connection.id"], name=op.f("fk_okr_event_okr_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_okr_event_at"), "okr_event", ["at"])
    op.create_index(op.f("ix_okr_event_connection_id_id"), "okr_event", ["connection_id", "id"])
    op.create_index(op.f("ix_okr_event_connection_id_finding_id"), "okr_event", ["connection_id", "finding_id"])


def _endpoints() -> None:
    op.create_table(
        "okr_endpoint",
        sa.Column("id", NAME, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("filter", TEXT, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.Integer(), nullable=False),
        sa.Column("rotated_until", MOMENT),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", MOMENT),
        sa.Column("disabled_why", TEXT),
        sa.Column("failing_since", MOMENT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rest_until", MOMENT),
        sa.Column("missed_since", MOMENT),
        sa.Column("delivered_at", MOMENT),
        sa.Column("drain", NAME),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('standard', 'slack', 'teams', 'email')", name=op.f("ck_okr_endpoint_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_endpoint")),
    )


def _deliveries() -> None:
    op.create_table(
        "okr_delivery",
        sa.Column("id", NAME, nullable=False),
        sa.Column("endpoint_id", NAME, nullable=False),
        sa.Column("connection_id", NAME),
        sa.Column("run_id", NAME),
        sa.Column("finding_id", NAME),
        sa.Column("event_id", SERIAL, nullable=False),
        sa.Column("events", TEXT, nullable=False),
        sa.Column("person", TEXT),
        sa.Column("state", NAME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT),
        sa.Column("status", sa.Integer()),
        sa.Column("problem", TEXT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.CheckConstraint(
            "(state IN ('waiting', 'retrying')) = (finished_at IS NULL)", name=op.f("ck_okr_delivery_finished")
        ),
        sa.CheckConstraint("state IN ('waiting', 'retrying', 'delivered', 'dead')", name=op.f("ck_okr_delivery_state")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["okr_connection.id"], name=op.f("fk_okr_delivery_okr_connection"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["okr_endpoint.id"], name=op.f("fk_okr_delivery_okr_endpoint"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_delivery")),
    )
    op.create_index(op.f("ix_okr_delivery_endpoint_id_id"), "okr_delivery", ["endpoint_id", "id"])
    op.create_index(
        "ix_okr_delivery_dead", "okr_delivery", ["endpoint_id", "created_at"], sqlite_where=DEAD, postgresql_where=DEAD
    )
    op.create_index(op.f("ix_okr_delivery_finished_at"), "okr_delivery", ["finished_at"])
    op.create_index(
        "ix_okr_delivery_open", "okr_delivery", ["endpoint_id", "event_id"], sqlite_where=OPEN, postgresql_where=OPEN
    )


def _delivery_findings() -> None:
    op.create_table(
        "okr_delivery_finding",
        sa.Column("delivery_id", NAME, nullable=False),
        sa.Column("finding_id", NAME, nullable=False),
        sa.Column("queue", NAME, nullable=False),
        sa.Column("event_id", SERIAL, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["okr_delivery.id"], name=op.f("fk_okr_delivery_finding_okr_delivery"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", "finding_id", name=op.f("pk_okr_delivery_finding")),
    )
    op.create_index(
        "ix_okr_delivery_finding_open",
        "okr_delivery_finding",
        ["queue", "finding_id", "event_id"],
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    )


def _attempts() -> None:
    op.create_table(
        "okr_attempt",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("delivery_id", NAME, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("problem", TEXT),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["okr_delivery.id"], name=op.f("fk_okr_attempt_okr_delivery"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_attempt")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_okr_attempt_delivery_id"), "okr_attempt", ["delivery_id"])
