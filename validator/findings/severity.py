"""The severity of a finding on the day that its set is judged as of."""

from __future__ import annotations

from validator.facts.fact import Fact
from validator.facts.index import Index
from validator.facts.phases import has_begun, window_of
from validator.rules.conditions import holds
from validator.rules.ruleset import Later, Rule


def severity_of(rule: Rule, fact: Fact, index: Index) -> str:
    """The severity of a rule on one fact: by the first condition that holds, else by the last change that has begun."""
    for severity, condition in rule.severity_when:
        if holds(condition, fact.values):
            return severity
    begun = [change.severity for change in rule.later if _holds_by_now(change, fact, index)]
    return begun[-1] if begun else rule.severity


def _holds_by_now(change: Later, fact: Fact, index: Index) -> bool:
    if change.day is not None:
        return index.as_of >= change.day
    window = window_of(index, fact.items)
    return window is not None and has_begun(str(change.phase), window, index.as_of)
