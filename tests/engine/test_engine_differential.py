from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.engine_programs import ATTRIBUTES, expected_hits, program
from validator.engine import durable, naive
from validator.engine.interface import EngineRule
from validator.facts.vocabulary import VOCABULARY
from validator.rules.conditions import Condition, Group
from validator.rules.conditions import Test as Comparison

SAFE_NUMBERS = st.one_of(
    st.integers(-(10**15), 10**15), st.floats(-1e15, 1e15, allow_nan=False), st.floats(-1e-3, 1e-3, allow_nan=False)
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.mark.parametrize("seed", range(60))
def test_both_engines_give_what_the_definition_says(seed: int) -> None:
    rules, facts = program(seed)
    expected = expected_hits(rules, facts)
    assert naive.compile_rules(rules)(facts) == expected
    assert durable.compile_rules(rules)(facts) == expected


def test_the_random_programs_hold_often_enough_to_tell_engines_apart() -> None:
    programs = [program(seed) for seed in range(60)]
    shares = [
        len(expected_hits(rules, facts)) / max(1, sum(len(facts[rule.kind]) for rule in rules))
        for rules, facts in programs
    ]
    assert 0.2 < sum(shares) / len(shares) < 0.8
    asked = {t for rules, _ in programs for rule in rules for t in _operators(rule.condition)}
    assert len(asked) == 11


def _operators(condition: Condition) -> set[str]:
    if isinstance(condition, Group):
        return {operator for part in condition.parts for operator in _operators(part)}
    return {condition.operator}


@settings(max_examples=150, deadline=None)
@given(left=SAFE_NUMBERS, right=SAFE_NUMBERS)
def test_any_two_numbers_compare_alike_in_both_engines(left: float, right: float) -> None:
    operators = ("is", "is_not", "below", "at_most", "above", "at_least")
    rules = [EngineRule("x", Comparison("n", operator, right)) for operator in operators]
    rules += [EngineRule("x", Group("none", (rule.condition,))) for rule in rules]
    facts: dict[str, list[dict[str, Any]]] = {"x": [{"n": left}, {"n": right}, {}]}
    assert durable.compile_rules(rules)(facts) == expected_hits(rules, facts)


@settings(max_examples=150, deadline=None)
@given(left=ANY_TEXT, right=ANY_TEXT)
def test_any_two_words_compare_alike_in_both_engines(left: str, right: str) -> None:
    tests = [
        Comparison("w", "is", right),
        Comparison("w", "is_not", right),
        Comparison("w", "in", (left, right)),
        Comparison("w", "in", (right,)),
    ]
    rules = [EngineRule("x", test) for test in tests] + [EngineRule("x", Group("none", (test,))) for test in tests]
    facts: dict[str, list[dict[str, Any]]] = {"x": [{"w": left}, {"w": right}, {}]}
    assert durable.compile_rules(rules)(facts) == expected_hits(rules, facts)


def test_hits_come_sorted_by_rule_and_fact_and_once_each() -> None:
    condition = Group("any", (Comparison("n", "above", 0), Comparison("n", "above", -1), Comparison("n", "below", 100)))
    rules = [EngineRule("x", condition)] * 3
    facts = {"x": [{"n": 5}, {"n": 6}]}
    assert durable.compile_rules(rules)(facts) == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


def test_no_attribute_of_the_vocabulary_takes_a_name_that_the_engine_keeps_for_itself() -> None:
    taken = {a.name for a in VOCABULARY if a.name in ("id", "sid") or a.name.startswith(("$", "~"))}
    assert taken == set()
    assert "kind" in {name for names in ATTRIBUTES.values() for name in names}
