"""What every rule of the shipped rulesets must have, and where its limits lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset, shipped
from validator.rules.failure_table import load_failure_table

ROWS = list(load_failure_table())
Document = dict[str, Any]


def team_objectives(n: int, **more: Any) -> list[Document]:
    return [{"id": f"O{k}", "title": f"Outcome {k}", **more} for k in range(n)]


def company(n: int) -> Document:
    return {"objectives": team_objectives(n, level="company", cycle="2026")}


def of_one_team(n: int) -> Document:
    return {"objectives": team_objectives(n, team="Support", cycle="Q2 2026")}


def key_results(n: int) -> Document:
    measures = [{"id": f"K{k}", "title": f"Measure {k}"} for k in range(n)]
    return {"objectives": [{"id": "O", "title": "Outcome", "key_results": measures}]}


def demand(n: int) -> Document:
    needed = [{"id": f"D{k}", "from": f"O{k}", "on_team": "Platform"} for k in range(n)]
    return {"objectives": team_objectives(n, team="Sales", cycle="Q2 2026"), "dependencies": needed}


def forum(days: int) -> Document:
    return {"objectives": team_objectives(1), "governance": {"forum": {"every_days": days}}}


COUNTED: dict[str, tuple[str, Callable[[int], Document]]] = {
    "too-many-company-objectives": ("most_company_objectives", company),
    "too-many-team-objectives": ("most_team_objectives", of_one_team),
    "too-many-key-results": ("most_key_results", key_results),
    "contested-capacity": ("most_demand_on_a_team", demand),
    "slow-forum-cadence": ("most_days_between_forums", forum),
}


def status(document: Document, rule: str, ruleset: str = "base") -> str:
    judged = judge(document, load_ruleset(ruleset))["rules"]
    return str(next(entry["status"] for entry in judged if entry["id"] == rule))


def severities(document: Document, rule: str, ruleset: str = "base") -> list[str]:
    found = judge(document, load_ruleset(ruleset))["findings"]
    return [finding["severity"] for finding in found if finding["rule"] == rule]


def test_the_shipped_rulesets_are_base_relaxed_and_strict() -> None:
    assert shipped() == ["base", "relaxed", "strict"]


@pytest.mark.parametrize("ruleset", ["base", "relaxed", "strict"])
def test_every_rule_points_to_a_row_of_the_failure_table(ruleset: str) -> None:
    assert {rule.failure for rule in load_ruleset(ruleset).rules} <= set(ROWS)


@pytest.mark.parametrize("ruleset", ["base", "relaxed", "strict"])
@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_failure_table_has_a_rule(row: str, ruleset: str) -> None:
    assert row in {rule.failure for rule in load_ruleset(ruleset).rules}


@pytest.mark.parametrize("ruleset", ["base", "relaxed", "strict"])
@pytest.mark.parametrize("rule", COUNTED)
def test_a_limit_may_be_reached_and_not_passed(rule: str, ruleset: str) -> None:
    parameter, document = COUNTED[rule]
    limit = load_ruleset(ruleset).parameters[parameter]
    assert status(document(limit), rule, ruleset) == "pass"
    assert status(document(limit + 1), rule, ruleset) == "fail"


def test_nobody_owning_a_team_objective_is_a_warning_and_an_error_for_the_strict() -> None:
    document = {"objectives": [{"id": "O1", "title": "Answer sooner", "level": "team", "owners": []}]}
    assert severities(document, "unowned-objective") == ["warning"]
    assert severities(document, "unowned-objective", "strict") == ["error"]


@pytest.mark.parametrize(
    ("window", "severity"),
    [({"raise_within_days": 3}, "warning"), ({"act_within_days": 3}, "warning"), ({}, "error")],
    ids=["nobody must act", "nobody must raise", "neither"],
)
def test_an_escalation_window_that_lacks_both_sides_is_worse_than_one(window: Document, severity: str) -> None:
    document = {"objectives": team_objectives(1), "governance": {"escalation": window}}
    assert severities(document, "no-escalation-window") == [severity]


def test_a_share_of_fewer_than_four_team_objectives_says_nothing() -> None:
    top = {"id": "C", "title": "Fill the house", "level": "company"}
    copies = [{**top, "id": f"T{n}", "level": "team", "parents": [{"id": "C"}]} for n in range(4)]
    assert status({"objectives": [top, *copies[:3]]}, "top-down-cascade-share") == "not_applicable"
    assert status({"objectives": [top, *copies]}, "top-down-cascade-share") == "fail"


def test_a_quarter_under_a_year_is_counted_and_never_alerted() -> None:
    cycles = [
        {"id": "y", "name": "2026", "start": "2026-01-01", "end": "2026-12-31"},
        {"id": "q", "name": "Q2", "start": "2026-04-01", "end": "2026-06-30"},
    ]
    objectives = [
        {"id": "C", "title": "Grow", "cycle": "y"},
        {"id": "T", "title": "Sell", "cycle": "q", "parents": [{"id": "C"}]},
    ]
    report = judge({"cycles": cycles, "objectives": objectives}, load_ruleset("base"), fail_on="info")
    assert report["summary"]["shadow"] == 1
    assert "parent-in-longer-cycle" not in {f["rule"] for f in report["findings"] if not f["shadow"]}
