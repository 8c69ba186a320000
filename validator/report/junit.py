"""JUnit XML, as continuous integration servers show it: a suite per failure row, a test case per rule.

A rule with findings is a failure whatever its severity, which is given as the failure's type; the exit code, not this
file, says whether the gate passes. A rule that could not judge is skipped, with the input it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from validator.report.clean import one_line
from validator.report.sentences import item_ids, way_to_decision, why
from validator.report.view import PLAIN, Report, View

Rule = Mapping[str, Any]
Finding = Mapping[str, Any]


def render(report: Report, *, view: View = PLAIN) -> str:
    """The report as JUnit XML, without characters that XML forbids."""
    suites = ET.Element("testsuites", {"name": one_line(view.source) or "okr-validator"})
    by_rule: dict[str, list[Finding]] = {}
    for finding in report["findings"]:
        by_rule.setdefault(finding["rule"], []).append(finding)
    for row, rules in _by_row(report["rules"]).items():
        _add_suite(suites, row, rules, by_rule)
    _count(suites, suites.iter("testcase"))
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _by_row(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    rows: dict[str, list[Rule]] = {}
    for rule in rules:
        rows.setdefault(rule["failure"], []).append(rule)
    return rows


def _add_suite(suites: ET.Element, row: str, rules: Iterable[Rule], findings: Mapping[str, list[Finding]]) -> None:
    suite = ET.SubElement(suites, "testsuite", {"name": one_line(row)})
    for rule in rules:
        _add_case(suite, row, rule, findings.get(rule["id"], []))
    _count(suite, suite.iter("testcase"))


def _add_case(suite: ET.Element, row: str, rule: Rule, findings: list[Finding]) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": one_line(row), "name": one_line(rule["id"]), "time": "0"})
    counted = [finding for finding in findings if not finding["shadow"]]
    shadows = [finding for finding in findings if finding["shadow"]]
    if counted:
        attributes = {"type": counted[0]["severity"], "message": f"{one_line(rule['title'])}: {len(counted)} found"}
        failure = ET.SubElement(case, "failure", attributes)
        failure.text = "\n\n".join([*map(_told, counted), "What to do: " + one_line(counted[0]["failure"]["fix"])])
    elif rule["status"] in ("not_evaluated", "not_applicable"):
        ET.SubElement(case, "skipped", {"message": _why_skipped(rule)})
    if shadows:
        ET.SubElement(case, "system-out").text = "In shadow, not counted:\n" + "\n\n".join(map(_told, shadows))


def _told(finding: Finding) -> str:
    decision = finding.get("decision")
    lines = [
        f"{finding['severity']}: {finding['message']} [{item_ids(finding['items']) or 'the whole set'}]",
        f"  because {why(finding)}" if finding["why"] else "",
        f"  decision: {way_to_decision(decision)}" if decision else "",
    ]
    return "\n".join("  " * line.startswith("  ") + one_line(line) for line in lines if line)


def _why_skipped(rule: Rule) -> str:
    if rule["status"] == "not_applicable":
        return "not applicable: nothing of this kind in the set"
    return "not evaluated: missing " + (", ".join(map(one_line, rule["missing"])) or "input")


def _count(element: ET.Element, cases: Iterable[ET.Element]) -> None:
    listed = list(cases)
    element.set("tests", str(len(listed)))
    element.set("failures", str(sum(case.find("failure") is not None for case in listed)))
    element.set("errors", "0")
    element.set("skipped", str(sum(case.find("skipped") is not None for case in listed)))
    element.set("time", "0")
