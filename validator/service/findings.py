"""Findings of the store: listed by what they are and whom they concern, and shown with all that happened to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select, tuple_, union_all

from validator.service.lookups import a_finding
from validator.store.tables import finding_events, finding_owners, finding_teams, findings

EVENTS = 500
"""Events of one finding that are shown, the last ones."""


class Filters(NamedTuple):
    """Which findings are asked for; None asks nothing."""

    connection: str | None = None
    states: tuple[str, ...] = ()
    """Any of these; none: whatever the state."""
    severity: str | None = None
    rule: str | None = None
    failure: str | None = None
    """Row of the failure table."""
    team: str | None = None
    owner: str | None = None
    within: Collection[str] | None = None
    """Connections that the caller may see; None: all."""


ALL = Filters()
Place = tuple[str, str]
"""Connection and id of a finding: lists are in this order."""


class Shown(NamedTuple):
    """A finding, and whom it concerns."""

    row: Row[Any]
    teams: tuple[str, ...]
    owners: tuple[str, ...]
    events: tuple[Row[Any], ...]
    """What happened to it, the oldest first."""


def list_findings(
    connection: Connection, filters: Filters = ALL, *, after: Place | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """The findings after a place, by connection and id; at most `limit`."""
    return connection.execute(page(filters, after, limit)).all()


def page(filters: Filters, after: Place | None, limit: int) -> Select[Any]:
    """The query of a page, which is read from one index in the order of the list, and stops at the limit.

    Where the index is that of the states, each is asked for by itself: only those of one state lie in order.
    """
    if len(filters.states) <= 1 or _index(filters) != "state":
        return _asked(filters, after, limit)
    each = (_asked(filters._replace(states=(state,)), after, limit) for state in filters.states)
    whole = union_all(*(select(one.subquery()) for one in each)).subquery()
    return select(whole).order_by(whole.c.connection_id, whole.c.id).limit(limit)


def show_finding(connection: Connection, connection_id: str, id: str) -> Shown:
    """A finding with its events. Raises NotFound."""
    row = a_finding(connection, connection_id, id)
    one = and_(finding_events.c.connection_id == connection_id, finding_events.c.finding_id == id)
    last = select(finding_events).where(one).order_by(finding_events.c.id.desc()).limit(EVENTS)
    return Shown(
        row=row,
        teams=_names(connection, finding_teams, row),
        owners=_names(connection, finding_owners, row),
        events=tuple(reversed(connection.execute(last).all())),
    )


def _asked(filters: Filters, after: Place | None, limit: int) -> Select[Any]:
    by, place = _source(filters)
    conditions = list(_of_itself(filters))
    if filters.connection is not None:
        conditions.append(place[0] == filters.connection)
    if filters.within is not None:
        conditions.append(place[0].in_(sorted(filters.within)))
    if after is not None:
        conditions.append(tuple_(*place) > tuple_(*after))
    return by.where(*conditions).order_by(*place).limit(limit)


def _of_itself(filters: Filters) -> Iterator[ColumnElement[bool]]:
    """What a finding is to be. One column keeps its index; the others, as expressions, have none that could be taken."""
    for name, values in _values(filters).items():
        column = findings.c[name] if name == _index(filters) else func.coalesce(findings.c[name], "")
        yield column == values[0] if len(values) == 1 else column.in_(values)


def _index(filters: Filters) -> str:
    """The column whose index leads to the fewest findings; "" where that is one of the teams or owners, or none is asked for."""
    if filters.team is not None or filters.owner is not None:
        return ""
    return next(iter(_values(filters)), "")


def _values(filters: Filters) -> dict[str, tuple[str, ...]]:
    """The values asked for by column, that first which the fewest findings share."""
    one = {"rule": filters.rule, "failure": filters.failure}
    asked = {name: (value,) for name, value in one.items() if value is not None}
    state = {"state": filters.states} if filters.states else {}
    return asked | state | ({"severity": (filters.severity,)} if filters.severity is not None else {})


def _source(filters: Filters) -> tuple[Select[Any], tuple[ColumnElement[str], ColumnElement[str]]]:
    """Where a list comes from, and what it is ordered by: the findings, or those of a team or an owner."""
    asked, place = select(findings), (findings.c.connection_id, findings.c.id)
    for table, name in ((finding_owners, filters.owner), (finding_teams, filters.team)):
        if name is not None:
            own = (table.c.connection_id, table.c.finding_id)
            joined = and_(own[0] == findings.c.connection_id, own[1] == findings.c.id)
            asked, place = asked.join(table, joined).where(table.c[2] == name), own
    return asked, place


def _names(connection: Connection, table: Any, row: Row[Any]) -> tuple[str, ...]:
    one = and_(table.c.connection_id == row.connection_id, table.c.finding_id == row.id)
    return tuple(connection.scalars(select(table.c[2]).where(one).order_by(table.c[2])))
