"""Alerts, written down in the transaction of what they tell: the events, and a message for each endpoint that wants them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select

from validator.alerts.events import Event, Told, events_of_run
from validator.alerts.filters import Filter, wants
from validator.history.views import Views
from validator.service.judged import Judged
from validator.service.lives import Asked, Clock, Outcome
from validator.service.owners import owners_of
from validator.store.ids import new_id
from validator.store.tables import deliveries, endpoints, events

STANDARD, SLACK, TEAMS, EMAIL = "standard", "slack", "teams", "email"
OWNERS = "owners"
"""Target of an e-mail endpoint that writes to the owners of what was found, each their own."""
Person = Mapping[str, str | None]


class Recorded(NamedTuple):
    """An event with the number that it was given."""

    id: int
    event: Event


def tell_run(connection: Connection, asked: Asked, judged: Judged, outcome: Outcome, run: Mapping[str, Any]) -> None:
    """Record what a run has to tell. `run` is its row."""
    tell(connection, asked.now, events_of_run(_told(asked, judged, outcome, run)))


def tell(connection: Connection, now: datetime.datetime, told: Iterable[Event]) -> list[Recorded]:
    """Record events, and a message for each endpoint that wants them; all events must be of one occasion."""
    recorded = [Recorded(_written(connection, event), event) for event in told]
    if recorded:
        listening = connection.execute(select(endpoints).where(endpoints.c.disabled_at.is_(None)))
        rows = [row for endpoint in listening for row in _messages(endpoint, recorded, now)]
        if rows:
            connection.execute(insert(deliveries), rows)
    return recorded


def _written(connection: Connection, event: Event) -> int:
    values = {
        "type": event.type, "at": event.at, "connection_id": event.connection or None, "run_id": event.run,
        "finding_id": event.finding, "severity": event.severity, "rule": event.rule, "failure": event.failure,
        "data": event.data, "people": list(event.people), "teams": sorted(event.teams),
    }  # fmt: skip
    made = connection.execute(insert(events).values(**values)).inserted_primary_key
    return int(made[0])  # type: ignore[index]  # every event has a key


def filter_of(endpoint: Row[Any]) -> Filter:
    """What an endpoint wants to hear of."""
    stored = endpoint._mapping["filter"]
    return Filter(
        types=frozenset(stored["types"]),
        severity=stored["severity"],
        **{name: frozenset(stored[name]) for name in ("rules", "failures", "teams", "connections")},
    )


def _messages(endpoint: Row[Any], recorded: Sequence[Recorded], now: datetime.datetime) -> Iterator[dict[str, Any]]:
    """The messages to one endpoint: one an event for programs, one an occasion and person for people."""
    asked = filter_of(endpoint)
    wanted = [one for one in recorded if wants(asked, one.event)]
    if endpoint.kind == STANDARD:
        yield from (message(endpoint.id, [one], None, now) for one in wanted)
    elif endpoint.kind == EMAIL and endpoint.target == OWNERS:
        for person, theirs in _by_person(wanted):
            yield message(endpoint.id, theirs, person, now)
    elif wanted:
        yield message(endpoint.id, wanted, None, now)


def _by_person(wanted: Iterable[Recorded]) -> Iterator[tuple[Person, list[Recorded]]]:
    """The events of each person who owns an item of them and has an address, by the id of the person."""
    found: dict[str, tuple[Person, list[Recorded]]] = {}
    for one in wanted:
        for person in one.event.people:
            if person["email"]:
                found.setdefault(person["id"] or "", (person, []))[1].append(one)
    yield from (found[id] for id in sorted(found))


def message(
    endpoint_id: str, told: Sequence[Recorded], person: Person | None, now: datetime.datetime
) -> dict[str, Any]:
    """The row of a message that waits to be sent."""
    single = told[0].event if len(told) == 1 else None
    return {
        "id": f"msg_{new_id(now)}",
        "endpoint_id": endpoint_id,
        "connection_id": told[0].event.connection or None,
        "run_id": told[0].event.run,
        "finding_id": single.finding if single else None,
        "events": [one.id for one in told],
        "person": None if person is None else dict(person),
        "state": "waiting",
        "attempts": 0,
        "next_at": now,
        "created_at": now,
    }


def _told(asked: Asked, judged: Judged, outcome: Outcome, run: Mapping[str, Any]) -> Told:
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
        people_of=lambda finding: tuple(_people(finding, outcome.views)),
    )


def _limits(clock: Clock) -> dict[str, str | None]:
    return {name: None if day is None else day.isoformat() for name, day in clock.limits._asdict().items()}


def _people(finding: Mapping[str, Any], views: Views) -> Iterator[Person]:
    for id in sorted(owners_of(finding, views)):
        fields = views.fields.get(("person", id), {})
        yield {"id": id, "name": fields.get("name") or id, "email": fields.get("email")}
