"""A rule in words: what it asks, of what, and what its failure row says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from validator.facts.vocabulary import KINDS, VOCABULARY
from validator.rules.conditions import Condition, Other, Test, attributes
from validator.rules.failure_table import FailureRow
from validator.rules.later import later_words
from validator.rules.partial import needs_whole
from validator.rules.ruleset import Rule

_JOINS = {"all": "all of:", "any": "any of:", "none": "none of:"}


def explained(rule: Rule, row: FailureRow | None) -> Iterator[str]:
    """The lines that explain a rule."""
    yield f"{rule.id}: {rule.title}"
    yield from _severity(rule)
    if rule.description:
        yield from ("", rule.description)
    yield from ("", f"Judges: {KINDS[rule.kind]}", "Reports it when:")
    yield from _condition(rule.when, "  ")
    if rule.where is not None:
        yield from ("Only where:", *_condition(rule.where, "  "))
    yield from ("", f"It says: {rule.message}")
    needs = (*rule.needs, *(["the whole set"] if needs_whole(rule) else ()))
    yield f"Needs: {', '.join(needs) or 'nothing beyond what it judges'}"
    yield from ("", "The words of the condition:", *_vocabulary(rule))
    if row is not None:
        yield from ("", f"Problem: {row.problem}", f"Root cause: {row.root_cause}", f"What to do: {row.fix}")


def _severity(rule: Rule) -> Iterator[str]:
    yield f"Severity: {rule.severity}{' (in shadow: shown, but it never fails the gate)' if rule.shadow else ''}"
    for severity, condition in rule.severity_when:
        yield from (f"  {severity} when:", *_condition(condition, "    "))
    yield from (f"  {change}" for change in later_words(rule))


def _condition(condition: Condition, margin: str) -> Iterator[str]:
    if isinstance(condition, Test):
        yield f"{margin}{condition.attribute} {_comparison(condition)}"
        return
    yield margin + _JOINS[condition.join]
    for part in condition.parts:
        yield from _condition(part, margin + "  ")


def _comparison(test: Test) -> str:
    if test.operator in ("missing", "present"):
        return f"is {'' if test.expected else 'not '}{test.operator}"
    return f"{test.operator.replace('_', ' ')} {_value(test.expected)}"


def _value(expected: object) -> str:
    if isinstance(expected, Other):
        return expected.attribute
    if isinstance(expected, bool):
        return "yes" if expected else "no"
    if isinstance(expected, tuple):
        return ", ".join(map(_value, expected))
    pattern = getattr(expected, "pattern", None)
    return f"/{pattern}/" if isinstance(pattern, str) else re.sub(r"\.0$", "", str(expected))


def _vocabulary(rule: Rule) -> Iterator[str]:
    conditions = [rule.when, *([rule.where] if rule.where else []), *(when for _, when in rule.severity_when)]
    asked = {name for condition in conditions for name in attributes(condition)}
    for attribute in VOCABULARY:
        if attribute.kind == rule.kind and attribute.name in asked:
            yield f"  {attribute.name} ({attribute.type}): {attribute.sentence}"
