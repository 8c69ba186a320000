"""The two calls of an engine: compile rules once, evaluate facts many times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from validator.rules.conditions import Condition

Facts = Mapping[str, Sequence[Mapping[str, Any]]]
"""Values of facts by kind: what an engine judges."""
Hit = tuple[int, int]
"""Number of the rule, and place of the fact among those of the rule's kind."""
Evaluate = Callable[[Facts], list[Hit]]


class EngineRule(NamedTuple):
    """What an engine needs of a rule."""

    kind: str
    condition: Condition


Compile = Callable[[Sequence[EngineRule]], Evaluate]
