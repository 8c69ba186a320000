"""The source of a connection: which connector asks it, with what settings, and what one reading of it gave."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row

from connectors import registry
from connectors.contract import Fault, Reach, Reading, SourceConnector, SourceError
from connectors.http import references
from validator.service.lookups import NotAllowed, not_allowed

SENT_HERE = "document"
"""The connector of a connection that has no source: sets are sent to it."""


class Source(NamedTuple):
    """What is asked at a sync."""

    name: str
    connector: SourceConnector
    settings: Mapping[str, Any]


class Read(NamedTuple):
    """What one reading gave."""

    reading: Reading
    remembered: Mapping[str, str]
    """What the connector asks to keep for the next one."""


def is_source(connector: str) -> bool:
    """Whether connections with this connector can be synced."""
    return connector in registry.all_sources()


def source_faults(
    connector: str, settings: Mapping[str, Any], schedule: str | None, secrets: Collection[str] | None = None
) -> Iterator[Fault]:
    """What is wrong with the connector of a connection, its settings, and its having a schedule.

    `secrets` are patterns of the references that the settings may name; None: any but the service's own.
    """
    sources, files = registry.all_sources(), registry.all_connectors()
    if connector in sources:
        try:
            registry.settings_of(connector, settings)
        except SourceError as error:
            yield from (fault._replace(pointer=f"/settings{fault.pointer}") for fault in error.faults)
        yield from references.faults(settings, secrets, "/settings")
        return
    if connector not in files:
        near = difflib.get_close_matches(connector[:100], [*sources, *files], n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"one of {', '.join(sorted({*sources, *files}))}"
        yield Fault("/connector", f"There is no connector “{connector[:100]}”.", hint)
    if schedule is not None:
        hint = f"a connector that asks a tool: {', '.join(sources) or 'there is none'}"
        yield Fault("/schedule", "A connection that sets are sent to has no source to ask by schedule.", hint)


def must_be_source(row: Row[Any]) -> None:
    """Go on if a connection has a source; raises NotAllowed if not."""
    if not is_source(row.connector):
        raise _no_source(row)


def source_of(row: Row[Any]) -> Source:
    """The source of a connection. Raises NotAllowed where it has none, SourceError where its settings cannot be used."""
    must_be_source(row)
    return Source(
        row.connector, registry.all_sources()[row.connector], registry.settings_of(row.connector, row.settings)
    )


def mark_of(row: Row[Any]) -> str:
    """A digest of what the source of a connection is: its connector and settings."""
    return hashlib.sha256(orjson.dumps([row.connector, row.settings], option=orjson.OPT_SORT_KEYS)).hexdigest()


def read(source: Source, reach: Reach, known: Mapping[str, str]) -> Read:
    """Read a source. `known` is what was remembered at the last reading.

    Raises SourceError where nothing can be read, and Unchanged where nothing is new since then.
    """
    check_references(source, reach)
    remembered: dict[str, str] = {}
    asked = reach._replace(known=known, remember=remembered.__setitem__)
    reading = source.connector.to_document(source.connector.fetch(source.settings, asked), source.settings)
    return Read(reading, remembered)


def check_references(source: Source, reach: Reach) -> None:
    """Raise SourceError for a reference that may not be named: what was allowed once may not be any more."""
    faults = [*references.faults(source.settings, reach.secrets, "/settings")]
    if faults:
        raise SourceError(*faults)


def _no_source(row: Row[Any]) -> NotAllowed:
    hint = f"change its connector to one that asks a tool: {', '.join(registry.all_sources()) or 'there is none'}"
    return not_allowed(f"The connection “{row.id}” has no source to ask: sets are sent to it.", hint)
