"""Pages that are counted: by offsets or numbers, in lists that may change while they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from connectors.http.offsets import Offsets

CHANGED = "The list changed while it was read: a record may have slipped from one page to another, unseen."
_SHORTER = "The list got shorter while it was read: a record may have slipped from one page to another, unseen."
_SINGLE = "Pages of one record cannot tell whether another one slipped away between them: ask for larger pages."


class Listed(NamedTuple):
    """One page of a list."""

    ids: Sequence[str]
    """What tells each of its records from the others."""
    marks: Sequence[str]
    """The same for all that a record holds."""
    total: float | None = None
    """Records there are, where the tool says so."""
    pages: float | None = None


class ByOffset:
    """Goes on by the number of records read. Without a total, each page begins with the last record of the one before."""

    def __init__(self) -> None:
        self.next: str | None = None
        self.cut = ""
        self.again: str | None = None
        self._offsets: Offsets | None = None
        self._at = 0
        self._begun = False
        self._last: str | None = None
        """The record that the next page is to begin with."""
        self._seen: set[str] = set()

    def take(self, page: Listed) -> int:
        """Go on after a page; gives how many of its first records were on the page before."""
        if not self._begun and page.total is not None:
            self._offsets = Offsets(1)  # a tool may send less than it was asked for: only nothing is the end
        begun, self._begun = self._begun, True
        if self._offsets is not None:
            self._move(self._offsets, page)
            return 0
        return self._overlap(page, begun=begun)

    def _move(self, offsets: Offsets, page: Listed) -> None:
        at = int(offsets.next or 0)
        offsets.move(page.marks, len(page.ids), page.total)
        self.next = offsets.next
        if self.next is None and not page.ids and page.total is not None and at < page.total:
            self.cut = counted(page.total, at)

    def _overlap(self, page: Listed, *, begun: bool) -> int:
        ids, expected = page.ids, self._last
        known = expected is not None and ids[:1] == [expected]
        if expected is not None and not known:
            self.cut = CHANGED
        elif begun and expected is None and ids:
            self.cut = _SINGLE
        fresh = not self._seen.issuperset(page.marks)
        self._seen.update(page.marks)
        if not ids or (expected is not None and len(ids) == 1):
            self.next = None
        elif not fresh:
            self.next, self.cut = None, CHANGED
        else:
            overlap = len(ids) > 1
            self._at += len(ids) - overlap
            self.next, self._last = str(self._at), ids[-1] if overlap else None
        return int(known)


class ByPage:
    """Goes on by the number of the page. Without a total, the page before is asked for once more: it must end as it did."""

    def __init__(self, first: int) -> None:
        self.next: str | None = None
        self.cut = ""
        self.again: str | None = None
        """The page that is to be asked for once more."""
        self._first, self._page, self._read = first, first, 0
        self._last: str | None = None
        """How the page to be asked for once more is to end."""
        self._before: Listed | None = None

    def take(self, page: Listed) -> int:
        """Go on after a page; none of its records is known to be on the one before."""
        before, self._before = self._before, page
        self.again = None
        if before is not None:
            if _less(page.total, before.total) or _less(page.pages, before.pages):
                self.cut = _SHORTER
            elif page.total is None:
                self.again, self._last = str(self._page - 1), before.ids[-1]
        self._page += 1
        self._read += len(page.ids)
        asked = self._page - self._first
        over = (page.total is not None and self._read >= page.total) or (page.pages is not None and asked >= page.pages)
        if not page.ids and not over and page.total:
            self.cut = counted(page.total, self._read)
        elif not page.ids and not over and page.pages:
            self.cut = "The tool counts more pages than have records."
        self.next = None if over or not page.ids else str(self._page)
        return 0

    def compare(self, ids: Sequence[str]) -> None:
        """Note whether the page that was asked for once more has changed."""
        if list(ids[-1:]) != [self._last]:
            self.cut = CHANGED


def counted(total: float, read: int) -> str:
    """What is said where there are more records than came."""
    return f"The tool counts {total:,.0f} and answered no more after {read:,}."


def _less(now: float | None, before: float | None) -> bool:
    return now is not None and before is not None and now < before
