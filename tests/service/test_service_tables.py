"""The failure table and the metric catalogue that were published: they judge, are told as causes, and are replayed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.history.histories import START
from tests.service.service_runs import add_connection, at
from tests.service.stored_rulesets import NOON, OURS, PATIENT, RULE, put_in_force, save
from validator.errors import BadRuleset
from validator.rules.files import shipped_text
from validator.service import publishing
from validator.service.lookups import NotAllowed
from validator.service.publishing import check_draft, publish
from validator.service.replay import replay
from validator.service.runs import RunResult, run_document
from validator.service.texts import Target

FAILURES, METRICS = Target("failure-table", "failure-table"), Target("metrics", "metrics")
TABLE = shipped_text("failure-table").rstrip() + "\n  - {id: our-row, problem: Ours, root_cause: We, fix: Talk}\n"
OTHER_TABLE = TABLE.replace("problem: Ours", "problem: Everybody's")
CATALOGUE = """\
metrics:
  - {id: widget-speed, name: Widget speed}
  - {id: widget-care, name: Widget care}
trade_offs:
  - between: [widget-speed, widget-care]
    directions: [increase, increase]
    reason: Haste and care take the same hours.
    strength: strong
    settle: One of the two first.
"""


def _objective(id: str, team: str, key_result: str) -> dict[str, Any]:
    measured = [{"id": f"K{id}", "title": f"Increase widget {key_result} from 10 to 20"}]
    return {"id": id, "title": f"Build {key_result}", "team": team, "parents": [{"id": "C"}], "key_results": measured}


WIDGETS = {
    "teams": [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
    "objectives": [
        {"id": "C", "title": "Widgets that win", "level": "company", "key_results": []},
        _objective("O1", "north", "speed"),
        _objective("O2", "south", "care"),
    ],
}


@pytest.fixture
def acme(database: Engine) -> Engine:
    """A database with the connection `acme`, judged by the base rules."""
    add_connection(database, ruleset="base")
    return database


def _run(engine: Engine, days: int = 0, **more: Any) -> RunResult:
    day = START + datetime.timedelta(days=days)
    return run_document(engine, "acme", {**WIDGETS, **more}, now=at(day), actor="Ana", as_of=START)


def _found(result: RunResult, rule: str) -> list[dict[str, Any]]:
    return [finding for finding in result.report["findings"] if finding["rule"] == rule]


def test_a_run_is_judged_by_the_tables_in_force_and_replayed_by_those_it_had(acme: Engine) -> None:
    put_in_force(acme, RULE.replace("isolated-okrs", "our-row"), OURS)
    put_in_force(acme, TABLE, FAILURES)
    add_connection(acme, "ours", ruleset="ours")
    results = [run_document(acme, "ours", WIDGETS, now=at(START), actor="Ana", as_of=START)]
    put_in_force(acme, OTHER_TABLE, FAILURES)
    results.append(run_document(acme, "ours", WIDGETS, now=at(START), actor="Ana", as_of=START))
    problems = [_found(result, "no-key-result")[0]["failure"]["problem"] for result in results]
    assert problems == ["Ours", "Everybody's"]
    digests = [{result.report["ruleset"]["digest"], result.run["failure_table_digest"]} for result in results]
    assert digests[0].isdisjoint(digests[1])
    assert all(replay(acme, result.run["id"]).same for result in results)


def test_a_changed_catalogue_is_a_changed_rule_as_the_cause_of_what_it_finds_and_no_longer_finds(acme: Engine) -> None:
    first = _run(acme)
    assert _found(first, "trade-off-key-results") == []
    put_in_force(acme, CATALOGUE, METRICS)
    second = _run(acme, 1)
    (finding,) = _found(second, "trade-off-key-results")
    assert finding["life"]["cause"] == {
        "kind": "rule_changed",
        "versions": {"from": "metrics@shipped-0.1.0", "to": "metrics@1"},
    }
    put_in_force(acme, CATALOGUE.replace("strong", "weak"), METRICS)
    third = _run(acme, 2, people=[{"id": "ana", "name": "Ana"}])
    (gone,) = [each for each in third.report["missed"] if each["rule"] == "trade-off-key-results"]
    assert (gone["state"], gone["cause"]["kind"]) == ("resolved", "rule_changed")
    assert gone["cause"]["versions"] == {"from": "metrics@1", "to": "metrics@2"}
    assert len({result.report["ruleset"]["digest"] for result in (first, second, third)}) == 3
    assert [replay(acme, result.run["id"]).same for result in (first, second, third)] == [True] * 3


def test_a_table_without_a_row_that_a_published_rule_points_to_is_refused_even_where_the_rule_is_off(
    database: Engine,
) -> None:
    put_in_force(database, TABLE, FAILURES)
    text = RULE.replace("isolated-okrs", "our-row") + "overrides: {no-key-result: 'off'}\n"
    put_in_force(database, text, OURS)
    save(database, shipped_text("failure-table") + "# again\n", version=2, what=FAILURES)
    with pytest.raises(BadRuleset) as caught:
        publish(database, NOON, "Ana", FAILURES, version=3, limits=PATIENT)
    (fault,) = caught.value.faults
    assert fault.message == "No row is called “our-row”."
    assert fault.hint == "the rule no-key-result of ours@1 points to it"


def test_a_version_that_a_connection_names_keeps_its_rows(database: Engine) -> None:
    put_in_force(database, TABLE, FAILURES)
    put_in_force(database, RULE.replace("isolated-okrs", "our-row"), OURS)
    put_in_force(database, RULE, OURS)
    save(database, shipped_text("failure-table") + "# again\n", version=2, what=FAILURES)
    assert check_draft(database, FAILURES, limits=PATIENT)["rows"] > 5
    add_connection(database, ruleset="ours@1")
    with pytest.raises(BadRuleset, match="our-row"):
        check_draft(database, FAILURES, limits=PATIENT)


def test_a_ruleset_is_tried_with_the_tables_in_force(database: Engine) -> None:
    save(database, RULE.replace("isolated-okrs", "our-row"), version=None)
    with pytest.raises(BadRuleset, match="no row “our-row”"):
        check_draft(database, OURS, limits=PATIENT)
    put_in_force(database, TABLE, FAILURES)
    assert check_draft(database, OURS, limits=PATIENT)["rules"] == 1


@pytest.mark.parametrize(
    ("tried", "meanwhile"),
    [((OURS, RULE), (FAILURES, TABLE)), ((FAILURES, TABLE), (OURS, RULE))],
    ids=["a ruleset beside a table", "a table beside a ruleset"],
)
def test_what_was_tried_beside_something_else_than_is_in_force_now_is_not_published(
    database: Engine, monkeypatch: pytest.MonkeyPatch, tried: tuple[Target, str], meanwhile: tuple[Target, str]
) -> None:
    what, text = tried
    save(database, text, version=None, what=what)

    def publish_meanwhile(*_: object, **__: object) -> dict[str, Any]:
        put_in_force(database, meanwhile[1], meanwhile[0])
        return {}

    for name in ("check_ruleset", "check_table"):
        monkeypatch.setattr(publishing, name, publish_meanwhile)
    with pytest.raises(NotAllowed, match="published while this was tried"):
        publish(database, NOON, "Ana", what, version=1)
    monkeypatch.setattr(publishing, "check_ruleset", lambda *_: {})
    monkeypatch.setattr(publishing, "check_table", lambda *_, **__: {})
    assert publish(database, NOON, "Ana", what, version=1).version == 1


def test_a_catalogue_with_faults_is_not_published(database: Engine) -> None:
    save(database, CATALOGUE.replace("widget-care]", "no-such]"), version=None, what=METRICS)
    with pytest.raises(BadRuleset) as caught:
        publish(database, NOON, "Ana", METRICS, version=1, limits=PATIENT)
    assert {fault.place for fault in caught.value.faults} == {"metrics@draft"}
