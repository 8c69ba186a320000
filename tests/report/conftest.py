"""Reports written by hand, so that a format is tested on its own."""

from __future__ import annotations

from typing import Any

import pytest

NASTY = (
    "\x1b[31mred\x1b[0m [red]not markup[/red] <script>alert(1)</script> a|b *c* `d` 🚀 "
    "\u202eevil עברית\x07\x00 [x](1)\nnew @ana #12"
)

OWNER_ROW = {
    "id": "no-delivery-owner",
    "problem": "Company objectives that nobody delivers",
    "root_cause": "They were announced, and never handed over.",
    "fix": "Name one accountable owner for each. Then say so in the forum.",
}
DRIFT_ROW = {
    "id": "conflicts-keep-drifting",
    "problem": "Conflicts are seen and stay",
    "root_cause": "Nobody has the right to decide.",
    "fix": "Say who decides, and by when.",
}


def item(id_: str, title: str = "", kind: str = "objective", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "id": id_, "title": title, "team": "Sales", "url": None, **more}


def finding(rule: str, severity: str, message: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": f"{rule}-{'-'.join(i['id'] for i in items)}",
        "rule": rule,
        "severity": severity,
        "shadow": False,
        "message": message,
        "items": list(items),
        "why": [{"attribute": "delivery_owner_count", "operator": "below", "expected": 1, "actual": 0}],
        "failure": OWNER_ROW,
        "confidence": 1.0,
        "decision": None,
        **more,
    }


def rule(id_: str, title: str, status: str, failure: str, severity: str = "error", **more: Any) -> dict[str, Any]:
    basis = {"evaluated": 5, "failed": 0, "missing": []}
    return {"id": id_, "title": title, "severity": severity, "failure": failure, "status": status, **basis, **more}


@pytest.fixture
def report() -> dict[str, Any]:
    """Eight orphaned objectives, one conflict with a way to a decision, one finding in shadow, two rules waiting."""
    decision = {
        "decision_maker": "Ana",
        "raise_by": "2026-02-02",
        "respond_by": "2026-02-05",
        "tie_breaker": None,
        "forum": "Alignment board",
        "forum_next": "2026-02-09",
        "unnamed": ["tie_breaker"],
    }
    orphans = [
        finding("orphaned-company-objective", "error", f"No team delivers “Goal {n}”.", item(f"C{n}", f"Goal {n}"))
        for n in range(1, 9)
    ]
    conflict = finding(
        "trade-off-key-results",
        "warning",
        NASTY,
        item("K1", NASTY, "key_result", url="https://okr.example/k1?a=<b>"),
        item("K2/a", "Less churn", "key_result"),
        failure=DRIFT_ROW,
        decision=decision,
        confidence=0.8,
    )
    shadow = finding("vague-objective", "info", "“Be great” is vague.", item("C9", "Be great"), shadow=True)
    return {
        "format": "okr-report/1",
        "status": "fail",
        "gate": {"fail_on": "error", "conditions": [{"severity": "error", "at_most": 0, "count": 8, "passed": False}]},
        "summary": {
            "error": 8,
            "warning": 1,
            "info": 0,
            "shadow": 1,
            "items": {"objective": 9, "key_result": 2, "person": 1},
            "classes": {"single-team": 8, "shared": 1, "cross-functional": 0},
            "rules": {"pass": 1, "fail": 3, "not_applicable": 1, "not_evaluated": 2},
        },
        "ruleset": {"name": "base", "version": "1.0.0", "digest": "sha256:0"},
        "input": {
            "digest": "sha256:1",
            "source": {"tool": "Sheet", "exported_at": "2026-01-31", "url": None},
            "complete": False,
            "as_of": "2026-01-31",
            "provides": ["owners"],
            "notes": ["Row 7 is empty.\x1b[2J"],
        },
        "rules": [
            rule(
                "orphaned-company-objective",
                "Company objective without a delivery owner",
                "fail",
                OWNER_ROW["id"],
                failed=8,
            ),
            rule("unowned-objective", "Objective without an owner", "pass", OWNER_ROW["id"]),
            rule("vague-objective", "Vague objective", "fail", OWNER_ROW["id"], "info", failed=1),
            rule("trade-off-key-results", "Measures that pull apart", "fail", DRIFT_ROW["id"], "warning", failed=1),
            rule("no-forum", "No forum", "not_evaluated", DRIFT_ROW["id"], missing=["governance.forum", "reviews"]),
            rule("no-review", "No review", "not_evaluated", DRIFT_ROW["id"], missing=["reviews"]),
            rule("conflict-overdue", "Conflict overdue", "not_applicable", DRIFT_ROW["id"], evaluated=0),
        ],
        "findings": [*orphans, conflict, shadow],
    }


@pytest.fixture
def clean_report(report: dict[str, Any]) -> dict[str, Any]:
    """The same set with nothing found."""
    gate = {"fail_on": "error", "conditions": [{"severity": "error", "at_most": 0, "count": 0, "passed": True}]}
    rules = [{**r, "status": "pass" if r["status"] == "fail" else r["status"], "failed": 0} for r in report["rules"]]
    summary = {**report["summary"], "error": 0, "warning": 0, "shadow": 0}
    return {**report, "status": "pass", "gate": gate, "rules": rules, "findings": [], "summary": summary}
