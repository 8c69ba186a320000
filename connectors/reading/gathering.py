"""What a document is put together from while a tool's records come in, page after page and in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connectors.contract import Missing, Page, Reading
from connectors.reading.items import drop_empty

_SECTIONS = ("cycles", "teams", "people")
_SHOWN = 20


class Gathering:
    """The parts of a document by their ids; of two with one id, the later counts."""

    def __init__(self) -> None:
        self.odd: Counter[str] = Counter()
        """By field: values that could not be read."""
        self.counts: Counter[str] = Counter()
        """How often something had to be decided, by what: "Key results with several owners, of whom the first was taken"."""
        self._missing: list[Missing] = []
        self._named: dict[str, dict[str, dict[str, Any]]] = {section: {} for section in _SECTIONS}
        self._objectives: dict[str, dict[str, Any]] = {}
        self._key_results: dict[str, tuple[str, dict[str, Any]]] = {}
        self._inside: dict[str, list[str]] = {}

    def pages(self, given: Iterable[Page | Missing]) -> Iterator[Page]:
        """The pages one by one; what is missing is kept."""
        for one in given:
            if isinstance(one, Page):
                yield one
            else:
                self._missing.append(one)

    def name(self, section: str, id_: str, **fields: Any) -> str:
        """Keep a cycle, team or person; fields that are said add to what was said before. Returns the id."""
        if id_:
            self._named[section].setdefault(id_, {"id": id_}).update(drop_empty(fields))
        return id_

    def objective(self, id_: str, title: str, **fields: Any) -> None:
        """Keep an objective. One that comes again takes the place of the first, with its key results."""
        if id_ in self._objectives:
            self.counts["Objectives that came more than once, of which the last was taken"] += 1
            for key_result in self._inside.pop(id_, ()):
                if key_result in self._key_results and self._key_results[key_result][0] == id_:
                    del self._key_results[key_result]
        self._objectives[id_] = {"id": id_, "title": title, **drop_empty(fields)}

    def add(self, objective: str, **fields: Any) -> None:
        """Set fields of an objective that was kept: another list told of them."""
        if objective in self._objectives:
            self._objectives[objective].update(drop_empty(fields))

    def key_result(self, id_: str, objective: str, title: str, **fields: Any) -> None:
        """Keep a key result of an objective, "" for none; the objective may come later."""
        self._key_results[id_] = objective, {"id": id_, "title": title, **drop_empty(fields)}
        self._inside.setdefault(objective, []).append(id_)

    def complete(self, key_result: str, **fields: Any) -> None:
        """Fill fields of a key result that was kept, where they are absent."""
        data = self._key_results[key_result][1] if key_result in self._key_results else {}
        for field, value in drop_empty(fields).items():
            data.setdefault(field, value)

    def link(self, objective: str, to: str) -> None:
        """Link an objective that was kept up to another, once."""
        if objective in self._objectives and to != objective:
            parents = self._objectives[objective].setdefault("parents", [])
            if all(parent["id"] != to for parent in parents):
                parents.append({"id": to, "kind": "parent"})

    def reading(self, tool: str, provides: Sequence[str]) -> Reading:
        """All of it as a document."""
        loose: list[dict[str, Any]] = []
        for home, data in self._key_results.values():
            if home in self._objectives:
                self._objectives[home].setdefault("key_results", []).append(data)
            else:
                loose.append({**data, "parents": [{"id": home, "kind": "parent"}]} if home else data)
        source = {"tool": tool, "complete": not self._missing, "provides": list(provides)}
        named = {section: list(found.values()) for section, found in self._named.items()}
        document = {"source": source, **drop_empty(named), "objectives": list(self._objectives.values())}
        document |= drop_empty({"key_results": loose})
        return Reading(document, {}, tuple(self._notes()), tuple(self._missing))

    def _notes(self) -> Iterator[str]:
        yield from (f"{what}: {count}." for what, count in self.counts.items() if count)
        if self.odd:
            listed = (f"{field} ({count})" for field, count in self.odd.most_common(_SHOWN))
            yield f"Values that could not be read were left out: {', '.join(listed)}."
