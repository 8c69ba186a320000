"""`okr-validator webhooks`: who hears of what happens."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click
from sqlalchemy import Row

from validator.alerts.events import USUAL
from validator.cli.opened import actor, address, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json, print_table
from validator.cli.webhook_messages import list_deliveries, replay, show_delivery
from validator.cli.webhook_steps import STEPS
from validator.history.parts import SEVERITIES
from validator.report.clean import one_line
from validator.service import endpoints
from validator.service.alerting import STANDARD
from validator.service.endpoint_rows import an_endpoint, endpoint_shown, listed
from validator.service.endpoint_wishes import CHOSEN, KINDS, LISTS, Bounds, Wish
from validator.service.endpoints import Made
from validator.service.pepper import Pepper
from validator.settings import read_settings
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator webhooks add "Ticket desk" https://desk.example.com/hooks/okr
  okr-validator webhooks add "#strategy" env:SLACK_WEBHOOK --kind slack --severity error
  okr-validator webhooks add "Each owner" owners --kind email
  okr-validator webhooks list
  okr-validator webhooks show 019fc6d9-f280-7000-a63c-51a4e704e15b
  okr-validator webhooks change 019fc6d9-f280-7000-a63c-51a4e704e15b --team sales --any rules
  okr-validator webhooks ping 019fc6d9-f280-7000-a63c-51a4e704e15b
  okr-validator webhooks rotate 019fc6d9-f280-7000-a63c-51a4e704e15b
  okr-validator webhooks pause 019fc6d9-f280-7000-a63c-51a4e704e15b
  okr-validator webhooks resume 019fc6d9-f280-7000-a63c-51a4e704e15b
  okr-validator webhooks enable 019fc6d9-f280-7000-a63c-51a4e704e15b
  okr-validator webhooks deliveries 019fc6d9-f280-7000-a63c-51a4e704e15b --state dead
  okr-validator webhooks delivery msg_019fc6da-10b0-7000-8d3c-2a64e704e15b
  okr-validator webhooks replay msg_019fc6da-10b0-7000-8d3c-2a64e704e15b
  okr-validator webhooks replay 019fc6d9-f280-7000-a63c-51a4e704e15b --since 2026-11-01
  okr-validator webhooks remove 019fc6d9-f280-7000-a63c-51a4e704e15b

\b
Messages are sent by the worker: okr-validator worker, or okr-validator serve --with-worker.
Without --type an endpoint hears of what is new: {usual}.
A target of slack or teams is secret, and named by a variable or file that holds it: env:NAME or file:PATH.
E-mail goes through the server of OKR_VALIDATOR_SMTP.
""".format(usual=", ".join(USUAL))
_PAGE = 200
_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group("webhooks", epilog=_EPILOG)
def command() -> None:
    """Say who hears of what happens, try it, and look at what became of every message."""


