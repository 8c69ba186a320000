"""`okr-validator validate`: judge an OKR set and say so in a format."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from connectors.contract import Settings
from validator.cli.judging import Request, judged
from validator.cli.output import print_out, terminal_view, write_file
from validator.report.formats import FORMATS
from validator.report.view import Report, View
from validator.report.words import severity_counts
from validator.settings import read_settings

_EPILOG = """\b
Examples:
  okr-validator validate okrs.xlsx
  okr-validator validate okrs.csv --dates dmy --decimals comma
  okr-validator validate okrs.json --overlay governance.yaml --ruleset strict
  okr-validator validate okrs.yaml --format sarif --output okrs.sarif --fail-on warning
  some-export | okr-validator validate - --format json

An overlay is a document of the same shape that supplies what the tool cannot hold: dependencies, reviews, who decides.
"""

_Existing = click.Path(exists=True, path_type=Path)


@click.command("validate", epilog=_EPILOG)
@click.argument("path", type=click.Path(exists=True, allow_dash=True))
@click.option("--ruleset", default="base", show_default=True, metavar="NAME|FILE", help="Rules to judge by.")
@click.option("--overlay", "overlays", multiple=True, type=_Existing, help="Document merged over the set; repeatable.")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write the report to.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="Least severity that exits 1.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day to judge by; default: the day of the export, else today.",
)
@click.option("--connector", metavar="NAME", help="Reader to use; default: the one that recognises the path.")
@click.option("--sheet", help="The one sheet of a workbook to read.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How 01/02/2026 is meant.")
@click.option("--decimals", type=click.Choice(["point", "comma"]), help="How 1,234 is meant.")
@click.option(
    "--model-dir",
    "model",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the model that gives likeness of meaning (extra “semantic”); finds more conflicts.",
)
@click.option("--all", "everything", is_flag=True, help="List every finding, and why it fired.")
@click.option("--quiet", is_flag=True, help="Print no report; the exit code says it.")
def command(
    path: str,
    ruleset: str,
    overlays: tuple[Path, ...],
    format_name: str,
    output: Path | None,
    fail_on: str,
    as_of: datetime | None,
    connector: str | None,
    sheet: str | None,
    dates: str | None,
    decimals: str | None,
    model: Path | None,
    everything: bool,
    quiet: bool,
) -> int:
    """Judge the OKR set in PATH: a file, a folder, or "-" for standard input."""
    settings = Settings(dates=dates, decimals=decimals, sheet=sheet)
    day = as_of.date() if as_of else None
    model_dir = model or read_settings().model_dir
    report = judged(Request(path, ruleset, overlays, fail_on, day, connector, settings, model_dir), quiet=quiet)
    _deliver(report, format_name, output, terminal_view(path)._replace(everything=everything), quiet=quiet)
    return 0 if report["status"] == "pass" else 1


def _deliver(report: Report, format_name: str, output: Path | None, view: View, *, quiet: bool) -> None:
    if output is not None and str(output) != "-":
        in_file = view._replace(colour=False, unicode=True, width=100)
        write_file(output, FORMATS[format_name].render(report, view=in_file))
        if not quiet:
            verdict = f"{report['status'].upper()}: {severity_counts(report['summary'])}. Report: {output}"
            click.echo(verdict, err=True)
    elif not quiet:
        encoding = "" if format_name == "text" else "utf-8"
        print_out(FORMATS[format_name].render(report, view=view), encoding=encoding)
