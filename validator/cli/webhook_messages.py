"""The commands of `okr-validator webhooks` that look at messages and send them again."""

from __future__ import annotations

import datetime

import click

from validator.api.webhook_schemas import DELIVERY_STATES, delivery_shown, tried_shown
from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json, print_table
from validator.service import delivery_log
from validator.service.delivery_log import Filters
from validator.service.endpoint_rows import an_endpoint
from validator.store.engine import reading, writing

_moment = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"])


@click.command("deliveries")
@click.argument("id")
@click.option("--state", type=click.Choice(DELIVERY_STATES), help="Only what became so.")
@click.option("--since", type=_moment, metavar="MOMENT", help="Only those made since then (UTC).")
@click.option("--until", type=_moment, metavar="MOMENT", help="Only those made before then (UTC).")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="The newest so many.")
@format_option
@database_url
def list_deliveries(
    id: str,
    state: str | None,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    most: int,
    format_name: str,
    database_url: str | None,
) -> None:
    """List the messages to the endpoint ID, the newest first."""
    filters = Filters(id, state, _utc(since), _utc(until))
    with opened(database_url) as engine, reading(engine) as connection:
        an_endpoint(connection, id)
        found = [delivery_shown(row) for row in delivery_log.listed(connection, filters, limit=most)]
    if format_name == "json":
        print_json({"deliveries": found})
        return
    names = ("id", "state", "attempts", "status", "created_at", "next_at", "problem")
    head = tuple(name.removesuffix("_at").upper() for name in names)
    print_table(head, [[entry[name] for name in names] for entry in found], "There is no such message.")


@click.command("delivery")
@click.argument("id")
@database_url
def show_delivery(id: str, database_url: str | None) -> None:
    """Show the message ID with every attempt, as JSON."""
    with opened(database_url) as engine, reading(engine) as connection:
        print_json(tried_shown(delivery_log.a_delivery(connection, id), delivery_log.attempts_of(connection, id)))


@click.command("replay")
@click.argument("id")
@click.option("--since", type=_moment, metavar="MOMENT", help="All to the endpoint ID made since then (UTC).")
@click.option("--until", type=_moment, metavar="MOMENT", help="And before then (UTC).")
@click.option("--state", type=click.Choice(["delivered", "dead"]), help="Only those that became so.")
@database_url
def replay(
    id: str,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    state: str | None,
    database_url: str | None,
) -> None:
    """Send again the delivery ID, or with --since the messages of a time to the endpoint ID, under their own ids."""
    if since is None and (until, state) != (None, None):
        raise click.UsageError("--until and --state need --since.")
    now, count = datetime.datetime.now(datetime.UTC), 1
    with opened(database_url) as engine, writing(engine) as connection:
        if since is None:
            delivery_log.replay(connection, now, actor(), id)
        else:
            filters = Filters(id, state, _utc(since), _utc(until))
            count = delivery_log.replay_range(connection, now, actor(), filters)
    print_lines(f"{count:,} to be sent again by the worker.")


def _utc(moment: datetime.datetime | None) -> datetime.datetime | None:
    return moment and moment.replace(tzinfo=datetime.UTC)
