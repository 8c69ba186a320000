"""What a connector is, and what it hands over.

A connector is a module of this package; its file name is its name. It reads one kind of source and maps it to the
neutral OKR set document, the same JSON that a client would POST. Nothing here imports the validator.

There are two kinds: a file connector reads a file or folder that somebody exported; a source connector asks a tool over
the network, at every sync.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from marshmallow import Schema


class Fault(NamedTuple):
    """One thing wrong with an input, where it is, and what would mend it."""

    pointer: str
    """JSON Pointer (RFC 6901) into the document; "" is the whole document."""
    message: str
    hint: str = ""
    place: str = ""
    """Where a person finds it: "okrs.xlsx, sheet “OKRs”, cell F7", or "line 12"."""


class SourceError(Exception):
    """A source that cannot be read, with every fault found."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults


class Settings(NamedTuple):
    """What a user may say about how a file is written; None means: find out."""

    dates: str | None = None
    """Order of a date such as 01/02/2026: "dmy" or "mdy"."""
    decimals: str | None = None
    """Mark between whole and fraction in text numbers: "point" or "comma"."""
    sheet: str | None = None
    """The one sheet of a workbook to read."""


class Missing(NamedTuple):
    """A part of a source that could not be read: what is not seen because of it is not gone."""

    scope: str
    """What is missing, for a person: "goals after page 3", "key results of goal 1204"."""
    reason: str
    """Why, for a person: "403 Forbidden". Never holds a credential."""
    ids: tuple[str, ...] | None = None
    """Ids of the teams and items that it concerns; None: nobody knows which."""


class Reading(NamedTuple):
    """A source read as an OKR set document."""

    document: dict[str, Any]
    places: Mapping[str, str] = {}
    """JSON Pointer to the place it came from, for those values whose place a person can look up."""
    notes: tuple[str, ...] = ()
    """What the reader decided or left out, in sentences for a person."""
    missing: tuple[Missing, ...] = ()
    """What could not be read; the document then says `source.complete: false`."""


class FileConnector(Protocol):
    """The members of a connector module that reads a file or folder."""

    # One line for people: "Viva Goals organisation export (ZIP or folder)".
    TITLE: str
    # What such a source can express at all (names of the document's `source.provides`); () means: what is present.
    PROVIDES: tuple[str, ...]
    # What the mapping was really run against: "a real export", "the vendor's documentation only".
    TESTED_AGAINST: str

    # How sure this connector is that the path is its own: 0 no, 1 the general format fits, 2 the specific tool's mark.
    def recognises(self, path: Path) -> int: ...

    # Read the bytes into plain data. Raises SourceError.
    def fetch(self, path: Path, settings: Settings) -> Any: ...

    # Map plain data to a document; pure, so that recorded data tests it. Raises SourceError.
    def to_document(self, raw: Any, settings: Settings) -> Reading: ...


class Page(NamedTuple):
    """Records of a tool as they came back from it."""

    kind: str
    """What they are, in a word of the connector's own: "goals"."""
    records: Sequence[Any]


class Progress(NamedTuple):
    """How far a sync has come."""

    stage: str
    """What is being read: "goals"."""
    done: int
    """Records read."""
    total: int | None = None
    """Records there are, where the tool says so."""


class Reach(NamedTuple):
    """How a source connector reaches out, as its caller allows it to."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks that may be asked all the same, and without TLS: tools on the company's own premises."""
    progress: Callable[[Progress], None] = lambda _progress: None
    known: Mapping[str, str] = {}
    """What the last sync was told to remember: names such as "etag" to their values."""
    remember: Callable[[str, str], None] = lambda _name, _value: None
    """Keeps a name and value for the next sync of the same connection, once this one is stored."""
    wait: Callable[[float], None] = time.sleep
    """Waits for so many seconds, before a question may be asked (again)."""
    clock: Callable[[], float] = time.monotonic
    """Seconds on a clock that only goes on, by which questions in a minute are counted."""
    patience: float = 120.0
    """Seconds in which any one answer must be whole."""
    secrets: tuple[str, ...] | None = None
    """Patterns of the references to secrets that settings may name, such as `env:OKR_*`; None: any but the service's own."""
    folders: tuple[Path, ...] = ()
    """Folders of this machine that may be read."""


class Unchanged(Exception):
    """Nothing has changed at the source since the last sync."""


class SourceConnector(Protocol):
    """The members of a connector module that asks a tool over the network."""

    # One line for people: "Asana Goals".
    TITLE: str
    # What such a source can express at all (names of the document's `source.provides`).
    PROVIDES: tuple[str, ...]
    # What the mapping was really run against, in a sentence: "Asana's own OpenAPI document on a mock server".
    TESTED_AGAINST: str
    # For the page of the documentation, in Markdown: how to get the credential, and the least scope it needs.
    GUIDE: str
    # What may be set, each field with a sentence; secrets as `Secret` fields (references, never values).
    SETTINGS: type[Schema]

    # Ask the tool, page by page, lazily. Raises SourceError where nothing can be read, Unchanged where nothing is new.
    def fetch(self, settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]: ...

    # Map what came back to a document, taking one page after the other; pure, so that recorded data tests it.
    # Sets source.complete false where something is missing. Raises SourceError.
    def to_document(self, pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading: ...
