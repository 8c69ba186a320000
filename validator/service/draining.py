"""Sending what waits: one job an endpoint at a time, so that a slow receiver holds up its own messages only.

A job is claimed in the row of its endpoint, sends for a turn, and gives the endpoint back. One that was cut off is done
again under its id: what it has sent and not noted is sent twice, under the same webhook-id.
"""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select, update

from validator.alerts.mail import mail_message
from validator.service import deliveries
from validator.service.alerting import EMAIL, STANDARD, addresses
from validator.service.deliveries import Noted
from validator.service.endpoint_wishes import Bounds
from validator.service.mailing import Post, mail
from validator.service.parcels import Ready, letter, made_ready, shaped_parcel, signed_parcel
from validator.service.pepper import BadPepper
from validator.service.sending import Outcome, post
from validator.store.engine import reading, writing
from validator.store.ids import new_id
from validator.store.tables import endpoints

SIDE_BY_SIDE = 4
"""Messages that one endpoint is sent at a time."""
TURN = 30.0
"""Seconds after which a job lets others have their turn."""
_ANY = Bounds()
_GONE = Outcome(False, None, "What it told of was deleted.", hopeless=True)
_NO_SERVER = Outcome(False, None, "No server takes e-mail: OKR_VALIDATOR_SMTP is not set.", unready=True)
_NO_PEPPER = Outcome(False, None, "The pepper that secrets are worked out from is not there.", unready=True)
_UNREADABLE = (400, 413, 422)
"""Answers of a chat tool to a message that it will never take."""


class Sender(NamedTuple):
    """What a process that sends messages has at its disposal."""

    engine: Engine
    clock: Callable[[], datetime.datetime]
    pepper: Callable[[], bytes | None]
    """What secrets are worked out from; None where there is none. Raises BadPepper."""
    bounds: Bounds = _ANY
    public_url: str | None = None
    """Where the API is reached, without a slash at its end; None: links are paths, and people get none."""
    smtp: Post | None = None
    """The server that takes e-mail; None: there is none."""


class Claim(NamedTuple):
    """An endpoint that a job is to send to."""

    endpoint: str
    job: str
    failing: bool
    """Whether nothing arrived there lately: it must not keep others waiting."""


class Drained(NamedTuple):
    """What a job came to."""

    endpoint: str | None
    """None where the job no longer had one."""
    attempts: int
    arrived: int
    given_up: int
    disabled: str | None
    """Why the endpoint was disabled, where it was."""
    unready: str | None
    """What the service lacked to send, where that kept it."""
    failures: tuple[Exception, ...]
    """Our own, over which the other messages were sent all the same."""


def unclaimed(connection: Connection, now: datetime.datetime) -> list[str]:
    """Endpoints with messages that are due, and that no job is to send to."""
    waiting = deliveries.due_endpoints(connection, now)
    asked = select(endpoints.c.id).where(endpoints.c.id.in_(waiting), endpoints.c.drain.is_(None))
    return list(connection.scalars(asked.order_by(endpoints.c.id)))


def claim(connection: Connection, now: datetime.datetime) -> list[Claim]:
    """Give each unclaimed endpoint to a job."""
    made = {id: f"drain-{new_id(now)}" for id in unclaimed(connection, now)}
    for id, job in made.items():
        connection.execute(update(endpoints).where(endpoints.c.id == id).values(drain=job))
    return [one for one in claimed(connection) if made.get(one.endpoint) == one.job]


def claimed(connection: Connection) -> list[Claim]:
    """The endpoints that jobs are to send to."""
    asked = select(endpoints.c.id, endpoints.c.drain, endpoints.c.failing_since).where(endpoints.c.drain.is_not(None))
    rows = connection.execute(asked.order_by(endpoints.c.id))
    return [Claim(row.id, row.drain, row.failing_since is not None) for row in rows]


def release(engine: Engine, job: str) -> None:
    """Let another job send to the endpoint that a job was to send to. Raises StoreUnavailable."""
    with writing(engine) as connection:
        connection.execute(update(endpoints).where(endpoints.c.drain == job).values(drain=None))


def drain(sender: Sender, job: str) -> Drained:
    """Send what is due at the endpoint of a job, for a turn at most, and give the endpoint back.

    Doing it again sends what is still open. Raises StoreUnavailable.
    """
    begun, noted, failures = time.monotonic(), list[Noted](), list[Exception]()
    endpoint = _endpoint_of(sender.engine, job)
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="sending") as pool:
        while time.monotonic() - begun < TURN:
            ready = _next(sender, job)
            if not ready:
                break
            noted += pool.map(lambda one: _once(sender, one, failures), ready)
    release(sender.engine, job)
    states = Counter(one.state for one in noted)
    disabled = next((one.disabled for one in noted if one.disabled), None)
    unready = next((one.unready for one in noted if one.unready), None)
    return Drained(endpoint, len(noted), states["delivered"], states["dead"], disabled, unready, tuple(failures))


def _endpoint_of(engine: Engine, job: str) -> str | None:
    with reading(engine) as connection:
        id: str | None = connection.scalar(select(endpoints.c.id).where(endpoints.c.drain == job))
    return id


def _next(sender: Sender, job: str) -> list[Ready]:
    """The next messages to send, one while nothing arrives; none where the endpoint rests or the job no longer has it."""
    with reading(sender.engine) as connection:
        endpoint = connection.execute(select(endpoints).where(endpoints.c.drain == job)).one_or_none()
        now = sender.clock()
        if endpoint is None or not deliveries.is_sent_to(endpoint, now):
            return []
        most = SIDE_BY_SIDE if endpoint.failing_since is None else 1
        return made_ready(connection, endpoint, deliveries.due(connection, endpoint.id, now, most))


def _once(sender: Sender, ready: Ready, failures: list[Exception]) -> Noted:
    try:
        outcome = _sent(sender, ready)
    except Exception as error:  # noqa: BLE001 - a message that cannot be made must not hold up the others
        failures.append(error)
        outcome = Outcome(False, None, f"The service itself failed: {type(error).__name__}.", ours=True)
    with writing(sender.engine) as connection:
        return deliveries.note(connection, sender.clock(), ready.row.id, outcome)


def _sent(sender: Sender, ready: Ready) -> Outcome:
    if not ready.told:
        return _GONE
    if ready.endpoint.kind == EMAIL:
        return _mailed(sender, ready)
    if ready.endpoint.kind != STANDARD:
        outcome = post(shaped_parcel(ready, sender.public_url), sender.bounds)
        return outcome._replace(hopeless=outcome.status in _UNREADABLE)
    try:
        pepper = sender.pepper()
    except BadPepper as error:
        return Outcome(False, None, error.faults[0].message, unready=True)
    if pepper is None:
        return _NO_PEPPER
    return post(signed_parcel(ready, pepper, sender.public_url, sender.clock()), sender.bounds)


def _mailed(sender: Sender, ready: Ready) -> Outcome:
    if sender.smtp is None:
        return _NO_SERVER
    told, to = letter(ready, sender.public_url), addresses(ready.endpoint.target)
    if ready.row.person is not None:
        to = [ready.row.person.get("email") or ""]
    try:
        message = mail_message(told, id=ready.row.id, sender=sender.smtp.sender, to=to, at=sender.clock())
    except ValueError as error:
        return Outcome(False, None, str(error), hopeless=True)
    return mail(message, sender.smtp)
