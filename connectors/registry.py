"""Which connectors there are. A module of this package that keeps the contract is one; nothing else is registered."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import cast

import connectors
from connectors.contract import Fault, FileConnector, Reading, Settings, SourceError

NOT_CONNECTORS = ("contract", "registry")
AS_FOUND = Settings()
MEMBERS = ("TITLE", "PROVIDES", "TESTED_AGAINST", "recognises", "fetch", "to_document")


@cache
def all_connectors() -> dict[str, FileConnector]:
    """Every file connector by its name, which is its file name with “-” for “_”."""
    found: dict[str, FileConnector] = {}
    for module in pkgutil.iter_modules(connectors.__path__):
        if module.ispkg or module.name in NOT_CONNECTORS or module.name.startswith("_"):
            continue
        candidate = importlib.import_module(f"connectors.{module.name}")
        if all(hasattr(candidate, member) for member in MEMBERS):
            found[module.name.replace("_", "-")] = cast("FileConnector", candidate)
    return found


def read(path: Path, *, name: str | None = None, settings: Settings = AS_FOUND) -> Reading:
    """Read a file or folder as an OKR set document.

    Without a name, the connector that recognises the content best reads it. Raises SourceError.
    """
    connector = _named(name) if name is not None else None
    _check_exists(path)
    connector = connector or _recognising(path)
    return connector.to_document(connector.fetch(path, settings), settings)


def _named(name: str) -> FileConnector:
    known = all_connectors()
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name.lower().replace("_", "-"), known, n=1)
    guess = f"Did you mean “{close[0]}”? " if close else ""
    raise SourceError(Fault("", f"There is no connector “{name}”.", f"{guess}Known: {', '.join(known)}."))


def _check_exists(path: Path) -> None:
    try:
        exists = path.exists()
    except (OSError, ValueError):
        exists = False
    if not exists:
        raise SourceError(Fault("", f"“{path}” does not exist.", "Give the path of a file or folder."))
    if not path.is_file() and not path.is_dir():
        raise SourceError(Fault("", f"“{path}” is neither a file nor a folder.", _readable()))


def _recognising(path: Path) -> FileConnector:
    scored = [(connector.recognises(path), connector) for connector in all_connectors().values()]
    best = max(scored, key=lambda pair: pair[0], default=None)
    if best is not None and best[0] > 0:
        return best[1]
    if path.is_file() and path.stat().st_size == 0:
        raise SourceError(Fault("", f"“{path.name}” is empty.", _readable()))
    raise SourceError(Fault("", f"“{path.name}” is nothing that can be read here.", _readable()))


def _readable() -> str:
    titles = (f"{name} ({connector.TITLE})" for name, connector in all_connectors().items())
    return f"Readable: {'; '.join(titles)}."
