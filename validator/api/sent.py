"""What a request sends as JSON, read by a schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from validator.api.body import parse_json, read_all
from validator.api.problems import Problem
from validator.errors import Fault


def sent(schema: Schema) -> dict[str, Any]:
    """The JSON object of the body. Raises Problem: 415 for another kind, 400 for what is no JSON, 422 for its faults."""
    if request.mimetype != "application/json":
        raise Problem(415, "unsupported-body", "Send JSON, as application/json.")
    document = parse_json(read_all(request))
    try:
        loaded: dict[str, Any] = schema.load(document)
    except ValidationError as error:
        raise invalid(list(_faults(error.messages, ""))) from None
    return loaded


def invalid(faults: list[Fault] | tuple[Fault, ...]) -> Problem:
    """The problem of a body at fault."""
    return Problem(422, "invalid-request", "What was sent is at fault.", faults=faults)


def _faults(messages: Any, pointer: str) -> Iterator[Fault]:
    """Faults of marshmallow's messages, each with its JSON Pointer."""
    if not isinstance(messages, dict):
        yield from (Fault(pointer, str(message)) for message in messages)
        return
    for name, inner in messages.items():
        step = f"{name}"[:100].replace("~", "~0").replace("/", "~1")
        yield from _faults(inner, pointer if name == "_schema" else f"{pointer}/{step}")
