"""The rule language: one entry of `rules` in YAML becomes a Rule, or every fault in it is named."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

from validator.document.load import escape
from validator.document.schema import INPUTS
from validator.facts.vocabulary import BY_KIND, Attribute
from validator.rules.condition_entries import Report, Scope, read_condition
from validator.rules.conditions import Condition, attributes
from validator.rules.hints import a, hint
from validator.rules.later import read_later
from validator.rules.ruleset import SEVERITIES, Rule

FIELDS = (
    "id", "title", "for", "where", "when", "needs", "severity", "severity_when", "later", "failure", "message",
    "description", "shadow", "decision", "examples",
)  # fmt: skip
REQUIRED = ("id", "title", "for", "when", "severity", "failure", "message")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FORM = re.compile(r"(?:(?:\.\d)?[f%])?")
_NOTHING = Attribute("", "", "", "")


def read_rule(entry: Any, pointer: str, scope: Scope) -> Rule | None:
    """The rule of one entry; None where it is so broken that nothing can be made of it. Faults go to `scope.report`."""
    faults = 0

    def report(at: str, message: str, tip: str) -> None:
        nonlocal faults
        faults += 1
        scope.report(at, message, tip)

    inner = scope._replace(report=report)
    if not _shape(entry, pointer, report):
        return None
    kind = entry["for"]
    if not isinstance(kind, str) or kind not in BY_KIND:
        report(f"{pointer}/for", f"No kind of fact is called “{kind}”.", hint(kind, BY_KIND))
        return None
    where = read_condition(entry["where"], kind, f"{pointer}/where", inner) if "where" in entry else None
    when = read_condition(entry["when"], kind, f"{pointer}/when", inner)
    graded = _graded(entry.get("severity_when") or {}, kind, f"{pointer}/severity_when", inner)
    later = read_later(entry["later"], kind, f"{pointer}/later", report) if entry.get("later") is not None else ()
    _texts(entry, pointer, kind, inner)
    if faults or when is None:
        return None
    return Rule(
        id=entry["id"],
        title=entry["title"],
        kind=kind,
        where=where,
        when=when,
        needs=_needs(entry, kind, where, when),
        severity=entry["severity"],
        severity_when=graded,
        later=later,
        failure=entry["failure"],
        message=entry["message"],
        description=str(entry.get("description") or ""),
        shadow=entry.get("shadow") is True,
        decision=entry.get("decision") is True,
    )


def _shape(entry: Any, pointer: str, report: Report) -> bool:
    if not isinstance(entry, Mapping):
        report(pointer, "A rule is a mapping.", "it begins with “- id: …”")
        return False
    for key in entry:
        if key not in FIELDS:
            report(f"{pointer}/{escape(key)}", f"A rule has no field “{key}”.", hint(key, FIELDS))
    absent = [key for key in REQUIRED if key not in entry]
    for key in absent:
        report(pointer, f"The rule has no “{key}”.", f"add “{key}: …”")
    return not absent


def _texts(entry: Mapping[str, Any], pointer: str, kind: str, scope: Scope) -> None:
    """Check the fields that are not conditions."""
    report = scope.report
    if not isinstance(entry["id"], str) or not _ID.fullmatch(entry["id"]):
        report(
            f"{pointer}/id",
            f"“{entry['id']}” is no rule id.",
            "name the fault in lower case with dashes, such as unowned-objective",
        )
    for key in ("title", "message"):
        if not isinstance(entry[key], str) or not entry[key].strip():
            report(f"{pointer}/{key}", f"“{key}” is not text.", "")
    if entry["severity"] not in (*SEVERITIES, "off"):
        report(f"{pointer}/severity", f"No severity is called “{entry['severity']}”.", "error, warning, info or off")
    if not isinstance(entry["failure"], str) or entry["failure"] not in scope.failures:
        report(
            f"{pointer}/failure",
            f"The failure table has no row “{entry['failure']}”.",
            hint(entry["failure"], scope.failures),
        )
    for key in ("shadow", "decision"):
        if not isinstance(entry.get(key, False), bool):
            report(f"{pointer}/{key}", f"“{key}” is true or false.", "write true or false without quotes")
    _check_needs(entry.get("needs"), f"{pointer}/needs", report)
    if isinstance(entry["message"], str):
        _check_message(entry["message"], f"{pointer}/message", kind, report)


def _check_needs(needs: Any, pointer: str, report: Report) -> None:
    if needs is not None and not isinstance(needs, list):
        report(pointer, "“needs” is a list of inputs.", "needs: [parents, owners]")
        return
    for place, name in enumerate(needs or ()):
        if name not in INPUTS:
            report(f"{pointer}/{place}", f"No input is called “{name}”.", hint(name, INPUTS))


def _check_message(message: str, pointer: str, kind: str, report: Report) -> None:
    try:
        parsed = [
            (name, form or "", conversion)
            for _, name, form, conversion in string.Formatter().parse(message)
            if name is not None
        ]
    except ValueError as error:
        report(pointer, f"The message is not well formed: {error}.", "write {title} for an attribute, {{ for a brace")
        return
    for name, form, conversion in parsed:
        if conversion:
            report(pointer, f"“{{{name}!{conversion}}}” cannot be shown.", f"write {{{name}}}")
        if not _FORM.fullmatch(form) or (form and BY_KIND[kind].get(name, _NOTHING).type != "number"):
            report(
                pointer, f"“{{{name}:{form}}}” cannot be shown.", "a number may be shown as {name:.1f} or {name:.0%}"
            )
        if name not in BY_KIND[kind]:
            report(pointer, f"{a(kind).capitalize()} has no attribute “{name}” to show.", hint(name, BY_KIND[kind]))


def _needs(entry: Mapping[str, Any], kind: str, where: Condition | None, when: Condition) -> tuple[str, ...]:
    """The inputs named, or else those that the attributes asked for rest on."""
    if entry.get("needs") is not None:
        return tuple(entry["needs"])
    asked = attributes(when) | (attributes(where) if where else frozenset())
    return tuple(name for name in INPUTS if any(name in BY_KIND[kind][attribute].needs for attribute in asked))


def _graded(entry: Any, kind: str, pointer: str, scope: Scope) -> tuple[tuple[str, Condition], ...]:
    if not isinstance(entry, Mapping):
        scope.report(
            pointer, "“severity_when” maps a severity to a condition.", "severity_when: {error: {level: {is: company}}}"
        )
        return ()
    graded = []
    for severity, condition in entry.items():
        if severity not in SEVERITIES:
            scope.report(
                f"{pointer}/{escape(severity)}", f"No severity is called “{severity}”.", "error, warning or info"
            )
        read = read_condition(condition, kind, f"{pointer}/{escape(severity)}", scope)
        if read is not None:
            graded.append((str(severity), read))
    return tuple(graded)
