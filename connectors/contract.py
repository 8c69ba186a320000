"""What a connector is, and what it hands over.

A connector is a module of this package; its file name is its name. It reads one kind of source and maps it to the
neutral OKR set document, the same JSON that a client would POST. Nothing here imports the validator.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol


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


class Reading(NamedTuple):
    """A source read as an OKR set document."""

    document: dict[str, Any]
    places: Mapping[str, str] = {}
    """JSON Pointer to the place it came from, for those values whose place a person can look up."""
    notes: tuple[str, ...] = ()
    """What the reader decided or left out, in sentences for a person."""


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
