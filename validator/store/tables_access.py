"""Tables of who may do what, who did what, and what was answered to a request that may come again."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table

from validator.store.columns import Deflated, Json, Moment, Name, Serial, Words, metadata

keys = Table(
    "okr_key",
    metadata,
    Column("id", Name, primary_key=True),  # the part of the key that may be shown
    Column("name", Words, nullable=False),
    Column("digest", Name, nullable=False),  # keyed hash of the whole key
    Column("role", Name, nullable=False),
    Column("connections", Json),  # ids; null: all
    Column("created_by", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("last_used_at", Moment),
    CheckConstraint("role IN ('reader', 'submitter', 'editor', 'publisher', 'admin')", "role"),
)

audit = Table(
    "okr_audit",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("actor", Words, nullable=False),
    Column("action", Name, nullable=False),
    Column("target_kind", Name, nullable=False),
    Column("target_id", Name, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Index(None, "target_kind", "target_id", "id"),
    Index(None, "actor", "id"),
    sqlite_autoincrement=True,
)
"""Append-only: triggers, made by the migration, refuse updates and deletes except inside `audit_lock.unlocked`."""

audit_unlocked = Table("okr_audit_unlocked", metadata, Column("why", Words, primary_key=True))
"""Holds a row only within a transaction that may change the audit trail."""

idempotency = Table(
    "okr_idempotency",
    metadata,
    Column("actor", Name, primary_key=True),
    Column("key", Name, primary_key=True),
    Column("request_digest", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("status", Integer),
    Column("headers", Json),
    Column("body", Deflated),
    Column("created_at", Moment, nullable=False, index=True),
    CheckConstraint("state IN ('running', 'done')", "state"),
)
