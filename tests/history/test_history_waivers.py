"""Waivers: when they hold, what they cover, and what they leave for the gate."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.history.histories import START, company, entry, rules, run
from validator.history.waivers import Waiver, baseline, cover, covering, gate, spent, status_of

DAY = datetime.timedelta(days=1)
BASE = Waiver("W1", "finding", START, "ana", finding="f1")


@pytest.mark.parametrize(
    ("waiver", "today", "approval", "status"),
    [
        pytest.param(BASE, START, False, "active", id="on its last day"),
        pytest.param(BASE, START + DAY, False, "expired", id="after its last day"),
        pytest.param(BASE, START, True, "proposed", id="not approved"),
        pytest.param(BASE._replace(approved_by="bo"), START, True, "active", id="approved by another"),
        pytest.param(BASE._replace(approved_by="ana"), START, True, "proposed", id="approved by its author"),
        pytest.param(BASE._replace(approved_by="ana"), START, False, "active", id="no approval asked for"),
        pytest.param(BASE, START + DAY, True, "expired", id="never approved and over"),
        pytest.param(BASE._replace(ended=True), START, False, "ended", id="ended"),
        pytest.param(BASE._replace(ended=True), START + DAY, False, "ended", id="ended and over"),
    ],
)
def test_a_waiver_has_one_status_on_a_day(waiver: Waiver, today: datetime.date, approval: bool, status: str) -> None:
    assert status_of(waiver, today, approval=approval) == status


def finding(id: str = "f1", rule: str = "unowned", severity: str = "error", **more: Any) -> dict[str, Any]:
    items = [
        {"kind": "objective", "id": "S1", "team": "sales"},
        {"kind": "objective", "id": "L1", "team": "supply"},
        {"kind": "dependency", "id": "P1", "team": None},
    ]
    return {"id": id, "rule": rule, "severity": severity, "shadow": False, "items": items, **more}


ITEM = Waiver("W2", "item", START, "ana", rule="unowned", item=("objective", "L1"))
TEAM = Waiver("W3", "team", START, "ana", rule="unowned", team="supply")


@pytest.mark.parametrize(
    ("waivers", "covered_by"),
    [
        pytest.param([BASE], "W1", id="the finding itself"),
        pytest.param([ITEM], "W2", id="a rule on an item that it names"),
        pytest.param([TEAM], "W3", id="a rule on a team that it concerns"),
        pytest.param([TEAM, ITEM, BASE], "W1", id="the narrowest of three"),
        pytest.param([TEAM, ITEM], "W2", id="the narrower of two"),
        pytest.param([BASE._replace(finding="f2")], None, id="another finding"),
        pytest.param([ITEM._replace(rule="undelivered")], None, id="another rule on the item"),
        pytest.param([ITEM._replace(item=("key_result", "L1"))], None, id="another kind of item of that id"),
        pytest.param([TEAM._replace(team="board")], None, id="another team"),
        pytest.param([BASE._replace(last_day=START - DAY), TEAM], "W3", id="the narrowest is over"),
        pytest.param([BASE._replace(last_day=START + DAY, id="W9"), BASE], "W9", id="the one that holds longer"),
        pytest.param([], None, id="no waiver"),
    ],
)
def test_a_finding_is_covered_by_the_narrowest_waiver_that_holds(waivers: list[Waiver], covered_by: str | None) -> None:
    for listed in (waivers, waivers[::-1]):
        found = covering(cover(listed, START, approval=False), finding())
        assert (found.id if found else None) == covered_by


def report() -> dict[str, Any]:
    """A report with errors about S1 and C1 and a warning about the conflict."""
    document = company()
    for objective in document["objectives"]:
        objective["owners"] = []
    strict = "{unowned: {severity: error}, busy-team: {shadow: true}}"
    return run(document, by=rules(overrides=strict, most_objectives=1)).report


def counts(gate: dict[str, Any], severity: str) -> tuple[int, ...]:
    found = next(condition for condition in gate["conditions"] if condition["severity"] == severity)
    return tuple(found[name] for name in ("count", "waived", "baseline", "settled"))


def test_without_waivers_the_gate_is_the_reports_own() -> None:
    judged = report()
    found = gate(judged, {})
    own = judged["gate"]["conditions"]
    assert [{name: c[name] for name in own[0]} for c in found["conditions"]] == own
    assert (found["status"], found["fail_on"]) == (judged["status"], judged["gate"]["fail_on"])


def test_waived_findings_are_counted_apart_and_do_not_fail_the_gate() -> None:
    judged = report()
    errors = [f for f in judged["findings"] if f["severity"] == "error"]
    waivers = [BASE._replace(id=f["id"], finding=f["id"]) for f in errors]
    part, whole = (gate(judged, cover(some, START, approval=False)) for some in (waivers[1:], waivers))
    assert (part["status"], counts(part, "error")) == ("fail", (1, len(errors) - 1, 0, 0))
    assert (whole["status"], counts(whole, "error")) == ("pass", (0, len(errors), 0, 0))


def test_a_settled_conflict_does_not_count_at_the_gate() -> None:
    judged = run(company()).report
    settled = {f["id"] for f in judged["findings"]}
    assert gate(judged, {}, fail_on="warning")["status"] == "fail"
    assert counts(gate(judged, {}, settled=settled, fail_on="warning"), "warning") == (0, 0, 0, 1)


def test_with_a_baseline_only_newer_findings_count_until_it_is_burnt_down() -> None:
    judged = report()
    accepted = baseline(judged, START + DAY, "ana")
    broken = company()
    entry(broken, "S1")["parents"] = [{"id": "gone"}]
    newer = run(broken).report
    today, later = (cover(accepted, day, approval=False) for day in (START, START + 2 * DAY))
    assert gate(judged, today)["status"] == "pass"
    assert counts(gate(judged, today), "error")[2] == sum(f["severity"] == "error" for f in judged["findings"])
    assert counts(gate(newer, today), "error")[0] == 1
    assert gate(judged, later)["status"] == "fail"


def test_shadow_findings_are_in_no_baseline_and_never_count() -> None:
    judged = report()
    shadow = {f["id"] for f in judged["findings"] if f["shadow"]}
    assert shadow
    assert shadow & {waiver.finding for waiver in baseline(judged, START, "ana")} == set()
    assert gate(judged, {}, fail_on="info")["conditions"][2]["count"] == 0


def test_a_set_that_no_rule_could_judge_never_passes() -> None:
    judged = report()
    nothing = {**judged, "findings": [], "rules": [{**rule, "evaluated": 0} for rule in judged["rules"]]}
    assert [gate(nothing, {}, fail_on=least)["status"] for least in ("error", "never")] == ["fail", "fail"]


def test_a_baseline_that_is_worked_off_is_spent() -> None:
    ours = BASE._replace(kind="baseline")
    others = [BASE, ours._replace(finding="f2"), ours._replace(ended=True)]
    assert spent([ours, *others], {"f1"}) == (ours,)
