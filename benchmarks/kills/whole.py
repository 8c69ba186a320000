"""Whether the store holds together: no run, and nothing else, is half there. Needs to know nothing of what was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from validator.store.faults import BadStore
from validator.store.snapshots import get
from validator.store.tables import (
    audit,
    connections,
    decisions,
    finding_events,
    findings,
    keys,
    runs,
    text_drafts,
    text_versions,
    waivers,
)

_DIGESTS = ("report_digest", "document_digest", "ruleset_digest", "overlay_digest")
_WITH_EVENTS = ("new", "reopened", "resolved")
_TELLS_OF = {
    ("record", "run"): runs.c.id,
    ("waive", "waiver"): waivers.c.id,
    ("decide", "decision"): decisions.c.id,
    ("create", "key"): keys.c.id,
    ("create", "connection"): connections.c.id,
}
"""What each of these rows of the audit trail tells of; all of it has exactly one."""


def half(connection: Connection, seen: set[str]) -> Iterator[str]:
    """What of the store is half there. The reports of runs in `seen` are not read again; those read now join it."""
    yield from _of_the_database(connection)
    yield from _numbers(connection)
    rows = connection.execute(select(runs)).all()
    for row in rows:
        if row.id not in seen:
            yield from _of_run(connection, row)
            seen.add(row.id)
    yield from _last_seen(connection, rows)
    yield from _named_runs(connection, {row.id for row in rows})
    yield from _audit(connection)
    yield from _texts(connection)
    yield from _baselines(connection)


def _of_the_database(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    yield from (f"integrity_check: {line}" for line in found if line != "ok")
    yield from (f"foreign_key_check: {row}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))


def _numbers(connection: Connection) -> Iterator[str]:
    counted = select(runs.c.connection_id, func.count(), func.min(runs.c.number), func.max(runs.c.number))
    for id, count, least, most in connection.execute(counted.group_by(runs.c.connection_id)):
        if (least, most) != (1, count):
            yield f"connection {id}: {count} runs have the numbers {least} to {most}"


def _of_run(connection: Connection, run: Row[Any]) -> Iterator[str]:
    contents: dict[str, bytes | None] = {}
    for name in _DIGESTS:
        digest = run._mapping[name]
        try:
            contents[name] = get(connection, digest) if digest else b""
        except BadStore as error:
            yield f"run {run.id}: {error}"
            return
    yield from (f"run {run.id}: its {name} is of nothing" for name, content in contents.items() if content is None)
    if contents["report_digest"]:
        yield from _counts(connection, run, orjson.loads(contents["report_digest"]))


def _counts(connection: Connection, run: Row[Any], report: dict[str, Any]) -> Iterator[str]:
    said = {name: report["summary"][name] for name in ("error", "warning", "info", "shadow")}
    if said != {name: run.counts[name] for name in said}:
        yield f"run {run.id}: counts {run.counts}, report {said}"
    asked = select(finding_events.c.event, func.count().label("number")).where(finding_events.c.run_id == run.id)
    events = {row.event: row.number for row in connection.execute(asked.group_by(finding_events.c.event))}
    for state in _WITH_EVENTS:
        if events.get(state, 0) != run.counts["states"].get(state, 0):
            yield f"run {run.id}: {events.get(state, 0)} events of {state}, counts {run.counts['states']}"


def _last_seen(connection: Connection, rows: Sequence[Any]) -> Iterator[str]:
    """The findings that name the last run of their connection are those of its report."""
    last = {row.connection_id: row for row in sorted(rows, key=lambda row: row.number)}
    for row in last.values():
        named = (findings.c.connection_id == row.connection_id, findings.c.last_seen_run == row.id)
        found = set(connection.scalars(select(findings.c.id).where(*named)))
        report = orjson.loads(get(connection, row.report_digest) or b'{"findings": []}')
        if found != {finding["id"] for finding in report["findings"]}:
            yield f"run {row.id}: {len(report['findings'])} findings reported, {len(found)} name it as the last"


def _named_runs(connection: Connection, there: set[str]) -> Iterator[str]:
    names = [findings.c.first_seen_run, findings.c.last_seen_run, findings.c.state_since_run]
    for column in [*names, finding_events.c.run_id, decisions.c.void_since_run]:
        named = set(connection.scalars(select(column).where(column.is_not(None)).distinct()))
        yield from (f"{column} names the run {id}, which is not there" for id in named - there)
    for column, of in ((findings.c.decision_id, decisions.c.id), (findings.c.waived_by, waivers.c.id)):
        asked = select(column).where(column.is_not(None), column.not_in(select(of))).distinct()
        yield from (f"{column} names {id}, which is not there" for id in connection.scalars(asked))


def _audit(connection: Connection) -> Iterator[str]:
    rows = connection.execute(select(audit.c.action, audit.c.target_kind, audit.c.target_id, audit.c.after)).all()
    removed = {row.target_id for row in rows if (row.action, row.target_kind) == ("remove", "connection")}
    yield from (f"connection {id} was removed, and is there" for id in _there(connection, connections.c.id) & removed)
    for (action, kind), column in _TELLS_OF.items():
        told = Counter(
            row.target_id
            for row in rows
            if (row.action, row.target_kind) == (action, kind) and not _is_gone(row, removed)
        )
        there = _there(connection, column)
        if kind == "waiver":
            there = set(connection.scalars(select(waivers.c.id).where(waivers.c.kind == "waiver")))
        yield from (f"{kind} {id}: not in the audit trail" for id in there - told.keys())
        yield from (f"{kind} {id}: in the audit trail alone" for id in told.keys() - there)
        yield from (f"{kind} {id}: {times} times in the audit trail" for id, times in told.items() if times > 1)


def _is_gone(row: Any, removed: Collection[str | None]) -> bool:
    """Whether a row of the trail tells of what went with its connection."""
    return row.target_id in removed or (row.after or {}).get("connection_id") in removed


def _there(connection: Connection, column: Any) -> set[str]:
    return set(connection.scalars(select(column)))


def _texts(connection: Connection) -> Iterator[str]:
    for column in (text_versions.c.digest, text_drafts.c.text_digest, connections.c.overlay_digest):
        for digest in connection.scalars(select(column).where(column.is_not(None)).distinct()):
            if get(connection, digest) is None:
                yield f"{column} names the text {digest}, which is not there"
    published = (audit.c.action == "publish") | (audit.c.action == "rollback")
    told = connection.scalar(select(func.count()).select_from(audit).where(published))
    versions = connection.scalar(select(func.count()).select_from(text_versions))
    if told != versions:
        yield f"{versions} versions of texts, {told} in the audit trail"


def _baselines(connection: Connection) -> Iterator[str]:
    counted = select(waivers.c.reason, func.count().label("number"))
    accepted = counted.where(waivers.c.kind == "baseline").group_by(waivers.c.reason)
    found = {row.reason: row.number for row in connection.execute(accepted)}
    for after in connection.scalars(select(audit.c.after).where(audit.c.action == "adopt")):
        if found.pop(after["reason"], 0) != after["accepted"]:
            yield f"the baseline {after['reason']} is not of {after['accepted']} findings"
    yield from (f"the baseline {reason} is not in the audit trail" for reason in found)
