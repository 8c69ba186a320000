"""The command `okr-validator` and its commands; each lives in the module of its name and is imported when called."""

from __future__ import annotations

from importlib import import_module

import click

from validator import __version__
from validator.cli.taught import taught

COMMANDS = {
    "validate": "Judge an OKR set.",
    "demo": "Judge a small example set, to see what is found.",
    "rules": "List, explain, check and try the rules.",
    "connectors": "List what can be read, or explain one reader.",
    "template": "Write an empty workbook to fill in.",
    "schema": "Print the JSON Schema of an OKR set.",
    "serve": "Serve the HTTP API.",
    "worker": "Run syncs by schedule, and the work of the night.",
    "db": "Make the database of the store, or bring it up to date.",
    "connections": "Name sources of OKR sets whose findings are remembered.",
    "sync": "Read the source of a connection, judge it and remember.",
    "syncs": "List and show syncs; list the sources that are silent.",
    "runs": "Judge and remember; list, show, compare and replay what was judged.",
    "findings": "List what was found, its state and its cause.",
    "acknowledge": "Say that a finding has been seen.",
    "waivers": "Accept findings for a time.",
    "baseline": "Accept what is there today; only newer findings count.",
    "decisions": "Record what was decided on conflicts.",
    "notices": "List what is late: conflicts, decisions, dependencies.",
    "webhooks": "Say who hears of what happens; look at what became of every message.",
    "texts": "Draft, publish, compare and bring back rulesets and tables; preview a draft.",
    "keys": "Make, list and revoke keys of the API.",
    "audit": "Export who changed what.",
    "privacy": "Export or erase a person or a connection.",
    "retention": "Delete what is kept too long.",
}

_EPILOG = """\b
Begin here:
  okr-validator demo                         see what is found in an example
  okr-validator template okrs.xlsx           get a workbook to fill in
  okr-validator validate okrs.xlsx           judge it
  okr-validator validate okrs.xlsx --format sarif --output okrs.sarif

\b
Exit codes:
  0 passes the gate   1 findings at the gate   2 bad input, usage or ruleset   3 our own failure
"""


class CommandModules(click.Group):
    """A group whose commands are modules, so that starting one never imports what another needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        return taught(import_module(f"validator.cli.{cmd_name}").command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    name="okr-validator",
    cls=CommandModules,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EPILOG,
)
@click.version_option(__version__, "--version", prog_name="okr-validator")
def app() -> None:
    """Judge OKR sets: who owns what, who decides, what pulls apart, what was never agreed.

    Every finding says why it fired and what mends it.
    """
