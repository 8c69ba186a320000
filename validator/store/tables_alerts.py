"""Tables of alerts: what happened, who wants to hear of it, and what became of every message."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, text

from validator.store.columns import Json, Moment, Name, Serial, Words, metadata

_OPEN = text("finished_at IS NULL")
_DEAD = text("state = 'dead'")

events = Table(
    "okr_event",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("type", Name, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("connection_id", Name, ForeignKey("okr_connection.id", ondelete="CASCADE")),  # null: of the service itself
    Column("run_id", Name),
    Column("finding_id", Name),
    Column("severity", Name),
    Column("rule", Name),
    Column("failure", Name),
    Column("data", Json, nullable=False),
    Column("people", Json, nullable=False),  # owners of its items: id, name, email
    Column("teams", Json, nullable=False),
    Index(None, "connection_id", "id"),
    Index(None, "connection_id", "finding_id"),
    sqlite_autoincrement=True,
)

endpoints = Table(
    "okr_endpoint",
    metadata,
    Column("id", Name, primary_key=True),
    Column("name", Words, nullable=False),
    Column("kind", Name, nullable=False),
    Column("target", Words, nullable=False),  # URL, a reference to one (env:NAME, file:PATH), or e-mail addresses
    Column("filter", Json, nullable=False),
    Column("generation", Integer, nullable=False),  # of its secret, which is worked out and never stored
    Column("oldest", Integer, nullable=False),  # generation of its secret from which on all sign until rotated_until
    Column("rotated_until", Moment),
    Column("paused", Boolean, nullable=False),
    Column("disabled_at", Moment),
    Column("disabled_why", Words),
    Column("failing_since", Moment),  # no message has arrived since
    Column("failures", Integer, nullable=False),  # slow attempts that failed one after the other
    Column("rest_until", Moment),  # nothing is sent before
    Column("missed_since", Moment),  # the oldest message that was given up, and not sent again since, is of then
    Column("delivered_at", Moment),
    Column("drain", Name),  # of the worker that sends its messages, by the name of its job
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    CheckConstraint("kind IN ('standard', 'slack', 'teams', 'email')", "kind"),
)

deliveries = Table(
    "okr_delivery",
    metadata,
    Column("id", Name, primary_key=True),  # the webhook-id
    Column("endpoint_id", Name, ForeignKey("okr_endpoint.id", ondelete="CASCADE"), nullable=False),
    Column("connection_id", Name, ForeignKey("okr_connection.id", ondelete="CASCADE")),
    Column("run_id", Name),
    Column("finding_id", Name),  # where it tells of one only
    Column("event_id", Serial, nullable=False),  # first of its events: news go in the order in which they were recorded
    Column("events", Json, nullable=False),  # ids of the events that it tells of
    Column("person", Json),  # whom it is for, where one run is told to each person apart
    Column("state", Name, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment),
    Column("status", Integer),  # of the last answer
    Column("problem", Words),  # of the last attempt
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment, index=True),
    Index("ix_okr_delivery_open", "endpoint_id", "event_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_okr_delivery_dead", "endpoint_id", "created_at", sqlite_where=_DEAD, postgresql_where=_DEAD),
    Index(None, "endpoint_id", "id"),
    CheckConstraint("state IN ('waiting', 'retrying', 'delivered', 'dead')", "state"),
    CheckConstraint("(state IN ('waiting', 'retrying')) = (finished_at IS NULL)", "finished"),
)

delivery_findings = Table(
    "okr_delivery_finding",
    metadata,
    Column("delivery_id", Name, ForeignKey("okr_delivery.id", ondelete="CASCADE"), primary_key=True),
    Column("finding_id", Name, primary_key=True),
    Column("queue", Name, nullable=False),  # messages about a finding to one receiver are sent one after the other
    Column("event_id", Serial, nullable=False),  # as that of the delivery
    Column("open", Boolean, nullable=False),  # whether the delivery is
    Index(
        "ix_okr_delivery_finding_open",
        "queue",
        "finding_id",
        "event_id",
        sqlite_where=text("open = 1"),
        postgresql_where=text("open"),
    ),
)

attempts = Table(
    "okr_attempt",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("delivery_id", Name, ForeignKey("okr_delivery.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("status", Integer),  # null: no answer
    Column("problem", Words),
    sqlite_autoincrement=True,
)
