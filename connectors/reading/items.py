"""Objectives, key results and initiatives as one flat list, and the document they assemble to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

OBJECTIVE, KEY_RESULT, INITIATIVE = "objective", "key_result", "initiative"


class Link(NamedTuple):
    """A link up to an objective or key result, by its id."""

    to: str
    weight: float | None = None
    kind: str = "parent"

    def as_data(self) -> dict[str, Any]:
        """The link as the document writes it."""
        weight = {} if self.weight is None else {"weight": self.weight}
        return {"id": self.to, "kind": self.kind, **weight}


class Item(NamedTuple):
    """One item: its document fields without the links, and where each field was read."""

    kind: str
    id: str
    data: dict[str, Any]
    links: tuple[Link, ...] = ()
    places: Mapping[str, str] = {}
    """Field (a relative JSON Pointer such as "/title", or "" for the item) to its place."""


class Assembled(NamedTuple):
    """The sections of a document that hold items, and the place of every value by its JSON Pointer."""

    sections: dict[str, list[dict[str, Any]]]
    places: dict[str, str]


def drop_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something: not None, not "", not an empty list or mapping."""
    return {
        key: value for key, value in data.items() if value is not None and value != "" and value != [] and value != {}
    }


def assemble(items: Sequence[Item]) -> Assembled:
    """Nest every key result under the first objective above it; the links that nesting does not say stay links."""
    known: dict[str, Item] = {}
    for item in items:
        known.setdefault(item.id, item)
    homes = {index: home(item, known) for index, item in enumerate(items) if item.kind == KEY_RESULT}
    nested: dict[str, list[Item]] = {}
    loose: list[Item] = []
    for index, found in homes.items():
        (nested.setdefault(found, []) if found else loose).append(items[index])
    return _write(items, nested, loose)


def home(item: Item, known: Mapping[str, Item]) -> str:
    """The objective a key result lies in, by id: its first parent that is one, or the nearest above; "" if none."""
    seen: set[str] = set()
    level = [item]
    while level:
        above = [known[link.to] for each in level for link in each.links if link.to in known and link.to not in seen]
        for candidate in above:
            if candidate.kind == OBJECTIVE:
                return candidate.id
        seen.update(candidate.id for candidate in above)
        level = above
    return ""


def _write(items: Sequence[Item], nested: dict[str, list[Item]], loose: list[Item]) -> Assembled:
    sections: dict[str, list[dict[str, Any]]] = {"objectives": [], "key_results": [], "initiatives": []}
    places: dict[str, str] = {}
    for item in items:
        if item.kind == OBJECTIVE:
            pointer = _add(sections["objectives"], "/objectives", item, {"parents": _links(item.links)}, places)
            inside: list[dict[str, Any]] = []
            for key_result in nested.pop(item.id, ()):
                _add_key_result(inside, f"{pointer}/key_results", key_result, item.id, places)
            if inside:
                sections["objectives"][-1]["key_results"] = inside
        elif item.kind == INITIATIVE:
            _add(
                sections["initiatives"], "/initiatives", item, {"objectives": [link.to for link in item.links]}, places
            )
    for key_result in loose:
        _add_key_result(sections["key_results"], "/key_results", key_result, "", places)
    return Assembled({name: written for name, written in sections.items() if written}, places)


def _add_key_result(into: list[dict[str, Any]], base: str, item: Item, owner: str, places: dict[str, str]) -> None:
    further = [link for link in item.links if link.to != owner]
    _add(into, base, item, {"parents": _links(further)}, places)


def _add(into: list[dict[str, Any]], base: str, item: Item, links: Mapping[str, Any], places: dict[str, str]) -> str:
    pointer = f"{base}/{len(into)}"
    into.append(drop_empty({"id": item.id, **item.data, **links}))
    places.update((f"{pointer}{field}", place) for field, place in item.places.items())
    return pointer


def _links(links: Iterable[Link]) -> list[dict[str, Any]]:
    return [link.as_data() for link in links]
