"""`okr-validator runs`: judge a set for a connection and remember what came of it; look at what was."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

import click
import orjson

from connectors.contract import Settings
from validator.cli.faults import located
from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines, print_out, terminal_view
from validator.cli.source import read_source
from validator.cli.tables import format_option, print_json, print_table
from validator.detection.semantic.minilm import load_encoder
from validator.errors import BadInput
from validator.report.formats import FORMATS
from validator.service.lookups import a_connection
from validator.service.past_runs import a_run, list_runs, report_of
from validator.service.replay import replay
from validator.service.run_difference import difference_of_run
from validator.service.runs import run_document
from validator.service.shown import difference_shown, run_shown
from validator.settings import read_settings
from validator.store.engine import reading

_EPILOG = """\b
Examples:
  okr-validator runs add acme okrs.xlsx
  okr-validator runs add acme okrs.csv --dates dmy --format json
  okr-validator runs list acme
  okr-validator runs show RUN --format markdown
  okr-validator runs diff RUN
  okr-validator runs replay RUN

\b
Exit codes of add:
  0 passes the gate of the connection, with waivers and decisions counted out   1 findings at the gate
"""


@click.group("runs", epilog=_EPILOG)
def command() -> None:
    """Judge a set for a connection and remember it; list, show, compare and replay what was judged."""


@command.command("add")
@click.argument("connection")
@click.argument("path", type=click.Path(exists=True, allow_dash=True))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Day to judge by.")
@click.option(
    "--partial",
    is_flag=True,
    help="Not the whole set: what is missing is stale, and nothing is said that the rest could take back.",
)
@click.option("--connector", metavar="NAME", help="Reader to use; default: the one that recognises the path.")
@click.option("--sheet", help="The one sheet of a workbook to read.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How 01/02/2026 is meant.")
@click.option("--decimals", type=click.Choice(["point", "comma"]), help="How 1,234 is meant.")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--quiet", is_flag=True, help="Print no report; the exit code says it.")
@database_url
def add_run(
    connection: str,
    path: str,
    as_of: datetime.datetime | None,
    partial: bool,
    connector: str | None,
    sheet: str | None,
    dates: str | None,
    decimals: str | None,
    format_name: str,
    quiet: bool,
    database_url: str | None,
) -> int:
    """Judge the OKR set in PATH by the overlay, rules and gate of CONNECTION, and record the run."""
    with opened(database_url) as engine:
        with reading(engine) as looking:
            a_connection(looking, connection)
        given = read_source(path, connector=connector, settings=Settings(dates=dates, decimals=decimals, sheet=sheet))
        folder = read_settings().model_dir
        try:
            result = run_document(
                engine,
                connection,
                given.document,
                now=datetime.datetime.now(datetime.UTC),
                actor=actor(),
                notes=tuple(given.notes),
                as_of=as_of.date() if as_of else None,
                complete=not partial,
                approval=read_settings().waiver_approval,
                encoder=load_encoder(folder),
            )
        except BadInput as error:
            raise BadInput(located(error.faults, given.places, overlaid=True)) from error
    if not quiet:
        encoding = "" if format_name == "text" else "utf-8"
        print_out(FORMATS[format_name].render(result.report, view=terminal_view(path)), encoding=encoding)
    click.echo(" ".join(_said(result.run)), err=True)
    return 0 if result.run["status"] == "pass" else 1


@command.command("list")
@click.argument("connection")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="Runs to list.")
@format_option
@database_url
def list_all(connection: str, limit: int, format_name: str, database_url: str | None) -> None:
    """List the runs of CONNECTION, the last first."""
    with opened(database_url) as engine, reading(engine) as looking:
        a_connection(looking, connection)
        found = [run_shown(row._asdict()) for row in list_runs(looking, connection, limit=limit)]
    if format_name == "json":
        print_json({"runs": found})
        return
    head = ("NUMBER", "ID", "STARTED", "STATUS", "COMPLETE", "ERRORS", "NEW", "RESOLVED", "ASKED BY")
    print_table(head, [_row(run) for run in found], "There is no run yet.")


@command.command("show")
@click.argument("run")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@database_url
def show_report(run: str, format_name: str, database_url: str | None) -> None:
    """Show the report of RUN as it was made."""
    with opened(database_url) as engine, reading(engine) as looking:
        content = report_of(looking, a_run(looking, run))
    if format_name == "json":
        print_out(content.decode() + "\n", encoding="utf-8")
    else:
        encoding = "" if format_name == "text" else "utf-8"
        print_out(FORMATS[format_name].render(orjson.loads(content), view=terminal_view(run)), encoding=encoding)


@command.command("diff")
@click.argument("run")
@format_option
@database_url
def show_difference(run: str, format_name: str, database_url: str | None) -> None:
    """Show what RUN changed since the run before it, and why."""
    with opened(database_url) as engine, reading(engine) as looking:
        found = difference_shown(difference_of_run(looking, a_run(looking, run)))
    if format_name == "json":
        print_json(found)
        return
    rows = [(entry["event"], entry["severity"], entry["message"], _why(entry["cause"])) for entry in found["turned"]]
    rows += [
        ("told otherwise", e["after"]["severity"], e["after"]["message"], ", ".join(e["fields"]))
        for e in found["changed"]
    ]
    print_table(("WHAT", "SEVERITY", "FINDING", "WHY"), rows, "Nothing came, went or changed.")


@command.command("replay")
@click.argument("run")
@format_option
@database_url
def replay_run(run: str, format_name: str, database_url: str | None) -> int:
    """Judge RUN again, storing nothing. Exits 1 where the report does not come out the same, byte for byte."""
    folder = read_settings().model_dir
    with opened(database_url) as engine:
        found = replay(engine, run, encoder=load_encoder(folder))
    if format_name == "json":
        print_json({name: value for name, value in found._asdict().items() if name != "report"})
    elif found.same:
        print_lines(f"The same, byte for byte: {found.digest}")
    else:
        print_lines(f"Not the same: {found.expected} then, by okr-validator {found.program}; {found.digest} now.")
    return 0 if found.same else 1


def _said(run: Mapping[str, Any]) -> Iterator[str]:
    states = run["counts"]["states"]
    yield f"Run {run['number']} of {run['connection_id']} ({run['id']}): {run['status'].upper()}."
    yield f"{', '.join(f'{count} {state}' for state, count in states.items()) or 'No finding'}."


def _row(run: Mapping[str, Any]) -> tuple[Any, ...]:
    counts, states = run["counts"], run["counts"]["states"]
    seen = ("yes" if run["complete"] else "no", counts["error"], states.get("new", 0), states.get("resolved", 0))
    status = f"{run['status']}, erased" if run["erased_at"] else run["status"]
    return (run["number"], run["id"], run["started_at"][:16], status, *seen, run["asked_by"])


def _why(cause: Mapping[str, Any] | None) -> str:
    if cause is None:
        return "seen again"
    changes = [
        f"{c['item']['kind']} {c['item']['id']} {c['field']}: {c['from']} → {c['to']}" for c in cause.get("changes", ())
    ]
    items = [f"{item['kind']} {item['id']}" for item in cause.get("items", ())]
    spans = [f"{span['from']} → {span['to']}" for span in (cause.get("versions"), cause.get("days")) if span]
    named = [str(cause[name]) for name in ("waiver", "decision") if name in cause]
    return f"{cause['kind'].replace('_', ' ')}: {'; '.join([*changes, *items, *spans, *named])}".removesuffix(": ")
