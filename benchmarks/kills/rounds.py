"""The rounds: people write, the server is killed at a random moment and started again, and everything is looked at."""

from __future__ import annotations

import datetime
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Engine

from benchmarks.kills.actions import ACTIONS, SHARED
from benchmarks.kills.examining import Examiner
from benchmarks.kills.kept import SETTING_UP
from benchmarks.kills.ledger import Answer, Request
from benchmarks.kills.person import Lost, Person
from benchmarks.kills.places import Place
from benchmarks.kills.settling import settle
from benchmarks.kills.striking import Plan, Service
from validator.service import keys
from validator.service.key_wishes import Wish
from validator.store.engine import make_engine, writing


class Kill(NamedTuple):
    """One kill."""

    interrupted: int
    """Requests that were under way and never answered."""
    restart: float
    """Seconds from the kill until the service was ready again."""


class Outcome(NamedTuple):
    """What came of all rounds."""

    kills: list[Kill]
    people: list[Person]
    examiner: Examiner
    waited: list[float]
    """Seconds for which claims of dead processes stood in the way of a request sent again."""


def play(place: Place, plan: Plan, progress: Callable[[int, Examiner], None]) -> Outcome:
    """Kill the server as often as asked; `progress` is called after each round."""
    engine = make_engine(place.address)
    pepper = secrets.token_hex(32)
    people = [Person(n, _key(engine, pepper, n), plan.seed) for n in range(plan.people)]
    settings = {"OKR_VALIDATOR_DATABASE_URL": place.address, "OKR_VALIDATOR_PEPPER": "env:KILLS_PEPPER"}
    service = Service(place, plan, engine, {**settings, "KILLS_PEPPER": pepper})
    outcome = Outcome([], people, Examiner(engine, people, random.Random(plan.seed)), [])
    with _ended(service, engine):
        service.start(people)
        _set_up(people)
        for number in range(plan.kills):
            _round(service, plan, outcome, number)
            progress(number + 1, outcome.examiner)
        _last_round(outcome)
    return outcome


@contextmanager
def _ended(service: Service, engine: Engine) -> Iterator[None]:
    try:
        yield
    finally:
        service.end()
        engine.dispose()


def _round(service: Service, plan: Plan, outcome: Outcome, number: int) -> None:
    """Let everybody write, strike, and look at what is left."""
    chance = random.Random(f"kill-{number}-{plan.seed}")
    people, stop, first = outcome.people, threading.Event(), threading.Event()
    threads = [threading.Thread(target=_write, args=(person, stop, first)) for person in people]
    for thread in threads:
        thread.start()
    if not first.wait(60):
        raise TimeoutError("Nothing was acknowledged within a minute.")
    time.sleep(chance.uniform(plan.earliest, plan.latest))
    moment = time.monotonic()
    service.strike()
    stop.set()
    for thread in threads:
        thread.join()
    interrupted = sum(person.ledger.under_way(moment) for person in people)
    service.have_back(people)
    outcome.kills.append(Kill(interrupted, time.monotonic() - moment))
    outcome.examiner.is_whole()
    settled = settle(people)
    outcome.waited.extend(settled.waited)
    outcome.examiner.note(settled.faults)
    outcome.examiner.is_kept()


def _write(person: Person, stop: threading.Event, first: threading.Event) -> None:
    """Write until told to stop, or until it is not known what became of a request."""
    names, weights = list(ACTIONS), [action.weight for action in ACTIONS.values()]
    while not stop.is_set():
        action = ACTIONS[person.chance.choices(names, weights)[0]]
        request = action.plan(person)
        if request is None:
            continue
        try:
            answer = person.send(request)
        except Lost:
            return
        if request.mark in person.ledger.open:
            return
        if answer.status < 300:
            action.learn(person, request, answer)
            first.set()


def _last_round(outcome: Outcome) -> None:
    """Wait for what still waits, and look at everything once more."""
    while any(person.ledger.open for person in outcome.people):
        time.sleep(0.2)
        settled = settle(outcome.people)
        outcome.waited.extend(settled.waited)
        outcome.examiner.note(settled.faults)
    outcome.examiner.is_whole()
    outcome.examiner.is_kept(everything=True)


def _set_up(people: Sequence[Person]) -> None:
    """A connection for each, and one for all; something of each kind that is made once."""
    for person in people:
        for id in (person.connection, *([SHARED] if person is people[0] else [])):
            request = person.create("connection", id, "/v1/connections", {"id": id, "name": id}, id)
            _must(person, request)
        for action in (ACTIONS[kind] for kind in ("run", "waiver", "key", "draft")):
            planned = action.plan(person)
            if planned is not None:
                action.learn(person, planned, _must(person, planned))


def _must(person: Person, request: Request) -> Answer:
    answer = person.send(request)
    if answer.status >= 300:
        raise RuntimeError(f"{request.mark}: {answer.status} {answer.content[:300]!r}")
    return answer


def _key(engine: Engine, pepper: str, number: int) -> str:
    now = datetime.datetime.now(datetime.UTC)
    with writing(engine) as connection:
        return keys.create(connection, pepper.encode(), now, SETTING_UP, Wish(f"person {number}", "admin"))[1]
