"""Rules for a set of which part was not read: they report only what the rest of it cannot take back.

The vocabulary says of each attribute what a part tells of it; a rule's conditions are cut down to that, and a rule of which
nothing is left needs the whole set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from validator.facts.vocabulary import BY_KIND, Attribute
from validator.rules.conditions import Condition, Group, Other, Test
from validator.rules.ruleset import SEVERITIES, Rule, Ruleset, Variant

WHOLE_SET = "source.complete"
"""What a rule misses that only the whole set can answer: the field of a document that says it is not whole."""

Attributes = Mapping[str, Attribute]


def for_part(ruleset: Ruleset) -> Ruleset:
    """The ruleset for a set that is not complete; its digest is its own."""
    variants = tuple(map(_variant, ruleset.variants))
    return ruleset._replace(variants=variants, digest=f"{ruleset.digest}, of a part")


def needs_whole(rule: Rule) -> bool:
    """Whether a rule can tell nothing of a set that is not complete."""
    return WHOLE_SET in _variant(Variant(rule, rule.where)).rule.needs


def _variant(variant: Variant) -> Variant:
    rule, attributes = variant.rule, BY_KIND[variant.rule.kind]
    when = certain(rule.when, attributes)
    where = certain(variant.where, attributes) if variant.where is not None else None
    if when is None or (where is None and variant.where is not None):
        return variant._replace(rule=rule._replace(needs=(*rule.needs, WHOLE_SET)))
    return Variant(rule._replace(when=when, severity_when=tuple(_graded(rule, attributes))), where)


def _graded(rule: Rule, attributes: Attributes) -> Iterator[tuple[str, Condition]]:
    """Severities and when they apply: a worse one where that is certain, a milder one where it is not ruled out."""
    for severity, condition in rule.severity_when:
        if SEVERITIES.index(severity) > SEVERITIES.index(rule.severity):
            yield severity, possible(condition, attributes) or Group("all", ())
        elif (sure := certain(condition, attributes)) is not None:
            yield severity, sure


def certain(condition: Condition, attributes: Attributes) -> Condition | None:
    """When a condition holds of the whole set, as far as a part tells; None where it never does."""
    if isinstance(condition, Test):
        return condition if _holds_on(condition, attributes) else None
    part = possible if condition.join == "none" else certain
    return _joined(condition, [part(inner, attributes) for inner in condition.parts], lenient=condition.join == "any")


def possible(condition: Condition, attributes: Attributes) -> Condition | None:
    """When a part does not rule out that a condition holds of the whole set; None where it never does."""
    if isinstance(condition, Test):
        return _not_ruled_out(condition, attributes)
    part = certain if condition.join == "none" else possible
    return _joined(condition, [part(inner, attributes) for inner in condition.parts], lenient=condition.join != "any")


def _joined(group: Group, parts: list[Condition | None], *, lenient: bool) -> Condition | None:
    """The group of the parts that say something; None where none does, or where all must and one does not."""
    told = tuple(part for part in parts if part is not None)
    if not told or (not lenient and len(told) < len(parts)):
        return None
    return Group(group.join, told)


def _in_part(test: Test, attributes: Attributes) -> str:
    """What a part tells of the attributes that a test asks: of two the one of which it tells less."""
    marks = {attributes[name].in_part for name in _asked(test)}
    if "whole" in marks or ("grows" in marks and isinstance(test.expected, Other)):
        return "whole"
    return max(marks)


def _holds_on(test: Test, attributes: Attributes) -> bool:
    """Whether a test that holds of a part holds of the whole set too."""
    mark = _in_part(test, attributes)
    if mark and test.operator in ("missing", "present"):
        return mark != "whole" and _asks_presence(test)
    return mark in ("", "unsure") or (mark == "grows" and _rises(test))


def _not_ruled_out(test: Test, attributes: Attributes) -> Condition | None:
    """When a test may hold of the whole set, given a part of it."""
    mark = _in_part(test, attributes)
    if not mark:
        return test
    if mark == "whole" or (test.operator in ("missing", "present") and _asks_presence(test)):
        return None
    if test.operator in ("missing", "present"):
        return test
    if mark == "grows" and not _falls(test):
        return None
    return Group("any", (test, *(Test(name, "missing", True) for name in _asked(test))))


def _asked(test: Test) -> tuple[str, ...]:
    return (test.attribute, test.expected.attribute) if isinstance(test.expected, Other) else (test.attribute,)


def _asks_presence(test: Test) -> bool:
    return (test.operator == "present") is bool(test.expected)


def _rises(test: Test) -> bool:
    """Whether a test goes on holding while a number rises and a no turns into a yes."""
    return test.operator in ("above", "at_least") or _asks_for(test, yes=True)


def _falls(test: Test) -> bool:
    """Whether a test that fails goes on failing meanwhile."""
    return test.operator in ("below", "at_most") or _asks_for(test, yes=False)


def _asks_for(test: Test, *, yes: bool) -> bool:
    asked = (test.operator, test.expected)
    return isinstance(test.expected, bool) and asked in (("is", yes), ("is_not", not yes))
