"""Writing a run into the tables: its snapshots and row, and what became of every finding."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Table, UpdateBase, and_, bindparam, delete, insert, select, update

from validator.findings.report import FORMAT
from validator.history.life import Life
from validator.history.parts import by_id, teams_of
from validator.rules.table_texts import FAILURE_TABLE, in_force
from validator.service import audit
from validator.service.alerting import tell_run
from validator.service.judged import Judged
from validator.service.lives import Asked, Outcome, is_event
from validator.service.owners import owners_of
from validator.service.since import CAME, Came, came_last
from validator.store.snapshots import put
from validator.store.tables import decisions, finding_events, finding_owners, finding_teams, findings, runs, waivers

Row = dict[str, Any]


def write_run(connection: Connection, asked: Asked, judged: Judged, outcome: Outcome, actor: str) -> Row:
    """Store a run with all that it changes; gives its row."""
    for packed in (judged.document, judged.overlay, judged.report_bytes, judged.rules_bytes):
        if packed is not None:
            put(connection, packed, asked.now)
    row = run_row(asked, judged, outcome, actor)
    connection.execute(insert(runs).values(row))
    _write_findings(connection, asked, judged, outcome)
    _write_names(connection, asked, judged, outcome)
    _end(connection, asked, outcome, actor)
    shown = {name: row[name] for name in ("connection_id", "number", "status", "complete")}
    audit.record(connection, asked.now, actor, "record", "run", asked.run, None, shown)
    tell_run(connection, asked, judged, outcome, row)
    return row


def run_row(asked: Asked, judged: Judged, outcome: Outcome, actor: str) -> Row:
    """The row of a run."""
    report, spent = judged.report, datetime.timedelta(milliseconds=judged.timings["total"])
    return {
        "id": asked.run,
        "connection_id": asked.connection,
        "number": outcome.number,
        "sync_id": asked.sync,
        "started_at": asked.now,
        "finished_at": asked.now + spent,
        "as_of": datetime.date.fromisoformat(report["input"]["as_of"]),
        "asked_by": actor,
        "engine": judged.engine,
        "ruleset": report["ruleset"]["name"],
        "ruleset_version": report["ruleset"]["version"],
        "ruleset_digest": judged.rules_bytes.digest,
        "failure_table_digest": in_force(judged.rules.tables, FAILURE_TABLE).digest,
        "input_digest": report["input"]["digest"],
        "document_digest": judged.document.digest,
        "overlay_digest": judged.overlay.digest if judged.overlay else None,
        "report_digest": judged.report_bytes.digest,
        "report_format": FORMAT,
        "complete": outcome.complete,
        "status": outcome.gate["status"],
        "counts": _counts(report, outcome),
        "timings": judged.timings,
    }


def _counts(report: Mapping[str, Any], outcome: Outcome) -> Row:
    """Findings by severity, and how many each state came to in this run; unchanged ones are all that go on as they were."""
    seen = by_id(report).keys()
    states = Counter(
        life.known.state for life in outcome.lives if life.known.id in seen or life.before != life.known.state
    )
    summary = {name: report["summary"][name] for name in ("error", "warning", "info", "shadow")}
    waived = sum(life.known.waiver is not None for life in outcome.lives if life.known.id in seen)
    settled = sum(life.known.decision is not None for life in outcome.lives if life.known.id in seen)
    return {**summary, "states": dict(sorted(states.items())), "waived": waived, "settled": settled}


def _write_findings(connection: Connection, asked: Asked, judged: Judged, outcome: Outcome) -> None:
    reported = by_id(judged.report)
    seen = [(life, _seen(asked, life, reported[life.known.id], outcome)) for life in outcome.lives[: len(reported)]]
    events = [life for life in outcome.lives if is_event(life)]
    came = [life for life in events if life.known.state in CAME and life.before is not None]
    _many(connection, insert(findings), [_first(asked, row) for life, row in seen if life.before is None])
    _many(connection, _CHANGE, [_keyed(row) for life, row in seen if life.before is not None])
    again = came_last(connection, asked.connection, [life.known.id for life in events if _is_again(life)])
    _many(connection, _CHANGE, [_keyed(_turned(asked, life, again.get(life.known.id))) for life in events])
    _many(connection, _CHANGE, [_keyed(_of(asked, life) | _NOBODY) for life in came])
    _many(connection, insert(finding_events), [_event(asked, life) for life in events])


def _many(connection: Connection, statement: UpdateBase, rows: list[Row]) -> None:
    if rows:
        connection.execute(statement, rows)


_CHANGE = update(findings).where(
    findings.c.connection_id == bindparam("of_connection"), findings.c.id == bindparam("of_finding")
)
_NOBODY = {"acknowledged_by": None, "acknowledged_at": None}


def _keyed(row: Row) -> Row:
    """A row for `_CHANGE`: what it sets, and of which finding."""
    keys = {"connection_id": "of_connection", "id": "of_finding"}
    return {keys.get(name, name): value for name, value in row.items()}


def _of(asked: Asked, life: Life) -> Row:
    return {"connection_id": asked.connection, "id": life.known.id}


def _seen(asked: Asked, life: Life, finding: Mapping[str, Any], outcome: Outcome) -> Row:
    """What every run says of a finding that it reports."""
    known, limits = life.known, outcome.clocks[life.known.id].limits
    return {
        **_of(asked, life),
        "rule": known.rule,
        "severity": known.severity,
        "shadow": known.shadow,
        "state": known.state,
        "waived_by": known.waiver,
        "decision_id": known.decision,
        "message": finding["message"],
        "items": finding["items"],
        "failure": finding["failure"]["id"],
        "last_seen_run": asked.run,
        "last_seen_at": asked.now,
        "evidence_digest": known.evidence,
        "escalate_on": limits.escalate_on,
        "respond_by": limits.respond_by,
    }


def _first(asked: Asked, row: Row) -> Row:
    """The row of a finding that was never seen before."""
    columns = ("first_seen", "state_since")
    return {**row, **{f"{name}_run": asked.run for name in columns}, **{f"{name}_at": asked.now for name in columns}}


def _is_again(life: Life) -> bool:
    """Whether a finding is seen again as it was, after runs that could not tell."""
    return life.before == "stale" and life.cause is None


def _turned(asked: Asked, life: Life, came: Came | None) -> Row:
    """What changes with an event: the state, since when, and why. A finding that goes on as it was keeps all three.

    `came`: how one that is seen again last came; since then it stands, and for that reason.
    """
    cause = life.cause.as_dict() if life.cause else None
    since = {"state_since_run": asked.run, "state_since_at": asked.now, "cause": cause}
    if came is not None:
        since = {"state_since_run": came.run, "state_since_at": came.at, "cause": came.cause}
    return {**_of(asked, life), "state": life.known.state, **since}


def _event(asked: Asked, life: Life) -> Row:
    cause = life.cause.as_dict() if life.cause else None
    happened = {"run_id": asked.run, "at": asked.now, "event": life.known.state, "cause": cause}
    return {"connection_id": asked.connection, "finding_id": life.known.id, **happened}


def _write_names(connection: Connection, asked: Asked, judged: Judged, outcome: Outcome) -> None:
    """The teams and owners by which reported findings are looked up."""
    reported = by_id(judged.report)
    teams = {(id, _text(team)) for id, finding in reported.items() for team in teams_of(finding)}
    owners = {(id, _text(who)) for id, finding in reported.items() for who in owners_of(finding, outcome.views)}
    _replace(connection, finding_teams, asked.connection, reported.keys(), teams)
    _replace(connection, finding_owners, asked.connection, reported.keys(), owners)


def _replace(
    connection: Connection, table: Table, id: str, reported: Collection[str], wanted: set[tuple[str, str]]
) -> None:
    """Make the rows of reported findings those wanted, touching only what differs."""
    name = table.c[2]
    found = connection.execute(select(table.c.finding_id, name).where(table.c.connection_id == id))
    there = {(finding, text) for finding, text in found if finding in reported}
    one = and_(table.c.connection_id == id, table.c.finding_id == bindparam("of_finding"), name == bindparam("of_name"))
    gone = [{"of_finding": finding, "of_name": text} for finding, text in sorted(there - wanted)]
    _many(connection, delete(table).where(one), gone)
    added = [{"connection_id": id, "finding_id": finding, name.name: text} for finding, text in sorted(wanted - there)]
    _many(connection, insert(table), added)


def _text(name: str) -> str:
    """A name as its column holds it, where two that differ only in what no database holds are one."""
    return name.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _end(connection: Connection, asked: Asked, outcome: Outcome, actor: str) -> None:
    """End what this run has answered: decisions whose sides changed, and parts of a baseline that are worked off."""
    for settlement in outcome.void:
        one = decisions.c.id == settlement.decision
        connection.execute(update(decisions).where(one).values(void_since_run=asked.run))
        audit.record(connection, asked.now, actor, "void", "decision", settlement.decision, None, {"run": asked.run})
    for waiver in outcome.spent:
        ended = {"ended_by": actor, "ended_at": asked.now}
        connection.execute(
            update(waivers).where(waivers.c.id == waiver.id).values(**ended, version=waivers.c.version + 1)
        )
        audit.record(connection, asked.now, actor, "end", "waiver", waiver.id, None, {"run": asked.run})
