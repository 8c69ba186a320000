"""Tables of what is judged and how it went: snapshots, connections, runs.

Digests of a run may outlive their snapshots, which retention removes: no foreign key binds them.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
)

from validator.store.columns import Json, Moment, Name, Words, metadata

snapshots = Table(
    "okr_snapshot",
    metadata,
    Column("digest", Name, primary_key=True),
    Column("data", LargeBinary, nullable=False),  # compressed by zlib
    Column("size", Integer, nullable=False),  # bytes before compression
    Column("created_at", Moment, nullable=False, index=True),
)

connections = Table(
    "okr_connection",
    metadata,
    Column("id", Name, primary_key=True),
    Column("name", Words, nullable=False),
    Column("connector", Name, nullable=False),
    Column("settings", Json, nullable=False),
    Column("overlay_digest", Name, index=True),
    Column("ruleset", Name, nullable=False),
    Column("fail_on", Name, nullable=False),
    Column("schedule", Name),
    Column("zone", Name, nullable=False, server_default="UTC"),
    Column("grace_minutes", Integer, nullable=False, server_default="60"),
    Column("paused", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    CheckConstraint("fail_on IN ('error', 'warning', 'info', 'never')", "fail_on"),
)

runs = Table(
    "okr_run",
    metadata,
    Column("id", Name, primary_key=True),
    Column("connection_id", Name, ForeignKey("okr_connection.id", ondelete="CASCADE")),  # null: of no connection
    Column("number", Integer),  # 1, 2, 3 within the connection
    Column("sync_id", Name),  # the sync that read the source
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment, nullable=False, index=True),
    Column("as_of", Date, nullable=False),
    Column("asked_by", Words, nullable=False),
    Column("engine", Name, nullable=False),
    Column("ruleset", Name, nullable=False),
    Column("ruleset_version", Name, nullable=False),
    Column("ruleset_digest", Name, nullable=False, index=True),
    Column("failure_table_digest", Name, index=True),
    Column("input_digest", Name, nullable=False),  # of the set with its overlay, as the report says it
    Column("document_digest", Name, nullable=False, index=True),
    Column("overlay_digest", Name, index=True),
    Column("report_digest", Name, nullable=False, index=True),
    Column("report_format", Name, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("status", Name, nullable=False),
    Column("counts", Json, nullable=False),
    Column("timings", Json, nullable=False),
    UniqueConstraint("connection_id", "number"),
    Index(None, "connection_id", "id"),
    Index("uq_okr_run_sync_id", "sync_id", unique=True),  # a sync that is taken up again records nothing twice
    CheckConstraint("status IN ('pass', 'fail')", "status"),
)
