"""Endpoints as the store has them: looked up, listed, shown."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from validator.service.lookups import not_allowed, with_id
from validator.store.tables import deliveries, endpoints

LATELY = datetime.timedelta(days=7)


def an_endpoint(connection: Connection, id: str) -> Row[Any]:
    """An endpoint. Raises NotFound."""
    return with_id(connection, endpoints, "endpoint", id)


def a_working_endpoint(connection: Connection, id: str) -> Row[Any]:
    """An endpoint that is not disabled. Raises NotFound and NotAllowed."""
    endpoint = an_endpoint(connection, id)
    if endpoint.disabled_at is not None:
        raise not_allowed(f"The endpoint “{id}” is disabled. {endpoint.disabled_why or ''}".strip(), "enable it first")
    return endpoint


def listed(connection: Connection, *, after: str = "", limit: int = 50) -> Sequence[Row[Any]]:
    """The endpoints by id, after one; at most `limit`."""
    return connection.execute(
        select(endpoints).where(endpoints.c.id > after).order_by(endpoints.c.id).limit(limit)
    ).all()


def endpoint_shown(endpoint: Row[Any]) -> dict[str, Any]:
    """An endpoint as JSON has it."""
    row = endpoint._mapping
    moments = (
        "rotated_until", "disabled_at", "failing_since", "rest_until", "missed_since", "delivered_at", "created_at",
        "updated_at",
    )  # fmt: skip
    return {
        **{name: row[name] for name in ("id", "name", "kind", "target")},
        **row["filter"],
        "state": _state(row),
        "disabled_why": row["disabled_why"],
        **{name: row[name].isoformat() if row[name] else None for name in moments},
        "version": row["version"],
    }


def _state(row: Any) -> str:
    if row["disabled_at"] is not None:
        return "disabled"
    if row["paused"]:
        return "paused"
    return "failing" if row["failing_since"] is not None else "active"


def is_rotating(endpoint: Row[Any], now: datetime.datetime) -> bool:
    """Whether a secret is being replaced, so that more than one signs."""
    until: datetime.datetime | None = endpoint.rotated_until
    return until is not None and now < until


def standing(connection: Connection, now: datetime.datetime) -> dict[str, int]:
    """How it stands with messages: endpoints that are disabled, endpoints at which nothing arrives, messages on their way.

    And messages that were given up within LATELY, and not sent again since.
    """
    disabled = endpoints.c.disabled_at.is_not(None)
    failing = endpoints.c.failing_since.is_not(None) & ~disabled
    counted = {"disabled": (endpoints.c.id, disabled), "failing": (endpoints.c.id, failing)}
    counted["waiting"] = (deliveries.c.id, deliveries.c.finished_at.is_(None))
    counted["given_up"] = (deliveries.c.id, (deliveries.c.state == "dead") & (deliveries.c.finished_at > now - LATELY))
    return {
        name: connection.scalar(select(func.count(column)).where(condition)) or 0
        for name, (column, condition) in counted.items()
    }
