"""`okr-validator webhooks`: who hears of what happens."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import Connection

from validator.alerts.events import USUAL
from validator.api.webhook_schemas import delivery_shown, tried_shown
from validator.cli.opened import actor, address, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json, print_table
from validator.history.parts import SEVERITIES
from validator.report.clean import one_line
from validator.service import deliveries, endpoints
from validator.service.alerting import STANDARD
from validator.service.deliveries import Filters
from validator.service.endpoint_wishes import CHOSEN, KINDS, Wish
from validator.service.endpoints import Made, endpoint_shown
from validator.service.pepper import Pepper
from validator.settings import read_settings
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator webhooks add "Ticket desk" https://desk.example.com/hooks/okr
  okr-validator webhooks add "#strategy" env:SLACK_WEBHOOK --kind slack --severity error
  okr-validator webhooks add "Each owner" owners --kind email
  okr-validator webhooks ping 019fc6d9-f280-7000-a63c-51a4e704e15b
  okr-validator webhooks deliveries 019fc6d9-f280-7000-a63c-51a4e704e15b --state dead
  okr-validator webhooks replay 019fc6d9-f280-7000-a63c-51a4e704e15b --since 2026-11-01

\b
Messages are sent by the worker: okr-validator worker, or okr-validator serve --with-worker.
Without --type an endpoint hears of what is new: {usual}.
A target of slack or teams is secret, and named by a variable or file that holds it: env:NAME or file:PATH.
""".format(usual=", ".join(USUAL))
_PAGE = 200
_moment = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"])


@click.group("webhooks", epilog=_EPILOG)
def command() -> None:
    """Say who hears of what happens, try it, and look at what became of every message."""


@command.command("add")
@click.argument("name")
@click.argument("target")
@click.option("--kind", type=click.Choice(KINDS), default=STANDARD, show_default=True, help="Kind of messages.")
@click.option("--type", "types", type=click.Choice(CHOSEN), multiple=True, help="Event to hear of; repeatable.")
@click.option("--severity", type=click.Choice(SEVERITIES), default="info", show_default=True, help="Least severity.")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule; repeatable.")
@click.option(
    "--failure", "failures", multiple=True, metavar="ROW", help="Only this row of the failure table; repeatable."
)
@click.option("--team", "teams", multiple=True, metavar="ID", help="Only this team; repeatable.")
@click.option("--connection", "connections", multiple=True, metavar="ID", help="Only this connection; repeatable.")
@format_option
@database_url
def add_webhook(format_name: str, database_url: str | None, **wish: Any) -> None:
    """Send messages to TARGET, called NAME. The secret that receivers verify with is printed this once."""
    asked = Wish(**{**wish, "types": wish["types"] or USUAL})
    with opened(database_url) as engine:
        pepper = _pepper(database_url)
        with writing(engine) as connection:
            made = endpoints.create(connection, _now(), actor(), asked, pepper)
    _print_made(made, format_name)


@command.command("list")
@format_option
@database_url
def list_webhooks(format_name: str, database_url: str | None) -> None:
    """List the endpoints, never their secrets."""
    found: list[dict[str, Any]] = []
    with opened(database_url) as engine, reading(engine) as connection:
        while rows := endpoints.listed(connection, after=found[-1]["id"] if found else "", limit=_PAGE):
            found += map(endpoint_shown, rows)
    if format_name == "json":
        print_json({"webhooks": found})
        return
    names = ("id", "name", "kind", "state", "target", "severity")
    head = tuple(name.upper() for name in names)
    empty = "There is no endpoint yet. Make one with: okr-validator webhooks add NAME TARGET"
    print_table(head, [[entry[name] for name in names] for entry in found], empty)


@command.command("rotate")
@click.argument("id")
@format_option
@database_url
def rotate_secret(id: str, format_name: str, database_url: str | None) -> None:
    """Give the endpoint ID another secret; for a day the old one signs too."""
    with opened(database_url) as engine:
        pepper = _pepper(database_url)
        with writing(engine) as connection:
            version = endpoints.an_endpoint(connection, id).version
            made = endpoints.rotate(connection, _now(), actor(), id, pepper, version=version)
    _print_made(made, format_name)


