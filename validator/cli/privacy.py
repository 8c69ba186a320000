"""`okr-validator privacy`: hand out or erase what is remembered of a connection, or of a person."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from sqlalchemy import Connection, Engine

from validator.cli.opened import actor, address, database_url, opened
from validator.cli.output import print_lines, print_out
from validator.cli.tables import format_option, print_json
from validator.service import privacy
from validator.service.exporting import export_connection, export_person, in_blocks, spooled
from validator.service.pepper import Pepper
from validator.service.privacy import Erased
from validator.settings import read_settings

_EPILOG = """\b
Examples:
  okr-validator privacy export-connection acme --output acme.json
  okr-validator privacy export-person "Ana Silva" --output ana.json
  okr-validator privacy erase-person ana.silva@example.com --also "A. Silva" --yes
  okr-validator privacy erase-connection acme --yes

\b
Erasing a person puts a pseudonym in place of whole names and addresses wherever the database has them, and of ids in fields
that name people; findings keep their identity and history. Look at the export first: it shows every place. Erase the name
in the tool that it comes from, too, or the next run brings it back.

\b
These stay:
  ids elsewhere, as in descriptions, "extra" and settings: there the same word may mean something else; give it with --also
  parts of names, and other ways to write them: give them with --also
  published versions of rulesets and tables, which never change: publish a version without the name
  copies and logs of the database that are kept elsewhere
"""
_also = click.option("--also", multiple=True, metavar="NAME", help="Another way to write the name; repeatable.")
_output = click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File; default: the terminal.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group("privacy", epilog=_EPILOG)
def command() -> None:
    """Export or erase names and texts of one connection, or of one person."""


@command.command("export-connection")
@click.argument("connection")
@_output
@database_url
def export_one_connection(connection: str, output: Path | None, database_url: str | None) -> None:
    """Write everything that is remembered of CONNECTION as one JSON document."""
    with opened(database_url) as engine:
        _write(engine, lambda store: export_connection(store, _now(), connection), output)


@command.command("export-person")
@click.argument("person")
@_also
@_output
@database_url
def export_one_person(person: str, also: tuple[str, ...], output: Path | None, database_url: str | None) -> None:
    """Write every place that names PERSON, by name, e-mail address or id, as one JSON document."""
    secret = _secret(database_url)
    with opened(database_url) as engine:
        _write(engine, lambda store: export_person(store, _now(), person, also, secret=secret), output)


@command.command("erase-person")
@click.argument("person")
@_also
@_yes
@format_option
@database_url
def erase_one_person(person: str, also: tuple[str, ...], yes: bool, format_name: str, database_url: str | None) -> None:
    """Put a pseudonym in place of PERSON, by name, e-mail address or id, everywhere in the database."""
    _confirm(yes, "The name cannot be brought back. Go on?")
    secret = _secret(database_url)
    with opened(database_url) as engine:
        _print(privacy.erase_person(engine, _now(), actor(), person, also, secret=secret), format_name)


@command.command("erase-connection")
@click.argument("connection")
@_yes
@format_option
@database_url
def erase_one_connection(connection: str, yes: bool, format_name: str, database_url: str | None) -> None:
    """Remove CONNECTION with all that is remembered of it; of the audit trail stays who did what and when."""
    _confirm(yes, f"Nothing of “{connection}” can be brought back. Go on?")
    with opened(database_url) as engine:
        _print(privacy.erase_connection(engine, _now(), actor(), connection), format_name)


def _write(engine: Engine, pieces: Callable[[Connection], Iterator[bytes]], output: Path | None) -> None:
    """Write an export, which a slow taker leaves no transaction open for; what is refused leaves no file behind."""
    with spooled(engine, pieces) as spool:
        if output is None:
            for line in spool:  # each whole, so that no character is cut
                print_out(line.decode(), encoding="utf-8")
            return
        try:
            with output.open("wb") as file:
                file.writelines(in_blocks(spool))
        except OSError as error:
            raise click.FileError(str(output), error.strerror or "it cannot be written") from error


def _print(erased: Erased, format_name: str) -> None:
    if format_name == "json":
        print_json(erased._asdict())
        return
    if erased.pseudonym:
        print_lines(f"The person is now called {erased.pseudonym}.")
    print_lines(*(f"{count:>8}  {name}" for name, count in erased.changed.items()))


def _confirm(yes: bool, question: str) -> None:
    if not yes:
        click.confirm(question, abort=True, err=True)


def _secret(database_url: str | None) -> bytes:
    """What pseudonyms are worked out with: the same secret as for keys."""
    return Pepper(read_settings().pepper, address(database_url), os.environ).make()


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
