"""`okr-validator waivers`: findings that somebody has accepted, until when, and why."""

from __future__ import annotations

import datetime
from typing import Any

import click

from validator.api.waiver_schemas import shown
from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json, print_table
from validator.history.waivers import KINDS, STATUSES
from validator.service import waivers
from validator.service.waiver_rows import Filters, listed
from validator.service.waivers import Made, Proposal
from validator.settings import read_settings
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator waivers add acme --finding 58f0ebde2e1d17f1c61ddea6d06aa1b4 --until 2026-12-31 \\
      --owner ana --reason "The owner starts in December."
  okr-validator waivers add acme --rule unowned --team sales --until 2026-12-31 --owner ana --reason "Being hired."
  okr-validator waivers add acme --rule unowned --item objective O7 --until 2026-12-31 --owner ana --reason "Closed soon."
  okr-validator waivers list --connection acme --status active
  okr-validator waivers approve 019fc6d9-f280-7000-a63c-51a4e704e15b
  okr-validator waivers end 019fc6d9-f280-7000-a63c-51a4e704e15b

\b
A waiver holds up to and including its last day. What it covers is still judged and shown, and does not count at the gate;
afterwards the next run brings it back as new. With OKR_VALIDATOR_WAIVER_APPROVAL=1 a second person must approve each.
"""
_PAGE = 200
_day = click.DateTime(["%Y-%m-%d"])


@click.group("waivers", epilog=_EPILOG)
def command() -> None:
    """Accept findings until a last day, approve, list and end what is accepted."""


@command.command("add")
@click.argument("connection")
@click.option("--finding", metavar="ID", help="One finding, by its fingerprint.")
@click.option("--rule", metavar="ID", help="A rule, together with --item or --team.")
@click.option("--item", nargs=2, metavar="KIND ID", help="The rule on this item, such as: --item objective O7.")
@click.option("--team", metavar="ID", help="The rule on this team.")
@click.option("--until", "last_day", type=_day, required=True, metavar="DAY", help="The last day on which it holds.")
@click.option("--reason", required=True, help="Why it is accepted.")
@click.option("--owner", required=True, help="Who answers for it.")
@format_option
@database_url
def add_waiver(
    connection: str,
    finding: str | None,
    rule: str | None,
    item: tuple[str, str] | None,
    team: str | None,
    last_day: datetime.datetime,
    reason: str,
    owner: str,
    format_name: str,
    database_url: str | None,
) -> None:
    """Accept findings of CONNECTION: give --finding, or --rule with --item or --team."""
    scope = "item" if item else "team" if team is not None or rule is not None else "finding"
    kind, id = item or (None, None)
    proposal = Proposal(scope, reason, owner, last_day.date(), finding, rule, kind, id, team)
    with opened(database_url) as engine, writing(engine) as store:
        made = waivers.propose(store, _now(), actor(), connection, proposal, approval=_approval())
    _print(made, format_name)


@command.command("approve")
@click.argument("id")
@format_option
@database_url
def approve_waiver(id: str, format_name: str, database_url: str | None) -> None:
    """Approve the waiver ID, which another person made."""
    with opened(database_url) as engine, writing(engine) as store:
        made = waivers.approve(store, _now(), actor(), id, approval=_approval())
    _print(made, format_name)


@command.command("end")
@click.argument("id")
@format_option
@database_url
def end_waiver(id: str, format_name: str, database_url: str | None) -> None:
    """End the waiver ID before its last day; the next run brings its findings back as new."""
    with opened(database_url) as engine, writing(engine) as store:
        made = waivers.end(store, _now(), actor(), id, approval=_approval())
    _print(made, format_name)


@command.command("list")
@click.option("--connection", metavar="ID", help="Only of this connection.")
@click.option("--finding", metavar="ID", help="Only of this finding alone.")
@click.option("--kind", type=click.Choice(KINDS), help="waiver, or part of a baseline.")
@click.option("--status", type=click.Choice(STATUSES), help="Only what has become so.")
@format_option
@database_url
def list_waivers(
    connection: str | None,
    finding: str | None,
    kind: str | None,
    status: str | None,
    format_name: str,
    database_url: str | None,
) -> None:
    """List waivers, the oldest first."""
    filters, today = Filters(connection, None, finding, kind, status), _now().date()
    found: list[dict[str, Any]] = []
    with opened(database_url) as engine, reading(engine) as store:
        while rows := listed(
            store, filters, today, approval=_approval(), after=found[-1]["id"] if found else "", limit=_PAGE
        ):
            found += [shown(row, today, approval=_approval()) for row in rows]
    if format_name == "json":
        print_json({"waivers": found})
        return
    head = ("ID", "CONNECTION", "STATUS", "UNTIL", "OWNER", "FOR", "REASON")
    names = ("id", "connection_id", "status", "last_day", "owner")
    rows_shown = [[*(entry[name] for name in names), _target(entry), entry["reason"]] for entry in found]
    print_table(head, rows_shown, "There is no such waiver.")


def _target(waiver: dict[str, Any]) -> str:
    """What a waiver is for, in a few words."""
    names = ("finding_id", "rule", "item_kind", "item_id", "team")
    return " ".join(waiver[name] for name in names if waiver[name] is not None)


def _print(made: Made, format_name: str) -> None:
    waiver = shown(made.row, _now().date(), approval=_approval())
    if format_name == "json":
        print_json({**waiver, "covers": made.covers})
        return
    words = {
        "active": f"holds until {waiver['last_day']} and covers {made.covers} of today's findings",
        "proposed": "waits for a second person: okr-validator waivers approve ID",
    }
    print_lines(f"Waiver {waiver['id']}: {words.get(waiver['status'], waiver['status'])}.")


def _approval() -> bool:
    return read_settings().waiver_approval


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
