"""From our conditions to the part of durable_rules' language that held under measurement.

Only comparisons with constants, existence, `$and` and `$or` go to the engine. Text patterns, comparisons between two
attributes and numbers that it cannot write plainly are answered in Python and handed over as marks of their own (`~0`,
`~1`, …) on the fact. Every value is a number or a text of safe characters.
"""

from __future__ import annotations

import hashlib
import math
import re
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from validator.rules.conditions import Condition, Holds, Other, Test, Values, compile_condition

Expression = dict[str, Any]

_OPPOSITE = {
    "is": "is_not",
    "is_not": "is",
    "below": "at_least",
    "at_least": "below",
    "above": "at_most",
    "at_most": "above",
}
_NATIVE = {"is_not": "$neq", "below": "$lt", "at_most": "$lte", "above": "$gt", "at_least": "$gte"}
_SAFE = re.compile(r"[A-Za-z0-9_. -]{1,100}")
MOST_TESTS = 24
"""Comparisons in one rule: the engine refuses some rules of more than 32 (its error 113), and hangs on far larger ones."""
MOST_PATHS = 15
"""Ways in which one rule may hold that the engine is given; see `durable.PATHS`."""
_PLAIN = 1e-3
"""Below this a float may be written with an exponent, which the engine's parser does not read."""


class Lowered:
    """The marks that lowering found necessary, by name, for one kind of fact; filled while conditions are lowered."""

    def __init__(self) -> None:
        self.marks: dict[str, Holds] = {}
        self.compared: set[str] = set()
        self.asked_for: set[str] = set()
        self._names: dict[Condition, str] = {}

    def rule(self, condition: Condition) -> list[Expression]:
        """A rule's condition in the engine's language, as parts that must all hold.

        A condition larger than the engine takes is answered in Python as a whole.
        """
        lowered = self._lower(condition, negated=False)
        if _size(lowered) > MOST_TESTS or paths([lowered]) > MOST_PATHS:
            lowered = {self._mark(condition): 1}
        return _flattened("$and", [lowered])

    def view(self) -> View:
        """What the rules lowered so far look at."""
        only_asked = sorted(self.asked_for - self.compared)
        return View(tuple(sorted(self.compared)), tuple(only_asked), tuple(self.marks.items()))

    def width(self) -> int:
        """Attributes and marks that a fact carries at most."""
        return len(self.compared | self.asked_for) + len(self.marks)

    def _mark(self, condition: Condition) -> str:
        """The name of a condition that Python answers."""
        if condition not in self._names:
            self._names[condition] = f"~{len(self.marks)}"
            self.marks[self._names[condition]] = compile_condition(condition)
        return self._names[condition]

    def _lower(self, condition: Condition, *, negated: bool) -> Expression:
        if isinstance(condition, Test):
            return self._lower_test(condition, negated)
        inverted = negated != (condition.join == "none")
        conjunction = (condition.join in ("all", "none")) != negated
        parts = [self._lower(part, negated=inverted) for part in condition.parts]
        return _joined("$and" if conjunction else "$or", parts)

    def _lower_test(self, test: Test, negated: bool) -> Expression:
        if test.operator == "matches" or isinstance(test.expected, Other):
            return {self._mark(test): 0 if negated else 1}
        if test.operator in ("missing", "present"):
            self.asked_for.add(test.attribute)
            exists = ((test.operator == "present") is bool(test.expected)) != negated
            return {"$ex" if exists else "$nex": {test.attribute: 1}}
        self.compared.add(test.attribute)
        return self._negative(test) if negated else _positive(test)

    def _negative(self, test: Test) -> Expression:
        missing = {"$nex": {test.attribute: 1}}
        if test.operator == "in":
            others = [_positive(Test(test.attribute, "is_not", value)) for value in test.expected]
            return _joined("$or", [missing, _joined("$and", others)])
        if test.operator == "between":
            low, high = test.expected
            outside = [Test(test.attribute, "below", low), Test(test.attribute, "above", high)]
            return _joined("$or", [missing, *(_positive(part) for part in outside)])
        return _joined("$or", [missing, _positive(test._replace(operator=_OPPOSITE[test.operator]))])


def _positive(test: Test) -> Expression:
    if test.operator == "in":
        return _joined("$or", [{test.attribute: constant(value)} for value in test.expected])
    if test.operator == "between":
        low, high = test.expected
        bounds = [("$gte", low), ("$lte", high)]
        return _joined("$and", [{sign: {test.attribute: constant(bound)}} for sign, bound in bounds])
    if test.operator == "is":
        return {test.attribute: constant(test.expected)}
    return {_NATIVE[test.operator]: {test.attribute: constant(test.expected)}}


def _joined(join: str, parts: list[Expression]) -> Expression:
    """Parts under one join; a single part stands for itself, and the same join inside is flattened."""
    flat = _flattened(join, parts)
    return flat[0] if len(flat) == 1 else {join: flat}


def _flattened(join: str, parts: list[Expression]) -> list[Expression]:
    return [inner for part in parts for inner in (part.get(join, [part]))]


def constant(value: Any) -> Any:
    """A value as the engine compares it: truth values as 1 and 0, numbers plainly written, unsafe texts as a digest."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return _plain(value)
    if isinstance(value, str) and _SAFE.fullmatch(value) is None:
        return "#" + hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
    return value


def _plain(value: float) -> Any:
    if value.is_integer():
        return int(value)
    if abs(value) >= _PLAIN:
        return value
    return orjson.Fragment(format(Decimal(repr(value)), "f"))


class View(NamedTuple):
    """What the engine sees of one kind of fact: facts that look the same to every rule are judged once."""

    compared: tuple[str, ...]
    asked_for: tuple[str, ...]
    """Attributes of which rules only ask whether they are there."""
    marks: tuple[tuple[str, Holds], ...]

    def key(self, values: Values) -> tuple[Any, ...]:
        """The values of a fact that rules look at, None for those that it lacks."""
        seen = tuple(map(values.get, self.compared))
        if not self.asked_for and not self.marks:
            return seen
        there = [name in values for name in self.asked_for]
        return (*seen, *there, *[holds(values) for _, holds in self.marks])

    def row(self, key: tuple[Any, ...]) -> dict[str, Any]:
        """A key as a fact for the engine: what is missing is left off, a mark is 1 or 0."""
        compared, rest = len(self.compared), len(self.compared) + len(self.asked_for)
        row = {name: constant(value) for name, value in zip(self.compared, key, strict=False) if value is not None}
        row.update((name, 1) for name, there in zip(self.asked_for, key[compared:], strict=False) if there)
        row.update((name, int(holds)) for (name, _), holds in zip(self.marks, key[rest:], strict=True))
        return row


def _size(expression: Expression) -> int:
    """Comparisons in a lowered condition."""
    ((key, value),) = expression.items()
    return sum(_size(part) for part in value) if key in ("$and", "$or") else 1


def paths(tests: list[Expression]) -> int:
    """Ways in which tests may hold together: the engine unfolds every `$or` inside an `$and`."""
    return math.prod(_paths(test) for test in tests)


def _paths(expression: Expression) -> int:
    ((key, value),) = expression.items()
    if key == "$or":
        return sum(_paths(part) for part in value)
    return paths(value) if key == "$and" else 1
