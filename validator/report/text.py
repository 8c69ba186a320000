"""Plain text for people: the verdict, what is wrong by failure row, what was not judged, what to do first."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from validator.report.clean import ascii_marks, one_line
from validator.report.outline import Gap, Step, first_steps, gaps, row_sections
from validator.report.page import Page
from validator.report.sentences import item_label
from validator.report.text_rows import print_compact_row, print_row
from validator.report.view import PLAIN, Report, View
from validator.report.words import counted, gate_line, read_counts, severity_counts

_NOTES = 3
_RULES_NAMED = 3
_GAPS = 8


def render(report: Report, *, view: View = PLAIN) -> str:
    """The report as lines of the view's width; colour codes only where the view asks for them."""
    report = report if view.everything else _without_shadow(report)
    page, rows, missing = Page(view), row_sections(report), gaps(report)
    _print_header(page, report, view)
    for row in rows:
        print_compact_row(page, row) if view.compact else print_row(page, row, everything=view.everything)
    if view.compact:
        _print_gaps_briefly(page, missing)
    else:
        _print_gaps(page, missing, everything=view.everything)
    _print_steps(page, first_steps(rows, missing), items=1 if view.compact else 3)
    page.line(Text(gate_line(report), style="bold"))
    return page.written if view.unicode else ascii_marks(page.written)


def _without_shadow(report: Report) -> Report:
    """What a rule in shadow finds is for whoever tries that rule out."""
    return {**report, "findings": [finding for finding in report["findings"] if not finding["shadow"]]}


def _print_header(page: Page, report: Report, view: View) -> None:
    passed = report["status"] == "pass"
    verdict = ("PASS", "bold green") if passed else ("FAIL", "bold red")
    page.line(Text.assemble(verdict, "  ", (severity_counts(report["summary"], zeros=True), "bold")))
    page.line(Text(_origin(report, view)))
    page.line(Text(f"Read: {read_counts(report)}."))
    if not view.compact:
        page.line(Text(f"{_judged(report)}."))
    given = report["input"]
    if not given["complete"]:
        page.line(Text("This set is not complete: what rests on the rest of it was not judged.", style="yellow"))
    notes = [one_line(note) for note in given.get("notes", ())]
    shown = notes if view.everything else notes[:_NOTES]
    for note in shown if not view.compact else ():
        page.line(Text(note, style="dim"), first="Note: ")
    if len(shown) < len(notes) and not view.compact:
        page.line(Text(f"… and {counted(len(notes) - len(shown), 'more note')} (use --all)", style="dim"), indent=6)
    page.blank()


def _origin(report: Report, view: View) -> str:
    given = report["input"]
    source = given["source"] or {}
    parts = [view.source if view.source != "-" else "standard input", source.get("tool")]
    if source.get("exported_at"):
        parts.append(f"exported {source['exported_at']}")
    parts.append(f"judged as of {given['as_of']}")
    return " · ".join(one_line(part) for part in parts if part)


def _judged(report: Report) -> str:
    ruleset, rules = report["ruleset"], report["rules"]
    able = sum(rule["status"] != "not_evaluated" for rule in rules)
    return one_line(
        f"Ruleset {ruleset['name']} {ruleset['version']}: {able} of {counted(len(rules), 'rule')} could judge"
    )


def _print_gaps(page: Page, missing: tuple[Gap, ...], *, everything: bool) -> None:
    if not missing:
        return
    page.heading("What was not judged, and what to supply", style="bold cyan")
    shown = missing if everything else missing[:_GAPS]
    for gap in shown:
        waiting = ", ".join(gap.rules if everything else gap.rules[:_RULES_NAMED])
        rest = "" if everything or len(gap.rules) <= _RULES_NAMED else f" and {len(gap.rules) - _RULES_NAMED} more"
        body = Text(one_line(gap.supply)).append(f"  {waiting}{rest}", style="dim")
        page.line(body, first=f"{counted(len(gap.rules), 'rule'):>8}  ")
    if len(shown) < len(missing):
        page.line(Text(f"… and {counted(len(missing) - len(shown), 'more input')} (use --all)", style="dim"), indent=10)
    page.blank()


def _print_gaps_briefly(page: Page, missing: tuple[Gap, ...]) -> None:
    if missing:
        rules = {rule for gap in missing for rule in gap.rules}
        names = ", ".join(gap.missing for gap in missing)
        page.line(Text(f"Not judged: {counted(len(rules), 'rule')}, for want of {names}.", style="cyan"))
    page.blank()


def _print_steps(page: Page, steps: Iterable[Step], *, items: int) -> None:
    listed = tuple(steps)
    if not listed:
        return
    page.heading("Do this first", style="bold green")
    for number, step in enumerate(listed, start=1):
        begin = ", ".join(one_line(item_label(item)) for item in step.items[:items])
        body = Text(one_line(step.action)).append(f" Begin with {begin}." if begin else "", style="dim")
        page.line(body, first=f"{number}. ")
    page.blank()
