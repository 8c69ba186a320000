"""`okr-validator baseline`: accept what was there from before, and count only what is newer."""

from __future__ import annotations

import datetime

import click

from validator.api.waiver_schemas import baseline_shown
from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json
from validator.service import baseline
from validator.service.baseline import Baseline
from validator.service.lookups import a_connection
from validator.settings import read_settings
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator baseline adopt acme --until 2027-03-31 --owner ana --reason "From before we began."
  okr-validator baseline show acme
  okr-validator baseline approve acme
  okr-validator baseline end acme

\b
Every finding that stands today is accepted until the day; what is mended counts again if it comes back.
"""


@click.group("baseline", epilog=_EPILOG)
def command() -> None:
    """Accept the findings of today until a day by which they are worked off: only newer ones count at the gate."""


@command.command("adopt")
@click.argument("connection")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="DAY", help="The burn-down date.")
@click.option("--reason", required=True, help="Why they are accepted.")
@click.option("--owner", required=True, help="Who answers for it.")
@format_option
@database_url
def adopt(
    connection: str, until: datetime.datetime, reason: str, owner: str, format_name: str, database_url: str | None
) -> None:
    """Accept the findings of CONNECTION that stand today."""
    approval = read_settings().waiver_approval
    with opened(database_url) as engine, writing(engine) as store:
        made = baseline.adopt(
            store, _now(), actor(), connection, until.date(), reason=reason, owner=owner, approval=approval
        )
    _print(made, format_name)


@command.command("approve")
@click.argument("connection")
@format_option
@database_url
def approve(connection: str, format_name: str, database_url: str | None) -> None:
    """Approve as a second person what waits of the baseline of CONNECTION."""
    with opened(database_url) as engine, writing(engine) as store:
        made = baseline.approve(store, _now(), actor(), connection)
    _print(made, format_name)


@command.command("show")
@click.argument("connection")
@format_option
@database_url
def show(connection: str, format_name: str, database_url: str | None) -> None:
    """Show how far the baseline of CONNECTION is worked off."""
    approval = read_settings().waiver_approval
    with opened(database_url) as engine, reading(engine) as store:
        a_connection(store, connection)
        found = baseline.progress(store, connection, _now().date(), approval=approval)
    _print(found, format_name)


@command.command("end")
@click.argument("connection")
@format_option
@database_url
def end(connection: str, format_name: str, database_url: str | None) -> None:
    """End the baseline of CONNECTION: the next run brings back what is left of it."""
    with opened(database_url) as engine, writing(engine) as store:
        made = baseline.end(store, _now(), actor(), connection)
    _print(made, format_name)


def _print(found: Baseline, format_name: str) -> None:
    if format_name == "json":
        print_json(baseline_shown(found))
        return
    until = f" until {found.burn_down}" if found.burn_down else ""
    waiting = f"; {found.waiting} wait for a second person" if found.waiting else ""
    print_lines(f"{found.connection}: {found.left} of {found.accepted} accepted findings are left{until}{waiting}.")


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
