"""Syncs: sources are read by schedule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text()
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("finished_at IS NULL")
STATES = "'queued', 'running', 'done', 'unchanged', 'failed', 'dead'"


def upgrade() -> None:
    """When a connection is read, each time that it is, and which run came of it."""
    _syncs()
    op.create_table(
        "okr_sync_state",
        sa.Column("connection_id", NAME, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("silent_at", MOMENT),
        sa.Column("silence_noted_at", MOMENT),
        sa.Column("heard_at", MOMENT),
        sa.Column("heard_run", NAME),
        sa.Column("remembered", TEXT),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["okr_connection.id"],
            name=op.f("fk_okr_sync_state_okr_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_okr_sync_state")),
    )
    for column in ("due_at", "silent_at"):
        op.create_index(op.f(f"ix_okr_sync_state_{column}"), "okr_sync_state", [column])
    op.add_column("okr_connection", sa.Column("zone", NAME, server_default="UTC", nullable=False))
    op.add_column("okr_connection", sa.Column("grace_minutes", sa.Integer(), server_default="60", nullable=False))
    op.add_column("okr_run", sa.Column("sync_id", NAME))
    op.create_index("uq_okr_run_sync_id", "okr_run", ["sync_id"], unique=True)


def _syncs() -> None:
    op.create_table(
        "okr_sync",
        sa.Column("id", NAME, nullable=False),
        sa.Column("connection_id", NAME, nullable=False),
        sa.Column("asked_by", TEXT, nullable=False),
        sa.Column("tick_at", MOMENT),
        sa.Column("state", NAME, nullable=False),
        sa.Column("stage", TEXT),
        sa.Column("done", sa.Integer()),
        sa.Column("total", sa.Integer()),
        sa.Column("resumes", sa.Integer(), nullable=False),
        sa.Column("executor", NAME),
        sa.Column("document_digest", NAME),
        sa.Column("pulled", TEXT),
        sa.Column("run_id", NAME),
        sa.Column("problem", TEXT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("handed_at", MOMENT),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_okr_sync_state")),
        sa.CheckConstraint(
            "(state IN ('queued', 'running')) = (finished_at IS NULL)", name=op.f("ck_okr_sync_finished")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["okr_connection.id"], name=op.f("fk_okr_sync_okr_connection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_okr_sync")),
    )
    for columns in (["connection_id", "id"], ["document_digest"], ["finished_at"]):
        op.create_index(op.f(f"ix_okr_sync_{'_'.join(columns)}"), "okr_sync", columns)
    op.create_index(
        "uq_okr_sync_open", "okr_sync", ["connection_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
