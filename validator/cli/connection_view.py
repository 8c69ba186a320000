"""Connections as commands change and show them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
from sqlalchemy import Connection, Row

from validator.api.connection_schemas import shown
from validator.cli.opened import actor, opened
from validator.cli.tables import print_json, print_table
from validator.service import connections
from validator.service.lookups import a_connection
from validator.service.sync_status import statuses
from validator.settings import read_settings
from validator.store.engine import writing


def now() -> datetime.datetime:
    """The present moment."""
    return datetime.datetime.now(datetime.UTC)


def changed(database_url: str | None, id: str, changes: Callable[[Row[Any]], Mapping[str, Any]]) -> dict[str, Any]:
    """A connection as it is shown after changes to what it is at this moment."""
    with opened(database_url) as engine, writing(engine) as connection:
        row = a_connection(connection, id)
        after = connections.change(
            connection, now(), actor(), id, changes(row), version=row.version, secrets=read_settings().secrets
        )
        return with_status(connection, [after])[0]


def with_status(connection: Connection, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Connections as they are shown, with how it stands with their sources."""
    status = statuses(connection, now(), [row.id for row in rows])
    return [shown(row, status[row.id]) for row in rows]


def print_connection(entry: dict[str, Any], format_name: str, said: str) -> None:
    """Print a connection, and beside it what was done."""
    if format_name == "json":
        print_json(entry)
        return
    source = {f"source {name}": value for name, value in entry["source"].items()}
    rest = {name: value for name, value in entry.items() if name != "source"}
    print_table(("FIELD", "VALUE"), [*rest.items(), *source.items()], "")
    if said:
        click.echo(said, err=True)
