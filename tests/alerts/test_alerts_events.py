"""What runs of the real pipeline have to tell."""

from __future__ import annotations

import datetime
from typing import Any

import orjson
import pytest

from tests.history.histories import START, Run, company, entry, rules, run
from validator.alerts.events import (
    CONFLICT,
    DIGEST,
    MOST_SINGLE,
    OPENED,
    RAISED,
    REOPENED,
    RESOLVED,
    Event,
    Told,
    events_of_run,
)
from validator.alerts.filters import Filter, wants
from validator.history.waivers import Waiver

AT = datetime.datetime(2026, 8, 3, 6, tzinfo=datetime.UTC)
LIMITS = {"raise_by": "2026-08-05", "respond_by": "2026-08-10", "escalate_on": "2026-08-11", "forum_next": None}


def told(made: Run, before: Run | None = None) -> list[Event]:
    shown = {"id": made.context.run, "number": made.context.number}
    people = ({"id": "bruno", "name": "Bruno", "email": "bruno@example.org"},)
    earlier = {known.id: known for known in before.known()} if before else {}
    last = {"message": "M", "items": [], "failure": "no-delivery-owner", "people": ()}
    gone = {life.known.id: last for life in made.lives}
    limits, owners = (lambda _: LIMITS), (lambda _: people)
    return list(events_of_run(Told(AT, "acme", shown, made.report, made.lives, limits, owners, earlier, gone)))


def types(made: Run) -> list[tuple[str, str | None]]:
    return [(event.type, event.rule) for event in told(made)]


def without_owner(*ids: str) -> dict[str, Any]:
    document = company()
    for id in ids:
        entry(document, id)["owners"] = []
    return document


def with_conflict() -> dict[str, Any]:
    document = company()
    document["conflicts"].append({"id": "F2", "objectives": ["S1", "L1"], "summary": "One lorry"})
    return document


def test_a_first_run_is_told_in_one_digest() -> None:
    [event] = told(run(without_owner("S1")))
    assert (event.type, event.severity, event.data["count"]) == (DIGEST, "warning", 2)
    assert event.data["rules"] == {"open-conflict": 1, "unowned": 1}
    assert event.data["causes"] == {"first_run": 2}


def test_the_same_set_again_tells_nothing() -> None:
    made = run(without_owner("S1"))
    for _ in range(5):
        made = run(without_owner("S1"), made)
        assert told(made) == []


def test_a_changed_set_is_told_finding_by_finding_with_the_why_and_the_fix() -> None:
    [event] = told(run(without_owner("S1"), run(company())))
    finding = event.data["finding"]
    assert (event.type, event.rule, event.failure) == (OPENED, "unowned", "no-delivery-owner")
    assert finding["why"] == [{"attribute": "owner_count", "operator": "below", "expected": 1, "actual": 0}]
    assert finding["cause"]["kind"] == "data_changed"
    assert finding["failure"]["fix"]
    assert finding["owners"] == [{"id": "bruno", "name": "Bruno"}]
    assert event.teams == {"sales"}


def test_a_finding_that_comes_back_and_one_that_goes_are_told_as_such() -> None:
    second = run(without_owner("S1"), run(company()))
    third = run(company(), second)
    fourth = run(without_owner("S1"), third)
    assert [types(made) for made in (third, fourth)] == [[(RESOLVED, "unowned")], [(REOPENED, "unowned")]]


def test_a_conflict_is_told_once_with_both_sides_and_the_way_to_a_decision() -> None:
    [event] = told(run(with_conflict(), run(company())))
    assert event.type == CONFLICT
    assert {item["id"] for item in event.data["finding"]["items"]} >= {"S1", "L1"}
    assert event.data["decision"]["decision_maker"] == "Astrid"
    assert event.data["decision"]["respond_by"] == "2026-08-10"
    assert {"tie_breaker", "forum", "escalate_on"} <= event.data["decision"].keys()


def test_a_changed_rule_sends_one_digest() -> None:
    before = run(company(), day=START)
    changed = rules("2", most_days=1)
    events = told(run(company(), before, by=changed))
    assert [event.type for event in events] == [DIGEST]
    assert events[0].data["causes"] == {"rule_changed": 4}


