"""`okr-validator connectors`: what can be read, and how well that was tried."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from connectors import registry
from connectors.contract import FileConnector
from validator.cli.choice import pick
from validator.cli.output import print_lines


@click.command(
    "connectors", epilog="\b\nExamples:\n  okr-validator connectors\n  okr-validator connectors spreadsheet\n"
)
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the readers, or explain the one of that NAME."""
    known = registry.all_connectors()
    print_lines(*(_table(known) if name is None else _explained(name, pick(name, known, "connector"))))


def _table(known: dict[str, FileConnector]) -> Iterator[str]:
    widest = max(map(len, known), default=0)
    for name, connector in known.items():
        yield f"{name:<{widest}}  {connector.TITLE}"
        yield f"{'':<{widest}}  tried on: {connector.TESTED_AGAINST}"


def _explained(name: str, connector: FileConnector) -> Iterator[str]:
    yield f"{name}: {connector.TITLE}"
    yield f"Tried on: {connector.TESTED_AGAINST}"
    yield "Can express: " + (", ".join(connector.PROVIDES) or "whatever the file holds")
    text = inspect.getdoc(connector)
    if text:
        yield from ("", text)
