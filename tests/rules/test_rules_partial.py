"""What a part of a set tells of a condition: never more than the whole set says."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from validator.facts.vocabulary import Attribute
from validator.rules.catalogue import load_ruleset
from validator.rules.conditions import Condition, Group, Other, holds
from validator.rules.conditions import Test as Comparison
from validator.rules.partial import WHOLE_SET, certain, for_part, needs_whole, possible
from validator.rules.ruleset import SEVERITIES

MARKS = ("", "grows", "unsure", "whole")
ATTRIBUTES: Mapping[str, Attribute] = {
    f"{mark or 'own'}_{type}": Attribute("objective", f"{mark or 'own'}_{type}", type, "A sentence.", (), mark)
    for mark in MARKS
    for type in ("number", "yes/no")
}
NUMERIC = ("is", "is_not", "below", "at_most", "above", "at_least")
Fact = dict[str, Any]


def _test(random: Random) -> Condition:
    name, number = random.choice(list(ATTRIBUTES)), random.randrange(5)
    if random.random() < 0.2:
        return Comparison(name, random.choice(("missing", "present")), random.random() < 0.5)
    if name.endswith("yes/no"):
        return Comparison(name, random.choice(("is", "is_not")), random.random() < 0.5)
    if random.random() < 0.2:
        return Comparison(name, random.choice(("in", "between")), (number, random.randrange(number, 5)))
    other = Other(random.choice([other for other in ATTRIBUTES if other.endswith("number")]))
    return Comparison(name, random.choice(NUMERIC), other if random.random() < 0.3 else number)


def _condition(random: Random, depth: int = 2) -> Condition:
    if depth == 0 or random.random() < 0.3:
        return _test(random)
    parts = tuple(_condition(random, depth - 1) for _ in range(random.randint(1, 3)))
    return Group(random.choice(("all", "any", "none")), parts)


def _told_twice(random: Random) -> tuple[Fact, Fact]:
    """A fact as a part of the set tells it, and as the whole set does."""
    part: Fact = {}
    whole: Fact = {}
    for name, attribute in ATTRIBUTES.items():
        values = (None, False, True) if attribute.type == "yes/no" else (None, 0, 1, 2, 3, 4)
        full, seen = random.choice(values), random.choice(values)
        if attribute.in_part in ("", "unsure"):
            seen = full if attribute.in_part == "" or random.random() < 0.5 else None
        elif attribute.in_part == "grows" and seen is not None:
            full = max(seen, full or seen)
        part |= {name: seen} if seen is not None else {}
        whole |= {name: full} if full is not None else {}
    return part, whole


@pytest.mark.parametrize("seed", range(20))
def test_what_is_certain_of_a_part_holds_of_the_whole_and_what_holds_of_the_whole_is_possible(seed: int) -> None:
    random = Random(seed)
    told = 0
    for _ in range(400):
        condition, (part, whole) = _condition(random), _told_twice(random)
        sure, open_ = certain(condition, ATTRIBUTES), possible(condition, ATTRIBUTES)
        if sure is not None and holds(sure, part):
            told += 1
            assert holds(condition, whole), condition
        if open_ is not None and not holds(open_, part):
            told += 1
            assert not holds(condition, whole), condition
    assert told > 20


def test_a_condition_on_what_an_item_says_of_itself_stays_as_it_is() -> None:
    own = Group("all", (Comparison("own_number", "below", 2), Group("none", (Comparison("own_yes/no", "is", True),))))
    assert certain(own, ATTRIBUTES) == possible(own, ATTRIBUTES) == own


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (Comparison("grows_number", "above", 3), True),
        (Comparison("grows_number", "at_least", 3), True),
        (Comparison("grows_number", "below", 3), False),
        (Comparison("grows_number", "is", 3), False),
        (Comparison("grows_number", "above", Other("own_number")), False),
        (Comparison("grows_yes/no", "is", True), True),
        (Comparison("grows_yes/no", "is_not", False), True),
        (Comparison("grows_yes/no", "is", False), False),
        (Comparison("grows_number", "present", True), True),
        (Comparison("grows_number", "missing", True), False),
        (Comparison("unsure_number", "is", 3), True),
        (Comparison("unsure_number", "missing", True), False),
        (Comparison("whole_number", "present", True), False),
    ],
)
def test_a_comparison_is_told_by_a_part_or_is_not(test: Condition, told: bool) -> None:
    assert (certain(test, ATTRIBUTES) is not None) is told


def test_a_rule_that_counts_what_is_below_needs_the_whole_set_and_one_on_its_own_item_does_not() -> None:
    rules = {rule.id: rule for rule in load_ruleset("base").rules}
    assert needs_whole(rules["orphaned-company-objective"])
    assert not needs_whole(rules["unowned-objective"])
    assert not needs_whole(rules["too-many-company-objectives"])


@pytest.mark.parametrize("name", ["base", "strict", "relaxed"])
def test_the_ruleset_for_a_part_has_the_same_rules_under_another_digest(name: str) -> None:
    ruleset = load_ruleset(name)
    partial = for_part(ruleset)
    assert [v.rule.id for v in partial.variants] == [v.rule.id for v in ruleset.variants]
    assert partial.digest != ruleset.digest
    assert {WHOLE_SET} == {need for v, w in zip(ruleset.variants, partial.variants, strict=True)
                           for need in set(w.rule.needs) - set(v.rule.needs)}  # fmt: skip


def test_a_worse_severity_must_be_certain_and_a_milder_one_only_possible() -> None:
    (variant,) = (v for v in load_ruleset("base").variants if v.rule.id == "unowned-objective")
    graded = tuple((severity, Comparison("child_count", "below", 1)) for severity in SEVERITIES)
    ruleset = load_ruleset("base")._replace(
        variants=(variant._replace(rule=variant.rule._replace(severity_when=graded)),)
    )
    told = dict(for_part(ruleset).variants[0].rule.severity_when)
    assert "error" not in told
    assert holds(told["info"], {"child_count": 0})
    assert not holds(told["info"], {"child_count": 2})