def _changing(name: str, sentence: str) -> None:
    """A command that changes the endpoint of an id."""

    @command.command(name, help=sentence)
    @click.argument("id")
    @database_url
    def changed(id: str, database_url: str | None) -> None:
        with opened(database_url) as engine, writing(engine) as connection:
            print_lines(_CHANGES[name](connection, id, endpoints.an_endpoint(connection, id).version))


def _pause(connection: Connection, id: str, version: int) -> str:
    endpoints.pause(connection, _now(), actor(), id, paused=True, version=version)
    return f"Messages to {id} wait."


def _resume(connection: Connection, id: str, version: int) -> str:
    endpoints.pause(connection, _now(), actor(), id, paused=False, version=version)
    return f"Messages to {id} are sent again."


def _enable(connection: Connection, id: str, version: int) -> str:
    endpoints.enable(connection, _now(), actor(), id, version=version)
    return f"{id} is tried again."


def _remove(connection: Connection, id: str, version: int) -> str:
    endpoints.remove(connection, _now(), actor(), id, version=version)
    return f"{id} is removed, with its messages."


def _ping(connection: Connection, id: str, _version: int) -> str:
    return f"Delivery {endpoints.ping(connection, _now(), actor(), id)} waits for the worker."


_CHANGES = {"pause": _pause, "resume": _resume, "enable": _enable, "remove": _remove, "ping": _ping}
_changing("pause", "Hold back messages to the endpoint ID; they wait.")
_changing("resume", "Send messages to the endpoint ID again, those that waited first.")
_changing("enable", "Take up again the endpoint ID, which was disabled as nothing arrived.")
_changing("remove", "Remove the endpoint ID with its messages.")
_changing("ping", "Send a test message to the endpoint ID.")


@command.command("deliveries")
@click.argument("id")
@click.option("--state", type=click.Choice(["waiting", "retrying", "delivered", "dead"]), help="Only what became so.")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="The newest so many.")
@format_option
@database_url
def list_deliveries(id: str, state: str | None, most: int, format_name: str, database_url: str | None) -> None:
    """List the messages to the endpoint ID, the newest first."""
    with opened(database_url) as engine, reading(engine) as connection:
        endpoints.an_endpoint(connection, id)
        found = [delivery_shown(row) for row in deliveries.listed(connection, Filters(id, state), limit=most)]
    if format_name == "json":
        print_json({"deliveries": found})
        return
    names = ("id", "state", "attempts", "status", "created_at", "next_at", "problem")
    print_table(_head(names), [[entry[name] for name in names] for entry in found], "There is no such message.")


@command.command("delivery")
@click.argument("id")
@database_url
def show_delivery(id: str, database_url: str | None) -> None:
    """Show the message ID with every attempt, as JSON."""
    with opened(database_url) as engine, reading(engine) as connection:
        print_json(tried_shown(deliveries.a_delivery(connection, id), deliveries.attempts_of(connection, id)))


@command.command("replay")
@click.argument("id")
@click.option("--since", type=_moment, metavar="MOMENT", help="All to the endpoint ID made since then (UTC).")
@click.option("--until", type=_moment, metavar="MOMENT", help="And before then (UTC).")
@database_url
def replay(id: str, since: datetime.datetime | None, until: datetime.datetime | None, database_url: str | None) -> None:
    """Send again the delivery ID, or with --since the messages of a time to the endpoint ID, under their own ids."""
    with opened(database_url) as engine, writing(engine) as connection:
        if since is None:
            deliveries.replay(connection, _now(), actor(), id)
            count = 1
        else:
            filters = Filters(id, None, None, _utc(since), _utc(until))
            count = deliveries.replay_range(connection, _now(), actor(), filters)
    print_lines(f"{count} sent again by the worker.")


def _head(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.removesuffix("_at").upper() for name in names)


def _print_made(made: Made, format_name: str) -> None:
    if format_name == "json":
        print_json({**endpoint_shown(made.row), "secret": made.secret})
        return
    print_lines(made.secret)
    click.echo(
        f"Endpoint {made.row.id}, “{one_line(made.row.name)}”. Keep its secret: it is not shown again.", err=True
    )


def _pepper(database_url: str | None) -> bytes:
    return Pepper(read_settings().pepper, address(database_url), os.environ).make()


def _utc(moment: datetime.datetime | None) -> datetime.datetime | None:
    return moment and moment.replace(tzinfo=datetime.UTC)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
