"""What runs of the real pipeline have to tell."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from tests.history.histories import START, Run, company, entry, rules, run
from validator.alerts.digests import MOST_IN_ALL, MOST_LISTED, Told
from validator.alerts.events import (
    CONFLICT,
    DIGEST,
    OPENED,
    RAISED,
    REOPENED,
    RESOLVED,
    SILENT,
    Event,
    Several,
)
from validator.alerts.filters import Filter, wants
from validator.alerts.payloads import MOST_BYTES, Message, body_of
from validator.alerts.runs import MOST_SINGLE, events_of_run
from validator.api.event_schemas import message_schema
from validator.document.jsonschema import json_schema
from validator.history.parts import SEVERITIES
from validator.history.waivers import Waiver

AT = datetime.datetime(2026, 8, 3, 6, tzinfo=datetime.UTC)
LIMITS = {"raise_by": "2026-08-05", "respond_by": "2026-08-10", "escalate_on": "2026-08-11", "forum_next": None}


def told(
    made: Run,
    before: Run | None = None,
    *,
    opened: frozenset[str] = frozenset(),
    owner: Callable[[Any], str] | None = None,
) -> list[Event]:
    shown = {"id": made.context.run, "number": made.context.number, "as_of": "2026-08-03", "status": "fail"}
    shown["ruleset"] = {"name": "small", "version": made.context.version}
    earlier = {known.id: known for known in before.known()} if before else {}
    last = {"message": "M", "items": [], "failure": "no-delivery-owner", "people": ()}
    gone = {life.known.id: last for life in made.lives}
    limits, owners = (lambda _: LIMITS), (lambda finding: (person(owner(finding) if owner else "bruno"),))
    return list(events_of_run(Told(AT, "acme", shown, made.report, made.lives, limits, owners, earlier, gone, opened)))


def person(id: str) -> dict[str, str | None]:
    return {"id": id, "name": id.title(), "email": f"{id}@example.org"}


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


def test_a_digest_is_about_all_that_it_tells_of_and_for_all_who_own_it() -> None:
    made = run(without_owner("S1"))
    [event] = told(made, owner=lambda finding: finding["rule"])
    ids = {life.known.rule: life.known.id for life in made.lives}
    assert (event.finding, event.rule, event.failure) == (None, None, None)
    assert event.findings == set(ids.values())
    assert event.rules == {"open-conflict", "unowned"}
    assert event.failures == {"conflicts-keep-drifting", "no-delivery-owner"}
    assert event.people == (person("open-conflict"), person("unowned"))
    assert {id: event.findings_of(id) for id in ids} == {rule: {id} for rule, id in ids.items()}
    assert event.findings_of(None) == event.findings
    assert event.findings_of("zoe") == set()
    numbers = {"count": 1, "severities": {"warning": 1}, "causes": {"first_run": 1}}
    assert event.data["owners"] == [{"id": rule, "name": rule.title(), **numbers} for rule in sorted(ids)]
    assert [(one["rule"], one["owners"]) for one in event.data["findings"]] == [(rule, [rule]) for rule in sorted(ids)]


def test_a_single_event_is_about_its_finding_whoever_asks() -> None:
    [event] = told(run(without_owner("S1"), run(company())))
    assert (event.findings, event.rules, event.failures) == ({event.finding}, {"unowned"}, {"no-delivery-owner"})
    assert event.findings_of("bruno") == event.findings_of(None) == event.findings


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


def test_what_went_is_told_with_its_rule_gone_and_counts_for_how_severe_a_digest_is() -> None:
    document = without_owner("S1")
    document["objectives"][0]["parents"] = [{"id": "X9"}]
    before = run(document)
    made = run(document, before, by=rules("2", most_days=1, overrides="{broken-link: off, unowned: off}"))
    [digest] = told(made, before)
    assert (digest.severity, digest.data["count"], digest.data["severities"]) == ("error", 4, {"warning": 4})
    assert digest.data["resolved"] == 2
    gone = [{name: one[name] for name in ("rule", "severity", "message", "state")} for one in digest.data["gone"]]
    assert gone == [
        {"rule": "broken-link", "severity": "error", "message": "M", "state": "removed"},
        {"rule": "unowned", "severity": "warning", "message": "M", "state": "removed"},
    ]
    assert {one["id"] for one in digest.data["gone"]} < digest.findings
    assert digest.rules == {"broken-link", "unowned", "stale-key-result"}
    assert digest.stands_for == {DIGEST, OPENED, REOPENED, CONFLICT, RESOLVED}
    assert told(run(document, made, by=rules("2", most_days=1, overrides="{broken-link: off, unowned: off}"))) == []


def test_a_digest_of_what_came_stands_for_what_came_and_one_of_what_went_for_that_alone() -> None:
    first = run(without_owner("S1"))
    [came] = told(first)
    [went] = told(run(without_owner("S1"), first, by=rules("2", overrides="{unowned: off}")))
    assert came.stands_for == {DIGEST, OPENED, REOPENED, CONFLICT}
    assert (went.type, went.stands_for) == (DIGEST, {RESOLVED})


def many(count: int) -> Run:
    """A first run with as many findings of a kind."""
    document = company()
    template = {**entry(document, "S1"), "owners": [], "key_results": [], "parents": []}
    long = "A very long title " * 12
    document["objectives"] += [{**template, "id": f"N{number}", "title": long} for number in range(count)]
    return run(document)


def worst_first(made: Run) -> list[str]:
    known = [life.known for life in made.lives]
    return [one.id for one in sorted(known, key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.id))]


def test_a_digest_lists_the_worst_and_the_worst_of_each_owner() -> None:
    owners = itertools.cycle(f"p{number}" for number in range(40))
    made = many(MOST_LISTED + 400)
    order = {id: next(owners) for id in worst_first(made)}
    [digest] = told(made, owner=lambda finding: order[finding["id"]])
    listed = digest.data["findings"]
    further = Counter(one["owners"][0] for one in listed[MOST_LISTED:])
    assert further == {f"p{number}": 5 for number in range(40)}
    assert len({one["id"] for one in listed}) == len(listed) == MOST_LISTED + 200
    assert [one["id"] for one in listed[:MOST_LISTED]] == list(order)[:MOST_LISTED]
    assert sum(owner["count"] for owner in digest.data["owners"]) == digest.data["count"]


def test_where_not_all_can_be_listed_everybody_has_one_before_anybody_has_two() -> None:
    made = many(2_000)
    place = {id: number for number, id in enumerate(worst_first(made))}
    [digest] = told(made, owner=lambda finding: f"p{place[finding['id']] // 2}")
    listed = digest.data["findings"]
    assert len(listed) == MOST_IN_ALL
    further = Counter(one["owners"][0] for one in listed[MOST_LISTED:])
    assert (len(further), set(further.values())) == (MOST_IN_ALL - MOST_LISTED, {1})


def test_the_body_of_the_largest_digest_is_small_and_as_described() -> None:
    before = many(2_000)
    [came] = told(before, owner=lambda finding: f"a person with a long id {finding['id']}")
    strict = rules("2", most_days=1, overrides="{unowned: off}")
    *_, went = told(run(company(), before, by=strict))
    schema = Draft202012Validator(json_schema(message_schema(DIGEST), DIGEST))
    long = {**went.data, "gone": [{**one, "message": "A long message. " * 40} for one in went.data["gone"]]}
    for data in (came.data, long):
        body = body_of(Message("evt_7", DIGEST, AT, {"id": "acme", "name": "Acme"}, data, "/v1/runs/r1"))
        assert len(body) < MOST_BYTES
        read = orjson.loads(body)
        assert [error.message for error in schema.iter_errors(read)] == []
        assert (read["data"]["truncated"], read["data"]["resolved"]) == (True, data["resolved"])
        assert all(read["data"][name] for name in ("owners", "findings", "gone") if data[name])


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


def test_what_was_opened_is_closed_though_it_was_waived_or_put_on_trial_in_between() -> None:
    first = run(company())
    opened = run(without_owner("S1"), first)
    finding = opened.life("unowned", "S1").known.id
    waived = run(without_owner("S1"), opened, waivers=(Waiver("W1", "finding", START, "ana", finding=finding),))
    tried = run(without_owner("S1"), opened, by=rules("2", overrides="{unowned: {shadow: true}}"))
    for before, ruleset in ((waived, rules()), (tried, rules("2", overrides="{unowned: {shadow: true}}"))):
        mended = run(company(), before, by=ruleset)
        assert told(mended) == []
        assert [(event.type, event.finding) for event in told(mended, opened=frozenset({finding}))] == [
            (RESOLVED, finding)
        ]


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


TOGETHER = Event(
    DIGEST, AT, "acme", {}, "r", severity="warning", teams=frozenset({"sales"}),
    stands_for=frozenset({DIGEST, OPENED, REOPENED, CONFLICT}),
    several=Several(frozenset({"f", "g"}), frozenset({"unowned", "busy-team"}), frozenset({"isolated-okrs"}), {}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("filter", "heard"),
    [
        (Filter(), True),
        (Filter(types=frozenset({OPENED})), True),
        (Filter(types=frozenset({CONFLICT})), True),
        (Filter(types=frozenset({RESOLVED})), False),
        (Filter(rules=frozenset({"busy-team", "other"})), True),
        (Filter(rules=frozenset({"other"})), False),
        (Filter(failures=frozenset({"isolated-okrs"})), True),
        (Filter(failures=frozenset({"no-delivery-owner"})), False),
        (Filter(severity="error"), False),
        (Filter(teams=frozenset({"supply"})), False),
    ],
)
def test_an_endpoint_hears_of_a_digest_that_tells_of_anything_it_asked_for(filter: Filter, heard: bool) -> None:
    assert wants(filter, TOGETHER) is heard


def test_a_digest_of_what_went_is_not_heard_by_who_did_not_ask_for_what_goes() -> None:
    went = TOGETHER._replace(stands_for=frozenset({RESOLVED}))
    assert not wants(Filter(), went)
    assert not wants(Filter(types=frozenset({DIGEST})), went)
    assert wants(Filter(types=frozenset({RESOLVED})), went)


def test_an_event_that_names_no_rule_and_no_row_passes_any() -> None:
    silent = Event(SILENT, AT, "acme", {})
    types = frozenset({SILENT})
    assert wants(Filter(types, "error", frozenset({"r"}), frozenset({"f"}), frozenset({"t"})), silent)


def test_what_is_resolved_is_heard_by_those_who_ask_for_it() -> None:
    resolved = OPEN._replace(type=RESOLVED)
    assert not wants(Filter(), resolved)
    assert wants(Filter(types=frozenset({RESOLVED})), resolved)
