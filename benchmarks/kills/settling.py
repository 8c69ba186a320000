"""After a restart: whatever nobody answered is sent again, as a careful client does, and what came of it is noted."""

from __future__ import annotations

import datetime
import itertools
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from sqlalchemy import Engine, select, update

from benchmarks.kills.actions import ACTIONS
from benchmarks.kills.ledger import Answer, Open
from benchmarks.kills.person import Person
from validator.service.idempotency import GIVEN_UP
from validator.store.engine import writing
from validator.store.tables import idempotency

_IN_FLIGHT = "urn:okr-validator:problem:in-flight"
_MARGIN = 5.0
"""Seconds after which a claim that was to be given up, and is not, counts as one that never will be."""
_EXPECTED = {"publish": {409, 412, 422}, "decision": {409}, "acknowledge": {409}}
"""Refusals that may well come when a request is late: the world went on, or the machine is too busy to compile in time."""


class Settled(NamedTuple):
    """What came of sending again."""

    waited: tuple[float, ...]
    """Seconds for which claims of dead processes stood in the way of those that were served now."""
    faults: tuple[str, ...]


def settle(people: Sequence[Person]) -> Settled:
    """Send again what is open, but for what has to wait for the claim of a dead process."""
    with ThreadPoolExecutor(len(people)) as pool:
        found = list(pool.map(_settle, people))
    waited, faults = (tuple(itertools.chain.from_iterable(part)) for part in zip(*found, strict=True))
    return Settled(waited, faults)


def _settle(person: Person) -> Settled:
    waited: list[float] = []
    faults: list[str] = []
    # What was lost just now comes first: what waited may change what it was to change.
    for one in sorted(person.ledger.open.values(), key=lambda one: one.waits_since is not None):
        if _is_due(one):
            faults += _sent_again(person, one)
            if one.waits_since is not None and one.request.mark not in person.ledger.open:
                waited.append(time.monotonic() - one.waits_since)
    return Settled(tuple(waited), tuple(faults))


def _is_due(one: Open) -> bool:
    """Whether nothing stands in the way of a request any more, as far as its sender can know."""
    return one.waits_since is None or time.monotonic() - one.waits_since > GIVEN_UP.total_seconds()


def age_claims(engine: Engine) -> None:
    """Make the claims of dead processes as old as if everybody had waited; only while no server runs."""
    with writing(engine) as connection:
        running = idempotency.c.state == "running"
        for row in connection.execute(select(idempotency).where(running)).all():
            mine = (idempotency.c.actor == row.actor, idempotency.c.key == row.key)
            older = row.created_at - GIVEN_UP - datetime.timedelta(seconds=1)
            connection.execute(update(idempotency).where(*mine).values(created_at=older))


def _sent_again(person: Person, one: Open) -> Iterator[str]:
    request, learn = one.request, ACTIONS[one.request.kind].learn
    answer = person.ask_patiently(request)
    if answer.status < 300:
        person.ledger.end(request, answer)
        learn(person, request, answer)
    elif request.is_keyed and _is_in_flight(answer):
        since = time.monotonic() if one.waits_since is None else one.waits_since
        person.ledger.open[request.mark] = one._replace(waits_since=since)
        if time.monotonic() - since > GIVEN_UP.total_seconds() + _MARGIN:
            yield f"{request.mark}: the claim of a dead process is not given up"
    elif not request.is_keyed and answer.status in {404, 412}:
        person.ledger.was_applied(request)
        learn(person, request, None)
    else:
        person.ledger.end(request, answer)
        if answer.status not in _EXPECTED.get(request.kind, set()) and request.place not in person.ledger.removed:
            yield f"{request.mark}, sent again: {answer.status} {answer.content[:300]!r}"


def _is_in_flight(answer: Answer) -> bool:
    return answer.status == 409 and answer.data["type"] == _IN_FLIGHT
