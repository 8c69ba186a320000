"""The rulesets that judge: the resource /v1/rulesets."""

from __future__ import annotations

from typing import Any

from flask import Response

from validator.api import library
from validator.api.cursors import PageSchema, cursor_of, page, place_of
from validator.api.data import as_reference
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.schemas import RulesetListSchema, RulesetSchema
from validator.rules.conditions import Condition, Group, Other
from validator.rules.ruleset import Rule, Ruleset

blueprint = Blueprint("rulesets", __name__, description="The rules that judge.")


@resource(
    blueprint,
    "/v1/rulesets",
    Answer(RulesetListSchema, "The rulesets.", reference=True),
    query=PageSchema,
)
def list_rulesets(query: dict[str, Any]) -> Response:
    """List the rulesets in force, those published and those shipped."""
    found, more = page(library.listed(place_of(query) or "", query["limit"] + 1), query["limit"])
    last = cursor_of(found[-1].name) if more else None
    return as_reference({"rulesets": [_entry(entry) for entry in found], "next": last})


@resource(
    blueprint,
    "/v1/rulesets/<name>",
    Answer(RulesetSchema, "The ruleset.", reference=True),
)
def show_ruleset(name: str) -> Response:
    """Show a ruleset with its rules: the one in force, or a published version as NAME@VERSION."""
    ruleset, bundle = library.find(name)
    rules = [_rule(rule) for rule in ruleset.rules]
    shown = _summary(ruleset, published="@" in bundle.key)
    return as_reference({**shown, "parameters": dict(ruleset.parameters), "rules": rules})


def _entry(entry: library.Entry) -> dict[str, Any]:
    published = entry.version is not None
    if entry.ruleset is not None:
        return {**_summary(entry.ruleset, published=published), "problem": None}
    named = {"name": entry.name, "version": str(entry.version), "digest": "", "published": published}
    return {**named, "description": "", "extends": [], "rule_count": 0, "problem": entry.problem}


def _summary(ruleset: Ruleset, *, published: bool) -> dict[str, Any]:
    return {
        "published": published,
        "name": ruleset.name,
        "version": ruleset.version,
        "digest": ruleset.digest,
        "description": ruleset.description,
        "extends": list(ruleset.extends),
        "rule_count": len(ruleset.rules),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "description": rule.description,
        "kind": rule.kind,
        "where": None if rule.where is None else _conditions(rule.where),
        "conditions": _conditions(rule.when),
        "severity": rule.severity,
        "severity_when": [{"severity": word, "conditions": _conditions(when)} for word, when in rule.severity_when],
        "later": [change.as_dict() for change in rule.later],
        "shadow": rule.shadow,
        "decision": rule.decision,
        "failure": rule.failure,
        "needs": list(rule.needs),
        "message": rule.message,
    }


def _conditions(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Group):
        return {condition.join: [_conditions(part) for part in condition.parts]}
    return {"attribute": condition.attribute, "operator": condition.operator, "expected": _expected(condition.expected)}


def _expected(value: Any) -> Any:
    if isinstance(value, Other):
        return {"attribute": value.attribute}
    if isinstance(value, tuple):
        return list(value)
    return getattr(value, "pattern", value)
