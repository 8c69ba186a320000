"""The body of a webhook, as Standard Webhooks 1.0.0 lays it out: type, timestamp, data; under 20 kB, with a link to the rest.

Source of the layout and the limit: the specification of Standard Webhooks, “Payload structure” and “Payload size”.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

VERSION = "1"
"""Version of the events' schemas, told in each; a field that is added does not change it."""
MOST_BYTES = 20_000
_CUTS = ((100, 2_000), (20, 1_000), (10, 500), (5, 200), (2, 100), (1, 40), (0, 20))
"""Entries of a list and characters of a text that are kept: the first pair with which the body is small enough."""
_LEAST_NAMES = 20
"""Names of an object that are always kept: no object of an event has more, but for those that count by name."""
_NAMES = frozenset({"id", "rule", "severity", "state", "kind", "version", "team", "owners"})
_LONGEST_ID = 300


class Message(NamedTuple):
    """An event on its way out."""

    id: str
    """Id of the event."""
    type: str
    at: datetime.datetime
    connection: Mapping[str, str]
    """Id and name of the connection that it happened to."""
    data: Mapping[str, Any]
    more: str
    """Link to all of it."""


def body_of(message: Message) -> bytes:
    """The body of a message, cut until it is small enough; `truncated` says whether anything was left out."""
    whole = orjson.dumps(_body(message, message.data, truncated=False))
    if len(whole) < MOST_BYTES:
        return whole
    for most, longest in _CUTS:
        cut = orjson.dumps(_body(message, _cut(message.data, most, longest), truncated=True))
        if len(cut) < MOST_BYTES:
            return cut
    return orjson.dumps(_body(message, {}, truncated=True))


def _body(message: Message, data: Any, *, truncated: bool) -> dict[str, Any]:
    return {
        "type": message.type,
        "timestamp": message.at.isoformat().replace("+00:00", "Z"),
        "data": {
            "version": VERSION,
            "event": message.id,
            "connection": {"id": message.connection["id"], "name": message.connection["name"][:200]},
            **data,
            "truncated": truncated,
            "more": message.more,
        },
    }


def _cut(value: Any, most: int, longest: int, name: str = "") -> Any:
    """The same with shorter lists and texts; what names a thing stays whole, and a link is whole or not there."""
    if isinstance(value, str):
        return value if len(value) <= longest else _shorter(value, longest, name)
    if isinstance(value, Mapping):
        return {key: _cut(part, most, longest, key) for key, part in list(value.items())[: max(most, _LEAST_NAMES)]}
    if isinstance(value, (list, tuple)):
        return [_cut(part, most, longest, name) for part in value[:most]]
    return value


def _shorter(text: str, longest: int, name: str) -> str | None:
    if name == "url":
        return None
    return text[:_LONGEST_ID] if name in _NAMES else f"{text[: longest - 1]}…"
