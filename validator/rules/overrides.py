"""Overrides: another severity, now or later, other parameters, or off; everywhere or for one team, level or cycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from validator.document.load import escape
from validator.document.schema import LEVELS
from validator.facts.vocabulary import BY_KIND
from validator.rules.conditions import Condition, Group, Test, both
from validator.rules.hints import hint
from validator.rules.later import read_later
from validator.rules.ruleset import SEVERITIES, Later
from validator.rules.source import Source

SCOPES = ("team", "level", "cycle")
MOST_OF_A_RULE = 100
FIELDS = ("severity", "later", "parameters", "shadow", *SCOPES)


class Override(NamedTuple):
    """One change to one rule."""

    rule: str
    scope: tuple[tuple[str, tuple[str, ...]], ...]
    severity: str | None
    later: tuple[Later, ...] | None
    """What replaces the changes of severity with time; None: as they are, unless there is another severity."""
    parameters: Mapping[str, Any]
    shadow: bool | None
    source: Source
    pointer: str


def read_overrides(source: Source, known: Mapping[str, str], report: list[Any]) -> Iterator[Override]:
    """The overrides of one ruleset file; `known` gives the kind of fact of each rule. Faults are appended to `report`."""
    entries = source.data.get("overrides") or {}
    if not isinstance(entries, Mapping):
        report.append(
            source.fault("/overrides", "“overrides” maps rule ids to changes.", "overrides: {unowned-objective: off}")
        )
        return
    for rule, changes in entries.items():
        pointer = f"/overrides/{escape(rule)}"
        if rule not in known:
            report.append(source.fault(pointer, f"No rule is called “{rule}”.", hint(rule, known)))
            continue
        listed = changes if isinstance(changes, list) else [changes]
        if len(listed) > MOST_OF_A_RULE:
            message = f"More than {MOST_OF_A_RULE} overrides of one rule."
            report.append(source.fault(pointer, message, "name several teams in one: team: [a, b]"))
            continue
        for place, change in enumerate(listed):
            at = f"{pointer}/{place}" if isinstance(changes, list) else pointer
            read = _override(str(rule), change, known[rule], source, at, report)
            if read is not None:
                yield read


def _override(rule: str, change: Any, kind: str, source: Source, pointer: str, report: list[Any]) -> Override | None:
    if isinstance(change, str):
        change = {"severity": change}
    if not isinstance(change, Mapping):
        report.append(
            source.fault(pointer, "An override is “off”, a severity, or a mapping.", f"{rule}: {{severity: info}}")
        )
        return None
    before = len(report)
    report += (source.fault(*fault) for fault in _faults(rule, change, kind, pointer))
    later = change.get("later")
    if later is not None:
        later = read_later(later, kind, f"{pointer}/later", lambda *fault: report.append(source.fault(*fault)))
    if len(report) > before:
        return None
    scope = tuple((key, _words(change[key])) for key in SCOPES if key in change)
    parameters = change.get("parameters") or {}
    return Override(rule, scope, change.get("severity"), later, parameters, change.get("shadow"), source, pointer)


def _faults(rule: str, change: Mapping[Any, Any], kind: str, pointer: str) -> Iterator[tuple[str, str, str]]:
    """Pointer, message and hint of each fault but those of later severities."""
    for key in change:
        if key not in FIELDS:
            yield f"{pointer}/{escape(key)}", f"An override has no field “{key}”.", hint(key, FIELDS)
        elif key in SCOPES:
            message, tip = _unfit(rule, kind, key, change[key])
            if message:
                yield f"{pointer}/{key}", message, tip
    severity = change.get("severity")
    if severity is not None and severity not in (*SEVERITIES, "off"):
        yield f"{pointer}/severity", f"No severity is called “{severity}”.", "error, warning, info or off"
    if not isinstance(change.get("parameters") or {}, Mapping):
        yield f"{pointer}/parameters", "“parameters” maps names to values.", ""
    if not isinstance(change.get("shadow"), bool | None):
        yield f"{pointer}/shadow", "“shadow” is true or false.", "write it without quotes"


def _unfit(rule: str, kind: str, scope: str, value: Any) -> tuple[str, str]:
    """What is wrong with a scope, and a hint; "" where it fits. A rule of no known kind is told about elsewhere."""
    if kind in BY_KIND and scope not in BY_KIND[kind]:
        return f"“{rule}” judges a {kind}, which has no {scope}.", "leave the scope out"
    words = value if isinstance(value, list) else [value]
    if not words or not all(isinstance(word, str | int) and not isinstance(word, bool) for word in words):
        return f"“{scope}” is an id or a list of ids.", f"{scope}: [a, b]"
    unknown = [word for word in words if word not in LEVELS] if scope == "level" else []
    return (f"No level is called “{unknown[0]}”.", hint(unknown[0], LEVELS)) if unknown else ("", "")


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else (str(value),)


def scope_condition(override: Override) -> Condition:
    """Which facts a scoped override is for."""
    parts = tuple(Test(name, "in", words) for name, words in override.scope)
    return parts[0] if len(parts) == 1 else Group("all", parts)


def outside(scoped: list[Override], where: Condition | None) -> Condition | None:
    """The condition narrowed to facts that none of the scopes takes."""
    if not scoped:
        return where
    return both(where, Group("none", tuple(scope_condition(override) for override in scoped)))
