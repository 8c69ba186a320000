"""Asks every request who sends it, and whether that one may do what it asks for.

Without any key in the store only programs of this machine are answered, as admins called “anonymous”. With keys, every
request brings one: `Authorization: Bearer okrv_…`. A refusal never says why; the audit trail does.

Nobody is asked about a path or a method that does not exist: 404 and 405 tell no more than the API's description, which
is open to all, and whoever tries paths does not fill the audit trail.

To a key for some connections, what belongs to another is as if it were not there. Where the path or query names the
connection, both get 403, and nothing is looked up; where it names a run, a waiver or a decision by its id, both get 404,
in the same words. All of these are written down.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection

from flask import Flask, Response, g, request
from sqlalchemy import Engine

from validator.api import exchange, visitors
from validator.api.buckets import Buckets, Rate, Turn
from validator.api.denials import forbidden, unauthorized, write_down
from validator.api.guard import EXTENSION, Guard, guard_of_app
from validator.api.permissions import Need, names_by_id, needed
from validator.api.problems import Problem
from validator.service import keys
from validator.service.keys import Checked, Key
from validator.service.pepper import Pepper
from validator.store.engine import make_engine, reading, writing
from validator.store.faults import StoreUnavailable

ANONYMOUS = "anonymous"
REFUSALS = Rate(per_second=1, burst=300)
"""Refusals of one address that the audit trail tells of; more are refused all the same."""
_PATIENCE = 0.2
"""Seconds that a request waits for another writer, to note that a key was used or that somebody was refused."""
_NO_PEPPER = b"there is no key, and so no pepper"
_PARAMETERS = ("connection", "connection_id")


def install(
    app: Flask,
    store: Engine | None,
    pepper: Pepper,
    *,
    per_key: Rate | None = None,
    refusals: Rate = REFUSALS,
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    allow_remote: bool = False,
) -> None:
    """Ask every request of the application; to be installed after what gives requests their ids.

    `per_key` is how often one key may ask, None: as often as it likes.
    """
    buckets = None if per_key is None else Buckets(per_key)
    notes = None if store is None else make_engine(store.url.render_as_string(hide_password=False), patience=_PATIENCE)
    open_to_all = allow_remote and store is None
    app.extensions[EXTENSION] = Guard(store, notes, pepper, buckets, Buckets(refusals), clock, open_to_all)
    app.before_request(_ask)
    app.after_request(_say_what_is_left)
    app.after_request(_tell_of_foreign_id)


def within(connection_id: str) -> None:
    """Go on if who sends the request may have to do with that connection; raises Problem (403) if not.

    The refusal is written down in a transaction of its own: call this before one that writes, never within it.
    """
    if g.connections is not None and connection_id not in g.connections:
        raise forbidden("another connection's key", g.key_id)


def asks_everybody() -> bool:
    """Whether nobody is answered without a key: so it is once the first was made."""
    guard = guard_of_app()
    if guard.store is None:
        return False
    try:
        with reading(guard.store) as connection:
            return keys.any_made(connection)
    except StoreUnavailable:
        return True


def _ask() -> None:
    """Say in `g` who sends the request: `actor`, `role`, `connections` (None: all), `key_id`; or refuse it."""
    g.actor, g.role, g.connections, g.key_id = ANONYMOUS, None, None, ""
    if request.url_rule is None:
        return
    need = needed(request.method, request.url_rule.rule)
    if need.role is None:
        return
    _admit(need, need.role)


def _admit(need: Need, role: str) -> None:
    guard = guard_of_app()
    found = _found(guard)
    if found is None:
        if not guard.open_to_all and not visitors.is_local(request):
            raise unauthorized("not from this machine, and there is no key yet", "")
        g.role = "admin"
        return
    if found.key is None:
        raise unauthorized(found.reason, found.shown)
    _spend(guard, found.key.id)
    g.actor, g.role, g.key_id = found.key.name, found.key.role, found.key.id
    g.connections = None if found.key.connections is None else frozenset(found.key.connections)
    _note_use(guard, found.key)
    if not keys.allows(found.key.role, role):
        raise forbidden("wrong role", found.key.id)
    if need.whole and g.connections is not None:
        raise forbidden("a key for some connections only", found.key.id)
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


def _spend(guard: Guard, key_id: str) -> None:
    if guard.per_key is None:
        return
    turn = g.turn = guard.per_key.take(key_id)
    if not turn.allowed:
        exchange.note(refused="too many requests")
        wait = {"Retry-After": str(max(1, turn.wait))}
        raise Problem(429, "too-many-requests", "More requests came than are allowed; slow down.", headers=wait)


def _note_use(guard: Guard, key: Key) -> None:
    now = guard.clock()
    if guard.notes is not None and keys.use_is_stale(key, now):
        try:
            with writing(guard.notes) as connection:
                keys.note_use(connection, key.id, now)
        except StoreUnavailable:
            exchange.note(use_noted=False)


def _tell_of_foreign_id(response: Response) -> Response:
    """Write down that a key asked for an id that belongs to none of its connections.

    One that is not there at all is written down too, so that neither answer takes longer.
    """
    route = request.url_rule.rule if request.url_rule else ""
    if g.get("connections") is not None and response.status_code == 404 and names_by_id(route):
        write_down(404, "an id of none of the key's connections", g.key_id)
    return response


def _say_what_is_left(response: Response) -> Response:
    turn: Turn | None = g.get("turn")
    per_key = guard_of_app().per_key
    if turn is not None and per_key is not None:
        response.headers["RateLimit-Limit"] = str(per_key.rate.burst)
        response.headers["RateLimit-Remaining"] = str(turn.left)
        response.headers["RateLimit-Reset"] = str(turn.full)
    return response
