"""What the store knows of a connection before a run: the run to compare with, its findings, waivers and decisions."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import reduce
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, select

from validator.history.context import RunContext, context_of
from validator.history.decisions import Decision
from validator.history.life import Known
from validator.history.parts import Item
from validator.history.views import Views, carried, views_of
from validator.history.waivers import Waiver
from validator.service.judged import whole
from validator.service.rules import from_bytes, of_context
from validator.store.snapshots import get
from validator.store.tables import decisions, findings, runs, waivers

MOST_CARRIED = 10


class Ground(NamedTuple):
    """What a run starts from; two that are equal make the same of the same report."""

    number: int
    """Number of the last run; 0 before the first."""
    before: str | None
    """Id of the run to compare with: the last complete one, or else the last."""
    partial: str | None
    """Id of the last run where that came after the one to compare with."""
    known: tuple[Known, ...]
    first_seen: Mapping[str, tuple[str, datetime.datetime]]
    """Run and moment at which each finding was first seen, by its id."""
    waivers: tuple[Waiver, ...]
    """Those that have not ended and whose last day is not over."""
    decisions: tuple[Decision, ...]
    """Those that are not void."""


class Past(NamedTuple):
    """An earlier run, as far as it is still there."""

    context: RunContext
    views: Views | None


def ground_of(connection: Connection, id: str, today: datetime.date) -> Ground:
    """What is known of a connection."""
    numbers = select(runs.c.id, runs.c.number).where(runs.c.connection_id == id).order_by(runs.c.number.desc()).limit(1)
    last = connection.execute(numbers).one_or_none()
    complete = connection.execute(numbers.where(runs.c.complete)).one_or_none()
    compared = complete or last
    rows = connection.execute(select(findings).where(findings.c.connection_id == id).order_by(findings.c.id)).all()
    items = {row.id: _items(row) for row in rows}
    return Ground(
        number=(last.number or 0) if last else 0,
        before=compared.id if compared else None,
        partial=last.id if last and last != compared else None,
        known=tuple(_known(row, items[row.id]) for row in rows),
        first_seen={row.id: (row.first_seen_run, row.first_seen_at) for row in rows},
        waivers=tuple(_waivers(connection, id, today)),
        decisions=tuple(_decisions(connection, id, items)),
    )


def past(connection: Connection, ground: Ground) -> Past | None:
    """The run to compare with, without what retention has removed; what a partial run has seen since is as that saw it."""
    before = _run(connection, ground.before)
    if before is None:
        return None
    views, since = views_then(connection, before), _run(connection, ground.partial)
    newest = views_as_known(connection, since) if views is not None and since is not None else None
    return Past(_context(connection, before), newest or views)


def _run(connection: Connection, id: str | None) -> Row[Any] | None:
    return connection.execute(select(runs).where(runs.c.id == id)).one_or_none() if id is not None else None


def views_then(connection: Connection, run: Row[Any]) -> Views | None:
    """The views of what a run judged; None where its document or its overlay is no longer there."""
    digests = [digest for digest in (run.document_digest, run.overlay_digest) if digest is not None]
    contents = [get(connection, digest) for digest in digests]
    parts = [orjson.loads(content) for content in contents if content is not None]
    return views_of(whole(parts[0], parts[1:])) if len(parts) == len(digests) else None


def views_as_known(connection: Connection, run: Row[Any]) -> Views | None:
    """The views of a run; what a partial one did not read is as the runs before saw it, back to the last complete one.

    Of partial runs one after the other the last MOST_CARRIED count. None where the run's own document is gone.
    """
    seen = views_then(connection, run)
    if run.complete or seen is None:
        return seen
    mine = select(runs).where(runs.c.connection_id == run.connection_id, runs.c.number < run.number)
    newest_first = mine.order_by(runs.c.number.desc())
    whole = connection.execute(newest_first.where(runs.c.complete).limit(1)).one_or_none()
    after = newest_first.where(runs.c.number > (whole.number if whole else 0)).limit(MOST_CARRIED)
    earlier = [*([whole] if whole else []), *reversed(connection.execute(after).all())]
    known = [views for row in earlier if (views := views_then(connection, row)) is not None]
    return reduce(carried, [*known, seen])


def _context(connection: Connection, row: Row[Any]) -> RunContext:
    """The context of a stored run; without its report nobody knows which inputs it missed."""
    content, used = get(connection, row.report_digest), get(connection, row.ruleset_digest)
    rules = from_bytes(used) if used is not None else None
    digests = rules.digests if rules else {}
    report = orjson.loads(content) if content is not None else _outline(row, digests)
    context = context_of(
        report, digests, run=row.id, number=row.number or 0, at=row.started_at, complete=bool(row.complete)
    )
    return context._replace(**of_context(rules)) if rules else context


def _outline(row: Row[Any], digests: Mapping[str, str]) -> dict[str, Any]:
    """As much of a report as the row of its run says."""
    return {
        "rules": [{"id": id, "missing": []} for id in digests],
        "input": {"as_of": str(row.as_of), "digest": row.input_digest, "complete": bool(row.complete)},
        "ruleset": {"name": row.ruleset, "version": row.ruleset_version},
    }


def _items(row: Row[Any]) -> tuple[Item, ...]:
    return tuple((item["kind"], item["id"]) for item in row._mapping["items"])


def _known(row: Row[Any], items: tuple[Item, ...]) -> Known:
    return Known(
        id=row.id,
        rule=row.rule,
        severity=row.severity,
        shadow=row.shadow,
        state=row.state,
        items=items,
        teams=frozenset(item["team"] for item in row._mapping["items"] if item.get("team") is not None),
        evidence=row.evidence_digest or "",
        waiver=row.waived_by,
        decision=row.decision_id,
    )


def _waivers(connection: Connection, id: str, today: datetime.date) -> list[Waiver]:
    asked = select(waivers).where(
        waivers.c.connection_id == id, waivers.c.last_day >= today, waivers.c.ended_at.is_(None)
    )
    return [waiver_of(row) for row in connection.execute(asked.order_by(waivers.c.id))]


def waiver_of(row: Row[Any]) -> Waiver:
    """A waiver from its row."""
    return Waiver(
        id=row.id,
        scope=row.scope,
        last_day=row.last_day,
        created_by=row.created_by,
        finding=row.finding_id,
        rule=row.rule,
        item=(row.item_kind, row.item_id) if row.item_id is not None else None,
        team=row.team,
        approved_by=row.approved_by,
        ended=row.ended_at is not None,
        kind=row.kind,
    )


def _decisions(connection: Connection, id: str, items: Mapping[str, tuple[Item, ...]]) -> list[Decision]:
    asked = select(decisions).where(decisions.c.connection_id == id, decisions.c.void_since_run.is_(None))
    rows = connection.execute(asked.order_by(decisions.c.id))
    return [
        Decision(
            id=row.id,
            finding=row.finding_id,
            items=items.get(row.finding_id, ()),
            decider=row.decider,
            gives_way=row.gives_way,
            rationale=row.rationale,
            decided_on=row.decided_on,
            sides=row.sides_digest,
            tie_breaker=row.tie_breaker,
            forum=row.forum,
        )
        for row in rows
    ]
