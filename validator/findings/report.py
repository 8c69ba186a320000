"""The report: one plain structure, the same for command line and HTTP. The same input gives the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from validator.document.model import OkrSet
from validator.facts.index import Index
from validator.facts.wholes import classes
from validator.findings.judge import Judgement
from validator.rules.ruleset import SEVERITIES, Ruleset

FORMAT = "okr-report/1"
NOTHING_JUDGED = "No rule could judge this set, so it does not pass: supply what the rules are missing."
GATES = (*SEVERITIES, "never")


def make_report(
    index: Index, ruleset: Ruleset, judgement: Judgement, *, fail_on: str, digest: str, notes: Sequence[str]
) -> dict[str, Any]:
    """The report of one judgement; `fail_on` is the least severity that fails the gate, or never.

    A set that no rule could judge never passes.
    """
    counted = Counter(finding["severity"] for finding in judgement.findings if not finding["shadow"])
    conditions = _gate(fail_on, counted)
    judged = any(rule["evaluated"] for rule in judgement.rules)
    return {
        "format": FORMAT,
        "status": "pass" if judged and all(condition["passed"] for condition in conditions) else "fail",
        "gate": {"fail_on": fail_on, "conditions": conditions},
        "summary": _summary(index, judgement, counted),
        "ruleset": {"name": ruleset.name, "version": ruleset.version, "digest": ruleset.digest},
        "input": _input(index, digest, notes if judged else [*notes, NOTHING_JUDGED]),
        "rules": judgement.rules,
        "findings": judgement.findings,
    }


def _gate(fail_on: str, counted: Mapping[str, int]) -> list[dict[str, Any]]:
    guarded = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
    return [
        {"severity": severity, "at_most": 0, "count": counted.get(severity, 0), "passed": not counted.get(severity, 0)}
        for severity in guarded
    ]


def _summary(index: Index, judgement: Judgement, counted: Mapping[str, int]) -> dict[str, Any]:
    return {
        **{severity: counted.get(severity, 0) for severity in SEVERITIES},
        "shadow": sum(1 for finding in judgement.findings if finding["shadow"]),
        "items": _items(index.okrs),
        "classes": classes(index),
        "rules": _statuses(rule["status"] for rule in judgement.rules),
    }


def _statuses(found: Iterable[str]) -> dict[str, int]:
    counts = Counter(found)
    return {status: counts[status] for status in ("pass", "fail", "not_applicable", "not_evaluated")}


def _items(okrs: OkrSet) -> dict[str, int]:
    nested = sum(len(objective.key_results) for objective in okrs.objectives)
    counts = {"objective": len(okrs.objectives), "key_result": nested + len(okrs.loose_key_results)}
    return {**counts, "initiative": len(okrs.initiatives)} if okrs.initiatives else counts


def _input(index: Index, digest: str, notes: Sequence[str]) -> dict[str, Any]:
    source = index.okrs.source
    return {
        "digest": digest,
        "source": {
            "tool": source.tool,
            "exported_at": str(source.exported_at) if source.exported_at else None,
            "url": source.url,
        },
        "complete": source.complete,
        "as_of": str(index.as_of),
        "provides": sorted(index.okrs.provides),
        "notes": [*source.notes, *notes],
    }
