"""What a finding and a report say."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from tests.okr_sets import AS_OF, Document, rich, small
from tests.rules.test_rules_faults import rule, text
from validator.findings.messages import MOST, message
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
from validator.rules.failure_table import load_failure_table
from validator.rules.ruleset import Ruleset

Write = Callable[..., str]
OWNED = {"source": {"provides": ["owners", "levels"]}}


def report(
    write: Write, *rules: str, document: Document | None = None, more: str = "", **options: Any
) -> dict[str, Any]:
    return judge({**OWNED, **(document or small({"id": "O"}))}, load_ruleset(write(text(*rules, more=more))), **options)


def finding(write: Write, *rules: str, **options: Any) -> dict[str, Any]:
    (only,) = report(write, *rules, **options)["findings"]
    return dict(only)


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("{owner_count: {below: 1}}", [("owner_count", "below", 1, 0)]),
        ("{owner_count: {between: [0, 2]}, title: {matches: '^O'}}", [("owner_count", "between", [0, 2], 0), ("title", "matches", "^O", "O")]),
        ("{any: [{owner_count: {above: 5}}, {level: {missing: true}}]}", [("level", "missing", True, None)]),
        ("{none: [{owner_count: {above: 5}}, {level: {in: [team, company]}}]}",
         [("owner_count", "not above", 5, 0), ("level", "not in", ["team", "company"], None)]),
        ("{owner_count: {is: '@primary_owner_count'}}", [("owner_count", "is", {"attribute": "primary_owner_count"}, 0)]),
    ],
)  # fmt: skip
def test_why_names_each_comparison_with_what_was_expected_and_what_is(
    ruleset_file: Write, when: str, why: list[tuple[Any, ...]]
) -> None:
    found = finding(ruleset_file, rule(when=when, needs="[]"))
    assert [tuple(reason.values()) for reason in found["why"]] == why
    assert all(list(reason) == ["attribute", "operator", "expected", "actual"] for reason in found["why"])


def test_why_names_where_the_rule_applies_before_what_is_wrong(ruleset_file: Write) -> None:
    found = finding(ruleset_file, rule(where="{level: {missing: true}}"))
    assert [reason["attribute"] for reason in found["why"]] == ["level", "owner_count"]


def test_a_finding_carries_its_rows_cause_and_fix(ruleset_file: Write) -> None:
    assert finding(ruleset_file, rule())["failure"] == load_failure_table()["no-delivery-owner"]._asdict()


def test_a_finding_names_its_items_with_title_team_and_link(ruleset_file: Write) -> None:
    document = small(
        {"id": "O", "title": "Grow", "team": "T", "url": "https://x"}, teams=[{"id": "T", "name": "Sales"}]
    )
    (shown,) = finding(ruleset_file, rule(), document=document)["items"]
    expected = {"kind": "objective", "id": "O", "title": "Grow", "team": "T", "url": "https://x"}
    assert shown | expected == shown


@pytest.mark.parametrize(
    ("template", "values", "said"),
    [("{a}", {"a": 3.0}, "3"), ("{a}", {"a": 2.5}, "2.5"), ("{a:.0%}", {"a": 0.5}, "50%"), ("{a:.1f}", {"a": 2}, "2.0"), ("{a}", {}, "unknown"),
     ("{a:.1f}", {}, "unknown"), ("{a}", {"a": True}, "yes"), ("{a}", {"a": False}, "no"), ("{{a}}", {"a": 1}, "{a}"),
     ("{a}", {"a": "{b} {0}"}, "{b} {0}"), ("“{a}”", {"a": "x" * MOST}, f"“{'x' * MOST}”"), ("{a}", {"a": "x" * (MOST + 1)}, "x" * (MOST - 1) + "…")],
)  # fmt: skip
def test_a_message_shows_values_as_people_read_them(template: str, values: dict[str, Any], said: str) -> None:
    assert message(template, values) == said


GATES: list[tuple[str, list[str], str, list[tuple[str, int, bool]]]] = [
    ("error", ["error"], "fail", [("error", 1, False)]),
    ("error", ["warning", "info"], "pass", [("error", 0, True)]),
    ("warning", ["warning"], "fail", [("error", 0, True), ("warning", 1, False)]),
    ("warning", ["info"], "pass", [("error", 0, True), ("warning", 0, True)]),
    ("info", ["info", "info"], "fail", [("error", 0, True), ("warning", 0, True), ("info", 2, False)]),
    ("info", [], "pass", [("error", 0, True), ("warning", 0, True), ("info", 0, True)]),
    ("never", ["error", "warning"], "pass", []),
]


@pytest.mark.parametrize(("fail_on", "severities", "status", "conditions"), GATES)
def test_the_gate(
    ruleset_file: Write, fail_on: str, severities: list[str], status: str, conditions: list[tuple[str, int, bool]]
) -> None:
    rules = [rule(id=f"r-{n}", severity=severity) for n, severity in enumerate(severities)]
    fine = rule(id="fine", when="{owner_count: {above: 9}}")
    made = report(ruleset_file, *rules, fine, fail_on=fail_on)
    assert made["status"] == status
    assert made["gate"] == {
        "fail_on": fail_on,
        "conditions": [
            {"severity": s, "at_most": 0, "count": count, "passed": passed} for s, count, passed in conditions
        ],
    }


def test_a_set_that_no_rule_could_judge_does_not_pass(ruleset_file: Write) -> None:
    made = report(ruleset_file, rule(), document={**small({"id": "O"}), "source": {"provides": []}}, fail_on="never")
    assert (made["status"], made["summary"]["rules"]["not_evaluated"]) == ("fail", 1)
    assert "No rule could judge" in made["input"]["notes"][-1]


STATUSES: dict[str, tuple[dict[str, str], tuple[str, int, int, list[str]]]] = {
    "a rule that finds": ({}, ("fail", 2, 2, [])),
    "a rule that finds nothing": ({"when": "{owner_count: {above: 9}}"}, ("pass", 2, 0, [])),
    "a rule that applies to one of them": ({"where": "{level: {is: team}}"}, ("fail", 1, 1, [])),
    "a rule that applies to none": ({"where": "{level: {is: company}}"}, ("not_applicable", 0, 0, [])),
    "a rule whose input is missing": (
        {"needs": "[owners, reviews, parents]"},
        ("not_evaluated", 0, 0, ["reviews", "parents"]),
    ),
}


@pytest.mark.parametrize(("changes", "expected"), STATUSES.values(), ids=STATUSES.keys())
def test_a_report_says_what_became_of(ruleset_file: Write, changes: dict[str, Any], expected: tuple[Any, ...]) -> None:
    made = report(ruleset_file, rule(**changes), document=small({"id": "A", "level": "team"}, {"id": "B"}))
    (of_rule,) = made["rules"]
    assert (of_rule["status"], of_rule["evaluated"], of_rule["failed"], of_rule["missing"]) == expected
    assert made["summary"]["rules"][expected[0]] == 1
    assert len(made["findings"]) == expected[2]


def test_a_fact_counts_once_however_many_overrides_part_the_rule(ruleset_file: Write) -> None:
    more = "overrides: {r: [{severity: info, level: team}, {severity: warning, level: [team, company]}]}\n"
    made = report(
        ruleset_file,
        rule(),
        more=more,
        document=small({"id": "A", "level": "team"}, {"id": "B"}, {"id": "C", "level": "company"}),
    )
    assert (made["rules"][0]["evaluated"], made["rules"][0]["failed"]) == (3, 3)


def test_findings_come_worst_first_then_by_rule_and_items(ruleset_file: Write) -> None:
    rules = [rule(id="b", severity="warning"), rule(id="a", severity="warning"), rule(id="c")]
    made = report(ruleset_file, *rules, document=small({"id": "2"}, {"id": "1"}))
    assert [(f["rule"], f["items"][0]["id"]) for f in made["findings"]] == [
        ("c", "1"),
        ("c", "2"),
        ("a", "1"),
        ("a", "2"),
        ("b", "1"),
        ("b", "2"),
    ]


def test_a_report_says_what_was_judged_and_by_what(base: Ruleset) -> None:
    made = judge(rich(1), base, notes=["a note"])
    assert made["format"] == "okr-report/1"
    assert made["ruleset"] == {"name": "base", "version": base.version, "digest": base.digest}
    assert (made["input"]["source"]["tool"], made["input"]["as_of"], made["input"]["notes"]) == (
        "test",
        str(AS_OF),
        ["a note"],
    )
    assert made["summary"]["items"]["objective"] == sum(made["summary"]["classes"].values()) == 30


@pytest.mark.parametrize("seed", range(5))
def test_a_report_is_the_same_bytes_again_and_plain_json(base: Ruleset, seed: int) -> None:
    first = orjson.dumps(judge(rich(seed), base))
    assert orjson.dumps(judge(rich(seed), base)) == first
    assert json.loads(first) == judge(rich(seed), base)


@pytest.mark.parametrize("seed", range(15))
def test_both_engines_give_the_same_report(base: Ruleset, seed: int) -> None:
    document = rich(seed)
    assert judge(document, base, engine="durable_rules") == judge(document, base, engine="python")


CONFLICT = rule(for_="conflict", when="{status: {is: open}}", message="m", needs="[]", decision="true")
FORUM = {"name": "The board", "next": "2026-08-20", "decision_authority": True}
WHOLE = {
    "conflict_resolver": "COO",
    "escalation": {"raise_within_days": 2, "act_within_days": 5},
    "tie_breaker": "customers first",
    "forum": FORUM,
}
DECIDED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "by the organisation": ({}, WHOLE, {
        "decision_maker": "COO", "raise_by": "2026-08-17", "respond_by": "2026-08-20", "tie_breaker": "customers first", "forum": "The board",
        "forum_next": "2026-08-20", "unnamed": []}),
    "by the conflict itself": ({"decision_maker": "ann", "escalate_within_days": 1}, WHOLE, {
        "decision_maker": "Ann", "respond_by": "2026-08-16", "unnamed": []}),
    "at once": ({"escalate_within_days": 0}, {}, {"respond_by": "2026-08-15"}),
    "by nobody": ({}, {}, {
        "decision_maker": None, "raise_by": None, "respond_by": None, "tie_breaker": None, "forum": None, "forum_next": None,
        "unnamed": ["decision_maker", "raise_by", "respond_by", "tie_breaker", "forum"]}),
    "in a forum that met already": ({}, {"forum": {**FORUM, "next": "2026-08-14"}}, {"forum": "The board", "forum_next": None}),
    "in a forum without a name": ({}, {"forum": {"every_days": 7}}, {"forum": "the forum"}),
    "in a window past the calendar": ({"escalate_within_days": 1e12}, {}, {"respond_by": None}),
}  # fmt: skip


@pytest.mark.parametrize(("conflict", "governance", "expected"), DECIDED.values(), ids=DECIDED.keys())
def test_a_conflict_carries_the_way_to_its_decision(
    ruleset_file: Write, conflict: dict[str, Any], governance: dict[str, Any], expected: dict[str, Any]
) -> None:
    document = small(
        {"id": "O"},
        people=[{"id": "p", "name": "Ann"}],
        conflicts=[{"id": "X", **conflict}, {"id": "Y"}],
        governance=governance,
    )
    found = report(ruleset_file, CONFLICT, document=document, as_of=AS_OF)["findings"][0]
    assert found["items"][0]["id"] == "X"
    assert found["decision"] | expected == found["decision"]


def test_other_findings_carry_no_way_to_a_decision(ruleset_file: Write) -> None:
    assert finding(ruleset_file, rule())["decision"] is None


@pytest.mark.parametrize(
    ("source", "as_of", "expected"),
    [({"exported_at": "2026-05-01"}, None, "2026-05-01"), ({"exported_at": "2026-05-01"}, AS_OF, "2026-08-15"),
     ({}, datetime.date(2030, 1, 1), "2030-01-01")],
)  # fmt: skip
def test_a_set_is_judged_as_of_the_day_asked_for_or_of_its_export(
    base: Ruleset, source: dict[str, Any], as_of: datetime.date | None, expected: str
) -> None:
    assert (
        judge({"source": source, **small({"id": "O", "owners": []})}, base, as_of=as_of)["input"]["as_of"] == expected
    )


def test_a_set_without_a_day_is_judged_as_of_today(base: Ruleset) -> None:
    before = datetime.datetime.now(datetime.UTC).date()
    said = judge(small({"id": "O", "owners": []}), base)["input"]["as_of"]
    assert before <= datetime.date.fromisoformat(said) <= datetime.datetime.now(datetime.UTC).date()
