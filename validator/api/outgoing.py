"""The messages that endpoints receive, as the `webhooks` of the API's description: one for each type of event."""

from __future__ import annotations

from typing import Any

from apispec import APISpec

from validator.alerts import events
from validator.api.event_examples import example
from validator.api.event_schemas import message_schema
from validator.document.jsonschema import name_of

_SENTENCES = {
    events.OPENED: "A finding came.",
    events.REOPENED: "A finding that was resolved is back.",
    events.RESOLVED: "A finding no longer holds.",
    events.CONFLICT: "A conflict came: both sides, the why, and the way to a decision.",
    events.DECIDED: "A decision on a conflict was recorded.",
    events.OVERDUE: "A conflict has no decision in time.",
    events.DIGEST: "Many findings came or went at once: with a first look, changed rules, or more than anybody reads.",
    events.FAILED: "A sync gave no document.",
    events.SILENT: "A source was not heard by its schedule and grace.",
    events.PING: "A test, asked for.",
}
_TEXT = {"type": "string"}
_HEADERS = {
    "webhook-id": "Id of the message: the same at every attempt and replay. Take a message once by it.",
    "webhook-timestamp": "Moment of this attempt, in seconds since 1970. Refuse one that is minutes away.",
    "webhook-signature": "Signatures with spaces between them, of which one must be right: “v1,” and the base64 of "
    "HMAC-SHA256 over id.timestamp.body with the endpoint's secret. While the secret is replaced there are several.",
}
_ANSWERS = {
    "2XX": {"description": "It was taken. Answer within seconds, and work on it later."},
    "410": {"description": "No more are wanted: the endpoint is disabled."},
    "default": {
        "description": "It was not taken, and is sent again: after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 "
        "hours, or as Retry-After asks. Redirects are not followed."
    },
}


def describe_messages(spec: APISpec) -> None:
    """Add the messages to the API's description."""
    spec.options["webhooks"] = {type_: {"post": _operation(spec, type_)} for type_ in events.TYPES}


def _operation(spec: APISpec, type_: str) -> dict[str, Any]:
    schema = message_schema(type_)
    spec.components.schema(name_of(schema), schema=schema)
    content = {"schema": {"$ref": f"#/components/schemas/{name_of(schema)}"}, "example": example(type_)}
    headers = [
        {"in": "header", "name": name, "required": True, "schema": _TEXT, "description": about}
        for name, about in _HEADERS.items()
    ]
    return {
        "summary": _SENTENCES[type_],
        "description": "Laid out and signed as Standard Webhooks 1.0.0 says.",
        "operationId": f"receive_{type_.replace('.', '_')}",
        "tags": ["webhooks"],
        "parameters": headers,
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": _ANSWERS,
        "security": [],
    }
