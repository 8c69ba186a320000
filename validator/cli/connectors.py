"""`okr-validator connectors`: what can be read, and how well that was tried."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

import click

from connectors import registry
from connectors.contract import FileConnector, SourceConnector
from validator.cli.choice import pick
from validator.cli.output import print_lines

Known = Mapping[str, FileConnector | SourceConnector]


@click.command(
    "connectors", epilog="\b\nExamples:\n  okr-validator connectors\n  okr-validator connectors spreadsheet\n"
)
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List what can be read: files, and tools that are asked; or explain the one of that NAME."""
    files, sources = registry.all_connectors(), registry.all_sources()
    if name is None:
        widest = max(map(len, (*files, *sources)), default=0)
        print_lines("Files:", *_table(files, widest), "", "Tools:", *_table(sources, widest))
    elif name in sources:
        print_lines(*_of_source(name, sources[name]))
    else:
        known: Known = {**files, **sources}
        print_lines(*_of_file(name, pick(name, known, "connector")))


def _table(known: Known, widest: int) -> Iterator[str]:
    for name, connector in known.items():
        yield f"  {name:<{widest}}  {connector.TITLE}"
        yield f"  {'':<{widest}}  tried on: {connector.TESTED_AGAINST}"


def _of_file(name: str, connector: FileConnector | SourceConnector) -> Iterator[str]:
    yield from _head(name, connector)
    yield "Can express: " + (", ".join(connector.PROVIDES) or "whatever the file holds")
    text = inspect.getdoc(connector)
    if text:
        yield from ("", text)


def _of_source(name: str, connector: SourceConnector) -> Iterator[str]:
    yield from _head(name, connector)
    yield "Can express: " + (", ".join(connector.PROVIDES) or "whatever the source holds")
    yield from ("", "Settings:")
    for key, field in connector.SETTINGS().fields.items():
        needed = " (needed)" if field.required else ""
        yield f"  {field.data_key or key}{needed}: {field.metadata.get('description', '')}"
    yield from ("", connector.GUIDE.strip())


def _head(name: str, connector: FileConnector | SourceConnector) -> Iterator[str]:
    yield f"{name}: {connector.TITLE}"
    yield f"Tried on: {connector.TESTED_AGAINST}"
