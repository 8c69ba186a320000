"""Rows to store."""

from __future__ import annotations

import datetime
from typing import Any

NOON = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
DIGEST = "sha256:" + "0" * 64


def connection_row(id: str = "acme", **changes: Any) -> dict[str, Any]:
    """A connection."""
    return {
        "id": id,
        "name": "Acme",
        "connector": "document",
        "settings": {},
        "ruleset": "base",
        "fail_on": "error",
        "paused": False,
        "version": 1,
        "created_at": NOON,
        "updated_at": NOON,
    } | changes


def run_row(id: str = "run-1", **changes: Any) -> dict[str, Any]:
    """A run of the connection `acme`."""
    return {
        "id": id,
        "connection_id": "acme",
        "number": 1,
        "started_at": NOON,
        "finished_at": NOON,
        "as_of": NOON.date(),
        "asked_by": "Ana",
        "engine": "naive",
        "ruleset": "base",
        "ruleset_version": "1",
        "ruleset_digest": DIGEST,
        "input_digest": DIGEST,
        "document_digest": DIGEST,
        "report_digest": DIGEST,
        "report_format": "1",
        "complete": True,
        "status": "pass",
        "counts": {"error": 0},
        "timings": {},
    } | changes


def finding_row(id: str = "f1", **changes: Any) -> dict[str, Any]:
    """A finding of the connection `acme`."""
    return {
        "connection_id": "acme",
        "id": id,
        "rule": "orphaned-company-objective",
        "severity": "error",
        "shadow": False,
        "state": "new",
        "message": "“Win the north” has no owner.",
        "items": [{"kind": "objective", "id": "C1"}],
        "first_seen_run": "run-1",
        "first_seen_at": NOON,
        "last_seen_run": "run-1",
        "last_seen_at": NOON,
        "state_since_run": "run-1",
        "state_since_at": NOON,
    } | changes


def event_row(**changes: Any) -> dict[str, Any]:
    """An event of the finding `f1`."""
    return {"connection_id": "acme", "finding_id": "f1", "at": NOON, "event": "new"} | changes


def audit_row(**changes: Any) -> dict[str, Any]:
    """One change that somebody made."""
    row = {"at": NOON, "actor": "Ana", "action": "waive", "target_kind": "finding", "target_id": "f1"}
    return row | {"before": None, "after": {"reason": "Ana asked"}} | changes
