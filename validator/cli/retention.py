"""`okr-validator retention`: remove what was kept long enough."""

from __future__ import annotations

import datetime

import click

from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json
from validator.report.words import counted
from validator.service.retention import Limits, apply
from validator.settings import read_settings

_EPILOG = """\b
Examples:
  okr-validator retention --days 400
  okr-validator retention --days 400 --most-mb 2000

\b
Run it each night. Without options the limits are those of OKR_VALIDATOR_RETENTION_DAYS and OKR_VALIDATOR_RETENTION_MB.
Findings, waivers, decisions and the audit trail stay; so does the last complete run of each connection.
"""


@click.command("retention", epilog=_EPILOG)
@click.option("--days", type=click.IntRange(1, 36_500), help="Remove runs that ended more days ago.")
@click.option(
    "--most-mb", type=click.IntRange(1, 10**7), help="Remove the oldest runs until the rest has so many megabytes."
)
@format_option
@database_url
def command(days: int | None, most_mb: int | None, format_name: str, database_url: str | None) -> None:
    """Remove old runs with their documents and reports, in small steps beside a server that goes on."""
    settings = read_settings()
    days, most_mb = days or settings.retention_days, most_mb or settings.retention_mb
    limits = Limits(days, None if most_mb is None else most_mb * 1_000_000)
    with opened(database_url) as engine:
        removed = apply(engine, datetime.datetime.now(datetime.UTC), actor(), limits)
    if format_name == "json":
        print_json(removed._asdict())
        return
    left = f"{removed.bytes_left / 1_000_000:,.1f} MB are left"
    print_lines(f"Removed {counted(removed.runs, 'run')} and {counted(removed.snapshots, 'snapshot')}; {left}.")
