"""`okr-validator findings`: what was found for the connections, and what became of it."""

from __future__ import annotations

import click

from validator.cli.opened import database_url, opened
from validator.cli.tables import format_option, print_json, print_table
from validator.history.life import STATES
from validator.history.parts import SEVERITIES
from validator.service.findings import Filters, list_findings, show_finding
from validator.service.shown import finding_shown, finding_with_events
from validator.store.engine import reading

_EPILOG = """\b
Examples:
  okr-validator findings list --connection acme --state new --state reopened
  okr-validator findings list --team sales --severity error --format json
  okr-validator findings show acme 58f0ebde2e1d17f1c61ddea6d06aa1b4
"""


@click.group("findings", epilog=_EPILOG)
def command() -> None:
    """List what was found, or show one finding with all that happened to it."""


@command.command("list")
@click.option("--connection", metavar="ID", help="Only of this connection.")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only in this state; repeatable.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only of this severity.")
@click.option("--rule", metavar="ID", help="Only of this rule.")
@click.option("--row", "failure", metavar="ID", help="Only of this row of the failure table.")
@click.option("--team", metavar="ID", help="Only what concerns this team.")
@click.option("--owner", metavar="ID", help="Only what this person owns.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Findings to list.")
@format_option
@database_url
def list_all(
    connection: str | None,
    states: tuple[str, ...],
    severity: str | None,
    rule: str | None,
    failure: str | None,
    team: str | None,
    owner: str | None,
    limit: int,
    format_name: str,
    database_url: str | None,
) -> None:
    """List findings, by connection and id."""
    filters = Filters(connection, tuple(dict.fromkeys(states)), severity, rule, failure, team, owner)
    with opened(database_url) as engine, reading(engine) as looking:
        found = [finding_shown(row._asdict()) for row in list_findings(looking, filters, limit=limit)]
    if format_name == "json":
        print_json({"findings": found})
        return
    names = ("connection_id", "state", "severity", "rule", "message", "id")
    rows = [[entry[name] for name in names] for entry in found]
    print_table(("CONNECTION", "STATE", "SEVERITY", "RULE", "FINDING", "ID"), rows, "There is no such finding.")


@command.command("show")
@click.argument("connection")
@click.argument("finding")
@format_option
@database_url
def show_one(connection: str, finding: str, format_name: str, database_url: str | None) -> None:
    """Show FINDING of CONNECTION with all that happened to it."""
    with opened(database_url) as engine, reading(engine) as looking:
        found = finding_with_events(show_finding(looking, connection, finding))
    if format_name == "json":
        print_json(found)
        return
    names = ("message", "state", "severity", "rule", "failure", "waived_by", "decision_id", "acknowledged_by")
    print_table(("FIELD", "VALUE"), [(name, found[name]) for name in names], "")
    rows = [
        (event["at"][:16], event["event"], event["actor"] or event["run_id"], event["cause"])
        for event in found["events"]
    ]
    print_table(("WHEN", "WHAT", "BY", "WHY"), rows, "")
