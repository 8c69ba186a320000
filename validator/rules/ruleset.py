"""Rulesets as frozen data, ready for an engine."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from validator.rules.conditions import Condition

SEVERITIES = ("error", "warning", "info")
"""Worst first."""


class Later(NamedTuple):
    """A severity that holds from a time on: from a day, or from a phase of the cycle of a finding's items."""

    severity: str
    day: datetime.date | None
    """First day; None where a phase is given."""
    phase: str | None
    """One of `phases.PHASES`; None where a day is given."""

    def as_dict(self) -> dict[str, str | None]:
        """As JSON has it."""
        return {"severity": self.severity, "from": str(self.day) if self.day else None, "from_phase": self.phase}


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
    later: tuple[Later, ...]
    """What `severity` turns into with time, earliest first; the last that has begun counts."""
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
