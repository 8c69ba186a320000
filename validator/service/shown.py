"""How a run and its findings are shown: the report of the pipeline, and beside it what only the store knows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from validator.history.difference import COMPARED, Changed
from validator.history.life import Life
from validator.service.findings import Shown
from validator.service.lives import Outcome
from validator.service.run_difference import RunDifference


def with_lives(run: Mapping[str, Any], report: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    """A report with the run, the life of every finding, and those that it holds no longer.

    Its gate and status count waivers, the baseline and decisions out; its counts stay those of the report.
    """
    lives = {life.known.id: life for life in outcome.lives}
    reported = [finding["id"] for finding in report["findings"]]
    turned = [life for life in outcome.lives[len(reported) :] if life.before != life.known.state]
    gate = {name: outcome.gate[name] for name in ("fail_on", "conditions")}
    return {
        **report,
        "status": outcome.gate["status"],
        "gate": gate,
        "run": run_shown(run),
        "findings": [{**finding, "life": _life(run, lives[finding["id"]], outcome)} for finding in report["findings"]],
        "missed": [_missed(life) for life in turned],
    }


def run_shown(run: Mapping[str, Any]) -> dict[str, Any]:
    """A run from its row."""
    names = ("id", "connection_id", "number", "asked_by", "engine", "complete", "status", "counts", "timings")
    moments = ("started_at", "finished_at", "as_of")
    digests = ("input_digest", "document_digest", "overlay_digest", "report_digest")
    return {
        **{name: run[name] for name in names},
        **{name: run[name].isoformat() for name in moments},
        "ruleset": {"name": run["ruleset"], "version": run["ruleset_version"]},
        **{name: run.get(name) for name in digests},
        "erased_at": _text(run.get("erased_at")),
    }


def difference_shown(found: RunDifference) -> dict[str, Any]:
    """What a run changed, as JSON has it."""
    return {
        "run": run_shown(found.run._asdict()),
        "before": None if found.before is None else run_shown(found.before._asdict()),
        "turned": [_renamed(row._asdict()) for row in found.turned],
        "changed": [_changed(pair) for pair in found.changed],
        "compared": found.compared,
        "by_severity": found.by_severity,
        "by_team": list(found.by_team),
    }


def finding_shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A finding from its row."""
    seen = {
        name: {"run": row[f"{name}_run"], "at": row[f"{name}_at"].isoformat()}
        for name in ("first_seen", "last_seen", "state_since")
    }
    names = ("connection_id", "id", "rule", "severity", "shadow", "state", "cause", "message", "items", "failure")
    people = ("waived_by", "decision_id", "acknowledged_by")
    return {
        **{name: row[name] for name in names + people},
        "acknowledged_at": _text(row["acknowledged_at"]),
        **seen,
        "respond_by": _text(row["respond_by"]),
        "escalate_on": _text(row["escalate_on"]),
    }


def finding_with_events(found: Shown) -> dict[str, Any]:
    """A finding with whom it concerns and what happened to it."""
    told = ("id", "run_id", "event", "cause", "actor")
    events = [{**{name: event._asdict()[name] for name in told}, "at": event.at.isoformat()} for event in found.events]
    return {
        **finding_shown(found.row._asdict()),
        "teams": list(found.teams),
        "owners": list(found.owners),
        "events": events,
    }


def _renamed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {("items" if name == "named" else str(name)): value for name, value in row.items()}


def _changed(pair: Changed) -> dict[str, Any]:
    told = {
        side: {name: finding[name] for name in COMPARED}
        for side, finding in (("before", pair.before), ("after", pair.after))
    }
    return {"finding_id": pair.after["id"], "rule": pair.after["rule"], "fields": list(pair.fields), **told}


def _life(run: Mapping[str, Any], life: Life, outcome: Outcome) -> dict[str, Any]:
    known, clock = life.known, outcome.clocks[life.known.id]
    seen_run, seen_at = outcome.ground.first_seen.get(known.id, (run["id"], run["started_at"]))
    return {
        "state": known.state,
        "before": life.before,
        "cause": life.cause.as_dict() if life.cause else None,
        "first_seen": {"run": seen_run, "at": seen_at.isoformat()},
        "waived_by": known.waiver,
        "decision_id": known.decision,
        "respond_by": _text(clock.limits.respond_by),
        "escalate_on": _text(clock.limits.escalate_on),
        "notices": list(clock.notices),
    }


def _missed(life: Life) -> dict[str, Any]:
    known = life.known
    return {
        "id": known.id,
        "rule": known.rule,
        "severity": known.severity,
        "items": [{"kind": kind, "id": id} for kind, id in known.items],
        "state": known.state,
        "before": life.before,
        "cause": life.cause.as_dict() if life.cause else None,
    }


def _text(day: datetime.date | None) -> str | None:
    """A day or a moment."""
    return None if day is None else day.isoformat()
