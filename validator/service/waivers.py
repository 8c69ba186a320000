"""Waivers: somebody accepts findings until a last day, and says why.

A waiver that ends, or whose last day passed, brings its findings back with the next run, as new and with that cause: until
then `waived_by` stays on them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from validator.errors import BadInput, Fault
from validator.history.waivers import SCOPES
from validator.service import audit
from validator.service.faults import outdated
from validator.service.ground import waiver_of
from validator.service.lookups import a_connection, a_finding, not_allowed, note_event, plain
from validator.service.waiver_rows import a_waiver, mark, status
from validator.store.ids import new_id
from validator.store.tables import findings, runs, waivers

LONGEST = 2_000
"""Characters of a reason."""
LONGEST_NAME = 200
_ASKED = {"finding": ("finding",), "item": ("rule", "item_kind", "item_id"), "team": ("rule", "team")}
"""What each scope names; it names nothing else."""


class Proposal(NamedTuple):
    """What is to be accepted, why, and until when."""

    scope: str
    """finding; item: a rule on an item; team: a rule on a team."""
    reason: str
    owner: str
    """Who answers for it."""
    last_day: datetime.date
    """The last day on which it holds."""
    finding: str | None = None
    rule: str | None = None
    item_kind: str | None = None
    item_id: str | None = None
    team: str | None = None


class Made(NamedTuple):
    """A waiver as it is now."""

    row: Row[Any]
    covers: int
    """Findings of the connection that it covers today; 0 while it waits for approval."""


def propose(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    connection_id: str,
    proposal: Proposal,
    *,
    approval: bool = False,
) -> Made:
    """Record a waiver; it holds at once, or with `approval` as soon as a second person approves it.

    Raises NotFound for a connection or finding that is not there, and BadInput with every fault of the proposal.
    """
    a_connection(connection, connection_id)
    faults = list(_faults(proposal, now.date()))
    if faults:
        raise BadInput(faults)
    if proposal.finding is not None:
        a_finding(connection, connection_id, proposal.finding)
    id = new_id(now)
    values = proposal._asdict()
    values["finding_id"] = values.pop("finding")
    made = {"id": id, "connection_id": connection_id, "created_by": actor, "created_at": now}
    connection.execute(insert(waivers).values(**values, **made, kind="waiver", version=1))
    return _done(connection, now, actor, "waive", id, None, approval=approval)


def approve(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    id: str,
    *,
    approval: bool = False,
    version: int | None = None,
) -> Made:
    """Approve a waiver as a second person; from now on it holds.

    `version` is the one that the caller has read. Raises NotFound, Outdated, and NotAllowed for one's own waiver, or one
    that was approved, has ended or expired.
    """
    row = _current(connection, id, version)
    if status(row, now.date(), approval=approval) in ("ended", "expired"):
        raise not_allowed("The waiver holds no longer.", "make a new one")
    if row.approved_by is not None:
        raise not_allowed(f"The waiver was approved by {row.approved_by}.")
    if row.created_by == actor:
        raise not_allowed("Who made a waiver cannot approve it.", "ask a second person, with a key of their own")
    _change(connection, row, approved_by=actor, approved_at=now)
    return _done(connection, now, actor, "approve", id, row, approval=approval)


def end(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    id: str,
    *,
    approval: bool = False,
    version: int | None = None,
) -> Made:
    """End a waiver before its last day; the next run brings its findings back.

    Raises NotFound, Outdated, and NotAllowed for one that has ended.
    """
    row = _current(connection, id, version)
    if row.ended_at is not None:
        raise not_allowed(f"The waiver was ended by {row.ended_by}.")
    _change(connection, row, ended_by=actor, ended_at=now)
    if not _was_seen(connection, row, approval=approval):
        unmarked = (findings.c.connection_id == row.connection_id, findings.c.waived_by == id)
        connection.execute(update(findings).where(*unmarked).values(waived_by=None))
    return _done(connection, now, actor, "end", id, row, approval=approval)


def _was_seen(connection: Connection, row: Row[Any], *, approval: bool) -> bool:
    """Whether a run came while the waiver held, so that its end is news."""
    since = row.approved_at if approval and row.approved_at is not None else row.created_at
    asked = select(runs.c.id).where(runs.c.connection_id == row.connection_id, runs.c.started_at >= since).limit(1)
    return connection.execute(asked).first() is not None


def _current(connection: Connection, id: str, version: int | None) -> Row[Any]:
    row = a_waiver(connection, id)
    if version is not None and version != row.version:
        raise outdated("waiver", id, row.version)
    return row


def _change(connection: Connection, row: Row[Any], **values: Any) -> None:
    connection.execute(update(waivers).where(waivers.c.id == row.id).values(version=row.version + 1, **values))


def _done(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    action: str,
    id: str,
    before: Row[Any] | None,
    *,
    approval: bool,
) -> Made:
    """Mark the findings and write down what was done."""
    row = a_waiver(connection, id)
    covers = mark(connection, row.connection_id, waiver_of(row), now.date(), approval=approval)
    if row.finding_id is not None:
        note_event(connection, now, actor, (row.connection_id, row.finding_id), _EVENTS[action], {"waiver": id})
    earlier = None if before is None else plain(before)
    audit.record(connection, now, actor, action, "waiver", id, earlier, plain(row))
    return Made(row, covers)


_EVENTS = {"waive": "waiver-made", "approve": "waiver-approved", "end": "waiver-ended"}


def _faults(proposal: Proposal, today: datetime.date) -> Iterator[Fault]:
    if proposal.scope not in SCOPES:
        yield Fault("/scope", f"There is no scope “{proposal.scope}”.", f"one of {', '.join(SCOPES)}")
        return
    asked = _ASKED[proposal.scope]
    for name in ("finding", "rule", "item_kind", "item_id", "team"):
        given = bool(getattr(proposal, name))
        if given != (name in asked):
            message = f"is not for the scope “{proposal.scope}”" if given else "is missing"
            yield Fault(f"/{name}", f"“{name}” {message}.", f"this scope names {', '.join(asked)}")
    yield from _of_texts({"reason": proposal.reason, "owner": proposal.owner})
    yield from _of_last_day("/last_day", proposal.last_day, today)


def check_texts(texts: Mapping[str, str]) -> None:
    """Raise BadInput for a reason or an owner that is empty or too long."""
    faults = list(_of_texts(texts))
    if faults:
        raise BadInput(faults)


def check_last_day(pointer: str, day: datetime.date, today: datetime.date) -> None:
    """Raise BadInput for a last day that is past."""
    faults = list(_of_last_day(pointer, day, today))
    if faults:
        raise BadInput(faults)


def _of_texts(texts: Mapping[str, str]) -> Iterator[Fault]:
    for name, longest in (("reason", LONGEST), ("owner", LONGEST_NAME)):
        if not 0 < len(texts[name].strip()) <= longest:
            yield Fault(f"/{name}", f"“{name}” needs a text of at most {longest:,} characters.")


def _of_last_day(pointer: str, day: datetime.date, today: datetime.date) -> Iterator[Fault]:
    if day < today:
        yield Fault(pointer, f"The last day, {day}, is past.", f"today is {today}, in UTC")
