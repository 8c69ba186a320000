"""Severities that change with time: on a day or with the cycle, in a rule, in overrides, and in rulesets that extend one another."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from tests.okr_sets import small
from tests.rules.test_rules_faults import rule, text
from validator.pipeline import judge
from validator.proving import prove
from validator.rules.catalogue import load_ruleset
from validator.rules.digests import rule_digests
from validator.rules.later import later_words

Write = Callable[..., str]
Day = datetime.date

BY_DAY = "[{severity: warning, from: 2026-09-01}, {severity: error, from: 2027-01-01}]"
BY_PHASE = "[{severity: warning, from_phase: second_half}, {severity: error, from_phase: after_end}]"
BEFORE, SINCE, AFTER = Day(2026, 8, 31), Day(2026, 9, 1), Day(2027, 1, 1)
SET = small(
    {"id": "A", "team": "T1", "level": "company", "cycle": "q3"},
    {"id": "B", "team": "T2", "level": "team", "cycle": "q4"},
    source={"provides": ["owners", "levels", "teams", "cycles"]},
    cycles=[{"id": "q3", "name": "Q3", "start": "2026-07-01", "end": "2026-09-30"},
            {"id": "q4", "name": "Q4", "start": "2026-10-01", "end": "2026-12-31"}],
)  # fmt: skip


def severities(path: str, day: Day) -> str:
    """Severities of the findings on A and B, by their first letters."""
    report = judge(SET, load_ruleset(path), as_of=day)
    found = {finding["items"][0]["id"]: finding["severity"] for finding in report["findings"]}
    return "".join(found[id][0] for id in sorted(found))


def over_time(path: str) -> list[str]:
    return [severities(path, day) for day in (BEFORE, SINCE, AFTER)]


def override(change: str, own: str | None = None) -> str:
    return text(rule(severity="info", later=own), more=f"overrides: {{r: {change}}}\n")


@pytest.mark.parametrize("day", ["2026-09-01", "'2026-09-01'"])
def test_a_rule_turns_on_its_day_and_not_before(ruleset_file: Write, day: str) -> None:
    path = ruleset_file(text(rule(severity="warning", later=f"[{{severity: error, from: {day}}}]")))
    assert over_time(path) == ["ww", "ee", "ee"]


def test_the_last_change_that_has_begun_counts(ruleset_file: Write) -> None:
    assert over_time(ruleset_file(text(rule(severity="info", later=BY_DAY)))) == ["ii", "ww", "ee"]
    assert over_time(ruleset_file(override(f"{{later: {BY_DAY}}}"))) == ["ii", "ww", "ee"]


def test_a_severity_may_fall_with_time(ruleset_file: Write) -> None:
    assert over_time(ruleset_file(text(rule(later="[{severity: info, from: 2026-09-01}]")))) == ["ee", "ii", "ii"]


def test_by_phase_each_finding_turns_with_the_cycle_of_its_own_items(ruleset_file: Write) -> None:
    assert over_time(ruleset_file(text(rule(severity="info", later=BY_PHASE)))) == ["wi", "wi", "ee"]


SCOPED: dict[str, tuple[str, list[str]]] = {
    "for one team": (f"{{severity: info, later: {BY_DAY}, team: T1}}", ["ie", "we", "ee"]),
    "for one level": (f"{{severity: info, later: {BY_DAY}, level: team}}", ["ei", "ew", "ee"]),
    "for one cycle": (f"{{severity: info, later: {BY_PHASE}, cycle: q4}}", ["ei", "ei", "ee"]),
    "for one team, without another severity": ("{later: [{severity: info, from: 2026-09-01}], team: T1}", ["ee", "ie", "ie"]),
    "everywhere, and another severity for one team": (
        f"[{{severity: info, later: {BY_DAY}}}, {{severity: error, team: T1}}]", ["ei", "ew", "ee"]),
    "everywhere, and an empty list for one team": (
        f"[{{severity: info, later: {BY_DAY}}}, {{later: [], team: T1}}]", ["ii", "iw", "ie"]),
    "everywhere, kept by an override of something else": (f"[{{severity: info, later: {BY_DAY}}}, {{shadow: true, team: T1}}]", ["ii", "ww", "ee"]),
    "everywhere, and off for one team": (f"[{{severity: info, later: {BY_DAY}}}, {{severity: off, team: T1}}]", ["i", "w", "e"]),
    "off everywhere but for one team": (f"[off, {{severity: info, later: {BY_DAY}, team: T1}}]", ["i", "w", "e"]),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), SCOPED.values(), ids=SCOPED.keys())
def test_an_override_changes_with_time(ruleset_file: Write, change: str, expected: list[str]) -> None:
    assert over_time(ruleset_file(text(more=f"overrides: {{r: {change}}}\n"))) == expected


REPLACED: dict[str, tuple[str, list[str]]] = {
    "by another severity": ("warning", ["ww", "ww", "ww"]),
    "by an empty list": ("{later: []}", ["ii", "ii", "ii"]),
    "by another list": ("{later: [{severity: error, from: 2026-09-01}]}", ["ii", "ee", "ee"]),
    "by another severity and list": ("{severity: error, later: [{severity: info, from: 2027-01-01}]}", ["ee", "ee", "ii"]),
    "by nothing, where only shadow is said": ("{shadow: true}", ["ii", "ww", "ee"]),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), REPLACED.values(), ids=REPLACED.keys())
def test_the_changes_of_an_extended_rule_are_replaced(ruleset_file: Write, change: str, expected: list[str]) -> None:
    ruleset_file(text(rule(severity="info", later=BY_DAY)), "lower.yaml")
    path = ruleset_file(f"name: y\nextends: [lower.yaml]\noverrides: {{r: {change}}}\n")
    assert over_time(path) == expected


def test_an_extending_file_may_switch_off_a_rule_that_changes_with_time(ruleset_file: Write) -> None:
    ruleset_file(text(rule(severity="info", later=BY_DAY)), "lower.yaml")
    assert load_ruleset(ruleset_file("name: y\nextends: [lower.yaml]\noverrides: {r: off}\n")).variants == ()


def test_a_severity_by_condition_goes_before_one_by_time(ruleset_file: Write) -> None:
    graded = rule(severity="info", severity_when="{warning: {level: {is: company}}}", later=BY_DAY)
    assert over_time(ruleset_file(text(graded))) == ["wi", "ww", "we"]


def test_a_rule_in_shadow_turns_and_fails_no_gate(ruleset_file: Write) -> None:
    path = ruleset_file(text(rule(severity="info", shadow="true", later=BY_DAY)))
    report = judge(SET, load_ruleset(path), as_of=AFTER, fail_on="info")
    assert [(finding["severity"], finding["shadow"]) for finding in report["findings"]] == [("error", True)] * 2
    assert (report["status"], report["summary"]["shadow"], report["summary"]["error"]) == ("pass", 2, 0)


def test_the_gate_counts_by_the_severity_of_the_day(ruleset_file: Write) -> None:
    ruleset = load_ruleset(ruleset_file(text(rule(severity="warning", later="[{severity: error, from: 2026-09-01}]"))))
    assert [judge(SET, ruleset, as_of=day)["status"] for day in (BEFORE, SINCE)] == ["pass", "fail"]


def test_the_report_says_of_each_rule_what_comes(ruleset_file: Write) -> None:
    rules = text(rule(id="a", severity="info", later=BY_DAY), rule(id="b", later=BY_PHASE), rule(id="c"))
    report = judge(SET, load_ruleset(ruleset_file(rules)), as_of=SINCE)
    assert [(entry["severity"], entry["later"]) for entry in report["rules"]] == [
        ("info", [{"severity": "warning", "from": "2026-09-01", "from_phase": None}, {"severity": "error", "from": "2027-01-01", "from_phase": None}]),
        ("error", [{"severity": "warning", "from": None, "from_phase": "second_half"}, {"severity": "error", "from": None, "from_phase": "after_end"}]),
        ("error", []),
    ]  # fmt: skip


def test_a_change_in_words(ruleset_file: Write) -> None:
    rules = load_ruleset(ruleset_file(text(rule(id="a", later=BY_DAY), rule(id="b", later=BY_PHASE)))).rules
    assert [list(later_words(one)) for one in rules] == [
        ["warning from 2026-09-01", "error from 2027-01-01"],
        ["warning from the middle of the cycle", "error from the day after the cycle"],
    ]


def test_other_changes_make_another_rule_and_the_passing_of_time_does_not(ruleset_file: Write) -> None:
    def digest(later: str | None, more: str = "") -> str:
        return rule_digests(load_ruleset(ruleset_file(text(rule(later=later), more=more))))["r"]

    again, moved = digest(BY_DAY), digest(BY_DAY.replace("2027", "2028"))
    assert digest(BY_DAY) == again
    assert len({again, moved, digest(BY_PHASE), digest(None)}) == 4
    assert digest(BY_DAY, "overrides: {r: {later: []}}\n") == digest(None)


def _example(**more: str) -> str:
    fields = {"document": "{objectives: [{id: O1, title: O, owners: []}]}", **more}
    return f"{{{', '.join(f'{name}: {value}' for name, value in fields.items())}}}"


def _proven(ruleset_file: Write, *reports: str) -> list[str]:
    accept = "{document: {objectives: [{id: O1, title: O, owners: [{person: a}]}]}}"
    examples = f"{{report: [{', '.join(reports)}], accept: [{accept}]}}"
    path = ruleset_file(text(rule(severity="warning", later=BY_DAY.replace("warning", "info"), examples=examples)))
    return [outcome.problem for outcome in prove(path).outcomes]


def test_examples_prove_the_severity_of_a_day(ruleset_file: Write) -> None:
    days = {"2026-08-31": "warning", "2026-09-01": "info", "2027-01-01": "error"}
    good = [_example(as_of=day, severity=severity) for day, severity in days.items()]
    assert _proven(ruleset_file, *good) == [""] * 4
    bad: Any = _proven(ruleset_file, _example(as_of="2027-01-01", severity="warning"))
    assert bad[0] == "expected severity warning, was error as of 2027-01-01"
