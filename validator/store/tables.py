"""Every table, by concern. Columns called `items` are reached as `findings.c["items"]`: the collection has that method."""

from __future__ import annotations

from validator.store.columns import metadata
from validator.store.tables_access import audit, audit_unlocked, idempotency, keys
from validator.store.tables_alerts import attempts, deliveries, delivery_findings, endpoints, events
from validator.store.tables_findings import decisions, finding_events, finding_owners, finding_teams, findings, waivers
from validator.store.tables_runs import connections, runs, snapshots
from validator.store.tables_syncs import sync_states, syncs
from validator.store.tables_texts import text_drafts, text_versions

__all__ = [
    "attempts",
    "audit",
    "audit_unlocked",
    "connections",
    "decisions",
    "deliveries",
    "delivery_findings",
    "endpoints",
    "events",
    "finding_events",
    "finding_owners",
    "finding_teams",
    "findings",
    "idempotency",
    "keys",
    "metadata",
    "runs",
    "snapshots",
    "sync_states",
    "syncs",
    "text_drafts",
    "text_versions",
    "waivers",
]
