"""The rulesets that judge: the resource /v1/rulesets."""

from __future__ import annotations

from typing import Any

from flask import Response

from validator.api import library
from validator.api.data import as_reference
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.schemas import RulesetListSchema, RulesetSchema
from validator.rules.catalogue import shipped
from validator.rules.conditions import Condition, Group, Other
from validator.rules.ruleset import Rule, Ruleset

blueprint = Blueprint("rulesets", __name__, description="The rules that judge.")


@resource(
    blueprint,
    "/v1/rulesets",
    Answer(RulesetListSchema, "The rulesets.", reference=True),
)
def list_rulesets() -> Response:
    """List the rulesets."""
    return as_reference({"rulesets": [_summary(library.find(name)) for name in shipped()]})


@resource(
    blueprint,
    "/v1/rulesets/<name>",
    Answer(RulesetSchema, "The ruleset.", reference=True),
    refusals=(404,),
)
def show_ruleset(name: str) -> Response:
    """Show a ruleset with its rules."""
    ruleset = library.find(name)
    rules = [_rule(rule) for rule in ruleset.rules]
    return as_reference({**_summary(ruleset), "parameters": dict(ruleset.parameters), "rules": rules})


def _summary(ruleset: Ruleset) -> dict[str, Any]:
    return {
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
