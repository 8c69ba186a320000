"""`okr-validator audit`: who changed what, and what was refused."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from validator.cli.opened import database_url, opened
from validator.cli.output import print_out
from validator.service import audit

_EPILOG = """\b
Examples:
  okr-validator audit export > audit.jsonl
  okr-validator audit export --action refuse --since 2026-11-01
  okr-validator audit export --target-kind key --output keys.jsonl
"""
_moment = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group("audit", epilog=_EPILOG)
def command() -> None:
    """Read the audit trail, in which every change stands with what was before and after."""


@command.command("export")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; default: the terminal.")
@click.option("--actor", help="Who did it: the name of a key, or cli: and a login name.")
@click.option("--action", help="What was done: create, revoke, refuse and so on.")
@click.option("--target-kind", help="Kind of thing that it was done to.")
@click.option("--target-id", help="Id of that thing.")
@click.option("--since", type=_moment, metavar="DAY|TIME", help="From this moment on, in UTC.")
@click.option("--until", type=_moment, metavar="DAY|TIME", help="Before this moment, in UTC.")
@database_url
def export_entries(
    output: Path | None,
    actor: str | None,
    action: str | None,
    target_kind: str | None,
    target_id: str | None,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    database_url: str | None,
) -> None:
    """Write the audit trail as JSON Lines, the oldest entry first."""
    filters = audit.Filters(actor, action, target_kind, target_id, _in_utc(since), _in_utc(until))
    with opened(database_url) as engine:
        parts = audit.exported(engine, filters)
        if output is None:
            for part in parts:
                print_out(part.decode(), encoding="utf-8")
            return
        try:
            with output.open("wb") as file:
                file.writelines(parts)
        except OSError as error:
            raise click.FileError(str(output), error.strerror or "it cannot be written") from error


def _in_utc(moment: datetime.datetime | None) -> datetime.datetime | None:
    return None if moment is None else moment.replace(tzinfo=datetime.UTC)
