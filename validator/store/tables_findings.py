"""Tables of the life of a finding: what it is now, what happened to it, and what people said of it.

Runs that a finding or an event names may be gone, as retention removes them: no foreign key binds them.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
)

from validator.store.columns import Json, Moment, Name, Serial, Words, metadata


def _connection_column(*, primary_key: bool = False) -> Column[str]:
    key = ForeignKey("okr_connection.id", ondelete="CASCADE")
    return Column("connection_id", Name, key, primary_key=primary_key, nullable=False)


def _of_a_finding() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["connection_id", "finding_id"], ["okr_finding.connection_id", "okr_finding.id"], ondelete="CASCADE"
    )


findings = Table(
    "okr_finding",
    metadata,
    _connection_column(primary_key=True),
    Column("id", Name, primary_key=True),  # the fingerprint
    Column("rule", Name, nullable=False),
    Column("severity", Name, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("state", Name, nullable=False),
    Column("waived_by", Name),
    Column("decision_id", Name),
    Column("acknowledged_by", Words),
    Column("acknowledged_at", Moment),
    Column("message", Words, nullable=False),
    Column("items", Json, nullable=False),
    Column("failure", Name),
    Column("first_seen_run", Name, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("last_seen_run", Name, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("state_since_run", Name, nullable=False),
    Column("state_since_at", Moment, nullable=False),
    Column("cause", Json),
    Column("evidence_digest", Name),  # of all that the finding looks at: when it changes, a decision no longer holds
    Column("escalate_on", Date, index=True),
    Column("respond_by", Date),
    # A page of any filter is read in the order of (connection_id, id), straight from the filter's own index.
    Index(None, "state", "connection_id", "id"),
    Index(None, "severity", "connection_id", "id"),
    Index(None, "rule", "connection_id", "id"),
    Index(None, "failure", "connection_id", "id"),
    CheckConstraint("severity IN ('error', 'warning', 'info')", "severity"),
    CheckConstraint("state IN ('new', 'unchanged', 'reopened', 'resolved', 'stale', 'removed')", "state"),
)

finding_teams = Table(
    "okr_finding_team",
    metadata,
    Column("connection_id", Name, primary_key=True),
    Column("finding_id", Name, primary_key=True),
    Column("team", Name, primary_key=True),
    _of_a_finding(),
    Index(None, "team", "connection_id", "finding_id"),
)

finding_owners = Table(
    "okr_finding_owner",
    metadata,
    Column("connection_id", Name, primary_key=True),
    Column("finding_id", Name, primary_key=True),
    Column("owner", Name, primary_key=True),
    _of_a_finding(),
    Index(None, "owner", "connection_id", "finding_id"),
)

finding_events = Table(
    "okr_finding_event",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("connection_id", Name, nullable=False),
    Column("finding_id", Name, nullable=False),
    Column("run_id", Name),
    Column("at", Moment, nullable=False),
    Column("event", Name, nullable=False),
    Column("cause", Json),
    Column("actor", Words),
    _of_a_finding(),
    Index(None, "connection_id", "finding_id", "id"),
    Index(None, "run_id", "id"),
    sqlite_autoincrement=True,
)

waivers = Table(
    "okr_waiver",
    metadata,
    Column("id", Name, primary_key=True),
    _connection_column(),
    Column("scope", Name, nullable=False),
    Column("finding_id", Name),
    Column("rule", Name),
    Column("item_kind", Name),
    Column("item_id", Name),
    Column("team", Name),
    Column("reason", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("last_day", Date, nullable=False),  # the last on which it holds
    Column("created_by", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("approved_by", Words),
    Column("approved_at", Moment),
    Column("ended_by", Words),
    Column("ended_at", Moment),
    Column("kind", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "connection_id", "last_day"),
    Index(None, "connection_id", "finding_id"),
    CheckConstraint("scope IN ('finding', 'item', 'team')", "scope"),
    CheckConstraint("kind IN ('waiver', 'baseline')", "kind"),
)

decisions = Table(
    "okr_decision",
    metadata,
    Column("id", Name, primary_key=True),
    _connection_column(),
    Column("finding_id", Name, nullable=False),
    Column("decider", Words, nullable=False),
    Column("gives_way", Words, nullable=False),
    Column("tie_breaker", Words),
    Column("rationale", Words, nullable=False),
    Column("forum", Words),
    Column("decided_on", Date, nullable=False),
    Column("sides_digest", Name, nullable=False),
    Column("recorded_by", Words, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("void_since_run", Name),
    Index(None, "connection_id", "finding_id", "id"),
)
