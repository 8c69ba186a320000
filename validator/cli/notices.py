"""`okr-validator notices`: what the clock says of a connection."""

from __future__ import annotations

import datetime

import click

from validator.api.decision_schemas import notice_shown
from validator.cli.opened import database_url, opened
from validator.cli.tables import format_option, print_json, print_table
from validator.service.deadlines import open_notices
from validator.store.engine import reading

_EPILOG = """\b
Examples:
  okr-validator notices acme
  okr-validator notices acme --as-of 2026-12-31 --format json
"""


@click.command("notices", epilog=_EPILOG)
@click.argument("connection")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Day to look at the clock; default: today."
)
@format_option
@database_url
def command(connection: str, as_of: datetime.datetime | None, format_name: str, database_url: str | None) -> None:
    """List what is late in CONNECTION: conflicts found after their cycle began, decisions and dependencies overdue."""
    day = (as_of or datetime.datetime.now(datetime.UTC)).date()
    with opened(database_url) as engine, reading(engine) as store:
        found = [notice_shown(notice) for notice in open_notices(store, connection, day)]
    if format_name == "json":
        print_json({"as_of": str(day), "notices": found})
        return
    names = ("notice", "since", "respond_by", "decision_maker", "message", "finding")
    head = ("NOTICE", "SINCE", "DECIDE BY", "WHO DECIDES", "WHAT", "FINDING")
    print_table(head, [[notice[name] for name in names] for notice in found], f"Nothing is late on {day}.")
