"""`okr-validator db`: the database that the service remembers in."""

from __future__ import annotations

import click

from validator.cli.output import print_lines
from validator.settings import read_settings
from validator.store.address import read_address, shown
from validator.store.engine import make_engine
from validator.store.schema import check, newest, upgrade

_EPILOG = """\b
Examples:
  okr-validator db upgrade
  okr-validator db check --database-url postgresql://okr@db.example.com/okr
  okr-validator db url

\b
Without --database-url, the database is that of OKR_VALIDATOR_DATABASE_URL. A password is better given there than on the
command line, which other users of the machine can see.
"""

_database_url = click.option("--database-url", metavar="URL", help="sqlite:///FILE or postgresql://USER@HOST/NAME.")


@click.group("db", epilog=_EPILOG)
def command() -> None:
    """Make the database, bring it up to date, or check it."""


@command.command("upgrade")
@_database_url
def upgrade_database(database_url: str | None) -> None:
    """Make the tables, or bring them up to date: all of it or nothing. Stop the servers and make a copy before."""
    address = _address(database_url)
    step = upgrade(address)
    place = shown(read_address(address))
    if step.before is None:
        print_lines(f"{place}: made, with schema {step.after}.")
    elif step.before == step.after:
        print_lines(f"{place}: up to date, with schema {step.after}.")
    else:
        print_lines(f"{place}: brought from schema {step.before} to {step.after}.")


@command.command("check")
@_database_url
def check_database(database_url: str | None) -> None:
    """Check that the database can be reached and has the schema that this version needs. Exits 2 if not."""
    engine = make_engine(_address(database_url))
    try:
        check(engine)
    finally:
        engine.dispose()
    print_lines(f"{shown(engine.url)}: up to date, with schema {newest()}.")


@command.command("url")
@_database_url
def show_url(database_url: str | None) -> None:
    """Print the address of the database, without its password."""
    print_lines(shown(read_address(_address(database_url))))


def _address(given: str | None) -> str:
    return given or read_settings().database_url
