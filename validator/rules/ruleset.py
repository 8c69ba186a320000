"""Rulesets as frozen data, ready for an engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from validator.rules.conditions import Condition

SEVERITIES = ("error", "warning", "info")
"""Worst first."""


class Rule(NamedTuple):
    """A rule as it stands in a ruleset."""

    id: str
    title: str
    kind: str
    where: Condition | None
    """Which facts of its kind the rule judges; None: all."""
    when: Condition
    """What is wrong."""
    needs: tuple[str, ...]
    severity: str
    severity_when: tuple[tuple[str, Condition], ...]
    """Other severities and when they apply; the first that holds counts."""
    failure: str
    message: str
    description: str
    shadow: bool
    decision: bool
    """Its findings are conflicts: they carry the way to a decision."""


class Variant(NamedTuple):
    """A rule with the overrides of one scope applied: what the engine judges."""

    rule: Rule
    where: Condition | None


class Ruleset(NamedTuple):
    """A ruleset, compiled: every name resolved, every parameter filled in."""

    name: str
    version: str
    description: str
    digest: str
    parameters: Mapping[str, Any]
    rules: tuple[Rule, ...]
    """Each rule once, as it applies where no scoped override does."""
    variants: tuple[Variant, ...]
    extends: tuple[str, ...]
