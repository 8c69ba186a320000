"""What conditions mean, by a table: the reference for every engine."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import re2

from tests.engine.engine_programs import condition as random_condition
from tests.engine.engine_programs import fact as random_fact
from tests.engine.engine_programs import holds_by_definition
from validator.rules.conditions import Condition, Group, Other, attributes, both, compile_condition, reasons
from validator.rules.conditions import Test as Comparison
from validator.rules.conditions import tests as comparisons

A = Comparison("a", "above", 1)
B = Comparison("b", "is", "x")
TABLE: list[tuple[Condition, dict[str, Any], bool]] = [
    (Comparison("a", "is", 1), {"a": 1}, True),
    (Comparison("a", "is", 1), {}, False),
    (Comparison("a", "is_not", 1), {"a": 2}, True),
    (Comparison("a", "is_not", 1), {}, False),
    (Comparison("a", "in", (1, 2)), {"a": 2}, True),
    (Comparison("a", "between", (1, 2)), {"a": 2}, True),
    (Comparison("a", "between", (1, 2)), {"a": 2.01}, False),
    (Comparison("a", "below", 1), {"a": 1}, False),
    (Comparison("a", "at_most", 1), {"a": 1}, True),
    (Comparison("a", "above", 1), {"a": 1}, False),
    (Comparison("a", "at_least", 1), {"a": 1}, True),
    (Comparison("a", "missing", True), {}, True),
    (Comparison("a", "missing", False), {}, False),
    (Comparison("a", "present", True), {"a": 0}, True),
    (Comparison("a", "present", False), {"a": 0}, False),
    (Comparison("a", "matches", re2.compile("b")), {"a": "abc"}, True),
    (Comparison("a", "is", Other("b")), {"a": 1, "b": 1}, True),
    (Comparison("a", "is", Other("b")), {"a": 1}, False),
    (Comparison("a", "is_not", Other("b")), {"b": 1}, False),
    (Group("none", (Comparison("a", "is", 1),)), {}, True),
    (Group("all", (A, B)), {"a": 2, "b": "x"}, True),
    (Group("all", (A, B)), {"a": 2}, False),
    (Group("any", (A, B)), {"b": "x"}, True),
    (Group("none", (A, B)), {"b": "x"}, False),
    (Group("none", (Group("none", (A,)),)), {"a": 2}, True),
]


@pytest.mark.parametrize(("condition", "values", "holds"), TABLE)
def test_a_condition_holds_or_not(condition: Condition, values: dict[str, Any], holds: bool) -> None:
    assert compile_condition(condition)(values) is holds


@pytest.mark.parametrize("seed", range(40))
def test_random_conditions_mean_what_the_definition_says(seed: int) -> None:
    random = Random(seed)
    condition = random_condition(random)
    facts = [random_fact(random) for _ in range(30)]
    assert [compile_condition(condition)(fact) for fact in facts] == [
        holds_by_definition(condition, fact) for fact in facts
    ]


def test_reasons_are_the_comparisons_that_made_it_hold() -> None:
    condition = Group("all", (Group("any", (A, B)), Group("none", (Comparison("c", "is", True),))))
    assert list(reasons(condition, {"a": 5})) == [A, Comparison("c", "not is", True)]
    assert list(reasons(condition, {"a": 5, "b": "x"})) == [A, B, Comparison("c", "not is", True)]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_holds_has_a_reason(seed: int) -> None:
    random = Random(seed)
    condition = random_condition(random)
    for fact in [fact for fact in (random_fact(random) for _ in range(20)) if holds_by_definition(condition, fact)]:
        named = list(reasons(condition, fact))
        assert named
        assert all(reason.operator.startswith("not ") or holds_by_definition(reason, fact) for reason in named)


def test_what_a_condition_asks_is_found_at_any_depth_and_on_both_sides() -> None:
    condition = Group("any", (A, Group("none", (Comparison("c", "below", Other("d")),))))
    assert attributes(condition) == {"a", "c", "d"}
    assert [test.attribute for test in comparisons(condition)] == ["a", "c"]


def test_both_conditions_stand_side_by_side() -> None:
    assert both(None, A) is A
    assert both(A, B) == Group("all", (A, B))
    assert both(Group("all", (A, B)), Group("all", (B,))) == Group("all", (A, B, B))
    assert both(Group("any", (A, B)), A) == Group("all", (Group("any", (A, B)), A))
