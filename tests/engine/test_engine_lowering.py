from __future__ import annotations

import math
from typing import Any

import orjson
import pytest
import re2

from validator.engine import durable
from validator.engine.interface import EngineRule
from validator.engine.lowering import MOST_PATHS, MOST_TESTS, Lowered, constant, paths
from validator.rules.conditions import Condition, Group, Other
from validator.rules.conditions import Test as Comparison

ENGINES_OWN: list[Condition] = [
    Comparison("n", "is", 1),
    Comparison("n", "between", (1, 2)),
    Comparison("w", "in", ("a", "b")),
    Comparison("w", "missing", True),
    Group("none", (Comparison("w", "in", ("a", "b")), Comparison("n", "between", (1, 2)))),
    Group(
        "any", (Comparison("n", "above", 1), Group("all", (Comparison("n", "below", 0), Comparison("b", "is", True))))
    ),
]
PYTHONS: list[Condition] = [
    Comparison("t", "matches", re2.compile("a")),
    Comparison("n", "below", Other("m")),
    Group("any", tuple(Comparison("n", "is", number) for number in range(MOST_TESTS + 1))),
    Group("all", tuple(Group("any", (Comparison(n, "is", 1), Comparison(n, "is", 2))) for n in "abcd")),
]


@pytest.mark.parametrize("condition", ENGINES_OWN)
def test_a_plain_condition_is_left_to_the_engine(condition: Condition) -> None:
    lowered = Lowered()
    lowered.rule(condition)
    assert lowered.marks == {}


@pytest.mark.parametrize("condition", PYTHONS)
def test_what_the_engine_cannot_be_trusted_with_is_answered_in_python(condition: Condition) -> None:
    lowered = Lowered()
    assert lowered.rule(condition) == [{"~0": 1}]
    assert set(lowered.marks) == {"~0"}


def test_equal_conditions_share_one_mark() -> None:
    lowered, pattern = Lowered(), re2.compile("a")
    first = lowered.rule(Comparison("t", "matches", pattern))
    assert lowered.rule(Comparison("t", "matches", pattern)) == first


def test_no_rule_that_the_engine_gets_holds_in_more_ways_than_it_can_count() -> None:
    tests = Lowered().rule(Group("any", tuple(Comparison("n", "is", number) for number in range(MOST_PATHS))))
    assert paths(tests) == MOST_PATHS
    assert (
        paths(Lowered().rule(Group("any", tuple(Comparison("n", "is", number) for number in range(MOST_PATHS + 1)))))
        == 1
    )


def test_shards_stay_below_the_engines_limits() -> None:
    rules = [EngineRule("x", Comparison(f"a{number}", "in", tuple(range(number % 9 + 1)))) for number in range(400)]
    for chunk in durable._chunks(rules)["x"]:
        assert sum(paths(tests) for tests in chunk.tests.values()) <= durable.PATHS < 64
        assert chunk.lowered.width() <= durable.WIDTH < 254


@pytest.mark.parametrize(
    ("value", "written"),
    [(True, 1), (False, 0), (3.0, 3), (2.5, 2.5), ("plain text_1.-", "plain text_1.-"), (-(10**15), -(10**15))],
)
def test_plain_values_go_to_the_engine_as_they_are(value: Any, written: Any) -> None:
    assert constant(value) == written


@pytest.mark.parametrize("text", ["", "é", '"', "a\nb", "x" * 101, "\x00", "#0"])
def test_texts_that_the_engine_may_misread_go_as_a_digest(text: str) -> None:
    assert constant(text).startswith("#")
    assert len(constant(text)) == 41


@pytest.mark.parametrize("tiny", [1e-7, -1e-9, 5e-324])
def test_a_tiny_number_is_written_without_an_exponent(tiny: float) -> None:
    written = orjson.dumps(constant(tiny)).decode()
    assert "e" not in written
    assert math.isclose(float(written), tiny, rel_tol=1e-12)
