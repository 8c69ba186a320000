"""`okr-validator decisions`: what was decided on conflicts."""

from __future__ import annotations

import datetime
from typing import Any

import click

from validator.api.decision_schemas import shown
from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json, print_table
from validator.service import decisions
from validator.service.decisions import Filters, Ruling
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator decisions record acme 58f0ebde2e1d17f1c61ddea6d06aa1b4 --decider "Astrid Lund" \\
      --gives-way "Express orders wait" --rationale "Regulation first." --tie-breaker "Regulation before growth"
  okr-validator decisions list --connection acme --holds

\b
A decision settles its conflict until either side changes: then the next run brings the conflict back as new. A later
decision takes the place of the one before.
"""
_PAGE = 200


@click.group("decisions", epilog=_EPILOG)
def command() -> None:
    """Record what was decided on conflicts, and list it."""


@command.command("record")
@click.argument("connection")
@click.argument("finding")
@click.option("--decider", required=True, help="Who decided.")
@click.option("--gives-way", required=True, help="What gives way.")
@click.option("--rationale", required=True, help="Why.")
@click.option("--tie-breaker", help="Rule by which it was decided.")
@click.option("--forum", help="Forum in which it was decided.")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Day of the decision; default: today."
)
@format_option
@database_url
def record_decision(
    connection: str,
    finding: str,
    decider: str,
    gives_way: str,
    rationale: str,
    tie_breaker: str | None,
    forum: str | None,
    day: datetime.datetime | None,
    format_name: str,
    database_url: str | None,
) -> None:
    """Record a decision on the conflict FINDING of CONNECTION."""
    now = datetime.datetime.now(datetime.UTC)
    ruling = Ruling(decider, gives_way, rationale, (day or now).date(), tie_breaker, forum)
    with opened(database_url) as engine, writing(engine) as store:
        row = decisions.record(store, now, actor(), connection, finding, ruling)
    if format_name == "json":
        print_json(shown(row))
    else:
        print_lines(f"Decision {row.id} settles {finding} until either side changes.")


@command.command("list")
@click.option("--connection", metavar="ID", help="Only of this connection.")
@click.option("--finding", metavar="ID", help="Only on this finding.")
@click.option("--holds/--void", default=None, help="Only what still settles its conflict, or no longer does.")
@format_option
@database_url
def list_decisions(
    connection: str | None, finding: str | None, holds: bool | None, format_name: str, database_url: str | None
) -> None:
    """List decisions in the order in which they were recorded."""
    filters, found = Filters(connection, None, finding, holds), list[dict[str, Any]]()
    with opened(database_url) as engine, reading(engine) as store:
        while rows := decisions.listed(store, filters, after=found[-1]["id"] if found else "", limit=_PAGE):
            found += [shown(row) for row in rows]
    if format_name == "json":
        print_json({"decisions": found})
        return
    names = ("connection_id", "decided_on", "decider", "gives_way", "tie_breaker", "finding_id")
    lines = [[*(entry[name] for name in names), "no" if entry["void_since_run"] else "yes"] for entry in found]
    head = ("CONNECTION", "DAY", "DECIDER", "GIVES WAY", "TIE-BREAKER", "FINDING", "HOLDS")
    print_table(head, lines, "There is no such decision.")
