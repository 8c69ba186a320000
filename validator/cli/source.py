"""Reading what a user names on the command line: a path, or "-" for standard input."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from connectors import registry
from connectors.contract import Fault, Reading, Settings, SourceError

STANDARD_INPUT = "-"


def read_source(source: str, *, connector: str | None, settings: Settings) -> Reading:
    """The OKR set in a file or folder, or in JSON or YAML on standard input.

    Raises:
        SourceError: where it cannot be read.
    """
    if source != STANDARD_INPUT:
        return registry.read(Path(source), name=connector, settings=settings)
    content = click.get_binary_stream("stdin").read()
    if not content.strip():
        raise SourceError(Fault("", "Standard input is empty.", "Give a file, or pipe a JSON or YAML document in."))
    kind = "json" if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else "yaml"
    with TemporaryDirectory() as folder:
        path = Path(folder, f"standard-input.{kind}")
        path.write_bytes(content)
        return registry.read(path, name=connector, settings=settings)


def read_overlay(path: Path) -> object:
    """The document of an overlay.

    Raises:
        SourceError: where it cannot be read.
    """
    return registry.read(path).document
