"""The waivers of the store: read, listed in pages, and marked on the findings that they cover."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, false, select, update

from validator.history.life import LIVE
from validator.history.waivers import Waiver, cover, covering, status_of
from validator.service.ground import waiver_of
from validator.service.lookups import with_id
from validator.store.tables import findings, waivers


class Filters(NamedTuple):
    """Which waivers are asked for; None asks nothing."""

    connection: str | None = None
    connections: tuple[str, ...] | None = None
    """Those that the caller may see; None: all."""
    finding: str | None = None
    kind: str | None = None
    status: str | None = None
    """proposed, active, expired or ended."""


ALL = Filters()


def a_waiver(connection: Connection, id: str, within: Collection[str] | None = None) -> Row[Any]:
    """A waiver; `within` are the connections that the caller may see, None: all. Raises NotFound."""
    return with_id(connection, waivers, "waiver", id, within)


def listed(
    connection: Connection, filters: Filters, today: datetime.date, *, approval: bool, after: str = "", limit: int = 50
) -> list[Row[Any]]:
    """The waivers that were made after the one of the id `after`, the oldest first; at most `limit`."""
    conditions = [waivers.c.id > after, *_conditions(filters, today, approval)]
    return list(connection.execute(select(waivers).where(*conditions).order_by(waivers.c.id).limit(limit)))


def waivers_of(connection: Connection, connection_id: str) -> tuple[Waiver, ...]:
    """Every waiver of a connection that nobody has ended, as history knows them: the `waivers` of a run's context."""
    asked = select(waivers).where(waivers.c.connection_id == connection_id, waivers.c.ended_at.is_(None))
    return tuple(waiver_of(row) for row in connection.execute(asked.order_by(waivers.c.id)))


def status(row: Row[Any], today: datetime.date, *, approval: bool) -> str:
    """proposed, active, expired or ended; `approval` where a second person must have approved it."""
    return status_of(waiver_of(row), today, approval=approval)


def is_waived(today: datetime.date) -> ColumnElement[bool]:
    """Whether the waiver that a finding names still holds: one that is over stays named until the next run."""
    holding = (waivers.c.id == findings.c.waived_by, waivers.c.ended_at.is_(None), waivers.c.last_day >= today)
    return exists().where(*holding)


def mark(connection: Connection, connection_id: str, waiver: Waiver, today: datetime.date, *, approval: bool) -> int:
    """Set on every finding that a waiver covers today the waiver that covers it best; gives how many it covers.

    A finding in a run's report is covered by the same waivers, so the next run changes nothing of it.
    """
    alone = cover([waiver], today, approval=approval)
    held = cover(waivers_of(connection, connection_id), today, approval=approval)
    covered = [row for row in connection.execute(_candidates(connection_id, waiver)) if covering(alone, _finding(row))]
    for row in covered:
        best = covering(held, _finding(row))
        one = and_(findings.c.connection_id == connection_id, findings.c.id == row.id)
        connection.execute(update(findings).where(one).values(waived_by=best.id if best else None))
    return len(covered)


def _candidates(connection_id: str, waiver: Waiver) -> Select[Any]:
    """The findings that stand and that the waiver may cover."""
    named = findings.c.id == waiver.finding if waiver.scope == "finding" else findings.c.rule == waiver.rule
    standing = findings.c.state.in_(sorted(LIVE))
    columns = (findings.c.id, findings.c.rule, findings.c["items"].label("named"))
    return select(*columns).where(findings.c.connection_id == connection_id, named, standing)


def _finding(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "rule": row.rule, "items": row.named}


def _conditions(filters: Filters, today: datetime.date, approval: bool) -> list[ColumnElement[bool]]:
    equal = {"connection_id": filters.connection, "finding_id": filters.finding, "kind": filters.kind}
    found = [waivers.c[name] == value for name, value in equal.items() if value is not None]
    if filters.connections is not None:
        found.append(waivers.c.connection_id.in_(filters.connections))
    return [*found, *(_of_status(filters.status, today, approval) if filters.status else ())]


def _of_status(status: str, today: datetime.date, approval: bool) -> list[ColumnElement[bool]]:
    """The same as `status_of`, for the database."""
    if status == "ended":
        return [waivers.c.ended_at.is_not(None)]
    if status == "expired":
        return [waivers.c.ended_at.is_(None), waivers.c.last_day < today]
    open_ones = [waivers.c.ended_at.is_(None), waivers.c.last_day >= today]
    approved = and_(waivers.c.approved_by.is_not(None), waivers.c.approved_by != waivers.c.created_by)
    if not approval:
        return [*open_ones, false()] if status == "proposed" else open_ones
    return [*open_ones, approved if status == "active" else ~approved]
