"""Adopting a connection with a baseline: today's findings are accepted until a burn-down date, only newer ones count.

Each accepted finding is a waiver of the kind `baseline`. Once one is resolved the run ends its waiver, so that it counts
if it comes back.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, distinct, func, insert, select, true, update

from validator.history.life import LIVE
from validator.service import audit
from validator.service.faults import not_found
from validator.service.lookups import a_connection, not_allowed
from validator.service.waiver_rows import is_waived
from validator.service.waivers import check_last_day, check_texts
from validator.store.ids import new_id
from validator.store.tables import findings, waivers

_CHUNK = 500


class Baseline(NamedTuple):
    """How far a baseline is worked off."""

    connection: str
    accepted: int
    """Findings that were ever accepted."""
    left: int
    """Those of them that are still accepted, or wait for approval."""
    waiting: int
    """Those of them that wait for a second person's approval."""
    burn_down: datetime.date | None
    """The last day on which any of them is accepted; None where none is left."""


def adopt(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    connection_id: str,
    burn_down: datetime.date,
    *,
    reason: str,
    owner: str,
    approval: bool = False,
) -> Baseline:
    """Accept the findings that stand today, but for those in shadow, waived or settled already.

    With `approval` they are accepted as soon as a second person approves. Findings that came since an earlier baseline join
    it. Raises NotFound, BadInput for a day that is past or a text that is missing.
    """
    a_connection(connection, connection_id)
    check_last_day("/burn_down", burn_down, now.date())
    check_texts({"reason": reason, "owner": owner})
    accepted = list(connection.scalars(_open_findings(connection_id, now.date())))
    common = {"connection_id": connection_id, "scope": "finding", "reason": reason, "owner": owner, "kind": "baseline",
              "last_day": burn_down, "created_by": actor, "created_at": now, "version": 1}  # fmt: skip
    for place in range(0, len(accepted), _CHUNK):
        rows = [{"id": new_id(now), "finding_id": id, **common} for id in accepted[place : place + _CHUNK]]
        connection.execute(insert(waivers), rows)
    if not approval:
        _mark(connection, connection_id, now)
    after = {"accepted": len(accepted), "burn_down": str(burn_down), "reason": reason, "owner": owner}
    audit.record(connection, now, actor, "adopt", "connection", connection_id, None, after)
    return progress(connection, connection_id, now.date(), approval=approval)


def approve(connection: Connection, now: datetime.datetime, actor: str, connection_id: str) -> Baseline:
    """Approve as a second person whatever of a baseline waits for it.

    Raises NotFound, and NotAllowed where nothing waits for this person.
    """
    a_connection(connection, connection_id)
    waiting = and_(_left(connection_id, now.date()), waivers.c.approved_by.is_(None), waivers.c.created_by != actor)
    count = connection.execute(
        update(waivers).where(waiting).values(approved_by=actor, approved_at=now, version=waivers.c.version + 1)
    ).rowcount
    if not count:
        raise not_allowed("Nothing of this baseline waits for you.", "who adopts a baseline cannot approve it")
    _mark(connection, connection_id, now, approved=True)
    audit.record(connection, now, actor, "approve-baseline", "connection", connection_id, None, {"approved": count})
    return progress(connection, connection_id, now.date())


def end(connection: Connection, now: datetime.datetime, actor: str, connection_id: str) -> Baseline:
    """End a baseline before its day; the next run brings back what is left of it. Raises NotFound."""
    a_connection(connection, connection_id)
    values = {"ended_by": actor, "ended_at": now, "version": waivers.c.version + 1}
    count = connection.execute(update(waivers).where(_left(connection_id, now.date())).values(**values)).rowcount
    if not count:
        raise not_found("baseline of the connection", connection_id)
    audit.record(connection, now, actor, "end-baseline", "connection", connection_id, None, {"ended": count})
    return progress(connection, connection_id, now.date())


def progress(connection: Connection, connection_id: str, today: datetime.date, *, approval: bool = False) -> Baseline:
    """How far the baseline of a connection is worked off, as of a day."""
    mine = and_(waivers.c.connection_id == connection_id, waivers.c.kind == "baseline")
    left = _left(connection_id, today)

    def count(*conditions: ColumnElement[bool]) -> int:
        return connection.scalar(select(func.count(distinct(waivers.c.finding_id))).where(*conditions)) or 0

    return Baseline(
        connection=connection_id,
        accepted=count(mine),
        left=count(left),
        waiting=count(left, waivers.c.approved_by.is_(None)) if approval else 0,
        burn_down=connection.scalar(select(func.max(waivers.c.last_day)).where(left)),
    )


def _left(connection_id: str, today: datetime.date) -> ColumnElement[bool]:
    mine = and_(waivers.c.connection_id == connection_id, waivers.c.kind == "baseline")
    return and_(mine, waivers.c.ended_at.is_(None), waivers.c.last_day >= today)


def _open_findings(connection_id: str, today: datetime.date) -> Any:
    """The findings that stand and that nobody has accepted or settled."""
    accepted = select(waivers.c.finding_id).where(_left(connection_id, today))
    return (
        select(findings.c.id)
        .where(
            findings.c.connection_id == connection_id,
            findings.c.state.in_(sorted(LIVE)),
            findings.c.shadow.is_(False),
            ~is_waived(today),
            findings.c.decision_id.is_(None),
            findings.c.id.not_in(accepted),
        )
        .order_by(findings.c.id)
    )


def _mark(connection: Connection, connection_id: str, now: datetime.datetime, *, approved: bool = False) -> None:
    """Name on each accepted finding the waiver that accepts it, unless another one covers it."""
    holds = and_(_left(connection_id, now.date()), waivers.c.finding_id == findings.c.id)
    own = select(func.max(waivers.c.id)).where(holds, waivers.c.approved_by.is_not(None) if approved else true())
    unmarked = and_(findings.c.connection_id == connection_id, ~is_waived(now.date()))
    connection.execute(
        update(findings).where(unmarked, own.scalar_subquery().is_not(None)).values(waived_by=own.scalar_subquery())
    )
