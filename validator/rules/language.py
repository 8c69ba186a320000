"""The rule language: one entry of `rules` in YAML becomes a Rule, or every fault in it is named."""

from __future__ import annotations

import difflib
import re
import string
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import re2

from validator.document.load import escape
from validator.document.schema import INPUTS
from validator.facts.vocabulary import BY_KIND, Attribute
from validator.rules.conditions import NUMERIC, OPERATORS, Condition, Group, Other, Test, attributes
from validator.rules.ruleset import SEVERITIES, Rule

FIELDS = (
    "id", "title", "for", "where", "when", "needs", "severity", "severity_when", "failure", "message", "description",
    "shadow", "decision", "examples",
)  # fmt: skip
REQUIRED = ("id", "title", "for", "when", "severity", "failure", "message")
JOINS = ("all", "any", "none")
MOST_TESTS = 200
"""Comparisons in one rule."""
MOST_PATTERN = 2_000
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FORM = re.compile(r"(?:(?:\.\d)?[f%])?")
_NOTHING = Attribute("", "", "", "")
_OF_TYPE = {
    "number": {"is", "is_not", "in", *NUMERIC, "missing", "present"},
    "word": {"is", "is_not", "in", "missing", "present", "matches"},
    "yes/no": {"is", "is_not", "missing", "present"},
    "text": {"missing", "present", "matches"},
}

Report = Callable[[str, str, str], None]
"""Takes a pointer, a message and a hint."""


class Scope(NamedTuple):
    """What an entry is read against."""

    parameters: Mapping[str, Any]
    failures: Iterable[str]
    report: Report


def hint(name: object, known: Iterable[str]) -> str:
    """“did you mean …?”, or the known names where nothing is near."""
    names = list(known)
    near = difflib.get_close_matches(str(name)[:60], names, n=1, cutoff=0.6)
    return f"did you mean “{near[0]}”?" if near else "known: " + ", ".join(names[:40])


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


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
            report(pointer, f"{_a(kind).capitalize()} has no attribute “{name}” to show.", hint(name, BY_KIND[kind]))


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


def read_condition(entry: Any, kind: str, pointer: str, scope: Scope) -> Condition | None:
    """A condition on facts of a kind; None after faults were reported."""
    parts = _parts(entry, kind, pointer, scope)
    if not parts or None in parts:
        if not parts:
            scope.report(pointer, "The condition is empty.", "write one such as {owner_count: {below: 1}}")
        return None
    found = [part for part in parts if part is not None]
    condition = found[0] if len(found) == 1 else Group("all", tuple(found))
    if _tests(condition) > MOST_TESTS:
        scope.report(pointer, f"More than {MOST_TESTS} comparisons in one rule.", "split the rule, or use “in”")
        return None
    return condition


def _tests(condition: Condition) -> int:
    if isinstance(condition, Group):
        return sum(_tests(part) for part in condition.parts)
    return len(condition.expected) if condition.operator == "in" and isinstance(condition.expected, tuple) else 1


def _parts(entry: Any, kind: str, pointer: str, scope: Scope) -> list[Condition | None]:
    if not isinstance(entry, Mapping):
        scope.report(
            pointer, "A condition is a mapping.", "{attribute: {operator: value}}, or all, any, none over a list"
        )
        return [None]
    parts: list[Condition | None] = []
    for key, value in entry.items():
        at = f"{pointer}/{escape(key)}"
        if key in JOINS:
            parts.append(_group(str(key), value, kind, at, scope))
        else:
            parts += _comparisons(key, value, kind, at, scope)
    return parts


def _group(join: str, entries: Any, kind: str, pointer: str, scope: Scope) -> Condition | None:
    if not isinstance(entries, list) or not entries:
        scope.report(pointer, f"“{join}” takes a list of conditions.", f"{join}: [{{level: {{is: company}}}}]")
        return None
    parts = [read_condition(entry, kind, f"{pointer}/{place}", scope) for place, entry in enumerate(entries)]
    return None if None in parts else Group(join, tuple(part for part in parts if part is not None))


