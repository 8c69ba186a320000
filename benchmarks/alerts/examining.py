"""Looks at what has arrived, and whether it is what happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Engine, Row, func, select

from benchmarks.alerts.receiver import Arrival
from benchmarks.alerts.story import Outcome
from benchmarks.kills.whole import half
from validator.alerts.events import OPENED, REOPENED, RESOLVED
from validator.store.engine import reading
from validator.store.tables import attempts, deliveries, events


class Found(NamedTuple):
    """What there is, and what is wrong with it."""

    events: int
    """That the receiver is to hear of."""
    attempts: int
    came: int
    """Messages that the receiver has taken."""
    ids: int
    lost: list[str]
    doubled: list[str]
    """Events that came under several ids, or turns that came twice."""
    unordered: list[str]
    unsigned: list[str]
    half: list[str]
    """What is half there in the store."""

    @property
    def faults(self) -> list[str]:
        """All that is wrong."""
        return [*self.lost, *self.doubled, *self.unordered, *self.unsigned, *self.half]


def examine(engine: Engine, outcome: Outcome) -> Found:
    """Look at everything."""
    first: dict[str, Arrival] = {}
    for arrival in outcome.arrivals:
        first.setdefault(arrival.id, arrival)
    with reading(engine) as connection:
        sent = connection.execute(select(deliveries).order_by(deliveries.c.event_id)).all()
        told = [id for row in sent for id in row.events]
        return Found(
            events=len(told),
            attempts=connection.scalar(select(func.count()).select_from(attempts)) or 0,
            came=len(outcome.arrivals),
            ids=len(first),
            lost=[*_unsent(sent, first), *_unknown(connection.scalars(select(events.c.id)).all(), told, outcome)],
            doubled=list(_several(first, told)),
            unordered=list(_turns(outcome, list(first.values()))),
            unsigned=[f"the signature of {each.id} is bad" for each in outcome.arrivals if not each.verified],
            half=list(half(connection, set())),
        )


def _unsent(sent: Sequence[Row[Any]], first: dict[str, Arrival]) -> Iterator[str]:
    for row in sent:
        if row.id not in first:
            yield f"the message {row.id} has not arrived: {row.state}, {row.attempts} attempts, {row.problem}"
        elif row.state != "delivered":
            yield f"the message {row.id} has arrived, and is taken for {row.state}: {row.problem}"
    known = {row.id for row in sent}
    yield from (f"the message {id} is known to nobody" for id in first if id not in known)


def _unknown(recorded: Sequence[int], told: list[int], outcome: Outcome) -> Iterator[str]:
    expected = outcome.runs * len(outcome.items)
    if len(told) != expected or len(set(told)) != expected:
        yield f"{len(set(told))} events have a message, not {expected}"
    yield from (f"the event {id} of a message is not there" for id in set(told) - set(recorded))
    if not outcome.settled:
        yield "messages still wait"


def _several(first: dict[str, Arrival], told: list[int]) -> Iterator[str]:
    ids = Counter(arrival.event for arrival in first.values())
    yield from (f"the event {event} came under {count} ids" for event, count in ids.items() if count > 1)
    yield from (f"the event {id} has {count} messages" for id, count in Counter(told).items() if count > 1)


def _turns(outcome: Outcome, arrivals: Sequence[Arrival]) -> Iterator[str]:
    """Each finding must have opened, been resolved, been reopened and so on, one after the other."""
    turns = defaultdict(list)
    for arrival in arrivals:
        turns[arrival.item].append(arrival.type)
    expected = [OPENED, *([RESOLVED, REOPENED] * outcome.runs)][: outcome.runs]
    for item in sorted({*outcome.items, *turns}):
        if turns[item] != expected:
            yield f"the turns of {item} came as {turns[item]}"
