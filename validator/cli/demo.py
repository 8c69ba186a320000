"""`okr-validator demo`: the example set that shows every failure row, judged."""

from __future__ import annotations

from importlib.resources import as_file, files

import click

from validator.cli.judging import Request, judged
from validator.cli.output import print_lines, print_out, terminal_view
from validator.report import text

_NEXT = (
    "",
    "Try next:",
    "  okr-validator demo --governed        see what is left once somebody may decide",
    "  okr-validator template okrs.xlsx     get a workbook to fill in with your own",
    "  okr-validator validate okrs.xlsx     judge it, with every finding and what mends it",
)


@click.command("demo", epilog="\b\nExamples:\n  okr-validator demo\n  okr-validator demo --governed\n")
@click.option("--governed", is_flag=True, help="With an overlay that says who decides, and what was agreed.")
def command(governed: bool) -> None:
    """Judge a small example set. Exits 0 whatever is found: it is a demonstration."""
    with as_file(files("rulesets")) as folder:
        overlays = (folder / "example-governance.yaml",) if governed else ()
        report = judged(Request(str(folder / "example.yaml"), overlays=overlays))
    print_out(text.render(report, view=terminal_view("the example set")._replace(compact=True)))
    print_lines(*_NEXT)
