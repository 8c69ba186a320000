"""Alerts, written down in the transaction of what they tell: the events, and a message for each endpoint that wants them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Row, exists, insert, select, update

from validator.alerts.digests import Told
from validator.alerts.events import CONFLICT, OPENED, OVERDUE, REOPENED, RESOLVED, Event
from validator.alerts.filters import Filter, wants
from validator.alerts.runs import WENT, events_of_run
from validator.history.life import Life
from validator.service.judged import Judged
from validator.service.lives import Asked, Clock, Outcome, is_event
from validator.service.owners import Person, people_of
from validator.store.ids import new_id
from validator.store.tables import deliveries, delivery_findings, endpoints, events, findings

STANDARD, SLACK, TEAMS, EMAIL = "standard", "slack", "teams", "email"
OWNERS = "owners"
"""Target of an e-mail endpoint that writes to the owners of what was found, each their own."""
DISABLED = "The endpoint was disabled."
"""Why a message was not even tried."""
_STANDS = (OPENED, REOPENED, CONFLICT, OVERDUE)
"""Events by which somebody was told of one finding that it stands."""
_CHUNK = 500


class _Recorded(NamedTuple):
    """An event with the number that it was given."""

    id: int
    event: Event


def tell_run(connection: Connection, asked: Asked, judged: Judged, outcome: Outcome, run: Mapping[str, Any]) -> None:
    """Record what a run has to tell. `run` is its row."""
    tell(connection, asked.now, events_of_run(_told(connection, asked, judged, outcome, run)))


def tell(connection: Connection, now: datetime.datetime, told: Iterable[Event]) -> None:
    """Record events, and a message for each endpoint that wants them; all events must be of one occasion.

    Those for an endpoint that is disabled are not sent, and there to be replayed once it works again.
    """
    recorded = [_recorded(connection, event) for event in told]
    if recorded:
        listening = connection.execute(select(endpoints).order_by(endpoints.c.id)).all()
        _write(connection, [message for endpoint in listening for message in _messages(endpoint, recorded, now)])
        missed = (endpoints.c.disabled_at.is_not(None), endpoints.c.missed_since.is_(None), _has_dead())
        connection.execute(update(endpoints).where(*missed).values(missed_since=now))


def _has_dead() -> ColumnElement[bool]:
    return exists().where(deliveries.c.endpoint_id == endpoints.c.id, deliveries.c.state == "dead")


def tell_one(connection: Connection, now: datetime.datetime, endpoint: Row[Any], event: Event) -> str:
    """Record an event that is for one endpoint alone, with its messages; gives the id of the delivery, or of the first."""
    messages = list(_to_all(endpoint, [_recorded(connection, event)], now))
    _write(connection, messages)
    return str(messages[0].row["id"])


def _recorded(connection: Connection, event: Event) -> _Recorded:
    """Record an event."""
    values = {
        "type": event.type, "at": event.at, "connection_id": event.connection or None, "run_id": event.run,
        "finding_id": event.finding, "severity": event.severity, "rule": event.rule, "failure": event.failure,
        "data": event.data, "people": list(event.people), "teams": sorted(event.teams),
    }  # fmt: skip
    made = connection.execute(insert(events).values(**values)).inserted_primary_key
    return _Recorded(int(made[0]), event)  # type: ignore[index]  # every event has a key


class _Message(NamedTuple):
    row: dict[str, Any]
    findings: frozenset[str]
    """Ids of all that it tells of."""


def _write(connection: Connection, messages: Sequence[_Message]) -> None:
    if messages:
        connection.execute(insert(deliveries), [message.row for message in messages])
    named = (entry for message in messages for entry in _named(message))
    for some in iter(lambda: list(islice(named, _CHUNK)), []):
        connection.execute(insert(delivery_findings), some)


def _named(message: _Message) -> Iterator[dict[str, Any]]:
    """What a message tells of, for the order in which messages are sent."""
    row = message.row
    person = row["person"] and (row["person"]["id"] or row["person"]["email"])
    receiver = [row["endpoint_id"], row["connection_id"], person]
    queue = hashlib.sha256(orjson.dumps(receiver)).hexdigest()[:32]
    told = {"delivery_id": row["id"], "queue": queue, "event_id": row["event_id"]}
    yield from ({**told, "finding_id": id, "open": row["finished_at"] is None} for id in sorted(message.findings))


def filter_of(endpoint: Row[Any]) -> Filter:
    """What an endpoint wants to hear of."""
    stored = endpoint._mapping["filter"]
    return Filter(
        types=frozenset(stored["types"]),
        severity=stored["severity"],
        **{name: frozenset(stored[name]) for name in ("rules", "failures", "teams", "connections")},
    )


def _messages(endpoint: Row[Any], recorded: Sequence[_Recorded], now: datetime.datetime) -> Iterator[_Message]:
    """The messages to one endpoint: one an event for programs, one an occasion and person or address for people."""
    asked = filter_of(endpoint)
    wanted = [one for one in recorded if wants(asked, one.event)]
    if endpoint.kind == STANDARD:
        yield from (_message(endpoint, [one], None, now) for one in wanted)
    elif endpoint.kind == EMAIL and endpoint.target == OWNERS:
        for person, theirs in _by_person(wanted):
            yield _message(endpoint, theirs, person, now)
    elif wanted:
        yield from _to_all(endpoint, wanted, now)


def _to_all(endpoint: Row[Any], told: Sequence[_Recorded], now: datetime.datetime) -> Iterator[_Message]:
    """The message to whoever is behind an endpoint: by e-mail one to each address, so that nobody sees the others."""
    listed = addresses(endpoint.target) if endpoint.kind == EMAIL and endpoint.target != OWNERS else []
    for email in dict.fromkeys(listed):
        yield _message(endpoint, told, {"id": None, "name": None, "email": email}, now)
    if not listed:
        yield _message(endpoint, told, None, now)


def addresses(target: str) -> list[str]:
    """The addresses of an e-mail endpoint."""
    return [text.strip() for text in target.split(",") if text.strip()]


def _by_person(wanted: Iterable[_Recorded]) -> Iterator[tuple[Person, list[_Recorded]]]:
    """The events of each person who owns an item of them and has an address, by the id of the person."""
    found: dict[str, tuple[Person, list[_Recorded]]] = {}
    for one in wanted:
        for person in one.event.people:
            if person["email"]:
                found.setdefault(person["id"] or "", (person, []))[1].append(one)
    yield from (found[id] for id in sorted(found))


def _message(endpoint: Row[Any], told: Sequence[_Recorded], person: Person | None, now: datetime.datetime) -> _Message:
    """A message that waits to be sent, or that is not to be."""
    id = None if person is None else person["id"]
    waits = {"state": "waiting", "next_at": now, "finished_at": None, "problem": None}
    given_up = {"state": "dead", "next_at": None, "finished_at": now, "problem": DISABLED}
    row = {
        "id": f"msg_{new_id(now)}",
        "endpoint_id": endpoint.id,
        "connection_id": told[0].event.connection or None,
        "run_id": told[0].event.run,
        "finding_id": told[0].event.finding if len(told) == 1 else None,
        "event_id": told[0].id,
        "events": [one.id for one in told],
        "person": None if person is None else dict(person),
        "attempts": 0,
        "created_at": now,
        **(waits if endpoint.disabled_at is None else given_up),
    }
    return _Message(row, frozenset().union(*(one.event.findings_of(id) for one in told)))


def _told(connection: Connection, asked: Asked, judged: Judged, outcome: Outcome, run: Mapping[str, Any]) -> Told:
    shown = {
        "id": run["id"],
        "number": run["number"],
        "as_of": run["as_of"].isoformat(),
        "status": run["status"],
        "ruleset": {"name": run["ruleset"], "version": run["ruleset_version"]},
    }
    return Told(
        asked.now,
        asked.connection,
        shown,
        judged.report,
        outcome.lives,
        limits_of=lambda id: _limits(outcome.clocks[id]),
        people_of=lambda finding: people_of(finding, outcome.views),
        earlier={known.id: known for known in outcome.ground.known},
        gone=_gone(connection, asked.connection, outcome),
        opened=_opened(connection, asked.connection, [life.known.id for life in _went(outcome)]),
    )


def _went(outcome: Outcome) -> Iterator[Life]:
    """Findings that are gone since the run before."""
    return (life for life in outcome.lives if life.known.state in WENT and is_event(life))


def _opened(connection: Connection, connection_id: str, ids: Sequence[str]) -> frozenset[str]:
    """Those of the findings of which it was told one by one that they stand, and not since that they went."""
    last: dict[str, str] = {}
    mine = (events.c.connection_id == connection_id, events.c.type.in_((*_STANDS, RESOLVED)))
    for start in range(0, len(ids), _CHUNK):
        asked = select(events.c.finding_id, events.c.type).where(
            *mine, events.c.finding_id.in_(ids[start : start + _CHUNK])
        )
        last |= {row.finding_id: row.type for row in connection.execute(asked.order_by(events.c.id))}
    return frozenset(id for id, type in last.items() if type != RESOLVED)


def _gone(connection: Connection, connection_id: str, outcome: Outcome) -> dict[str, Mapping[str, Any]]:
    """What was last said of findings that went; whose they were is looked up in what was seen last."""
    ids = [life.known.id for life in _went(outcome)]
    found: dict[str, Mapping[str, Any]] = {}
    columns = (findings.c.id, findings.c.message, findings.c["items"], findings.c.failure)
    for start in range(0, len(ids), _CHUNK):
        mine = (findings.c.connection_id == connection_id, findings.c.id.in_(ids[start : start + _CHUNK]))
        for row in connection.execute(select(*columns).where(*mine)):
            last = dict(row._mapping)
            found[row.id] = {**last, "people": people_of(last, outcome.views)}
    return found


def _limits(clock: Clock) -> dict[str, str | None]:
    return {name: None if day is None else day.isoformat() for name, day in clock.limits._asdict().items()}
