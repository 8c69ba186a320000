"""What goes into a message: its events as its endpoint's kind has them, signed where it is for programs."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, select

from validator.alerts.letter import Letter, Told
from validator.alerts.payloads import Message, body_of
from validator.alerts.people import letter_of
from validator.alerts.slack import slack_message
from validator.alerts.teams import teams_message
from validator.service.alerting import SLACK, TEAMS
from validator.service.endpoint_rows import is_rotating
from validator.service.sending import Parcel
from validator.service.signing import generations, secret_of, signed
from validator.store.tables import connections, events

_SHAPES: dict[str, Callable[[Letter], dict[str, Any]]] = {SLACK: slack_message, TEAMS: teams_message}
_NOBODYS = "OKR Validator"
"""Name where an event belongs to no connection."""
_CHUNK = 500


class Ready(NamedTuple):
    """A message with all that is told in it."""

    row: Row[Any]
    endpoint: Row[Any]
    told: Sequence[Row[Any]]
    """Its events that are still there."""
    connection: dict[str, str]
    """Id and name."""


def made_ready(connection: Connection, endpoint: Row[Any], rows: Sequence[Row[Any]]) -> list[Ready]:
    """Messages of an endpoint with what is told in them."""
    named = {row.connection_id for row in rows if row.connection_id}
    asked = select(connections.c.id, connections.c.name).where(connections.c.id.in_(named))
    names = {row.id: row.name for row in connection.execute(asked)}
    told = _told(connection, sorted({id for row in rows for id in row.events}))
    return [
        Ready(
            row,
            endpoint,
            [told[id] for id in row.events if id in told],
            {"id": row.connection_id or "", "name": names.get(row.connection_id or "", _NOBODYS)},
        )
        for row in rows
    ]


def signed_parcel(ready: Ready, pepper: bytes, public_url: str | None, now: datetime.datetime) -> Parcel:
    """The message to a program, signed at this moment with every secret in use."""
    (event,), endpoint = ready.told, ready.endpoint
    more = f"{public_url or ''}{_place(ready)}"
    body = body_of(Message(f"evt_{event.id}", event.type, event.at, ready.connection, event.data, more))
    use = generations(endpoint.generation, endpoint.oldest, rotating=is_rotating(endpoint, now))
    secrets = [secret_of(pepper, endpoint.id, generation) for generation in use]
    return Parcel(endpoint.target, body, signed(ready.row.id, now, body, secrets))


def shaped_parcel(ready: Ready, public_url: str | None) -> Parcel:
    """The message to the people of a channel."""
    shape = _SHAPES[ready.endpoint.kind]
    return Parcel(ready.endpoint.target, orjson.dumps(shape(letter(ready, public_url))), {})


def letter(ready: Ready, public_url: str | None) -> Letter:
    """The message to people; without a public address it links into the source tools only."""
    told = [Told(row.type, row.severity, row.data, row.people) for row in ready.told]
    person = ready.row.person["id"] if ready.row.person else None
    more = f"{public_url}{_place(ready)}" if public_url else None
    return letter_of(ready.connection["name"], told, more, person=person)


def _told(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(ids), _CHUNK):
        asked = select(events).where(events.c.id.in_(ids[start : start + _CHUNK]))
        found |= {row.id: row for row in connection.execute(asked)}
    return found


def _place(ready: Ready) -> str:
    """Where in the API all of it is to be found."""
    row = ready.row
    if row.finding_id and row.connection_id:
        return f"/v1/connections/{row.connection_id}/findings/{row.finding_id}"
    if row.run_id:
        return f"/v1/runs/{row.run_id}"
    return f"/v1/connections/{row.connection_id}" if row.connection_id else f"/v1/webhooks/{row.endpoint_id}"
