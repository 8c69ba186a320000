"""What several use cases look up or write down: a connection, a finding, what happened to it, plain data of a row."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, insert, select

from validator.errors import BadInput, Fault, OkrValidatorError
from validator.service.faults import not_found
from validator.store.tables import connections, finding_events, findings


class NotAllowed(OkrValidatorError):
    """What is asked does not fit the state of the thing, or is for another person to do."""


def not_allowed(message: str, hint: str = "") -> NotAllowed:
    """The error with one fault."""
    return NotAllowed([Fault("", message, hint)])


def bad_value(pointer: str, message: str, hint: str = "") -> BadInput:
    """The error of a value that cannot be meant."""
    return BadInput([Fault(pointer, message, hint)])


def a_connection(connection: Connection, id: str) -> Row[Any]:
    """The row of a connection. Raises NotFound."""
    row = connection.execute(select(connections).where(connections.c.id == id)).one_or_none()
    if row is None:
        raise not_found("connection", id)
    return row


def with_id(
    connection: Connection,
    table: Table,
    kind: str,
    id: str,
    within: Collection[str] | None = None,
    *more: ColumnElement[Any],
) -> Row[Any]:
    """The row of that id, where it belongs to one of the connections `within`; None: to any. `more` are further columns.

    Raises NotFound: one that belongs to another is told from one that is not there neither by words nor by time.
    """
    mine = () if within is None else (table.c.connection_id.in_(sorted(within)),)
    row = connection.execute(select(table, *more).where(table.c.id == id, *mine)).one_or_none()
    if row is None:
        raise not_found(kind, id)
    return row


def a_finding(connection: Connection, connection_id: str, id: str) -> Row[Any]:
    """The row of a finding. Raises NotFound."""
    asked = select(findings).where(findings.c.connection_id == connection_id, findings.c.id == id)
    row = connection.execute(asked).one_or_none()
    if row is None:
        raise not_found("finding", id, f"it is no finding of the connection “{connection_id}”")
    return row


def note_event(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    finding: tuple[str, str],
    event: str,
    cause: Mapping[str, Any] | None = None,
) -> None:
    """Write down what somebody did to a finding, given by its connection and id."""
    row = {"connection_id": finding[0], "finding_id": finding[1], "at": now, "event": event, "actor": actor}
    connection.execute(insert(finding_events).values(**row, cause=None if cause is None else dict(cause)))


def name_of(connection_id: str, finding_id: str) -> str:
    """How the audit trail names a finding."""
    return f"{connection_id}/{finding_id}"


def plain(row: Row[Any]) -> dict[str, Any]:
    """A row as JSON has it: days and moments as text."""
    return {str(name): _text(value) for name, value in row._mapping.items()}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value