def _filtered(function: _Command) -> _Command:
    """The options that say what an endpoint hears of."""
    options = [
        click.option("--type", "types", type=click.Choice(CHOSEN), multiple=True, help="Event to hear of; repeatable."),
        click.option("--severity", type=click.Choice(SEVERITIES), help="Least severity; all, unless it is given."),
        click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule; repeatable."),
        click.option(
            "--failure",
            "failures",
            multiple=True,
            metavar="ROW",
            help="Only this row of the failure table; repeatable.",
        ),
        click.option("--team", "teams", multiple=True, metavar="ID", help="Only this team; repeatable."),
        click.option("--connection", "connections", multiple=True, metavar="ID", help="Only this one; repeatable."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@command.command("add")
@click.argument("name")
@click.argument("target")
@click.option("--kind", type=click.Choice(KINDS), default=STANDARD, show_default=True, help="Kind of messages.")
@_filtered
@format_option
@database_url
def add_webhook(format_name: str, database_url: str | None, **asked: Any) -> None:
    """Send messages to TARGET, called NAME. The secret that receivers verify with is printed this once."""
    wish = Wish(**{name: value for name, value in asked.items() if value})
    with opened(database_url) as engine, writing(engine) as connection:
        made = endpoints.create(connection, _now(), actor(), wish, _pepper(database_url), _bounds())
    _print_made(made, format_name)


@command.command("change")
@click.argument("id")
@click.option("--name", help="Name for people.")
@click.option("--target", help="Where messages go.")
@_filtered
@click.option("--any", "emptied", type=click.Choice(LISTS), multiple=True, help="Hear of any of these; repeatable.")
@format_option
@database_url
def change_webhook(id: str, emptied: tuple[str, ...], format_name: str, database_url: str | None, **asked: Any) -> None:
    """Change the endpoint ID; what is not given stays."""
    changes = {name: value for name, value in asked.items() if value} | dict.fromkeys(emptied, ())
    with opened(database_url) as engine, writing(engine) as connection:
        row = an_endpoint(connection, id)
        wish = Wish(**{"name": row.name, "target": row.target, "kind": row.kind, **row._mapping["filter"], **changes})
        changed = endpoints.change(connection, _now(), actor(), id, wish, version=row.version, bounds=_bounds())
    _print_row(changed, format_name)


@command.command("list")
@format_option
@database_url
def list_webhooks(format_name: str, database_url: str | None) -> None:
    """List the endpoints, never their secrets."""
    found: list[dict[str, Any]] = []
    with opened(database_url) as engine, reading(engine) as connection:
        while rows := listed(connection, after=found[-1]["id"] if found else "", limit=_PAGE):
            found += map(endpoint_shown, rows)
    if format_name == "json":
        print_json({"webhooks": found})
        return
    names = ("id", "name", "kind", "state", "target", "severity")
    head = tuple(name.upper() for name in names)
    empty = "There is no endpoint yet. Make one with: okr-validator webhooks add NAME TARGET"
    print_table(head, [[entry[name] for name in names] for entry in found], empty)


@command.command("show")
@click.argument("id")
@format_option
@database_url
def show_webhook(id: str, format_name: str, database_url: str | None) -> None:
    """Show the endpoint ID, never its secret."""
    with opened(database_url) as engine, reading(engine) as connection:
        _print_row(an_endpoint(connection, id), format_name)


@command.command("rotate")
@click.argument("id")
@format_option
@database_url
def rotate_secret(id: str, format_name: str, database_url: str | None) -> None:
    """Give the endpoint ID another secret; for a day the old one signs too."""
    with opened(database_url) as engine, writing(engine) as connection:
        version = an_endpoint(connection, id).version
        made = endpoints.rotate(connection, _now(), actor(), id, _pepper(database_url), version=version)
    _print_made(made, format_name)


for one in (*STEPS, list_deliveries, show_delivery, replay):
    command.add_command(one)


def _print_made(made: Made, format_name: str) -> None:
    if format_name == "json":
        print_json({**endpoint_shown(made.row), "secret": made.secret})
        return
    called = f"Endpoint {made.row.id}, “{one_line(made.row.name)}”."
    if made.secret is None:
        print_lines(made.row.id)
        click.echo(f"{called} Try it: okr-validator webhooks ping {made.row.id}", err=True)
    else:
        print_lines(made.secret)
        click.echo(f"{called} Keep its secret: it is not shown again.", err=True)


def _print_row(row: Row[Any], format_name: str) -> None:
    shown = endpoint_shown(row)
    if format_name == "json":
        print_json(shown)
        return
    told = {name: ", ".join(value) if isinstance(value, list) else value for name, value in shown.items()}
    print_table(("FIELD", "VALUE"), list(told.items()), "")


def _pepper(database_url: str | None) -> Callable[[], bytes]:
    return Pepper(read_settings().pepper, address(database_url), os.environ).make


def _bounds() -> Bounds:
    settings = read_settings()
    return Bounds(settings.secrets, settings.allowed_networks)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
