"""From facts to verdicts: which rules could be judged, what each found, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from validator.engine.interface import Evaluate
from validator.facts.build import Facts
from validator.facts.fact import Fact
from validator.facts.index import Index
from validator.findings.decision import way_to_a_decision
from validator.findings.items import shown_item
from validator.findings.messages import message
from validator.findings.severity import severity_of
from validator.rules.conditions import Condition, Other, Test, both, compile_condition, reasons
from validator.rules.failure_table import FailureRow
from validator.rules.ruleset import SEVERITIES, Rule, Ruleset, Variant

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


class Judgement(NamedTuple):
    """What a ruleset made of a set."""

    rules: list[dict[str, Any]]
    findings: list[dict[str, Any]]


def judge_facts(
    index: Index, facts: Facts, ruleset: Ruleset, evaluate: Evaluate, failures: Mapping[str, FailureRow]
) -> Judgement:
    """Every rule's status and every finding: findings by severity, rule and items; rules in the ruleset's order."""
    provided = index.okrs.provides
    hits = evaluate({kind: [fact.values for fact in listed] for kind, listed in facts.items()})
    findings = [
        _finding(index, variant.rule, variant, facts[variant.rule.kind][place], failures)
        for number, place in hits
        if provided.issuperset((variant := ruleset.variants[number]).rule.needs)
    ]
    findings.sort(key=_order)
    return Judgement(list(_statuses(ruleset, facts, provided, findings)), findings)


def _order(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    ids = tuple((item["kind"], item["id"]) for item in finding["items"])
    return _RANK[finding["severity"]], finding["rule"], ids, finding["id"]


def _finding(
    index: Index, rule: Rule, variant: Variant, fact: Fact, failures: Mapping[str, FailureRow]
) -> dict[str, Any]:
    condition = both(variant.where, rule.when)
    return {
        "id": fingerprint(rule.id, fact),
        "rule": rule.id,
        "severity": severity_of(rule, fact, index),
        "shadow": rule.shadow,
        "message": message(rule.message, fact.values),
        "items": [shown_item(index, item) for item in (*fact.items, *fact.also)],
        "why": [_reason(test, fact.values) for test in reasons(condition, fact.values)],
        "failure": failures[rule.failure]._asdict(),
        "confidence": fact.values.get("confidence", 1.0),
        "decision": way_to_a_decision(index, fact) if rule.decision else None,
    }


def fingerprint(rule: str, fact: Fact) -> str:
    """What makes a finding the same one again: its rule, its items by id, and what is violated; never texts or values."""
    identity = orjson.dumps([rule, sorted(fact.items), fact.key])
    return hashlib.blake2b(identity, digest_size=16).hexdigest()


def _reason(test: Test, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "attribute": test.attribute,
        "operator": test.operator,
        "expected": _plain(test.expected),
        "actual": values.get(test.attribute),
    }


def _plain(expected: Any) -> Any:
    if isinstance(expected, Other):
        return {"attribute": expected.attribute}
    if isinstance(expected, tuple):
        return list(expected)
    return expected if isinstance(expected, bool | int | float | str) else expected.pattern


def _statuses(
    ruleset: Ruleset, facts: Facts, provided: frozenset[str], findings: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    failed: dict[str, int] = {}
    for finding in findings:
        failed[finding["rule"]] = failed.get(finding["rule"], 0) + 1
    counted: dict[tuple[str, Condition | None], int] = {}
    by_rule: dict[str, list[Variant]] = {}
    for variant in ruleset.variants:
        by_rule.setdefault(variant.rule.id, []).append(variant)
    for id, variants in by_rule.items():
        rule = variants[-1].rule
        missing = [name for name in rule.needs if name not in provided]
        evaluated = 0 if missing else sum(_count(v.rule.kind, v.where, facts, counted) for v in variants)
        yield {
            "id": id,
            "title": rule.title,
            "severity": rule.severity,
            "later": [change.as_dict() for change in rule.later],
            "failure": rule.failure,
            "status": _status(missing, evaluated, failed.get(id, 0)),
            "evaluated": evaluated,
            "failed": failed.get(id, 0),
            "missing": missing,
        }


def _status(missing: Sequence[str], evaluated: int, failed: int) -> str:
    if missing:
        return "not_evaluated"
    if not evaluated:
        return "not_applicable"
    return "fail" if failed else "pass"


def _count(kind: str, where: Condition | None, facts: Facts, counted: dict[tuple[str, Condition | None], int]) -> int:
    """Facts that a rule judges; rules share their answers, for few conditions differ."""
    key = (kind, where)
    if key not in counted:
        listed = facts[kind]
        judged = compile_condition(where) if where else None
        counted[key] = len(listed) if judged is None else sum(map(judged, (fact.values for fact in listed)))
    return counted[key]