def _comparisons(name: Any, entry: Any, kind: str, pointer: str, scope: Scope) -> list[Condition | None]:
    attribute = BY_KIND[kind].get(name)
    if attribute is None:
        scope.report(pointer, f"{_a(kind).capitalize()} has no attribute “{name}”.", hint(name, BY_KIND[kind]))
        return [None]
    if not isinstance(entry, Mapping) or not entry:
        scope.report(
            pointer, f"“{name}” is compared by an operator.", f"{name}: {{is: …}}; operators: {', '.join(OPERATORS)}"
        )
        return [None]
    return [_comparison(attribute, key, value, f"{pointer}/{escape(key)}", scope) for key, value in entry.items()]


def _comparison(attribute: Attribute, operator: Any, value: Any, pointer: str, scope: Scope) -> Test | None:
    if operator not in OPERATORS:
        scope.report(pointer, f"No operator is called “{operator}”.", hint(operator, OPERATORS))
        return None
    if operator not in _OF_TYPE[attribute.type]:
        allowed = ", ".join(name for name in OPERATORS if name in _OF_TYPE[attribute.type])
        scope.report(
            pointer, f"“{attribute.name}” is a {attribute.type}: “{operator}” does not apply.", f"use one of: {allowed}"
        )
        return None
    try:
        return Test(attribute.name, operator, _expected(attribute, operator, _filled(value, scope), scope))
    except _Unfit as error:
        scope.report(pointer, str(error), error.hint)
        return None


class _Unfit(ValueError):
    """A value that does not fit its operator or attribute."""

    def __init__(self, message: str, tip: str = "") -> None:
        super().__init__(message)
        self.hint = tip


def _filled(value: Any, scope: Scope) -> Any:
    """The value with parameters put in."""
    if isinstance(value, list):
        return [_filled(inner, scope) for inner in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    name = value[1:]
    if name not in scope.parameters:
        raise _Unfit(f"No parameter is called “{name}”.", hint(name, scope.parameters) if scope.parameters else "")
    return scope.parameters[name]


def _expected(attribute: Attribute, operator: str, value: Any, scope: Scope) -> Any:
    if operator in ("missing", "present"):
        return _typed(value, "yes/no", operator)
    if operator == "matches":
        return _pattern(value)
    if operator == "in":
        if not isinstance(value, list) or not value:
            raise _Unfit("“in” takes a list.", f"{attribute.name}: {{in: [a, b]}}")
        return tuple(dict.fromkeys(_typed(inner, attribute.type, attribute.name) for inner in value))
    if operator == "between":
        return _bounds(value, attribute)
    if isinstance(value, str) and value.startswith("@"):
        return _other(value[1:], attribute)
    return _typed(value, attribute.type, attribute.name)


def _bounds(value: Any, attribute: Attribute) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise _Unfit("“between” takes the least and the most.", f"{attribute.name}: {{between: [1, 5]}}")
    low, high = (_typed(inner, "number", attribute.name) for inner in value)
    if low > high:
        raise _Unfit(f"“between” runs from {low} down to {high}.", "write the smaller first")
    return low, high


def _other(name: str, attribute: Attribute) -> Other:
    known = {other.name for other in BY_KIND[attribute.kind].values() if other.type == attribute.type}
    if name not in known:
        raise _Unfit(f"No {attribute.type} of {_a(attribute.kind)} is called “{name}”.", hint(name, sorted(known)))
    return Other(name)


def _typed(value: Any, type: str, name: str) -> Any:
    if type == "yes/no" and isinstance(value, bool):
        return value
    if type == "number" and isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e15:
        return float(value) if isinstance(value, float) else int(value)
    if type == "word" and isinstance(value, str):
        return str(value)
    wanted = {"yes/no": "true or false", "number": "a number", "word": "a word"}[type]
    tip = "put it in quotes" if type == "word" and isinstance(value, int | float) else ""
    raise _Unfit(f"“{name}” is compared with {wanted}, not with {value!r:.60}.", tip)


def _pattern(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > MOST_PATTERN:
        raise _Unfit("“matches” takes a pattern in quotes.", "RE2 syntax, such as '(?i)^strategic'")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(str(value), options)
    except re2.error as error:
        reason = error.args[0] if error.args else "not a pattern"
        text = reason.decode() if isinstance(reason, bytes) else str(reason)
        raise _Unfit(
            f"The pattern does not compile: {text}.", "RE2 syntax: no look-around, no back-references"
        ) from None
