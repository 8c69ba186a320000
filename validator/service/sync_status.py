"""How it stands with the source of a connection, for those who look at the connection."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from validator.service.sync_rows import counts, last_syncs, waited_since
from validator.service.sync_states import silent, states_of

NOTHING: dict[str, Any] = dict.fromkeys(("next_at", "heard_at", "silent_since", "last", "last_state"))
"""The status of a connection that was never synced, and is not to be."""


def statuses(connection: Connection, now: datetime.datetime, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """The status of each connection: when it is synced next and was last heard, since when it is silent, its last sync."""
    states, last = states_of(connection, ids), last_syncs(connection, ids)
    return {id: _status(now, states.get(id, {}), last.get(id)) for id in ids}


def standing(connection: Connection, now: datetime.datetime, within: Collection[str] | None = None) -> dict[str, Any]:
    """How it stands with all sources: which are silent, and how many syncs wait and run.

    Syncs that wait for long say that no worker runs. `within` are the connections that the caller may see; None: all.
    """
    names = ("connection_id", "silent_at", "heard_at")
    rows = [row._asdict() for row in silent(connection, now, within)]
    return {
        "silent": [dict(zip(("connection_id", "since", "heard_at"), _texts(row, names), strict=True)) for row in rows],
        **counts(connection, within),
        "waiting_since": _text(waited_since(connection, within)),
    }


def _status(now: datetime.datetime, state: dict[str, Any], last: Any) -> dict[str, Any]:
    silent_at = state.get("silent_at")
    return {
        "next_at": _text(state.get("due_at")),
        "heard_at": _text(state.get("heard_at")),
        "silent_since": _text(silent_at) if silent_at is not None and silent_at <= now else None,
        "last": last.id if last is not None else None,
        "last_state": last.state if last is not None else None,
    }


def _texts(row: dict[str, Any], names: Collection[str]) -> list[Any]:
    return [_text(row[name]) for name in names]


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.datetime) else value
