"""`okr-validator syncs`: how syncs went, and which sources are silent."""

from __future__ import annotations

import datetime
from typing import Any

import click

from validator.cli.opened import database_url, opened
from validator.cli.tables import format_option, print_json, print_table
from validator.service.lookups import a_connection, plain
from validator.service.sync_rows import a_sync, list_syncs, sync_shown
from validator.service.sync_states import silent
from validator.store.engine import reading

_EPILOG = """\b
Examples:
  okr-validator syncs list
  okr-validator syncs list acme --format json
  okr-validator syncs show SYNC
  okr-validator syncs silent
"""


@click.group("syncs", epilog=_EPILOG)
def command() -> None:
    """List and show syncs; list the sources that are silent."""


@command.command("list")
@click.argument("connection", required=False)
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="Syncs to list.")
@format_option
@database_url
def list_all(connection: str | None, limit: int, format_name: str, database_url: str | None) -> None:
    """List the last syncs, of all connections or of CONNECTION."""
    with opened(database_url) as engine, reading(engine) as store:
        if connection is not None:
            a_connection(store, connection)
        found = [sync_shown(row) for row in list_syncs(store, connection_id=connection, limit=limit)]
    if format_name == "json":
        print_json({"syncs": found})
        return
    head = ("ID", "CONNECTION", "ASKED", "BY", "STATE", "HOW FAR", "RUN", "PROBLEM")
    print_table(head, [_row(sync) for sync in found], "There is no sync yet.")


@command.command("show")
@click.argument("sync")
@format_option
@database_url
def show_sync(sync: str, format_name: str, database_url: str | None) -> None:
    """Show SYNC."""
    with opened(database_url) as engine, reading(engine) as store:
        found = sync_shown(a_sync(store, sync))
    if format_name == "json":
        print_json(found)
        return
    told = {**found, "problem": _problem(found), "missing": "; ".join(p["scope"] for p in found["missing"])}
    print_table(("FIELD", "VALUE"), list(told.items()), "")


@command.command("silent")
@format_option
@database_url
def list_silent(format_name: str, database_url: str | None) -> int:
    """List the sources that were not heard by their schedule and grace. Exits 1 where there are any."""
    now = datetime.datetime.now(datetime.UTC)
    with opened(database_url) as engine, reading(engine) as store:
        rows = [plain(row) for row in silent(store, now)]
    found = [{name: row[name] for name in ("connection_id", "silent_at", "heard_at")} for row in rows]
    if format_name == "json":
        print_json({"silent": found})
    else:
        lines = [(row["connection_id"], row["silent_at"][:16], (row["heard_at"] or "never")[:16]) for row in found]
        print_table(("CONNECTION", "SILENT SINCE", "LAST HEARD"), lines, "Every source was heard in time.")
    return 1 if found else 0


def _row(sync: dict[str, Any]) -> tuple[Any, ...]:
    asked = (sync["id"], sync["connection_id"], sync["created_at"][:19], sync["asked_by"])
    return (*asked, sync["state"], how_far(sync), sync["run_id"], _problem(sync))


def how_far(sync: dict[str, Any]) -> str:
    """How far a sync has come, in words: "goals 120 of 4,000"."""
    counts = [f"{sync[name]:,}" for name in ("done", "total") if sync[name]]
    return f"{sync['stage'] or ''} {' of '.join(counts)}".strip()


def _problem(sync: dict[str, Any]) -> str:
    return " ".join(fault["message"] for fault in sync["problem"] or ())
