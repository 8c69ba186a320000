"""Labelled cases as the documents that a tool would send, and reports as the answers that a labelled set expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

KINDS = {
    "orphaned-company-objective": "orphan_company_objective",
    "unaligned-objective": "unlinked_objective",
    "shared-objective-without-lead": "no_single_owner",
    "several-primary-owners": "no_single_owner",
    "same-outcome-claimed-twice": "duplicate_ownership",
    "parallel-key-results": "duplicate_ownership",
    "competing-key-results": "opposing_key_results",
    "trade-off-key-results": "opposing_key_results",
    "segment-mismatch": "opposing_key_results",
    "unacknowledged-dependency": "dependency_unacknowledged",
    "undeclared-dependency": "dependency_unacknowledged",
    "missing-baseline": "kr_missing_baseline_or_target",
    "missing-target": "kr_missing_baseline_or_target",
    "unmeasurable-key-result": "kr_missing_baseline_or_target",
    "task-as-key-result": "kr_missing_baseline_or_target",
    "too-many-company-objectives": "too_many_company_objectives",
    "shared-work-not-reviewed": "no_midcycle_review",
    "conflict-without-decider": "conflict_without_decider",
    "vague-company-objective": "vague_company_objective",
    "no-strategic-brief": "vague_company_objective",
    "copied-cascade": "pure_cascade",
}
"""What the labelled organisations call what a rule finds."""
_REFERRED = {
    "duplicate_ownership": ("objective",),
    "opposing_key_results": ("key_result",),
    "conflict_without_decider": ("objective",),
    "kr_missing_baseline_or_target": ("key_result",),
    "dependency_unacknowledged": ("objective", "team"),
    "too_many_company_objectives": (),
    "pure_cascade": ("team",),
}
"""Kinds of items that an answer names; those not listed name the objective."""
_FIELDS = ("title", "metric", "start", "target", "unit")


def pair_document(pair: Mapping[str, Any]) -> dict[str, Any]:
    """Two objectives of two teams, linked to nothing."""
    sides = [(name, pair[key]) for name, key in (("A", "a"), ("B", "b"))]
    return {
        "source": {"tool": "labelled pair", "provides": ["teams"]},
        "teams": [{"id": f"team-{name}", "name": side["team"]} for name, side in sides],
        "objectives": [
            {
                "id": name,
                "title": side["objective"],
                "level": side["level"],
                "team": f"team-{name}",
                "key_results": [_key_result(f"{name}.1", side["kr"])] if side["kr"] else [],
            }
            for name, side in sides
        ],
    }


def _key_result(id: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": id, **{field: data.get(field) for field in _FIELDS}}


def text_document(text: Mapping[str, Any]) -> dict[str, Any]:
    """One objective, or one key result under an objective that says nothing."""
    if text["kind"] == "objective":
        return {"objectives": [{"id": "A", "title": text["text"], "level": "company", "key_results": []}]}
    data = {**text, "title": text["text"]}
    objective = {"id": "A", "title": "Aim", "key_results": [_key_result("A.1", data)]}
    linked = {"id": "B", "title": "Aim", "parents": [{"id": "A"}]}
    return {"objectives": [objective, linked]}


def organisation_document(case: Mapping[str, Any]) -> dict[str, Any]:
    """A whole organisation; what the case says nothing about is left out."""
    cycle, governance = case["organisation"]["cycle"], case["governance"]
    days = governance["escalation_window_days"]
    return {
        "source": {
            "tool": "labelled organisation",
            "provides": [
                "owners", "contributors", "parents", "strategic_brief", "dependencies", "reviews", "conflicts",
                "governance.conflict_resolver", "governance.escalation", "governance.tie_breaker",
                "governance.translation_owner",
            ],
        },
        "organisation": {"name": case["organisation"]["name"]},
        "cycles": [{"id": "cycle", "name": cycle["label"], "start": cycle["start"], "end": cycle["end"]}],
        "teams": [
            {"id": t["id"], "name": t["name"], "parent": t["parent_team"], "lead": t["lead"], "level": t["level"]}
            for t in case["teams"]
        ],
        "objectives": [_objective(objective) for objective in case["objectives"]],
        "dependencies": [
            {"id": d["id"], "from": d["objective"], "on_team": d["on_team"], "need": d["what"], "acknowledged": d["acknowledged"]}
            for d in case["dependencies"]
        ],
        "conflicts": [{"id": f"conflict-{n}", **c} for n, c in enumerate(case["declared_conflicts"], 1)],
        "reviews": [
            {"id": f"review-{n}", "kind": r["kind"], "date": r["date"], "objectives": _covered(r, case)}
            for n, r in enumerate(governance["reviews"], 1)
        ],
        "governance": {
            "conflict_resolver": governance["conflict_decision_maker"],
            "escalation": None if days is None else {"act_within_days": days},
            "tie_breaker": governance["tie_breaker_rule"],
            "translation_owner": governance["translation_owner"],
        },
    }  # fmt: skip


def _objective(objective: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{field: objective[field] for field in ("id", "title", "description", "level", "team", "strategic_brief")},
        "cycle": "cycle",
        "owners": [{"person": name} for name in objective["owners"]],
        "contributors": [dict(contributor) for contributor in objective["contributing_teams"]],
        "parents": [{"id": objective["parent"]}] if objective["parent"] else [],
        "key_results": [_key_result(kr["id"], kr) for kr in objective["key_results"]],
    }


def _covered(review: Mapping[str, Any], case: Mapping[str, Any]) -> list[str]:
    listed: list[str] = review["objectives"]
    return [objective["id"] for objective in case["objectives"]] if review["objectives"] == "all" else listed


def violations(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a report finds, as the labelled organisations write it."""
    for finding in report["findings"]:
        kind = KINDS.get(finding["rule"])
        if kind is not None and not finding["shadow"]:
            wanted = _REFERRED.get(kind, ("objective",))
            yield {"kind": kind, "refs": [item["id"] for item in finding["items"] if item["kind"] in wanted]}
