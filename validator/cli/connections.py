"""`okr-validator connections`: named sources, whose findings have a history."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from validator.api.connection_schemas import shown
from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.cli.source import read_overlay
from validator.cli.tables import format_option, print_json, print_table
from validator.findings.report import GATES
from validator.service import connections
from validator.service.connections import Proposal
from validator.service.lookups import a_connection
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator connections add acme --name "Acme" --ruleset strict --fail-on warning
  okr-validator connections overlay acme governance.yaml
  okr-validator runs add acme okrs.xlsx
  okr-validator connections list

\b
A connection has an overlay (what the tool cannot hold), a ruleset and a gate. What is judged under its name is remembered:
what is new, why, since when, and what was accepted or decided.
"""
_PAGE = 200
_gate = click.option("--fail-on", type=click.Choice(GATES), help="Least severity that fails the gate.")


@click.group("connections", epilog=_EPILOG)
def command() -> None:
    """Make, change, list and remove named sources of OKR sets."""


@command.command("add")
@click.argument("id")
@click.option("--name", help="Name for people; default: the ID.")
@click.option("--connector", default="document", show_default=True, help="What reads its source.")
@click.option("--ruleset", default="base", show_default=True, help="Name of the ruleset that judges.")
@_gate
@format_option
@database_url
def add_connection(
    id: str,
    name: str | None,
    connector: str,
    ruleset: str,
    fail_on: str | None,
    format_name: str,
    database_url: str | None,
) -> None:
    """Make the connection ID: lower-case letters, digits and dashes."""
    proposal = Proposal(name or id, connector, {}, ruleset, fail_on or "error")
    with opened(database_url) as engine, writing(engine) as connection:
        row = connections.create(connection, _now(), actor(), id, proposal)
    _print(shown(row), format_name, f"Made. Judge a set for it: okr-validator runs add {id} FILE")


@command.command("change")
@click.argument("id")
@click.option("--name", help="Name for people.")
@click.option("--connector", help="What reads its source.")
@click.option("--ruleset", help="Name of the ruleset that judges.")
@_gate
@format_option
@database_url
def change_connection(id: str, format_name: str, database_url: str | None, **given: str | None) -> None:
    """Change the connection ID; what is not given stays."""
    changes = {name: value for name, value in given.items() if value is not None}
    with opened(database_url) as engine, writing(engine) as connection:
        version = a_connection(connection, id).version
        row = connections.change(connection, _now(), actor(), id, changes, version=version)
    _print(shown(row), format_name, f"Changed: version {row.version}.")


@command.command("overlay")
@click.argument("id")
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--remove", is_flag=True, help="Take the overlay away.")
@format_option
@database_url
def lay_overlay(id: str, file: Path | None, remove: bool, format_name: str, database_url: str | None) -> None:
    """Lay the document in FILE over every set of the connection ID."""
    if remove is (file is not None):
        raise click.UsageError("Give a FILE, or --remove.")
    packed = None if file is None else connections.pack_overlay(read_overlay(file))
    with opened(database_url) as engine, writing(engine) as connection:
        version = a_connection(connection, id).version
        row = connections.set_overlay(connection, _now(), actor(), id, packed, version=version)
    _print(shown(row), format_name, f"The overlay is {'gone' if remove else 'there'}: version {row.version}.")


@command.command("list")
@format_option
@database_url
def list_connections(format_name: str, database_url: str | None) -> None:
    """List the connections."""
    found: list[dict[str, Any]] = []
    with opened(database_url) as engine, reading(engine) as connection:
        while page := connections.list_connections(connection, after=found[-1]["id"] if found else "", limit=_PAGE):
            found += [shown(row) for row in page]
    if format_name == "json":
        print_json({"connections": found})
        return
    names = ("id", "name", "connector", "ruleset", "fail_on", "version")
    rows = [[entry[name] for name in names] for entry in found]
    head = ("ID", "NAME", "CONNECTOR", "RULESET", "FAILS ON", "VERSION")
    print_table(head, rows, "There is no connection yet. Make one with: okr-validator connections add ID")


@command.command("show")
@click.argument("id")
@format_option
@database_url
def show_connection(id: str, format_name: str, database_url: str | None) -> None:
    """Show the connection ID."""
    with opened(database_url) as engine, reading(engine) as connection:
        _print(shown(a_connection(connection, id)), format_name, "")


@command.command("remove")
@click.argument("id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@database_url
def remove_connection(id: str, yes: bool, database_url: str | None) -> None:
    """Remove the connection ID with its runs, findings, waivers and decisions."""
    with opened(database_url) as engine:
        with reading(engine) as connection:
            version = a_connection(connection, id).version
        if not yes:
            click.confirm(f"Remove {id} with all that is known of it?", abort=True, err=True)
        with writing(engine) as connection:
            connections.remove(connection, _now(), actor(), id, version=version)
    print_lines(f"{id}: removed.")


def _print(entry: dict[str, Any], format_name: str, said: str) -> None:
    if format_name == "json":
        print_json(entry)
        return
    print_table(("FIELD", "VALUE"), list(entry.items()), "")
    if said:
        click.echo(said, err=True)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
