"""Trying a source before it is relied on: its first pages, and what these would be as a document. Nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from connectors.contract import Missing, Page, Reach, Reading, SourceError
from validator.service.sync_source import Source, check_references

MOST_PAGES = 5
MOST_SECONDS = 30.0
"""After so many nothing more is asked for; an answer that is waited for then may still come."""
_WANTED = ("objectives", "key_results")


class Tried(NamedTuple):
    """What a source answered when it was tried: its first pages, and what these would be as a document."""

    title: str
    provides: tuple[str, ...]
    """What it can express with its settings."""
    kind: str | None
    """What the last page holds that was read; None where there was none."""
    records: int
    """Records of that page."""
    read: Mapping[str, int]
    """Records of all pages that were read, by what they hold."""
    mapped: Mapping[str, int]
    """Entries of each list of the document made of these pages."""
    missing: tuple[Missing, ...]
    notes: tuple[str, ...]


class _Begun(NamedTuple):
    """What was read of a source that was tried."""

    parts: Sequence[Page | Missing]
    whole: bool
    """Whether this is all that the source has."""

    @property
    def pages(self) -> list[Page]:
        """The pages without what is missing."""
        return [part for part in self.parts if isinstance(part, Page)]


class _Enough(Exception):
    """The source asks for more patience than a trial has."""


def try_source(source: Source, reach: Reach) -> Tried:
    """Read a source until an objective comes of it, or it is enough: whether credential, scope and settings are right.

    Raises SourceError.
    """
    check_references(source, reach)
    begun = _begin(source, reach)
    reading = _mapped(source, begun)
    counts = _counts(reading.document)
    notes = reading.notes if _tells(counts) else (*reading.notes, _without_objective(begun))
    read: Counter[str] = Counter()
    for page in begun.pages:
        read[page.kind] += len(page.records)
    last = begun.pages[-1] if begun.pages else None
    return Tried(
        source.connector.TITLE,
        tuple((reading.document.get("source") or {}).get("provides") or source.connector.PROVIDES),
        last.kind if last else None,
        len(last.records) if last else 0,
        dict(read),
        counts,
        reading.missing,
        notes,
    )


def _begin(source: Source, reach: Reach) -> _Begun:
    """The parts of a source up to the page with which an objective comes of them, within the bounds of a trial."""
    parts: list[Page | Missing] = []
    end = reach.clock() + MOST_SECONDS

    def wait(seconds: float) -> None:
        if parts and (seconds > reach.patience or reach.clock() + seconds > end):
            raise _Enough
        reach.wait(seconds)

    pages = iter(source.connector.fetch(source.settings, reach._replace(wait=wait)))
    try:
        for part in pages:
            parts.append(part)
            begun = _Begun(parts, whole=False)
            if (isinstance(part, Page) and _is_enough(source, begun)) or reach.clock() >= end:
                return begun
    except _Enough:
        return _Begun(parts, whole=False)
    finally:
        close = getattr(pages, "close", None)
        if close is not None:
            close()
    return _Begun(parts, whole=True)


def _is_enough(source: Source, begun: _Begun) -> bool:
    return len(begun.pages) >= MOST_PAGES or _tells(_counts(_mapped(source, begun).document))


def _mapped(source: Source, begun: _Begun) -> Reading:
    """What was read, as a document. Raises SourceError where all of it makes none; a part may be too little for one."""
    try:
        return source.connector.to_document(iter(begun.parts), source.settings)
    except SourceError as error:
        if begun.whole:
            raise
        missing = tuple(part for part in begun.parts if isinstance(part, Missing))
        return Reading({}, notes=tuple(fault.message for fault in error.faults), missing=missing)


def _counts(document: Mapping[str, Any]) -> dict[str, int]:
    counts = {name: len(listed) for name, listed in document.items() if isinstance(listed, list)}
    counts["key_results"] = sum(len(one.get("key_results") or ()) for one in document.get("objectives") or ())
    return {name: count for name, count in counts.items() if count}


def _tells(counts: Mapping[str, int]) -> bool:
    return any(name in counts for name in _WANTED)


def _without_objective(begun: _Begun) -> str:
    if begun.whole:
        return "The source answered and was read to its end: no objective came of it."
    pages = f"{count} pages" if (count := len(begun.pages)) != 1 else "page"
    return f"The source answered: no objective came of its first {pages} yet; a sync reads on."
