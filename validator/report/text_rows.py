"""The findings of one failure row, as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from validator.report.clean import one_line
from validator.report.outline import RowSection, RuleSection, first_sentence
from validator.report.page import Page
from validator.report.sentences import item_ids, way_to_decision, why
from validator.report.words import SEVERITIES, severity_counts

_PER_RULE = 5
_MARKS = {"error": ("✖", "red"), "warning": ("▲", "yellow"), "info": ("●", "blue")}
_SHADOW = ("○", "dim")

Finding = Mapping[str, Any]


def print_row(page: Page, row: RowSection, *, everything: bool) -> None:
    """The row's problem, its findings by rule, then why it happens and what to do, once."""
    page.heading(_problem(row), _counts(row))
    for rule in row.rules:
        _print_rule(page, rule, everything=everything)
    page.line(Text(one_line(row.root_cause)), first="Why it happens: ", indent=2, first_style="bold")
    page.line(Text(one_line(row.fix)), first="What to do: ", indent=2, first_style="bold green")
    page.blank()


def print_compact_row(page: Page, row: RowSection) -> None:
    """The row in about three lines: its problem, its worst finding, the first sentence of its fix."""
    counts = [(f"{_MARKS[name][0]}{row.counts[name]} ", _MARKS[name][1]) for name in SEVERITIES if name in row.counts]
    page.line(Text.assemble(*counts, (_problem(row), "bold")), cut=True)
    _print_finding(page, row.findings[0], everything=False, cut=True)
    page.line(Text(one_line(first_sentence(row.fix))), first="→ ", indent=2, first_style="bold green", cut=True)


def _problem(row: RowSection) -> str:
    return one_line(row.problem).rstrip(".")


def _counts(row: RowSection) -> str:
    return severity_counts(row.counts) if row.counts else "in shadow only"


def _print_rule(page: Page, rule: RuleSection, *, everything: bool) -> None:
    page.line(Text(one_line(rule.title)).append(f"  {rule.id}", style="dim"), indent=2)
    shown = rule.findings if everything else rule.findings[:_PER_RULE]
    for finding in shown:
        _print_finding(page, finding, everything=everything)
    if len(shown) < len(rule.findings):
        page.line(Text(f"… and {len(rule.findings) - len(shown):,} more (use --all)", style="dim"), indent=6)


def _print_finding(page: Page, finding: Finding, *, everything: bool, cut: bool = False) -> None:
    mark, style = _SHADOW if finding["shadow"] else _MARKS[finding["severity"]]
    body = Text(one_line(finding["message"]))
    if finding["shadow"]:
        body.append(f" (shadow {finding['severity']}: not counted)", style="dim")
    body.append(f"  {one_line(item_ids(finding['items']))}".rstrip(), style="dim")
    page.line(body, first=f"{mark} ", indent=2 if cut else 4, first_style=style, cut=cut)
    if everything and finding["why"]:
        page.line(Text(one_line(why(finding)), style="dim"), first="because ", indent=6)
    if finding.get("decision") and not cut:
        way = Text(one_line(way_to_decision(finding["decision"])))
        page.line(way, first="decision: ", indent=6, first_style="bold")
