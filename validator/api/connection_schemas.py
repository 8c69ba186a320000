"""Connections as they are asked for and shown."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import Row

from validator.api.schema_parts import Answer, a_count, a_list, a_text, a_word, about
from validator.findings.report import GATES

_WORD = validate.Length(min=1, max=64)


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
        keys=fields.String(), metadata={"description": "Settings of the connector; no secrets, only where they are."}
    )
    ruleset = fields.String(validate=_WORD, metadata={"description": "Name of the ruleset that judges."})
    fail_on = fields.String(
        validate=validate.OneOf(GATES), metadata={"description": "Least severity of a finding that fails the gate."}
    )
    schedule = fields.String(
        validate=_WORD, allow_none=True, metadata={"description": "When it is synced, as cron says it; null: never."}
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


class ConnectionSchema(Answer):
    """A named source of OKR sets, with what is laid over it, its rules and its gate."""

    id = a_text("Id.")
    name = a_text("Name for people.")
    connector = a_text("What reads its source.")
    settings = fields.Dict(keys=fields.String(), **about("Settings of the connector."))
    overlay_digest = a_text("Digest of its overlay; null where it has none.", null=True)
    ruleset = a_text("Name of the ruleset that judges.")
    fail_on = a_word(GATES, "Least severity of a finding that fails the gate.")
    schedule = a_text("When it is synced.", null=True)
    paused = fields.Boolean(**about("Whether its schedule rests."))
    version = a_count("Rises with every change.")
    created_at = fields.AwareDateTime(**about("When it was made."))
    updated_at = fields.AwareDateTime(**about("When it was last changed."))


class ConnectionListSchema(Answer):
    """A page of connections."""

    connections = a_list(ConnectionSchema, "Connections, by id.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


def shown(row: Row[Any]) -> dict[str, Any]:
    """A connection as it is answered."""
    values = {str(name): value for name, value in row._mapping.items()}
    return {**values, **{name: values[name].isoformat() for name in ("created_at", "updated_at")}}
