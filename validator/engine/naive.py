"""The reference engine: every rule on every fact of its kind, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence

from validator.engine.interface import EngineRule, Evaluate, Facts, Hit
from validator.rules.conditions import compile_condition

NAME = "python"


def compile_rules(rules: Sequence[EngineRule]) -> Evaluate:
    """The rules as one function from facts to hits, sorted by rule and fact."""
    compiled = [(number, rule.kind, compile_condition(rule.condition)) for number, rule in enumerate(rules)]

    def evaluate(facts: Facts) -> list[Hit]:
        return [
            (number, place)
            for number, kind, holds in compiled
            for place, values in enumerate(facts.get(kind, ()))
            if holds(values)
        ]

    return evaluate
