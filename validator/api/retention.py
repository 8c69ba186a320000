"""How long runs are kept, and when that was last seen to: the resource /v1/retention."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from marshmallow import RAISE, Schema, fields, validate

from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.refused import refused
from validator.api.schema_parts import Answer as AnswerSchema
from validator.api.schema_parts import a_count, a_text, about
from validator.api.sent import sent
from validator.api.services import services
from validator.api.stored import store
from validator.service import retention
from validator.service.retention import Limits
from validator.store.engine import reading

blueprint = Blueprint("retention", __name__, description="How long runs are kept.")


def _limit(sentence: str) -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=0), **about(sentence, null=True))


class AppliedSchema(AnswerSchema):
    """One time that limits were applied."""

    at = fields.AwareDateTime(**about("When."))
    actor = a_text("By whom; retention: by the service itself.")
    days = _limit("Days for which runs were kept; null for no such limit.")
    most_bytes = _limit("Bytes that documents and reports might take; null for no such limit.")
    runs = a_count("Runs removed.")
    snapshots = a_count("Documents, overlays, reports and rules removed.")
    bytes_left = a_count("Bytes that were stored afterwards.")


class RetentionSchema(AnswerSchema):
    """What is kept, for how long, and when that was last seen to."""

    days = _limit("Days for which runs are kept; null: for ever.")
    most_bytes = _limit("Bytes that documents and reports may take together; null: any.")
    stored_bytes = a_count("Bytes that they take, compressed as they are stored.")
    last_applied = fields.Nested(AppliedSchema, **about("When limits were last applied; null: never.", null=True))


class RemovedSchema(AnswerSchema):
    """What was removed, and what is left."""

    runs = a_count("Runs removed.")
    snapshots = a_count("Documents, overlays, reports and rules removed.")
    bytes_left = a_count("Bytes that are left.")


class LimitsSchema(Schema):
    """Limits for this time; what is absent is as the service is set up."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    days = fields.Integer(
        strict=True,
        validate=validate.Range(1, 36_500),
        metadata={"description": "Remove runs that ended more days ago."},
    )
    most_mb = fields.Integer(
        strict=True,
        validate=validate.Range(1, 10**7),
        metadata={"description": "Remove the oldest runs until the rest has so many megabytes."},
    )


@resource(blueprint, "/v1/retention", Answer(RetentionSchema, "What is kept."))
def show_retention() -> Response:
    """Show what is kept, for how long, and when that was last seen to."""
    engine = store()
    with refused():
        stored = retention.stored_bytes(engine)
        with reading(engine) as connection:
            last = retention.last_applied(connection)
    return as_json(retention.shown(_limits({}), stored, last))


@resource(
    blueprint,
    "/v1/retention",
    Answer(RemovedSchema, "What was removed."),
    method="POST",
    requestBody={"required": True, "content": {"application/json": {"schema": LimitsSchema}}},
)
def apply_retention() -> Response:
    """Remove runs that are past the limits, with their documents and reports, the oldest first.

    Findings, waivers, decisions and the audit trail stay; so does the last complete run of each connection.
    """
    engine, limits = store(), _limits(sent(LimitsSchema()))
    with refused():
        return as_json(retention.apply(engine, guard_of_app().clock(), g.actor, limits)._asdict())


def _limits(asked: dict[str, Any]) -> Limits:
    settings = services().settings
    return retention.limits_of(asked.get("days", settings.retention_days), asked.get("most_mb", settings.retention_mb))
