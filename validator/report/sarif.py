"""SARIF 2.1.0, for code scanning pages and editors.

A finding is a result; the items are logical locations ("objective/C1"), the judged file is the physical one.
Findings of shadow rules are results to review, not failures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

import orjson

from validator import __version__
from validator.report.clean import one_line
from validator.report.sentences import way_to_decision, why
from validator.report.view import PLAIN, Report, View

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}

_LINK_START = re.compile(r"\[(?=[^\]]*\]\()")

Json = dict[str, Any]


def render(report: Report, *, view: View = PLAIN) -> str:
    """The report as one SARIF log with one run; the same report and source give the same bytes."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, view.source)]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _run(report: Report, source: str) -> Json:
    uri = _uri(source)
    indexes = {rule["id"]: index for index, rule in enumerate(report["rules"])}
    run: Json = {
        "tool": {"driver": _driver(report)},
        "invocations": [_invocation(report, indexes)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indexes, uri) for finding in report["findings"]],
        "properties": {"status": report["status"], "gate": report["gate"], "ruleset": report["ruleset"]},
    }
    return {**run, "artifacts": [{"location": {"uri": uri}}]} if uri else run


def _driver(report: Report) -> Json:
    failures = {finding["rule"]: finding["failure"] for finding in report["findings"]}
    return {
        "name": "okr-validator",
        "version": __version__,
        "rules": [_rule(rule, failures.get(rule["id"])) for rule in report["rules"]],
    }


def _rule(rule: Mapping[str, Any], failure: Mapping[str, str] | None) -> Json:
    descriptor: Json = {
        "id": rule["id"],
        "shortDescription": {"text": rule["title"]},
        "defaultConfiguration": {"level": _LEVELS.get(rule["severity"], "none")},
        "properties": {"tags": [rule["failure"]], "status": rule["status"]},
    }
    if failure is None:
        return descriptor
    help_text = f"{failure['problem']}\n\nRoot cause: {failure['root_cause']}\n\nWhat to do: {failure['fix']}"
    return {**descriptor, "fullDescription": {"text": failure["problem"]}, "help": {"text": help_text}}


def _invocation(report: Report, indexes: Mapping[str, int]) -> Json:
    waiting = [rule for rule in report["rules"] if rule["status"] == "not_evaluated"]
    return {
        "executionSuccessful": True,
        "exitCode": 0 if report["status"] == "pass" else 1,
        "toolConfigurationNotifications": [_waiting(rule, indexes) for rule in waiting],
        "toolExecutionNotifications": [
            {"level": "note", "message": {"text": note}} for note in report["input"].get("notes", ())
        ],
    }


def _waiting(rule: Mapping[str, Any], indexes: Mapping[str, int]) -> Json:
    missing = ", ".join(rule["missing"]) or "input"
    return {
        "level": "note",
        "message": {"text": f"{rule['id']} was not evaluated, for want of {missing}."},
        "associatedRule": {"id": rule["id"], "index": indexes[rule["id"]]},
    }


def _result(finding: Mapping[str, Any], indexes: Mapping[str, int], uri: str) -> Json:
    decision = finding.get("decision")
    shadow = finding["shadow"]
    properties = {"why": finding["why"], "confidence": finding["confidence"], "decision": decision, "shadow": shadow}
    return {
        "ruleId": finding["rule"],
        "ruleIndex": indexes.get(finding["rule"], -1),
        "kind": "review" if shadow else "fail",
        "level": "none" if shadow else _LEVELS[finding["severity"]],
        "message": {"text": _message(finding, decision)},
        "locations": [_location(item, uri) for item in finding["items"]] or [_place(uri)],
        "partialFingerprints": {"okrValidatorFinding/v1": finding["id"]},
        "properties": {"tags": [finding["failure"]["id"]], **properties},
    }


def _message(finding: Mapping[str, Any], decision: Mapping[str, Any] | None) -> str:
    because = f"Because {why(finding)}." if finding["why"] else ""
    way = f"Way to a decision: {way_to_decision(decision)}." if decision else ""
    parts = [finding["message"], because, way, f"What to do: {finding['failure']['fix']}"]
    # Viewers read "[text](1)" in a message as a link to a location; a title must not make one.
    return "\n".join(_LINK_START.sub(r"\\[", one_line(part)) for part in parts if part)


def _location(item: Mapping[str, Any], uri: str) -> Json:
    said = {name: item[name] for name in ("title", "team", "url") if item.get(name)}
    logical = {"name": item["id"], "fullyQualifiedName": f"{item['kind']}/{item['id']}", "kind": item["kind"]}
    return {"logicalLocations": [{**logical, "properties": said} if said else logical], **_place(uri)}


def _place(uri: str) -> Json:
    return {"physicalLocation": {"artifactLocation": {"uri": uri}}} if uri else {}


def _uri(source: str) -> str:
    """The source as a URI reference: relative as given, absolute as file:, "" for standard input."""
    if source in ("", "-"):
        return ""
    path = PurePath(source)
    return Path(path).as_uri() if path.is_absolute() else quote(path.as_posix())
