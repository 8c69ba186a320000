"""The order in which people read a report: worst failure row first, then what was not judged, then what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from validator.report.view import Report
from validator.report.words import SEVERITIES, SUPPLY

Finding = Mapping[str, Any]

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")


class RuleSection(NamedTuple):
    """The findings of one rule."""

    id: str
    title: str
    findings: tuple[Finding, ...]


class RowSection(NamedTuple):
    """The findings that share one row of the failure table: one problem, one root cause, one fix."""

    id: str
    problem: str
    root_cause: str
    fix: str
    counts: Mapping[str, int]
    """Findings by severity; those of shadow rules are not counted."""
    rules: tuple[RuleSection, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding of the row, worst first."""
        every = (finding for rule in self.rules for finding in rule.findings)
        return tuple(sorted(every, key=lambda finding: (finding["shadow"], SEVERITIES.index(finding["severity"]))))


class Gap(NamedTuple):
    """An input that is missing, and the rules that could not judge without it."""

    missing: str
    supply: str
    rules: tuple[str, ...]


class Step(NamedTuple):
    """One thing to do, and the items to begin with."""

    action: str
    items: tuple[Mapping[str, Any], ...] = ()


def row_sections(report: Report) -> tuple[RowSection, ...]:
    """The findings grouped by failure row and rule; the row with most errors first."""
    titles = {rule["id"]: rule["title"] for rule in report["rules"]}
    groups: dict[str, list[Finding]] = {}
    for finding in report["findings"]:
        groups.setdefault(finding["failure"]["id"], []).append(finding)
    return tuple(sorted((_row(group, titles) for group in groups.values()), key=_worst_first))


def gaps(report: Report) -> tuple[Gap, ...]:
    """What to supply so that more rules can judge; the input that opens most rules first."""
    waiting: dict[str, list[str]] = {}
    for rule in report["rules"]:
        if rule["status"] == "not_evaluated":
            for name in rule["missing"] or ["other"]:
                waiting.setdefault(name, []).append(rule["id"])
    found = [Gap(name, SUPPLY.get(name, name), tuple(rules)) for name, rules in waiting.items()]
    return tuple(sorted(found, key=lambda gap: (-len(gap.rules), gap.missing)))


def first_steps(rows: Iterable[RowSection], missing: Iterable[Gap], at_most: int = 3) -> tuple[Step, ...]:
    """The first things to do: the fixes of the worst rows; with nothing to fix, the input that opens most rules."""
    counted = [row for row in rows if row.counts]
    steps = [Step(first_sentence(row.fix), _distinct_items(row.findings, 3)) for row in counted[:at_most]]
    return tuple(steps or [Step(f"Supply {gap.supply}.") for gap in missing][:at_most])


def first_sentence(text: str) -> str:
    """The text up to the end of its first sentence."""
    return _SENTENCE_END.split(text.strip(), maxsplit=1)[0]


def _row(findings: list[Finding], titles: Mapping[str, str]) -> RowSection:
    failure = findings[0]["failure"]
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding["rule"], []).append(finding)
    sections = tuple(RuleSection(name, titles.get(name, name), tuple(group)) for name, group in rules.items())
    counts = Counter(finding["severity"] for finding in findings if not finding["shadow"])
    return RowSection(failure["id"], failure["problem"], failure["root_cause"], failure["fix"], counts, sections)


def _worst_first(row: RowSection) -> tuple[int, int, int, str]:
    return (-row.counts.get("error", 0), -row.counts.get("warning", 0), -row.counts.get("info", 0), row.id)


def _distinct_items(findings: Iterable[Finding], at_most: int) -> tuple[Mapping[str, Any], ...]:
    items = {(item["kind"], item["id"]): item for finding in findings for item in finding["items"][:1]}
    return tuple(items.values())[:at_most]
