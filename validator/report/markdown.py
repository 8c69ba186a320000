"""GitHub-flavoured Markdown, for a comment on a pull request or a wiki page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from validator.report.clean import one_line
from validator.report.outline import Gap, RowSection, RuleSection, Step, first_steps, gaps, row_sections
from validator.report.sentences import item_ids, item_label, way_to_decision, why
from validator.report.view import PLAIN, Report, View
from validator.report.words import gate_line, read_counts, severity_counts

_PER_RULE = 10
_MARKS = {"error": "🔴", "warning": "🟠", "info": "🔵"}
_SPECIAL = re.compile(r"([\\`*_\[\]#|~>$]|^[-+])")
_REFERENCE = re.compile(r"([@#])(?=\w)")


def render(report: Report, *, view: View = PLAIN) -> str:
    """The report as Markdown; text from outside is escaped, and cannot mention people or close a tag."""
    rows, missing = row_sections(report), gaps(report)
    lines = [
        *_header(report, view),
        *(line for row in rows for line in _row(row, view)),
        *_gaps(missing),
        *_steps(first_steps(rows, missing)),
        escaped(gate_line(report)),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: object) -> str:
    """Text from outside as Markdown that shows just that text, on one line."""
    # A word joiner after @ and # keeps GitHub from mentioning people and linking issues: it looks after the escaping.
    plain = _REFERENCE.sub("\\1\u2060", one_line(text))
    return _SPECIAL.sub(r"\\\1", plain.replace("&", "&amp;").replace("<", "&lt;"))


def _header(report: Report, view: View) -> Iterator[str]:
    ruleset, given = report["ruleset"], report["input"]
    verdict = "✅ OKRs pass" if report["status"] == "pass" else "❌ OKRs fail"
    tool = (given["source"] or {}).get("tool")
    yield f"## {verdict}: {severity_counts(report['summary'], zeros=True)}"
    yield ""
    origin = [view.source if view.source != "-" else "standard input", tool, f"as of {given['as_of']}"]
    yield " · ".join(escaped(part) for part in origin if part) + "  "
    yield f"{escaped(read_counts(report))} · ruleset {escaped(ruleset['name'])} {escaped(ruleset['version'])}"
    yield ""
    if given.get("notes"):
        yield from (*(f"- {escaped(note)}" for note in given["notes"]), "")


def _row(row: RowSection, view: View) -> Iterator[str]:
    yield f"### {escaped(row.problem).rstrip('.')} ({severity_counts(row.counts)})"
    yield ""
    for rule in row.rules:
        yield from _rule(rule, view)
    yield f"**Why it happens:** {escaped(row.root_cause)}  "
    yield f"**What to do:** {escaped(row.fix)}"
    yield ""


def _rule(rule: RuleSection, view: View) -> Iterator[str]:
    yield f"**{escaped(rule.title)}** `{rule.id}`"
    yield ""
    shown = rule.findings if view.everything else rule.findings[:_PER_RULE]
    for finding in shown:
        yield from _finding(finding)
    if len(shown) < len(rule.findings):
        yield f"- … and {len(rule.findings) - len(shown)} more"
    yield ""


def _finding(finding: Mapping[str, Any]) -> Iterator[str]:
    mark = "⚪ (shadow)" if finding["shadow"] else _MARKS[finding["severity"]]
    yield f"- {mark} {escaped(finding['message'])} ({_linked_ids(finding['items'])})"
    if finding["why"]:
        yield f"  <br>because {escaped(why(finding))}"
    if finding.get("decision"):
        yield f"  <br>decision: {escaped(way_to_decision(finding['decision']))}"


def _linked_ids(items: list[Mapping[str, Any]]) -> str:
    return ", ".join(_linked(item) for item in items if item_ids([item])) or "the whole set"


def _linked(item: Mapping[str, Any]) -> str:
    url = one_line(item.get("url") or "")
    label = escaped(item_ids([item]))
    if not url.startswith(("https://", "http://")):
        return label
    return f"[{label}](<{url.replace('<', '%3C').replace('>', '%3E').replace(chr(92), '%5C')}>)"


def _gaps(missing: tuple[Gap, ...]) -> Iterator[str]:
    if not missing:
        return
    yield f"<details><summary>What was not judged, and what to supply ({len(missing)})</summary>"
    yield from ("", "| supply | rules that wait for it |", "| --- | --- |")
    for gap in missing:
        yield f"| {escaped(gap.supply)} | {', '.join(f'`{rule}`' for rule in gap.rules)} |"
    yield from ("", "</details>", "")


def _steps(steps: tuple[Step, ...]) -> Iterator[str]:
    if not steps:
        return
    yield from ("### Do this first", "")
    for number, step in enumerate(steps, start=1):
        begin = ", ".join(escaped(item_label(item)) for item in step.items)
        yield f"{number}. {escaped(step.action)}" + (f" Begin with {begin}." if begin else "")
    yield ""
