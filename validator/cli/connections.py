"""`okr-validator connections`: named sources, whose findings have a history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from sqlalchemy import Row

from validator.api.connection_schemas import shown
from validator.cli.connection_view import changed, now, print_connection, with_status
from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.cli.source import read_overlay
from validator.cli.sources import set_option, set_schedule, settings_from, settings_option, test_source
from validator.cli.tables import format_option, print_json, print_table
from validator.findings.report import GATES
from validator.service import connections
from validator.service.connections import Proposal
from validator.service.lookups import a_connection
from validator.service.sync_source import is_source
from validator.settings import read_settings
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator connections add acme --name "Acme" --ruleset strict --fail-on warning
  okr-validator connections overlay acme governance.yaml
  okr-validator connections add goals --connector asana --set token=env:ASANA_TOKEN --set workspace=12
  okr-validator connections test goals
  okr-validator connections schedule goals "0 6 * * 1-5" --zone Europe/Berlin
  okr-validator connections change acme --fail-on error
  okr-validator connections list
  okr-validator connections show acme --format json
  okr-validator connections remove acme
  okr-validator runs add acme okrs.xlsx

\b
A connection has an overlay (what the tool cannot hold), a ruleset and a gate. What is judged under its name is remembered:
what is new, why, since when, and what was accepted or decided. Settings hold no secrets, only where they are: env:NAME
or file:PATH.
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
@set_option
@settings_option
@click.option("--ruleset", default="base", show_default=True, help="Name of the ruleset that judges.")
@_gate
@format_option
@database_url
def add_connection(
    id: str,
    name: str | None,
    connector: str,
    given: tuple[str, ...],
    settings_file: Path | None,
    ruleset: str,
    fail_on: str | None,
    format_name: str,
    database_url: str | None,
) -> None:
    """Make the connection ID: lower-case letters, digits and dashes."""
    settings = settings_from(settings_file, given)
    proposal = Proposal(name or id, connector, settings, ruleset, fail_on or "error")
    with opened(database_url) as engine, writing(engine) as connection:
        row = connections.create(connection, now(), actor(), id, proposal, secrets=read_settings().secrets)
    sent = f"Judge a set for it: okr-validator runs add {id} FILE"
    print_connection(
        shown(row),
        format_name,
        f"Made. {f'Try it: okr-validator connections test {id}' if is_source(connector) else sent}",
    )


@command.command("change")
@click.argument("id")
@click.option("--name", help="Name for people.")
@click.option("--connector", help="What reads its source.")
@set_option
@settings_option
@click.option("--unset", "gone", multiple=True, metavar="NAME", help="Setting to take away; repeatable.")
@click.option("--ruleset", help="Name of the ruleset that judges.")
@_gate
@format_option
@database_url
def change_connection(
    id: str,
    given: tuple[str, ...],
    settings_file: Path | None,
    gone: tuple[str, ...],
    format_name: str,
    database_url: str | None,
    **asked: str | None,
) -> None:
    """Change the connection ID; what is not given stays."""
    changes: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    settings = settings_from(settings_file, given)

    def change(row: Row[Any]) -> dict[str, Any]:
        kept = {name: value for name, value in row.settings.items() if name not in gone}
        return changes | ({"settings": kept | settings} if settings or gone else {})

    print_connection(changed(database_url, id, change), format_name, "Changed.")


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
        row = connections.set_overlay(connection, now(), actor(), id, packed, version=version)
        entry = with_status(connection, [row])[0]
    print_connection(entry, format_name, f"The overlay is {'gone' if remove else 'there'}: version {row.version}.")


@command.command("list")
@format_option
@database_url
def list_connections(format_name: str, database_url: str | None) -> None:
    """List the connections."""
    found: list[dict[str, Any]] = []
    with opened(database_url) as engine, reading(engine) as connection:
        while page := connections.list_connections(connection, after=found[-1]["id"] if found else "", limit=_PAGE):
            found += with_status(connection, page)
    if format_name == "json":
        print_json({"connections": found})
        return
    names, of_source = ("id", "name", "connector", "ruleset", "fail_on"), ("next_at", "last_state", "silent_since")
    rows = [
        [*(entry[name] for name in names), *((entry["source"][name] or "")[:16] for name in of_source)]
        for entry in found
    ]
    head = ("ID", "NAME", "CONNECTOR", "RULESET", "FAILS ON", "NEXT SYNC", "LAST SYNC", "SILENT SINCE")
    print_table(head, rows, "There is no connection yet. Make one with: okr-validator connections add ID")


@command.command("show")
@click.argument("id")
@format_option
@database_url
def show_connection(id: str, format_name: str, database_url: str | None) -> None:
    """Show the connection ID."""
    with opened(database_url) as engine, reading(engine) as connection:
        print_connection(with_status(connection, [a_connection(connection, id)])[0], format_name, "")


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
            connections.remove(connection, now(), actor(), id, version=version)
    print_lines(f"{id}: removed.")


for one in (set_schedule, test_source):
    command.add_command(one)