def test_what_becomes_worse_is_told_together_and_what_becomes_better_is_not() -> None:
    mild = run(without_owner("S1"), by=rules(overrides="{unowned: {severity: info}}"))
    worse = run(without_owner("S1"), mild, by=rules("2"))
    [event] = told(worse, mild)
    assert (event.type, event.severity, event.data["causes"]) == (DIGEST, "warning", {RAISED: 1})
    better = run(without_owner("S1"), worse, by=rules("3", overrides="{unowned: {severity: info}}"))
    assert told(better, worse) == []


def test_more_than_anybody_reads_goes_as_the_worst_and_a_digest() -> None:
    document = company()
    template = {**entry(document, "S1"), "owners": [], "key_results": [], "parents": []}
    document["objectives"] += [{**template, "id": f"N{number}"} for number in range(MOST_SINGLE + 20)]
    *single, digest = told(run(company(), run(document)))
    assert [event.type for event in single] == [RESOLVED] * MOST_SINGLE
    assert (digest.type, digest.data["count"], digest.data["resolved"]) == (DIGEST, 0, 21)
    assert digest.data["findings"] == []


def test_more_than_anybody_reads_comes_as_the_worst_and_a_digest() -> None:
    document = company()
    ids = [f"N{number}" for number in range(MOST_SINGLE + 20)]
    template = entry(document, "S1")
    document["objectives"] += [{**template, "id": id, "owners": [], "key_results": [], "parents": []} for id in ids]
    document["objectives"] += [
        {
            **template,
            "id": "Z",
            "parents": [{"id": "gone"}],
            "key_results": [{**template["key_results"][0], "id": "Z.1"}],
        }
    ]
    made = run(document, run(company()))
    news = sum(life.known.state == "new" for life in made.lives)
    *single, digest = told(made)
    assert [event.type for event in single] == [OPENED] * MOST_SINGLE
    assert single[0].severity == "error"
    assert (digest.type, digest.data["count"]) == (DIGEST, news - MOST_SINGLE)


def test_what_was_waived_is_not_told_until_the_waiver_ends() -> None:
    first = run(company())
    finding = run(without_owner("S1"), first).life("unowned", "S1").known.id
    waiver = Waiver("W1", "finding", START, "ana", finding=finding)
    waived = run(without_owner("S1"), first, waivers=(waiver,))
    assert told(waived) == []
    ended = run(without_owner("S1"), waived, day=START + datetime.timedelta(days=1))
    assert (OPENED, "unowned") in types(ended)


def test_every_event_can_be_written_as_json() -> None:
    for made in (run(with_conflict(), run(company())), run(without_owner("S1"))):
        assert all(orjson.loads(orjson.dumps(event.data)) for event in told(made))


OPEN = Event(OPENED, AT, "acme", {}, "r", "f", "warning", "unowned", "no-delivery-owner", frozenset({"sales"}))


@pytest.mark.parametrize(
    ("filter", "heard"),
    [
        (Filter(), True),
        (Filter(types=frozenset({CONFLICT})), False),
        (Filter(severity="error"), False),
        (Filter(severity="warning"), True),
        (Filter(rules=frozenset({"unowned"})), True),
        (Filter(rules=frozenset({"other"})), False),
        (Filter(failures=frozenset({"test-vertical"})), False),
        (Filter(teams=frozenset({"sales", "supply"})), True),
        (Filter(teams=frozenset({"supply"})), False),
        (Filter(connections=frozenset({"acme"})), True),
        (Filter(connections=frozenset({"other"})), False),
    ],
)
def test_an_endpoint_hears_what_its_filter_lets_through(filter: Filter, heard: bool) -> None:
    assert wants(filter, OPEN) is heard


def test_what_is_resolved_is_heard_by_those_who_ask_for_it() -> None:
    resolved = OPEN._replace(type=RESOLVED)
    assert not wants(Filter(), resolved)
    assert wants(Filter(types=frozenset({RESOLVED})), resolved)
