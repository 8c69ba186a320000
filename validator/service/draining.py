"""Sending what waits: one job an endpoint at a time, so that a slow receiver holds up its own messages only."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, Row, select, update

from validator.alerts.mail import mail_message
from validator.alerts.payloads import Message, body_of
from validator.alerts.people import Letter, Told, letter_of
from validator.alerts.slack import slack_message
from validator.alerts.teams import teams_message
from validator.service import deliveries
from validator.service.alerting import EMAIL, SLACK, STANDARD, TEAMS
from validator.service.endpoint_wishes import addresses
from validator.service.sending import Networks, Outcome, Parcel, Post, mail, post
from validator.service.signing import secret_of, signed
from validator.store.engine import reading, writing
from validator.store.ids import new_id
from validator.store.tables import connections, endpoints, events

SIDE_BY_SIDE = 4
"""Messages that one endpoint is sent at a time."""
TURN = 30.0
"""Seconds after which a job lets others have their turn."""
_SHAPES: dict[str, Callable[[Letter], dict[str, Any]]] = {SLACK: slack_message, TEAMS: teams_message}


class Sender(NamedTuple):
    """What a process that sends messages has at its disposal."""

    engine: Engine
    clock: Callable[[], datetime.datetime]
    networks: Networks
    pepper: Callable[[], bytes]
    """What secrets are worked out from. Raises BadPepper."""
    link: Callable[[str], str]
    """Makes a path of the API a link that the receiver can follow."""
    smtp: Post | None = None
    """The server that takes e-mail; None: there is none."""


class _Ready(NamedTuple):
    """A message with all that is told in it."""

    row: Row[Any]
    endpoint: Row[Any]
    told: Sequence[Row[Any]]
    connection: dict[str, str]


def claim(connection: Connection, now: datetime.datetime) -> list[tuple[str, str]]:
    """Endpoints with messages that are due and that no job sends yet, each with the id of the job that is to."""
    waiting = deliveries.due_endpoints(connection, now)
    free = select(endpoints.c.id).where(endpoints.c.id.in_(waiting), endpoints.c.drain.is_(None))
    claimed = [(id, f"drain-{new_id(now)}") for id in connection.scalars(free.order_by(endpoints.c.id))]
    for id, job in claimed:
        connection.execute(update(endpoints).where(endpoints.c.id == id).values(drain=job))
    return claimed


def claimed(connection: Connection) -> list[tuple[str, str]]:
    """Endpoints that a job is to send to, with the job's id."""
    asked = select(endpoints.c.id, endpoints.c.drain).where(endpoints.c.drain.is_not(None))
    return [(row.id, row.drain) for row in connection.execute(asked.order_by(endpoints.c.id))]


def release(engine: Engine, job: str) -> None:
    """Let another job send to the endpoint that a job was to send to."""
    with writing(engine) as connection:
        connection.execute(update(endpoints).where(endpoints.c.drain == job).values(drain=None))


def drain(sender: Sender, job: str) -> int:
    """Send what is due at the endpoint of a job, for a turn at most; gives how many attempts were made.

    Doing it again sends what is still open. Raises StoreUnavailable.
    """
    count, begun = 0, time.monotonic()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        while time.monotonic() - begun < TURN:
            with reading(sender.engine) as connection:
                ready = _ready(connection, job, sender.clock())
            if not ready:
                break
            count += sum(pool.map(lambda one: _once(sender, one), ready))
    release(sender.engine, job)
    return count


def _ready(connection: Connection, job: str, now: datetime.datetime) -> list[_Ready]:
    """The next messages to send; none where the job no longer has its endpoint."""
    endpoint = connection.execute(select(endpoints).where(endpoints.c.drain == job)).one_or_none()
    if endpoint is None:
        return []
    rows = deliveries.due(connection, endpoint.id, now, limit=SIDE_BY_SIDE * 2)
    named = {row.connection_id for row in rows if row.connection_id}
    names = dict(
        connection.execute(select(connections.c.id, connections.c.name).where(connections.c.id.in_(named))).tuples()
    )
    ids = {id for row in rows for id in row.events}
    told = {row.id: row for row in connection.execute(select(events).where(events.c.id.in_(ids)))}
    return [
        _Ready(
            row,
            endpoint,
            [told[id] for id in row.events if id in told],
            {"id": row.connection_id or "", "name": names.get(row.connection_id or "", "OKR Validator")},
        )
        for row in rows
    ]


def _once(sender: Sender, ready: _Ready) -> int:
    outcome = _sent(sender, ready)
    with writing(sender.engine) as connection:
        deliveries.note(connection, sender.clock(), ready.row.id, outcome)
    return 1


def _sent(sender: Sender, ready: _Ready) -> Outcome:
    if not ready.told:
        return Outcome(False, None, "What it told of was deleted.", 0)
    if ready.endpoint.kind == STANDARD:
        return post(_standard(sender, ready), sender.networks)
    letter = _letter(sender, ready)
    if ready.endpoint.kind == EMAIL:
        return _mailed(sender, ready, letter)
    body = orjson.dumps(_SHAPES[ready.endpoint.kind](letter))
    return post(Parcel(ready.endpoint.target, body, {}), sender.networks)


def _standard(sender: Sender, ready: _Ready) -> Parcel:
    [event] = ready.told
    message = Message(f"evt_{event.id}", event.type, event.at, ready.connection, event.data, _more(sender, ready))
    body = body_of(message)
    return Parcel(
        ready.endpoint.target, body, signed(ready.row.id, sender.clock(), body, _secrets(sender, ready.endpoint))
    )


def _secrets(sender: Sender, endpoint: Row[Any]) -> list[str]:
    """The secrets that sign today: the newest, and the one before it while it is replaced."""
    both = endpoint.rotated_until is not None and sender.clock() < endpoint.rotated_until
    generations = (endpoint.generation, endpoint.generation - 1) if both else (endpoint.generation,)
    return [secret_of(sender.pepper(), endpoint.id, generation) for generation in generations]


def _letter(sender: Sender, ready: _Ready) -> Letter:
    told = [Told(row.type, row.severity, row.data, row.people) for row in ready.told]
    person = ready.row.person["id"] if ready.row.person else None
    return letter_of(ready.connection["name"], told, _more(sender, ready), person=person)


def _mailed(sender: Sender, ready: _Ready, letter: Letter) -> Outcome:
    if sender.smtp is None:
        return Outcome(False, None, "No server takes e-mail: set OKR_VALIDATOR_SMTP.", 0)
    to = [ready.row.person["email"]] if ready.row.person else addresses(ready.endpoint.target)
    try:
        message = mail_message(letter, id=ready.row.id, sender=sender.smtp.sender, to=to, at=sender.clock())
    except ValueError as error:
        return Outcome(False, None, str(error), 0)
    return mail(message, sender.smtp)


def _more(sender: Sender, ready: _Ready) -> str:
    """Where all of it is to be found."""
    row = ready.row
    if row.finding_id and row.connection_id:
        return sender.link(f"/v1/connections/{row.connection_id}/findings/{row.finding_id}")
    if row.run_id:
        return sender.link(f"/v1/runs/{row.run_id}")
    return sender.link(
        f"/v1/connections/{row.connection_id}" if row.connection_id else f"/v1/webhooks/{row.endpoint_id}"
    )
