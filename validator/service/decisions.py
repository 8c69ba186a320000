"""Decisions on conflicts: who decided what gives way, by which rule, where and when.

A decision settles its finding until either side changes, which the next runs look for. A later one takes its place.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, insert, select, update

from validator.alerts.events import decided
from validator.errors import BadInput, Fault
from validator.history.decisions import sides_digest
from validator.history.life import LIVE
from validator.history.parts import by_id
from validator.history.views import Views
from validator.service import audit
from validator.service.alerting import tell
from validator.service.faults import Gone
from validator.service.last_run import last_run, report_of, views_of_run
from validator.service.lookups import a_finding, not_allowed, note_event, plain, with_id
from validator.service.owners import people_of
from validator.store.ids import new_id
from validator.store.tables import decisions, findings

LONGEST = {"decider": 200, "gives_way": 500, "rationale": 4_000, "tie_breaker": 500, "forum": 200}
"""Characters of each text."""
_OPTIONAL = ("tie_breaker", "forum")
_NOT_TOLD = frozenset({"connection_id", "finding_id", "sides_digest", "void_since_run"})
_AHEAD = datetime.timedelta(days=1)
"""It may be tomorrow already where it was decided: days here are those of UTC."""


class Ruling(NamedTuple):
    """What was decided."""

    decider: str
    gives_way: str
    rationale: str
    decided_on: datetime.date
    tie_breaker: str | None = None
    """The rule by which it was decided."""
    forum: str | None = None


class Filters(NamedTuple):
    """Which decisions are asked for; None asks nothing."""

    connection: str | None = None
    connections: tuple[str, ...] | None = None
    """Those that the caller may see; None: all."""
    finding: str | None = None
    holds: bool | None = None
    """Whether it still settles its finding."""


ALL = Filters()


def record(
    connection: Connection, now: datetime.datetime, actor: str, connection_id: str, finding_id: str, ruling: Ruling
) -> Row[Any]:
    """Record a decision on a conflict as it stands in the last run; gives its row.

    Raises NotFound, BadInput with every fault of the ruling, NotAllowed for a finding that is no conflict or does not
    stand, and Gone where the last run's document was removed.
    """
    finding = a_finding(connection, connection_id, finding_id)
    faults = list(_faults(ruling, now.date()))
    if faults:
        raise BadInput(faults)
    _check_conflict(connection, finding)
    run, views = _last(connection, finding.connection_id)
    mine = and_(decisions.c.connection_id == connection_id, decisions.c.finding_id == finding_id)
    connection.execute(update(decisions).where(mine, decisions.c.void_since_run.is_(None)).values(void_since_run=run))
    id = new_id(now)
    made = {"id": id, "connection_id": connection_id, "finding_id": finding_id, "recorded_by": actor}
    connection.execute(
        insert(decisions).values(**ruling._asdict(), **made, recorded_at=now, sides_digest=_digest(finding, views))
    )
    one = and_(findings.c.connection_id == connection_id, findings.c.id == finding_id)
    connection.execute(update(findings).where(one).values(decision_id=id))
    row = a_decision(connection, id)
    note_event(connection, now, actor, (connection_id, finding_id), "decided", {"decision": id})
    audit.record(connection, now, actor, "decide", "decision", id, None, plain(row))
    told = {name: value for name, value in plain(row).items() if name not in _NOT_TOLD}
    found = dict(finding._mapping)
    tell(connection, now, [decided(now, connection_id, told, found, people_of(found, views))])
    return row


def a_decision(connection: Connection, id: str, within: Collection[str] | None = None) -> Row[Any]:
    """A decision; `within` are the connections that the caller may see, None: all. Raises NotFound."""
    return with_id(connection, decisions, "decision", id, within)


def listed(connection: Connection, filters: Filters = ALL, *, after: str = "", limit: int = 50) -> list[Row[Any]]:
    """The decisions that were recorded after the one of the id `after`, the oldest first; at most `limit`."""
    equal = {"connection_id": filters.connection, "finding_id": filters.finding}
    conditions = [decisions.c[name] == value for name, value in equal.items() if value is not None]
    if filters.connections is not None:
        conditions.append(decisions.c.connection_id.in_(filters.connections))
    if filters.holds is not None:
        void = decisions.c.void_since_run
        conditions.append(void.is_(None) if filters.holds else void.is_not(None))
    asked = select(decisions).where(decisions.c.id > after, *conditions).order_by(decisions.c.id).limit(limit)
    return list(connection.execute(asked))


def _check_conflict(connection: Connection, finding: Row[Any]) -> None:
    if finding.state not in LIVE:
        raise not_allowed(f"The finding is {finding.state}: there is nothing to decide.")
    report = report_of(connection, finding.last_seen_run)
    reported = by_id(report).get(finding.id) if report is not None else None
    if reported is not None and reported["decision"] is None:
        hint = (
            "acknowledge it, mend it, or waive it; the rules whose findings are conflicts say so with “decision: true”"
        )
        raise not_allowed(f"The finding is no conflict: nothing gives way in “{finding.rule}”.", hint)


def _last(connection: Connection, connection_id: str) -> tuple[str, Views]:
    """The id of the last run, and what it saw."""
    run = last_run(connection, connection_id)
    views = views_of_run(connection, run) if run is not None else None
    if run is None or views is None:
        message = "The document of the last run was removed: nobody could tell when a side changes."
        raise Gone([Fault("", message, "judge the set once more, then record the decision")])
    return run.id, views


def _digest(finding: Row[Any], views: Views) -> str:
    """A digest of what both sides of a conflict claim."""
    return sides_digest(tuple((item["kind"], item["id"]) for item in finding._mapping["items"]), views)


def _faults(ruling: Ruling, today: datetime.date) -> Iterator[Fault]:
    for name, longest in LONGEST.items():
        value = getattr(ruling, name)
        if value is None and name in _OPTIONAL:
            continue
        if not 0 < len(value.strip()) <= longest:
            yield Fault(f"/{name}", f"“{name}” needs a text of at most {longest:,} characters.")
    if ruling.decided_on > today + _AHEAD:
        yield Fault("/decided_on", f"The day of the decision, {ruling.decided_on}, is to come.", f"today is {today}")
