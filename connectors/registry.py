"""Which connectors there are. A module of this package that keeps the contract is one; nothing else is registered."""

from __future__ import annotations

import difflib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from marshmallow import RAISE, Schema, ValidationError

import connectors
from connectors.contract import Fault, FileConnector, Reading, Settings, SourceConnector, SourceError
from connectors.reading.shape import nearest

NOT_CONNECTORS = ("contract", "pages", "registry")
AS_FOUND = Settings()
OF_ALL = ("TITLE", "PROVIDES", "TESTED_AGAINST", "fetch", "to_document")
OF_FILES = (*OF_ALL, "recognises")
OF_SOURCES = (*OF_ALL, "GUIDE", "SETTINGS")


@cache
def all_connectors() -> dict[str, FileConnector]:
    """Every file connector by its name, which is its file name with “-” for “_”."""
    return cast("dict[str, FileConnector]", _with(OF_FILES))


@cache
def all_sources() -> dict[str, SourceConnector]:
    """Every source connector by its name, which is its file name with “-” for “_”."""
    return cast("dict[str, SourceConnector]", _with(OF_SOURCES))


def settings_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a source connector, checked and with its defaults. Raises SourceError with every fault."""
    known = all_sources()
    if name not in known:
        raise _unknown(name, known)
    schema = known[name].SETTINGS(unknown=RAISE)
    try:
        return dict(schema.load(dict(given)))
    except ValidationError as error:
        raise SourceError(*_faults(error.messages_dict, "", schema)) from None


def _with(members: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(connectors.__path__):
        if module.ispkg or module.name in NOT_CONNECTORS or module.name.startswith("_"):
            continue
        if not _names(module.name, members[-1]):
            continue
        candidate = importlib.import_module(f"connectors.{module.name}")
        if all(hasattr(candidate, member) for member in members):
            found[module.name.replace("_", "-")] = candidate
    return found


def _names(module: str, member: str) -> bool:
    """Whether a module names a member at all, found without importing it: reading a file needs no network library."""
    spec = importlib.util.find_spec(f"connectors.{module}")
    return spec is None or spec.origin is None or member.encode() in Path(spec.origin).read_bytes()


def _faults(messages: Mapping[Any, Any], pointer: str, schema: Schema | None) -> Iterator[Fault]:
    known = {field.data_key or name: field for name, field in schema.fields.items()} if schema else {}
    for name, said in messages.items():
        inner = pointer if name == "_schema" else f"{pointer}/{str(name)[:100].replace('~', '~0').replace('/', '~1')}"
        if isinstance(said, Mapping):
            yield from _faults(said, inner, schema if isinstance(name, int) else _within(known.get(name)))
            continue
        settled = name in known or name == "_schema" or isinstance(name, int)
        hint = "" if settled or not known else nearest(str(name), known)
        yield from (Fault(inner, str(text), hint) for text in said)


def _within(field: Any) -> Schema | None:
    """The schema of what a field holds, alone or in a list."""
    return getattr(field, "schema", None) or getattr(getattr(field, "inner", None), "schema", None)


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
    raise _unknown(name, known)


def _unknown(name: str, known: Mapping[str, Any]) -> SourceError:
    close = difflib.get_close_matches(name.lower().replace("_", "-"), known, n=1)
    guess = f"Did you mean “{close[0]}”? " if close else ""
    return SourceError(Fault("", f"There is no connector “{name}”.", f"{guess}Known: {', '.join(known)}."))


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
