"""Reading what a user names on the command line: a path, or "-" for standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors import registry
from connectors.contract import Fault, Reading, Settings, SourceError

STANDARD_INPUT = "-"


def read_source(source: str, *, connector: str | None, settings: Settings) -> Reading:
    """The OKR set in a file or folder, or on standard input, there in JSON or YAML unless a connector is named.

    Raises SourceError.
    """
    if source != STANDARD_INPUT:
        return registry.read(Path(source), name=connector, settings=settings)
    content = sys.stdin.buffer.read()
    if not content.strip():
        raise SourceError(Fault("", "Standard input is empty.", "Give a file, or pipe a JSON or YAML document in."))
    with TemporaryDirectory() as folder:
        path = Path(folder, "standard-input")
        path.write_bytes(content)
        return registry.read(path, name=connector or "document", settings=settings)


def read_overlay(path: Path) -> object:
    """The document of an overlay. Raises SourceError."""
    return registry.read(path).document
