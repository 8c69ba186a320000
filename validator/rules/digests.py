"""A digest of each rule of a ruleset, which tells whether the rule that judged a run is the one that judged another."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from validator.rules.ruleset import Rule, Ruleset, Variant

_TEXTS = ("title", "message", "description", "failure")
"""What a rule says, and not what it asks: another wording finds nothing new."""
_OF_CLAIMS = frozenset({"pair", "conflict"})
"""Kinds of facts that are found by means of the metric catalogue: rules on them change with it."""


def rule_digests(ruleset: Ruleset, catalogue: str = "") -> dict[str, str]:
    """By the id of each rule that is on: a digest of its conditions, parameters, needs and severities in every scope.

    `catalogue` is a digest of the metric catalogue, which counts for the rules that rest on it.
    """
    parts: dict[str, list[Variant]] = {}
    for variant in ruleset.variants:
        parts.setdefault(variant.rule.id, []).append(variant)
    return {id: _digest([_asked(variant, catalogue) for variant in variants]) for id, variants in parts.items()}


def _digest(value: Any) -> str:
    return f"sha256:{hashlib.sha256(orjson.dumps(value, default=_plain)).hexdigest()}"


def _asked(variant: Variant, catalogue: str) -> list[Any]:
    asked = [getattr(variant.rule, field) for field in Rule._fields if field not in _TEXTS]
    return [variant.where, *asked, *([catalogue] if variant.rule.kind in _OF_CLAIMS else [])]


def _plain(value: Any) -> Any:
    """A condition as a list that begins with its kind, so that no two kinds look alike; a pattern as its text."""
    if isinstance(value, tuple):
        return [type(value).__name__, *value]
    return ["pattern", value.pattern]
