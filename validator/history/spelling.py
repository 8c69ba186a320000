"""One id for each team, person and cycle, whether a document names it by id, name or e-mail address.

It follows the document's own normalising: ids and names that are declared win, any other name goes by its least spelling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

Entry = Mapping[str, Any]

LISTS = {"team": "teams", "person": "people", "cycle": "cycles"}


class Spelling(NamedTuple):
    """How one kind of thing is spelt in a document."""

    declared: frozenset[str]
    aliases: Mapping[str, str]
    """Ids by folded name or e-mail address."""
    least: dict[str, str]
    """The least spelling met of each name that nothing declares, by the folded name."""

    def id(self, name: Any) -> str | None:
        """The id behind a name; None for a name that says nothing."""
        text = str(name)
        if name is None or text in self.declared:
            return None if name is None else text
        folded = fold(text)
        if not folded:
            return None
        if folded in self.aliases:
            return self.aliases[folded]
        self.least[folded] = min(text, self.least.get(folded, text))
        return self.least[folded]


def fold(text: str) -> str:
    """A text without regard to case and spaces."""
    return " ".join(text.split()).casefold()


def spellings(document: Entry) -> dict[str, Spelling]:
    """How teams, people and cycles are spelt, by kind."""
    return {kind: _spelling(entries(document, field)) for kind, field in LISTS.items()}


def entries(holder: Entry, field: str) -> list[Entry]:
    """The entries of a list in a document; none where it is absent."""
    return list(holder.get(field) or ())


def _spelling(listed: list[Entry]) -> Spelling:
    names = _aliases((entry.get("name") or str(entry["id"]), str(entry["id"])) for entry in listed)
    mails = _aliases((entry["email"], str(entry["id"])) for entry in listed if entry.get("email"))
    return Spelling(frozenset(str(entry["id"]) for entry in listed), names | mails, {})


def _aliases(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names to ids; a name that two entries share means neither."""
    seen: dict[str, list[str]] = {}
    for name, id in named:
        seen.setdefault(fold(name), []).append(id)
    return dict(_single(seen))


def _single(seen: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    return ((name, ids[0]) for name, ids in seen.items() if len(ids) == 1)
