"""Conditions over the attributes of one fact, and what they mean: the plain Python meaning is the reference."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

Values = Mapping[str, Any]
Holds = Callable[[Values], bool]

NUMERIC = ("below", "at_most", "above", "at_least", "between")
OPERATORS = ("is", "is_not", "in", *NUMERIC, "missing", "present", "matches")


class Other(NamedTuple):
    """Another attribute of the same fact, as the right side of a comparison."""

    attribute: str


class Test(NamedTuple):
    """One comparison. A missing attribute makes it false; only `missing` holds then."""

    attribute: str
    operator: str
    expected: Any
    """A number, word or truth value; a tuple for `in` and `between`; a compiled pattern for `matches`; or an Other."""


class Group(NamedTuple):
    """Conditions joined by `all`, `any` or `none`."""

    join: str
    parts: tuple[Condition, ...]


Condition = Test | Group

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "is_not": operator.ne,
    "in": lambda actual, expected: actual in expected,
    "below": operator.lt,
    "at_most": operator.le,
    "above": operator.gt,
    "at_least": operator.ge,
    "between": lambda actual, expected: expected[0] <= actual <= expected[1],
    "matches": lambda actual, expected: expected.search(actual) is not None,
}


def compile_condition(condition: Condition) -> Holds:
    """The condition as a function of a fact's values."""
    if isinstance(condition, Test):
        return _compile_test(condition)
    parts = tuple(compile_condition(part) for part in condition.parts)
    if condition.join == "all":
        return lambda values: all(part(values) for part in parts)
    if condition.join == "any":
        return lambda values: any(part(values) for part in parts)
    return lambda values: not any(part(values) for part in parts)


def _compile_test(test: Test) -> Holds:
    attribute, expected = test.attribute, test.expected
    if test.operator in ("missing", "present"):
        wanted = (test.operator == "present") is bool(expected)
        return lambda values: (attribute in values) is wanted
    compare = _COMPARE[test.operator]
    if isinstance(expected, Other):
        other = expected.attribute
        return lambda values: attribute in values and other in values and compare(values[attribute], values[other])
    return lambda values: attribute in values and compare(values[attribute], expected)


def holds(condition: Condition, values: Values) -> bool:
    """Whether a condition holds on one fact; for many facts, compile it."""
    if isinstance(condition, Group):
        answers = (holds(part, values) for part in condition.parts)
        if condition.join == "none":
            return not any(answers)
        return all(answers) if condition.join == "all" else any(answers)
    actual, expected = values.get(condition.attribute), condition.expected
    if condition.operator in ("missing", "present"):
        return (actual is not None) is ((condition.operator == "present") is bool(expected))
    other = values.get(expected.attribute) if isinstance(expected, Other) else expected
    return actual is not None and other is not None and _COMPARE[condition.operator](actual, other)


def tests(condition: Condition) -> Iterator[Test]:
    """Every comparison of a condition, from left to right."""
    if isinstance(condition, Test):
        yield condition
        return
    for part in condition.parts:
        yield from tests(part)


def attributes(condition: Condition) -> frozenset[str]:
    """Every attribute that a condition asks."""
    found = {test.attribute for test in tests(condition)}
    return frozenset(found | {test.expected.attribute for test in tests(condition) if isinstance(test.expected, Other)})


def reasons(condition: Condition, values: Values) -> Iterator[Test]:
    """The comparisons that made a condition hold, given that it does; those under `none` are named as what did not."""
    if isinstance(condition, Test):
        yield condition
    elif condition.join == "none":
        yield from (Test(t.attribute, f"not {t.operator}", t.expected) for t in tests(condition))
    else:
        for part in condition.parts:
            if condition.join == "all" or holds(part, values):
                yield from reasons(part, values)


def both(first: Condition | None, second: Condition) -> Condition:
    """Both conditions, as one `all` without needless nesting."""
    if first is None:
        return second
    parts: list[Condition] = []
    for condition in (first, second):
        parts += condition.parts if isinstance(condition, Group) and condition.join == "all" else (condition,)
    return Group("all", tuple(parts))
