"""Random programs for engines: rules over attributes of every type, and facts that may lack any of them."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import re2

from validator.engine.interface import EngineRule
from validator.rules.conditions import Condition, Group, Other
from validator.rules.conditions import Test as Comparison

ATTRIBUTES = {
    "number": ("size", "age", "share", "kind_number"),
    "word": ("kind", "team", "all", "m"),
    "yes/no": ("shared", "found"),
    "text": ("title", "need"),
}
"""By type; names that mean something to the engine itself are among them."""
NUMBERS = (0, 1, -1, 2, 5, 0.5, -0.5, 0.1 + 0.2, 0.3, 1e-3, 9.99e-4, 1e-7, -1e-9, 5e-324, 1e15, -1e15, 999999999999999.9,
           123456789012345, 2**31, 2**31 - 1, 2**32, -(2**31) - 1, 1 / 3, 100.0, 1.0000000000000002)  # fmt: skip
WORDS = ("a", "b", "company", "Équipe Nord", "équipe nord", "日本", "", " ", "a b", "1", "true", "null", "$m", "~0", '"', "\\",
         "a\nb", "\x00", "🚀", "e\u0301", "x" * 100, "x" * 101, "#a", "{}", "a.b", "-", "1.0")  # fmt: skip
TEXTS = (*WORDS, "Grow revenue by 10 %", "x" * 70_000, "strategic importance")
PATTERNS = tuple(re2.compile(pattern) for pattern in ("a", "^$", "(?i)STRATEGIC", "é", r"\d+ ?%", "x{50}", "."))

_OPERATORS = {
    "number": ("is", "is_not", "in", "below", "at_most", "above", "at_least", "between", "missing", "present"),
    "word": ("is", "is_not", "in", "missing", "present", "matches"),
    "yes/no": ("is", "is_not", "missing", "present"),
    "text": ("missing", "present", "matches"),
}
_VALUES: dict[str, tuple[Any, ...]] = {"number": NUMBERS, "word": WORDS, "yes/no": (True, False), "text": TEXTS}


def comparison(random: Random) -> Comparison:
    """One comparison, of any operator that its attribute's type allows."""
    type_ = random.choice(list(ATTRIBUTES))
    name = random.choice(ATTRIBUTES[type_])
    operator = random.choice(_OPERATORS[type_])
    return Comparison(name, operator, _expected(random, type_, operator))


def _expected(random: Random, type_: str, operator: str) -> Any:
    if operator in ("missing", "present"):
        return random.random() < 0.8
    if operator == "matches":
        return random.choice(PATTERNS)
    if operator == "in":
        return tuple(dict.fromkeys(random.choices(_VALUES[type_], k=random.randint(1, 6))))
    if operator == "between":
        return tuple(sorted(random.choices(NUMBERS, k=2)))
    if random.random() < 0.15:
        return Other(random.choice(ATTRIBUTES[type_]))
    return random.choice(_VALUES[type_])


def condition(random: Random, depth: int = 3) -> Condition:
    """A condition nested to a depth."""
    if depth == 0 or random.random() < 0.35:
        return comparison(random)
    parts = tuple(condition(random, depth - 1) for _ in range(random.randint(1, 4)))
    return Group(random.choice(("all", "any", "none")), parts)


def fact(random: Random) -> dict[str, Any]:
    """Values of one fact, each missing now and then."""
    return {
        name: random.choice(_VALUES[type_])
        for type_, names in ATTRIBUTES.items()
        for name in names
        if random.random() < 0.75
    }


def program(seed: int) -> tuple[list[EngineRule], dict[str, list[dict[str, Any]]]]:
    """Rules and facts of several kinds: 1 to 80 rules, 0 to 200 facts."""
    random = Random(seed)
    kinds = ("objective", "link", "team")[: random.randint(1, 3)]
    rules = [EngineRule(random.choice(kinds), condition(random)) for _ in range(random.choice((1, 5, 20, 80)))]
    facts = {kind: [fact(random) for _ in range(random.choice((0, 1, 20, 66)))] for kind in kinds}
    return rules, facts


def holds_by_definition(condition: Condition, values: dict[str, Any]) -> bool:
    """What a condition means, word for word from the rule language's definition; no code of the project's."""
    if isinstance(condition, Group):
        held = [holds_by_definition(part, values) for part in condition.parts]
        return {"all": all(held), "any": any(held), "none": not any(held)}[condition.join]
    there = condition.attribute in values
    if condition.operator in ("missing", "present"):
        return bool(there == (condition.expected == (condition.operator == "present")))
    expected = condition.expected
    if isinstance(expected, Other):
        if expected.attribute not in values:
            return False
        expected = values[expected.attribute]
    return there and _compares(condition.operator, values[condition.attribute], expected)


def _compares(operator: str, actual: Any, expected: Any) -> bool:
    match operator:
        case "is":
            return bool(actual == expected)
        case "is_not":
            return bool(actual != expected)
        case "in":
            return any(actual == one for one in expected)
        case "below":
            return bool(actual < expected)
        case "at_most":
            return bool(actual <= expected)
        case "above":
            return bool(actual > expected)
        case "at_least":
            return bool(actual >= expected)
        case "between":
            return bool(expected[0] <= actual <= expected[1])
        case "matches":
            return expected.search(actual) is not None
    raise AssertionError(operator)


def expected_hits(rules: list[EngineRule], facts: dict[str, list[dict[str, Any]]]) -> list[tuple[int, int]]:
    """Every rule on every fact of its kind, by definition."""
    pairs = itertools.chain.from_iterable(
        (
            (number, place)
            for place, values in enumerate(facts[rule.kind])
            if holds_by_definition(rule.condition, values)
        )
        for number, rule in enumerate(rules)
    )
    return list(pairs)
