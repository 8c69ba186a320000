"""Handing out what is remembered of a connection, or of a person, as one JSON document, however large it is."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any

import orjson
from sqlalchemy import Connection, Engine, Table, select, union

from validator.service.lookups import a_connection, plain
from validator.service.named_places import COLUMNS, REFERENCES, batches, key_of, place_of, references, text_of
from validator.service.people import Person, find_person
from validator.service.privacy import audited
from validator.service.pseudonyms import Terms, differences
from validator.store.engine import reading
from validator.store.snapshots import get
from validator.store.tables import (
    attempts,
    audit,
    connections,
    decisions,
    deliveries,
    events,
    finding_events,
    finding_owners,
    finding_teams,
    findings,
    runs,
    syncs,
    waivers,
)

Section = tuple[str, Iterable[Any]]
_BLOCK = 65_536
_OF_A_CONNECTION = {
    "runs": runs, "syncs": syncs, "findings": findings, "finding_teams": finding_teams, "finding_owners": finding_owners,
    "finding_events": finding_events, "waivers": waivers, "decisions": decisions, "events": events,
    "deliveries": deliveries,
}  # fmt: skip


def export_connection(connection: Connection, now: datetime.datetime, connection_id: str) -> Iterator[bytes]:
    """Everything of a connection, in pieces of one JSON object. Raises NotFound.

    Its tables by name, the audit trail as far as it is about it, and its documents, overlays and reports by digest.
    """
    head = {"format": "okr-export/1", "exported_at": now, "connection": plain(a_connection(connection, connection_id))}
    tables: list[Section] = [
        (name, _rows(connection, table, table.c.connection_id == connection_id))
        for name, table in _OF_A_CONNECTION.items()
    ]
    sent = attempts.c.delivery_id.in_(select(deliveries.c.id).where(deliveries.c.connection_id == connection_id))
    tables.append(("attempts", _rows(connection, attempts, sent)))
    trail: Section = ("audit", _rows(connection, audit, audited(connection_id)))
    return _pieces(head, [*tables, trail, ("snapshots", _snapshots(connection, connection_id))])


def export_person(
    connection: Connection, now: datetime.datetime, given: str, also: Sequence[str] = (), *, secret: bytes
) -> Iterator[bytes]:
    """Every place that names a person, in pieces of one JSON object; whom that means is found as for an erasure.

    Rows are given whole, with the places in them; of documents and reports the places with their texts. Raises BadInput.
    """
    person = find_person(connection, given, also, secret)
    ids = [{"connection": id, "ids": sorted(found)} for id, found in sorted(person.ids.items(), key=str)]
    head = {"format": "okr-export/1", "exported_at": now, "person": {"names": sorted(person.names), "ids": ids}}
    named = (row for table in COLUMNS for row in _rows_naming(connection, table, person))
    return _pieces(head, [("rows", named), ("snapshots", _snapshots_naming(connection, person))])


def spooled(engine: Engine, pieces: Callable[[Connection], Iterator[bytes]]) -> IO[bytes]:
    """An export in a temporary file, to be read from its start and closed; its transaction is over.

    However slowly it is then taken, nobody waits for it: what is erased meanwhile can be removed from the database's files.
    """
    file = TemporaryFile()  # noqa: SIM115 - whoever takes it closes it
    try:
        with reading(engine) as connection:
            file.writelines(pieces(connection))
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def in_blocks(file: IO[bytes]) -> Iterator[bytes]:
    """What a file holds, some at a time; it is closed at its end."""
    with file:
        while block := file.read(_BLOCK):
            yield block


def _rows(connection: Connection, table: Table, mine: Any) -> Iterator[dict[str, Any]]:
    asked = select(table).where(mine).order_by(*table.primary_key.columns)
    return (plain(row) for row in connection.execution_options(yield_per=500).execute(asked))


def _snapshots(connection: Connection, connection_id: str) -> Iterator[dict[str, Any]]:
    scopes = {runs: runs.c.connection_id, connections: connections.c.id}
    mine = (column for column in REFERENCES if column.table in scopes)
    asked = union(*(select(column).where(scopes[column.table] == connection_id) for column in mine))
    for (digest,) in connection.execute(asked).all():
        content = get(connection, digest) if digest is not None else None
        if content is not None:
            yield {"digest": digest, "content": _json_or_text(content)}


def _rows_naming(connection: Connection, table: Table, person: Person) -> Iterator[dict[str, Any]]:
    made: dict[str | None, Terms] = {}
    last = None
    while rows := batches(connection, table, last):
        for row in rows:
            place = place_of(table, row, person, made)
            if place is not None:
                named = {**plain(row), **place.before}
                where = [pointer for pointer, _ in differences(place.before, place.after)]
                yield {"table": str(table.name), "row": _without_bytes(named), "at": where}
        last = key_of(table, rows[-1])


def _snapshots_naming(connection: Connection, person: Person) -> Iterator[dict[str, Any]]:
    for column in REFERENCES:
        for reference in references(connection, column):
            text = text_of(connection, reference, person)
            if text is not None:
                found = [{"at": at, "text": said} for at, said in differences(text.before, text.after)]
                yield {
                    "digest": reference.digest,
                    "connection": reference.connection,
                    "as": str(column.name),
                    "found": found,
                }


def _without_bytes(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not isinstance(value, bytes)}


def _json_or_text(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return content.decode(errors="replace")


def _pieces(head: dict[str, Any], sections: Iterable[Section]) -> Iterator[bytes]:
    yield orjson.dumps(head)[:-1]
    for name, entries in sections:
        yield b"," + orjson.dumps(name) + b":["
        for place, entry in enumerate(entries):
            yield (b",\n" if place else b"\n") + orjson.dumps(entry)
        yield b"]"
    yield b"}\n"
