"""What the clock has to say of a connection today, between its runs: conflicts and dependencies that are late."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from validator.history.deadlines import NOTICES, Deadlines, Standing, deadlines, notices
from validator.history.life import LIVE
from validator.history.parts import by_id, teams_of
from validator.service.last_run import last_run, report_of, views_of_run
from validator.service.lookups import a_connection
from validator.service.since import Since, since_when
from validator.service.waiver_rows import is_waived
from validator.store.tables import findings

_CHUNK = 500


class Notice(NamedTuple):
    """One thing that is late."""

    notice: str
    """late-conflict, conflict-overdue or dependency-overdue."""
    finding: str
    rule: str
    severity: str
    message: str
    teams: tuple[str, ...]
    since: datetime.date
    """Day since which the finding stands."""
    respond_by: datetime.date | None
    escalate_on: datetime.date | None
    """First day without a decision in time."""
    decision_maker: str | None
    tie_breaker: str | None
    forum: str | None
    forum_next: datetime.date | None
    """Next day of the forum that is not over."""


def open_notices(connection: Connection, connection_id: str, today: datetime.date) -> list[Notice]:
    """The notices of a connection that are open on a day: by kind, then in the order of the findings' ids.

    A finding whose report was removed gives none. Raises NotFound.
    """
    a_connection(connection, connection_id)
    run = last_run(connection, connection_id)
    views = views_of_run(connection, run) if run is not None else None
    if views is None:
        return []
    standing = _standing(connection, connection_id, today)
    came = since_when(connection, connection_id, [row.id for row in standing])
    found = []
    for row, finding, as_of in _reported(connection, standing):
        since, first = came.get(row.id, Since(row.first_seen_at.date(), first=False))
        limits = deadlines(finding["decision"], as_of, since)
        settled = row.decision_id is not None or row.waived
        raised = notices(finding, limits, Standing(since, first, settled), views, today)
        found += [_notice(kind, finding, since, limits) for kind in raised]
    return sorted(found, key=lambda notice: (NOTICES.index(notice.notice), notice.finding))


def _standing(connection: Connection, connection_id: str, today: datetime.date) -> list[Row[Any]]:
    columns = [findings.c[name] for name in ("id", "first_seen_at", "last_seen_run", "decision_id")]
    asked = select(*columns, is_waived(today).label("waived")).where(findings.c.connection_id == connection_id)
    asked = asked.where(findings.c.state.in_(sorted(LIVE)), findings.c.shadow.is_(False))
    return list(connection.execute(asked.order_by(findings.c.id)))


def _reported(
    connection: Connection, standing: Iterable[Row[Any]]
) -> Iterable[tuple[Row[Any], Mapping[str, Any], datetime.date]]:
    """Each finding with what the last run that saw it said of it, and the day as of which that was judged."""
    rows = list(standing)
    for run_id in sorted({row.last_seen_run for row in rows}):
        report = report_of(connection, run_id)
        if report is not None:
            said, as_of = by_id(report), datetime.date.fromisoformat(report["input"]["as_of"])
            yield from ((row, said[row.id], as_of) for row in rows if row.last_seen_run == run_id and row.id in said)


def _notice(kind: str, finding: Mapping[str, Any], since: datetime.date, limits: Deadlines) -> Notice:
    way = finding["decision"] or {}
    return Notice(
        notice=kind,
        finding=finding["id"],
        rule=finding["rule"],
        severity=finding["severity"],
        message=finding["message"],
        teams=tuple(sorted(teams_of(finding))),
        since=since,
        respond_by=limits.respond_by,
        escalate_on=limits.escalate_on,
        decision_maker=way.get("decision_maker"),
        tie_breaker=way.get("tie_breaker"),
        forum=way.get("forum"),
        forum_next=limits.forum_next,
    )
