"""Every table, by concern. Columns called `items` are reached as `findings.c["items"]`: the collection has that method."""

from __future__ import annotations

from validator.store.columns import metadata
from validator.store.tables_access import audit, audit_unlocked, idempotency, keys
from validator.store.tables_findings import decisions, finding_events, finding_owners, finding_teams, findings, waivers
from validator.store.tables_runs import connections, runs, snapshots
from validator.store.tables_texts import text_drafts, text_versions

__all__ = [
    "audit",
    "audit_unlocked",
    "connections",
    "decisions",
    "finding_events",
    "finding_owners",
    "finding_teams",
    "findings",
    "idempotency",
    "keys",
    "metadata",
    "runs",
    "snapshots",
    "text_drafts",
    "text_versions",
    "waivers",
]
