"""The audit trail: who changed what, when, with what it was before and after. Rows are added, never edited."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, select

from validator.store.engine import reading
from validator.store.tables import audit

_PAGE = 1_000


class Entry(NamedTuple):
    """One thing that somebody did, or was refused."""

    id: int
    at: datetime.datetime
    actor: str
    action: str
    target_kind: str
    target_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Filters(NamedTuple):
    """Which entries are asked for; None asks nothing."""

    actor: str | None = None
    action: str | None = None
    target_kind: str | None = None
    target_id: str | None = None
    since: datetime.datetime | None = None
    """From this moment on."""
    until: datetime.datetime | None = None
    """Before this moment."""


ALL = Filters()


def record(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    action: str,
    target_kind: str,
    target_id: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    """Add an entry in the transaction of the change that it tells of. `before` and `after` hold plain data, no secret."""
    row = {"at": now, "actor": actor, "action": action, "target_kind": target_kind, "target_id": target_id}
    sides = {"before": None if before is None else dict(before), "after": None if after is None else dict(after)}
    connection.execute(insert(audit).values(**row, **sides))


def read(
    connection: Connection, filters: Filters = ALL, *, below: int | None = None, limit: int = 50
) -> tuple[Entry, ...]:
    """The newest entries first, of those with an id less than `below`; at most `limit`.

    The id of the last one is the `below` of the page after it.
    """
    conditions = _conditions(filters)
    if below is not None:
        conditions.append(audit.c.id < below)
    asked = select(audit).where(*conditions).order_by(audit.c.id.desc()).limit(limit)
    return tuple(_entry(row) for row in connection.execute(asked))


def exported(engine: Engine, filters: Filters = ALL) -> Iterator[bytes]:
    """Every entry asked for, the oldest first, as JSON Lines: some lines at a time, read as the taker takes them."""
    last = 0
    while True:
        asked = select(audit).where(audit.c.id > last, *_conditions(filters)).order_by(audit.c.id).limit(_PAGE)
        with reading(engine) as connection:
            rows = connection.execute(asked).all()
        if not rows:
            return
        last = rows[-1].id
        yield b"".join(orjson.dumps(as_dict(_entry(row)), option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def as_dict(entry: Entry) -> dict[str, Any]:
    """An entry as plain data, its time in UTC."""
    return {**entry._asdict(), "at": entry.at.isoformat()}


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    equal = ("actor", "action", "target_kind", "target_id")
    conditions = [audit.c[name] == value for name in equal if (value := getattr(filters, name)) is not None]
    if filters.since is not None:
        conditions.append(audit.c.at >= filters.since)
    if filters.until is not None:
        conditions.append(audit.c.at < filters.until)
    return conditions


def _entry(row: Row[Any]) -> Entry:
    return Entry(**row._mapping)
