"""Conditions of the rule language: YAML becomes a tree of comparisons, or every fault in it is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from validator.document.load import escape
from validator.facts.vocabulary import BY_KIND, Attribute
from validator.rules.conditions import NUMERIC, OPERATORS, Condition, Group, Test
from validator.rules.hints import a, hint
from validator.rules.operands import Unfit, expected_value

JOINS = ("all", "any", "none")
MOST_TESTS = 200
"""Comparisons in one rule."""
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
        scope.report(pointer, f"{a(kind).capitalize()} has no attribute “{name}”.", hint(name, BY_KIND[kind]))
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
        return Test(attribute.name, operator, expected_value(attribute, operator, value, scope.parameters))
    except Unfit as error:
        scope.report(pointer, str(error), error.hint)
        return None
