"""Offsets: pages by how many entries lie before them, in a list that may change meanwhile."""

from __future__ import annotations

from collections.abc import Collection


class Offsets:
    """Where the next page of one list begins; a token for `paging.pages`."""

    def __init__(self, size: int) -> None:
        self.next: str | None = None
        """None at the end."""
        self._size = size
        self._at = 0
        self._back = False
        self._seen: set[str] = set()
        self._total: float | None = None

    def move(self, ids: Collection[str], entries: int, total: float | None) -> None:
        """Go on after a page of so many entries, with these ids in them, in a list of `total` entries where that is told.

        Where the list got shorter, entries may have moved up past the beginning of this page: then the next page goes back for
        them. A page of nothing new is the end, or else a tool that pays no heed to offsets: then `next` stays the same.
        """
        fresh = any(id_ not in self._seen for id_ in ids)
        self._seen.update(ids)
        gone = max(0, int(self._total - total)) if self._total is not None and total is not None else 0
        after, went_back = self._at + max(1, entries), self._back
        self._total, self._back = total, bool(gone and self._at)
        again = bool(ids) and not fresh and not went_back
        if self._back:
            self._go(max(0, self._at - gone))
        elif again and (total is None or len(self._seen) < total):
            self.next = str(self._at)
        elif again or not ids or (entries < self._size if total is None else after >= total):
            self.next = None
        else:
            self._go(after)

    def _go(self, at: int) -> None:
        self._at, self.next = at, str(at)
