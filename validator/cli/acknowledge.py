"""`okr-validator acknowledge`: say that you have seen a finding."""

from __future__ import annotations

import datetime

import click

from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json
from validator.service import acknowledge
from validator.service.shown import finding_shown
from validator.store.engine import writing

_EPILOG = """\b
Examples:
  okr-validator acknowledge acme 58f0ebde2e1d17f1c61ddea6d06aa1b4
  okr-validator acknowledge acme 58f0ebde2e1d17f1c61ddea6d06aa1b4 --withdraw
"""


@click.command("acknowledge", epilog=_EPILOG)
@click.argument("connection")
@click.argument("finding")
@click.option("--withdraw", is_flag=True, help="Take it back.")
@format_option
@database_url
def command(connection: str, finding: str, withdraw: bool, format_name: str, database_url: str | None) -> None:
    """Say that you have seen FINDING of CONNECTION. It stays open and counts as before."""
    change = acknowledge.withdraw if withdraw else acknowledge.acknowledge
    with opened(database_url) as engine, writing(engine) as store:
        row = change(store, datetime.datetime.now(datetime.UTC), actor(), connection, finding)
    if format_name == "json":
        print_json(finding_shown(row._asdict()))
    else:
        print_lines(f"{finding}: {f'seen by {row.acknowledged_by}' if row.acknowledged_by else 'seen by nobody yet'}.")
