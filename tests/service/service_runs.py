"""Connections and runs for tests: documents of `tests.history.histories`, recorded in a real database by the real pipeline."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select

from tests.history.histories import RULES, START, Document
from validator.rules.catalogue import load_ruleset
from validator.rules.files import chain
from validator.rules.from_text import whole
from validator.service.rules import Loaded
from validator.service.runs import RunResult, run_document
from validator.store.engine import reading, writing
from validator.store.tables import connections, finding_events, findings, waivers


def at(day: datetime.date, hour: int = 6) -> datetime.datetime:
    """A moment of a day."""
    return datetime.datetime.combine(day, datetime.time(hour), datetime.UTC)


def small(
    folder: Path, version: str = "1", *, most_days: int = 30, most_objectives: int = 5, overrides: str = "{}"
) -> Loaded:
    """The small ruleset of a version."""
    path = folder / f"small-{version}.yaml"
    values = {"most_days": most_days, "most_objectives": most_objectives, "overrides": overrides}
    path.write_text(RULES.format(version=version, **values), "utf-8")
    return Loaded(load_ruleset(str(path)), whole(chain(str(path))))


def add_connection(engine: Engine, id: str = "acme", **changes: Any) -> None:
    """A row for a connection, without anything around it."""
    row = {
        "id": id,
        "name": id.title(),
        "connector": "document",
        "settings": {},
        "ruleset": "small",
        "fail_on": "error",
    }
    moments = {"paused": False, "version": 1, "created_at": at(START), "updated_at": at(START)}
    with writing(engine) as connection:
        connection.execute(insert(connections).values(row | moments | changes))


def add_waiver(engine: Engine, id: str, last_day: datetime.date, **changes: Any) -> None:
    """A waiver of a finding of `acme`."""
    row = {"id": id, "connection_id": "acme", "scope": "finding", "reason": "Known.", "owner": "ana", "kind": "waiver"}
    made = {"created_by": "ana", "created_at": at(START), "last_day": last_day, "version": 1}
    with writing(engine) as connection:
        connection.execute(insert(waivers).values(row | made | changes))


def record(engine: Engine, document: Document, loaded: Loaded, day: datetime.date = START, **more: Any) -> RunResult:
    """A run of `acme` on a day, judged as of it."""
    asked = {"now": at(day), "actor": "cli:ana", "as_of": day} | more
    return run_document(engine, "acme", document, ruleset_loader=lambda *_: loaded, **asked)


def stored(engine: Engine) -> dict[str, Row[Any]]:
    """The findings of `acme` by rule and subject."""
    with reading(engine) as connection:
        rows = connection.execute(select(findings).where(findings.c.connection_id == "acme")).all()
    return {f"{row.rule} {row._mapping['items'][0]['id']}": row for row in rows}


def states(engine: Engine) -> dict[str, str]:
    """The state of each finding by rule and subject."""
    return {name: row.state for name, row in stored(engine).items()}


def events(connection: Connection, run_id: str) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """What a run says happened: finding by rule and subject, event, cause."""
    joined = select(finding_events, findings.c.rule, findings.c["items"].label("named")).join(
        findings,
        (findings.c.connection_id == finding_events.c.connection_id) & (findings.c.id == finding_events.c.finding_id),
    )
    for row in connection.execute(joined.where(finding_events.c.run_id == run_id).order_by(finding_events.c.id)):
        yield f"{row.rule} {row.named[0]['id']}", row.event, row.cause
