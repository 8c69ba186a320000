"""Asks every request who sends it, and whether that one may do what it asks for.

Without any key in the store only programs of this machine are answered, as admins called “anonymous”. With keys, every
request brings one: `Authorization: Bearer okrv_…`. A refusal never says why; the audit trail does.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple, cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Engine

from validator.api import exchange, visitors
from validator.api.buckets import Buckets, Rate, Turn
from validator.api.permissions import Need, needed
from validator.api.problems import Problem
from validator.service import audit, keys
from validator.service.keys import Checked, Key
from validator.service.pepper import Pepper
from validator.store.engine import reading, writing
from validator.store.faults import StoreUnavailable

ANONYMOUS = "anonymous"
PER_KEY = Rate(per_second=20, burst=200)
"""Requests of one key."""
REFUSALS = Rate(per_second=1, burst=300)
"""Refusals of one address that are looked into and written down; more are turned away unread."""
_EXTENSION = "okr-validator-guard"
_NO_PEPPER = b"there is no key, and so no pepper"


class Guard(NamedTuple):
    """What stands at the door of a process."""

    store: Engine | None
    pepper: Pepper
    per_key: Buckets
    refusals: Buckets
    clock: Callable[[], datetime.datetime]
    open_to_all: bool
    """Whether other machines are answered without a key: asked for at the start, and only where nothing is remembered."""


def install(
    app: Flask,
    store: Engine | None,
    pepper: Pepper,
    *,
    per_key: Rate = PER_KEY,
    refusals: Rate = REFUSALS,
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    allow_remote: bool = False,
) -> None:
    """Ask every request of the application; to be installed after what gives requests their ids."""
    app.extensions[_EXTENSION] = Guard(
        store, pepper, Buckets(per_key), Buckets(refusals), clock, allow_remote and store is None
    )
    app.before_request(_ask)
    app.after_request(_say_what_is_left)


def within(connection_id: str) -> None:
    """Go on if who sends the request may have to do with that connection; raises Problem (403) if not.

    The refusal is written down in a transaction of its own: call this before one that writes, never within it.
    """
    if g.connections is not None and connection_id not in g.connections:
        raise _forbidden("another connection's key", g.key_id)


def guard_of_app() -> Guard:
    """What stands at the door of the application that serves this request."""
    return cast("Guard", current_app.extensions[_EXTENSION])


def _ask() -> None:
    """Say in `g` who sends the request: `actor`, `role`, `connections` (None: all), `key_id`; or refuse it."""
    g.actor, g.role, g.connections, g.key_id = ANONYMOUS, None, None, ""
    route = request.url_rule.rule if request.url_rule else None
    need = needed(request.method, route)
    if need.role is None:
        return
    try:
        _admit(need, need.role)
    except StoreUnavailable as error:
        raise Problem(
            503, "no-store", "The database does not serve.", faults=error.faults, headers={"Retry-After": "2"}
        ) from None


def _admit(need: Need, role: str) -> None:
    guard = guard_of_app()
    found = _found(guard)
    if found is None:
        if not guard.open_to_all and not visitors.is_local(request):
            raise _unauthorized("not from this machine, and there is no key yet", "")
        g.role = "admin"
        return
    if found.key is None:
        raise _unauthorized(found.reason, found.shown)
    _spend(guard.per_key.take(found.key.id))
    g.actor, g.role, g.key_id = found.key.name, found.key.role, found.key.id
    g.connections = None if found.key.connections is None else frozenset(found.key.connections)
    _note_use(guard, found.key)
    if not keys.allows(found.key.role, role):
        raise _forbidden("wrong role", found.key.id)
    if need.whole and g.connections is not None:
        raise _forbidden("a key for some connections only", found.key.id)
    for connection_id in _named():
        within(connection_id)


def _found(guard: Guard) -> Checked | None:
    """What the key that came along is good for; None where the store has no key at all."""
    if guard.store is None:
        return None
    with reading(guard.store) as connection:
        if not keys.any_made(connection):
            return None
        return keys.check(connection, guard.pepper.read() or _NO_PEPPER, _presented(), guard.clock())


def _presented() -> str | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip(" ") if scheme.casefold() == "bearer" else None


def _named() -> Collection[str]:
    """Ids of the connections that the request names in its path or query."""
    in_path = [str(value) for name, value in (request.view_args or {}).items() if name in _PARAMETERS]
    return [*in_path, *(value for name in _PARAMETERS for value in request.args.getlist(name))]


_PARAMETERS = ("connection", "connection_id")


def _spend(turn: Turn) -> None:
    g.turn = turn
    if not turn.allowed:
        exchange.note(refused="too many requests")
        raise _too_many(turn)


def _note_use(guard: Guard, key: Key) -> None:
    now = guard.clock()
    if guard.store is not None and keys.use_is_stale(key, now):
        with contextlib.suppress(StoreUnavailable), writing(guard.store) as connection:
            keys.note_use(connection, key.id, now)


def _unauthorized(reason: str, shown: str) -> Problem:
    headers = {"WWW-Authenticate": 'Bearer realm="okr-validator"'}
    problem = Problem(401, "unauthorized", "This request needs a key that is valid here.", headers=headers)
    return _written_down(problem, reason, shown)


def _forbidden(reason: str, shown: str) -> Problem:
    return _written_down(Problem(403, "forbidden", "This key does not allow that."), reason, shown)


def _written_down(problem: Problem, reason: str, shown: str) -> Problem:
    """The refusal, once the audit trail tells of it; too many from one address are turned away instead."""
    guard, network = guard_of_app(), visitors.network_of(request)
    turn = guard.refusals.take(network)
    exchange.note(refused=reason)
    if not turn.allowed:
        return _too_many(turn)
    if guard.store is not None:
        told = {"status": problem.code, "reason": reason, "key": shown, "from": network, "request_id": g.request_id}
        with _even_if_it_cannot_be_noted(), writing(guard.store) as connection:
            audit.record(connection, guard.clock(), g.actor, "refuse", "request", _target(), None, told)
    return problem


@contextlib.contextmanager
def _even_if_it_cannot_be_noted() -> Iterator[None]:
    try:
        yield
    except StoreUnavailable:
        exchange.note(audited=False)


def _target() -> str:
    """What was asked for, by route: never a path, which may hold anything."""
    known = request.method if request.url_rule else "other"
    return f"{known} {request.url_rule.rule if request.url_rule else 'what is not there'}"


def _too_many(turn: Turn) -> Problem:
    wait = {"Retry-After": str(max(1, turn.wait))}
    return Problem(429, "too-many-requests", "More requests came than are allowed; slow down.", headers=wait)


def _say_what_is_left(response: Response) -> Response:
    turn: Turn | None = g.get("turn")
    if turn is not None:
        response.headers["RateLimit-Limit"] = str(guard_of_app().per_key.rate.burst)
        response.headers["RateLimit-Remaining"] = str(turn.left)
        response.headers["RateLimit-Reset"] = str(turn.full)
    return response
