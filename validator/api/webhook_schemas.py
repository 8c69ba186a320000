"""Endpoints and deliveries as they are asked for and shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import Row

from validator.alerts.events import USUAL
from validator.api.cursors import PageSchema
from validator.api.schema_parts import SEVERITIES, Answer, a_count, a_list, a_text, a_word, about
from validator.service.alerting import STANDARD
from validator.service.endpoint_wishes import CHOSEN, KINDS, LONGEST_NAME, MOST

STATES = ("active", "failing", "paused", "disabled")
DELIVERY_STATES = ("waiting", "retrying", "delivered", "dead")


def _names(sentence: str) -> fields.List[str]:
    name = fields.String(validate=validate.Length(min=1, max=300))
    return fields.List(name, load_default=[], validate=validate.Length(max=MOST), metadata={"description": sentence})


class NewEndpointSchema(Schema):
    """Where messages go, and what about. All parts of the filter must let an event through; an empty list lets any."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    name = fields.String(
        required=True, validate=validate.Length(min=1, max=LONGEST_NAME), metadata={"description": "For people."}
    )
    kind = fields.String(
        load_default=STANDARD,
        validate=validate.OneOf(KINDS),
        metadata={
            "description": "standard: signed JSON as Standard Webhooks lays it out, one message an event; slack, teams, "
            "email: for people, one message a run."
        },
    )
    target = fields.String(
        required=True,
        validate=validate.Length(min=1, max=10_000),
        metadata={
            "description": "An https address; or a reference to one, env:NAME or file:PATH, which slack and teams need as "
            "theirs are secret; for email addresses with commas between them, or “owners”: each owner their own."
        },
    )
    types = fields.List(
        fields.String(validate=validate.OneOf(CHOSEN)),
        load_default=list(USUAL),
        validate=validate.Length(min=1),
        metadata={"description": "Events to hear of. Absent: what is new."},
    )
    severity = fields.String(
        load_default="info", validate=validate.OneOf(SEVERITIES), metadata={"description": "Least severity."}
    )
    rules = _names("Ids of rules.")
    failures = _names("Rows of the failure table.")
    teams = _names("Ids of teams.")
    connections = _names("Ids of connections.")


class EndpointSchema(Answer):
    """An endpoint."""

    id = a_text("Id.")
    name = a_text("Name.")
    kind = a_word(KINDS, "Kind of messages.")
    target = a_text("Where they go; a reference is shown as it is, not what it refers to.")
    types = a_list(fields.String(), "Events that it hears of.")
    severity = a_word(SEVERITIES, "Least severity.")
    rules = a_list(fields.String(), "Rules; empty: any.")
    failures = a_list(fields.String(), "Rows of the failure table; empty: any.")
    teams = a_list(fields.String(), "Teams; empty: any.")
    connections = a_list(fields.String(), "Connections; empty: any.")
    state = a_word(STATES, "failing: the last attempt did not arrive; disabled: nothing is tried any more.")
    disabled_why = a_text("Why it is disabled.", null=True)
    rotated_until = fields.AwareDateTime(**about("Until then the secret before signs too.", null=True))
    disabled_at = fields.AwareDateTime(**about("When it was disabled.", null=True))
    failing_since = fields.AwareDateTime(**about("Since when nothing has arrived.", null=True))
    rest_until = fields.AwareDateTime(
        **about("Nothing is sent before: too much failed, or it asked for time.", null=True)
    )
    missed_since = fields.AwareDateTime(
        **about("When the oldest message was made that was given up and not sent again; replay since then.", null=True)
    )
    delivered_at = fields.AwareDateTime(**about("When a message last arrived.", null=True))
    created_at = fields.AwareDateTime(**about("When it was made."))
    updated_at = fields.AwareDateTime(**about("When it was last changed."))
    version = fields.Integer(**about("Rises with every change; the ETag says it."))


class MadeEndpointSchema(EndpointSchema):
    """An endpoint with its secret."""

    secret = a_text(
        "What receivers verify signatures with; shown this once. Null in an answer that is given again.", null=True
    )


class EndpointListSchema(Answer):
    """A page of endpoints."""

    webhooks = a_list(EndpointSchema, "Endpoints, the oldest first.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


class DeliveryQuerySchema(PageSchema):
    """Which deliveries are asked for."""

    state = fields.String(validate=validate.OneOf(DELIVERY_STATES), metadata={"description": "What became of them."})
    since = fields.AwareDateTime(metadata={"description": "Those made from this moment on."})
    until = fields.AwareDateTime(metadata={"description": "Those made before this moment."})


class ReplayRangeSchema(Schema):
    """Which deliveries of an endpoint to send again."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    since = fields.AwareDateTime(required=True, metadata={"description": "Those made from this moment on."})
    until = fields.AwareDateTime(metadata={"description": "Those made before this moment. Absent: all since."})
    state = fields.String(
        validate=validate.OneOf(("delivered", "dead")), metadata={"description": "Only those. Absent: both."}
    )


class ReplayedSchema(Answer):
    """What is sent again."""

    count = a_count("Deliveries.")


class DeliverySchema(Answer):
    """A message, and what became of it."""

    id = a_text("Id; the webhook-id that the receiver sees.")
    endpoint_id = a_text("The endpoint.")
    connection_id = a_text("The connection that it is about.", null=True)
    run_id = a_text("The run that it is about.", null=True)
    finding_id = a_text("The finding that it is about.", null=True)
    to = a_text("The address that it is for alone.", null=True)
    events = fields.List(fields.String(), **about("Ids of the events that it tells of."))
    state = a_word(DELIVERY_STATES, "What became of it.")
    attempts = a_count("Attempts.")
    next_at = fields.AwareDateTime(**about("When it is tried next.", null=True))
    status = fields.Integer(**about("Status of the last answer.", null=True))
    problem = a_text("Why the last attempt failed.", null=True)
    created_at = fields.AwareDateTime(**about("When it was made."))
    finished_at = fields.AwareDateTime(**about("When it arrived, or was given up.", null=True))


class AttemptSchema(Answer):
    """An attempt."""

    at = fields.AwareDateTime(**about("When."))
    milliseconds = a_count("How long it took.")
    status = fields.Integer(**about("Status of the answer.", null=True))
    problem = a_text("Why it failed.", null=True)


class TriedDeliverySchema(DeliverySchema):
    """A message with every attempt."""

    tried = a_list(AttemptSchema, "The attempts, the oldest first.")


class DeliveryListSchema(Answer):
    """A page of deliveries."""

    deliveries = a_list(DeliverySchema, "Deliveries, the newest first.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


_SHOWN = ("id", "endpoint_id", "connection_id", "run_id", "finding_id", "state", "attempts", "status", "problem")


def delivery_shown(row: Row[Any]) -> dict[str, Any]:
    """A delivery as it is answered."""
    told = row._mapping
    moments = ("next_at", "created_at", "finished_at")
    return {
        **{name: told[name] for name in _SHOWN},
        "to": (told["person"] or {}).get("email"),
        "events": [f"evt_{id}" for id in told["events"]],
        **{name: told[name].isoformat() if told[name] else None for name in moments},
    }


def tried_shown(row: Row[Any], tried: Sequence[Row[Any]]) -> dict[str, Any]:
    """A delivery with its attempts as it is answered."""
    return {**delivery_shown(row), "tried": [_attempt(attempt) for attempt in tried]}


def _attempt(attempt: Row[Any]) -> dict[str, Any]:
    row = attempt._mapping
    return {"at": row["at"].isoformat(), **{name: row[name] for name in ("milliseconds", "status", "problem")}}
