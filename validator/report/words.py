"""The words that reports share: counts, kinds, and how a person is told what to supply."""

from __future__ import annotations

from collections.abc import Mapping

from validator.report.view import Report

SEVERITIES = ("error", "warning", "info")

_PLURALS = {
    "error": "errors",
    "info": "info",
    "warning": "warnings",
    "key_result": "key results",
    "person": "people",
    "dependency": "dependencies",
}

SUPPLY = {
    "owners": "who is accountable for each objective (objectives[].owners)",
    "primary_owner": "which of several owners is the primary one (owners[].primary)",
    "contributors": "which teams contribute to each objective (objectives[].contributors)",
    "acknowledgements": "whether the other team has agreed (acknowledged, on contributors and dependencies)",
    "parents": "what each objective supports (objectives[].parents)",
    "supports": "links that support without being a parent (parents[].kind: supports)",
    "levels": "the level of each objective: company, department, team or individual (objectives[].level)",
    "teams": "the team of each objective (teams, objectives[].team)",
    "functions": "the function of each team: sales, product and so on (teams[].function)",
    "cycles": "the planning cycles with their start and end (cycles, objectives[].cycle)",
    "dates": "start and end dates of objectives and key results",
    "statuses": "the status of each objective (objectives[].status)",
    "progress": "progress, or current values, of objectives and key results",
    "updates": "when each key result was last updated (key_results[].updated_at)",
    "created_by": "who wrote each objective (objectives[].created_by)",
    "strategic_brief": "the strategy behind each company objective, as text or a link (objectives[].strategic_brief)",
    "key_results": "the key results of each objective (objectives[].key_results)",
    "measures": "metric, start and target of each key result (metric, start, target)",
    "key_result_owners": "who owns each key result (key_results[].owner)",
    "shared_key_results": "which teams share a key result, and which leads it (shared_with, lead_team)",
    "dependencies": "what each objective needs from other teams (dependencies)",
    "reviews": "the alignment reviews held in the cycle (reviews)",
    "conflicts": "the conflicts people know of already (conflicts)",
    "governance.conflict_resolver": "who resolves conflicts (governance.conflict_resolver)",
    "governance.escalation": "the days to raise and to act on a conflict (governance.escalation)",
    "governance.tie_breaker": "the rule that settles a conflict (governance.tie_breaker)",
    "governance.translation_owner": "who turns company objectives into team ones (governance.translation_owner)",
    "governance.forum": "the forum that decides across teams (governance.forum)",
    "source.complete": "the rest of the set, of which part was not read (source.complete)",
}


def counted(count: int, name: str) -> str:
    """A count with its noun: "1 objective", "3 key results"."""
    noun = name.replace("_", " ") if count == 1 else _PLURALS.get(name, name.replace("_", " ") + "s")
    return f"{count:,} {noun}"


def severity_counts(counts: Mapping[str, int], *, zeros: bool = False) -> str:
    """Counts by severity, worst first: "3 errors, 1 warning"; "nothing" where all are zero and zeros are left out."""
    shown = [counted(counts.get(name, 0), name) for name in SEVERITIES if zeros or counts.get(name, 0)]
    return ", ".join(shown) or "nothing"


def read_counts(report: Report) -> str:
    """What was read: "40 objectives (30 single-team, 8 shared), 95 key results"."""
    summary = report["summary"]
    classes = ", ".join(f"{count:,} {name}" for name, count in summary.get("classes", {}).items() if count)
    parts = [counted(count, kind) for kind, count in summary["items"].items() if count or kind == "objective"]
    if classes and parts:
        parts[0] += f" ({classes})"
    return ", ".join(parts)


def gate_line(report: Report) -> str:
    """What the gate asked and found, in one sentence."""
    gate = report["gate"]
    if not gate["conditions"]:
        return f"Gate (fail on {gate['fail_on']}): asks nothing, so it passes."
    asked = [f"{counted(c['count'], c['severity'])} (at most {c['at_most']} allowed)" for c in gate["conditions"]]
    outcome = "passes" if report["status"] == "pass" else "fails"
    return f"Gate (fail on {gate['fail_on']}): {', '.join(asked)}: {outcome}."
