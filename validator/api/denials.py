"""How the door refuses: in words that tell nothing, while the audit trail is told why."""

from __future__ import annotations

import datetime
from typing import Any

from flask import g, request
from sqlalchemy import Engine

from validator.api import exchange, visitors
from validator.api.guard import guard_of_app
from validator.api.problems import Problem
from validator.service import audit
from validator.store.engine import writing
from validator.store.faults import StoreUnavailable


def unauthorized(reason: str, shown: str) -> Problem:
    """The refusal of who brings no key that is valid here; `shown` is the id of the key, where there is one."""
    headers = {"WWW-Authenticate": 'Bearer realm="okr-validator"'}
    write_down(401, reason, shown)
    return Problem(401, "unauthorized", "This request needs a key that is valid here.", headers=headers)


def forbidden(reason: str, shown: str) -> Problem:
    """The refusal of what a key does not allow."""
    write_down(403, reason, shown)
    return Problem(403, "forbidden", "This key does not allow that.")


def write_down(status: int, reason: str, shown: str) -> None:
    """Tell the audit trail of a refusal, so long as not too many come from one address; the log tells of each."""
    guard, network = guard_of_app(), visitors.network_of(request)
    exchange.note(refused=reason)
    if guard.notes is None:
        return
    told = {"status": status, "reason": reason, "key": shown, "from": network, "request_id": g.request_id}
    if not guard.refusals.take(network).allowed or not _recorded(guard.notes, guard.clock(), told):
        exchange.note(audited=False)


def _recorded(notes: Engine, now: datetime.datetime, told: dict[str, Any]) -> bool:
    """Whether the trail has it. What was asked for is told by route: a path may hold anything."""
    asked = f"{request.method} {request.url_rule}"
    try:
        with writing(notes) as connection:
            audit.record(connection, now, g.actor, "refuse", "request", asked, None, told)
    except StoreUnavailable:
        return False
    return True
