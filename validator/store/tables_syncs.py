"""Tables of reading sources: each sync, and what is known of a source between two of them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, text

from validator.store.columns import Json, Moment, Name, Words, metadata

_OPEN = text("finished_at IS NULL")

syncs = Table(
    "okr_sync",
    metadata,
    Column("id", Name, primary_key=True),  # of its job, too
    Column("connection_id", Name, ForeignKey("okr_connection.id", ondelete="CASCADE"), nullable=False),
    Column("asked_by", Words, nullable=False),
    Column("tick_at", Moment),  # the moment of the schedule; null: somebody asked
    Column("state", Name, nullable=False),
    Column("stage", Words),  # what is being done
    Column("done", Integer),  # records read in this stage
    Column("total", Integer),
    Column("resumes", Integer, nullable=False),  # times that it was taken up again after its process died
    Column("executor", Name),  # the process that runs it, by the name of its lock
    Column("document_digest", Name, index=True),  # what was read, until it is judged
    Column("pulled", Json),  # what else was read: notes, what is missing, what to remember
    Column("run_id", Name),
    Column("problem", Json),  # faults
    Column("created_at", Moment, nullable=False),
    Column("handed_at", Moment),  # to the engine that runs jobs
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Index("uq_okr_sync_open", "connection_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(None, "connection_id", "id"),
    Index(None, "finished_at"),
    CheckConstraint("state IN ('queued', 'running', 'done', 'unchanged', 'failed', 'dead')", "state"),
    CheckConstraint("(state IN ('queued', 'running')) = (finished_at IS NULL)", "finished"),
)
"""A connection has one sync at a time that is not finished."""

sync_states = Table(
    "okr_sync_state",
    metadata,
    Column(
        "connection_id",
        Name,
        ForeignKey("okr_connection.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("due_at", Moment, index=True),  # the next moment of its schedule; null: none, or it rests
    Column("silent_at", Moment, index=True),  # from then on it is silent, unless it is heard before
    Column("silence_noted_at", Moment),
    Column("heard_at", Moment),  # end of its last good sync
    Column("heard_run", Name),  # the run of the last sync that read everything
    Column("remembered", Json),  # what the connector asked to keep from that sync
)
