"""Connections as they are asked for and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import Row

from validator.api.schema_parts import Answer, a_count, a_list, a_text, a_word, about
from validator.findings.report import GATES
from validator.service.connections import MOST_GRACE
from validator.service.sync_rows import STATES
from validator.service.sync_status import NOTHING

_WORD = validate.Length(min=1, max=64)


def _moment(sentence: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(**about(sentence, null=True))


class ChangeSchema(Schema):
    """What is to change in a connection; what is absent stays."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    name = fields.String(validate=validate.Length(min=1, max=200), metadata={"description": "Name for people."})
    connector = fields.String(
        validate=_WORD, metadata={"description": "What reads its source; document: sets are sent here."}
    )
    settings = fields.Dict(
        keys=fields.String(),
        metadata={"description": "Settings of the connector; no secrets, only where they are: env:NAME, file:PATH."},
    )
    ruleset = fields.String(validate=_WORD, metadata={"description": "Name of the ruleset that judges."})
    fail_on = fields.String(
        validate=validate.OneOf(GATES), metadata={"description": "Least severity of a finding that fails the gate."}
    )
    schedule = fields.String(
        validate=validate.Length(min=1, max=200),
        allow_none=True,
        metadata={"description": "When its source is asked, as cron writes it: “0 6 * * 1-5”; null: only on demand."},
    )
    zone = fields.String(validate=_WORD, metadata={"description": "Time zone of the schedule: “Europe/Berlin”."})
    grace_minutes = fields.Integer(
        strict=True,
        validate=validate.Range(0, MOST_GRACE),
        metadata={"description": "Minutes after its schedule until a source that was not heard counts as silent."},
    )
    paused = fields.Boolean(metadata={"description": "Whether its schedule rests."})


class NewConnectionSchema(ChangeSchema):
    """A connection to be made."""

    id = fields.String(
        required=True, validate=_WORD, metadata={"description": "Id: lower-case letters, digits, dashes."}
    )
    name = fields.String(
        required=True, validate=validate.Length(min=1, max=200), metadata={"description": "Name for people."}
    )


class SourceStatusSchema(Answer):
    """How it stands with the source of a connection."""

    next_at = _moment("When it is asked next; null where no schedule says so.")
    heard_at = _moment("When it was last heard: the end of its last good sync.")
    silent_since = _moment("Since when it is silent: not heard by its schedule and grace; null where it is not.")
    last = a_text("Id of the last sync; null before the first.", null=True)
    last_state = fields.String(
        validate=validate.OneOf(STATES), **about("State of the last sync; null before the first.", null=True)
    )


class ConnectionSchema(Answer):
    """A named source of OKR sets, with what is laid over it, its rules and its gate."""

    id = a_text("Id.")
    name = a_text("Name for people.")
    connector = a_text("What reads its source.")
    settings = fields.Dict(keys=fields.String(), **about("Settings of the connector."))
    overlay_digest = a_text("Digest of its overlay; null where it has none.", null=True)
    ruleset = a_text("Name of the ruleset that judges.")
    fail_on = a_word(GATES, "Least severity of a finding that fails the gate.")
    schedule = a_text("When its source is asked, as cron writes it; null: only on demand.", null=True)
    zone = a_text("Time zone of the schedule.")
    grace_minutes = a_count("Minutes after its schedule until a source that was not heard counts as silent.")
    paused = fields.Boolean(**about("Whether its schedule rests."))
    source = fields.Nested(SourceStatusSchema, **about("How it stands with its source."))
    version = a_count("Rises with every change.")
    created_at = fields.AwareDateTime(**about("When it was made."))
    updated_at = fields.AwareDateTime(**about("When it was last changed."))


class ConnectionListSchema(Answer):
    """A page of connections."""

    connections = a_list(ConnectionSchema, "Connections, by id.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


def shown(row: Row[Any], status: Mapping[str, Any] = NOTHING) -> dict[str, Any]:
    """A connection as it is answered, with how it stands with its source."""
    values = {str(name): value for name, value in row._mapping.items()}
    moments = {name: values[name].isoformat() for name in ("created_at", "updated_at")}
    return {**values, **moments, "source": dict(status)}
