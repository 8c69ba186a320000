"""`okr-validator retention`: remove what was kept long enough, and say when that was last done."""

from __future__ import annotations

import datetime

import click

from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json
from validator.report.clean import one_line
from validator.report.words import counted
from validator.service import retention
from validator.service.audit import Entry
from validator.service.retention import Limits
from validator.settings import read_settings
from validator.store.engine import reading

_EPILOG = """\b
Examples:
  okr-validator retention show
  okr-validator retention apply
  okr-validator retention apply --days 400 --most-mb 2000

\b
A service with OKR_VALIDATOR_RETENTION_DAYS or OKR_VALIDATOR_RETENTION_MB applies them each day by itself.
Findings, waivers, decisions and the audit trail stay; so does the last complete run of each connection.
"""


@click.group("retention", epilog=_EPILOG)
def command() -> None:
    """Remove old runs with their documents and reports."""


@command.command("apply")
@click.option("--days", type=click.IntRange(1, 36_500), help="Remove runs that ended more days ago.")
@click.option(
    "--most-mb", type=click.IntRange(1, 10**7), help="Remove the oldest runs until the rest has so many megabytes."
)
@format_option
@database_url
def apply(days: int | None, most_mb: int | None, format_name: str, database_url: str | None) -> None:
    """Remove what is past the limits, in small steps beside a server that goes on.

    Without options the limits are those of the settings.
    """
    settings = read_settings()
    limits = retention.limits_of(days or settings.retention_days, most_mb or settings.retention_mb)
    with opened(database_url) as engine:
        removed = retention.apply(engine, datetime.datetime.now(datetime.UTC), actor(), limits)
    if format_name == "json":
        print_json(removed._asdict())
        return
    runs, snapshots = counted(removed.runs, "run"), counted(removed.snapshots, "snapshot")
    print_lines(f"Removed {runs} and {snapshots}; {_megabytes(removed.bytes_left)} are left.")


@command.command("show")
@format_option
@database_url
def show(format_name: str, database_url: str | None) -> None:
    """Say what is kept, for how long, and when that was last seen to."""
    settings = read_settings()
    limits = retention.limits_of(settings.retention_days, settings.retention_mb)
    with opened(database_url) as engine:
        stored = retention.stored_bytes(engine)
        with reading(engine) as connection:
            last = retention.last_applied(connection)
    if format_name == "json":
        print_json(retention.shown(limits, stored, last))
        return
    print_lines(f"Kept: {_kept(limits)}.", f"Stored: {_megabytes(stored)} of documents and reports.", _last(last))


def _kept(limits: Limits) -> str:
    days = None if limits.days is None else f"runs of the last {counted(limits.days, 'day')}"
    room = None if limits.most_bytes is None else f"at most {_megabytes(limits.most_bytes)}"
    return ", ".join(part for part in (days, room) if part) or "every run, for ever"


def _last(entry: Entry | None) -> str:
    if entry is None:
        return "Last applied: never."
    removed = (entry.after or {}).get("runs", 0)
    return f"Last applied: {entry.at:%Y-%m-%d %H:%M} UTC by {one_line(entry.actor)}; {counted(removed, 'run')} removed."


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
