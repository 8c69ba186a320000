"""How each field of an item stands in its view: as a plain value that can be compared and shown, with the items that it names."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from validator.history.parts import Item
from validator.history.spelling import Entry, Spelling

Names = Mapping[str, Spelling]
Formed = tuple[Any, Iterable[Item]]
"""The value, and the items that it names."""

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?=$|[T\s])")


def _plain(value: Any, _: Names) -> Formed:
    return value, ()


def _day(value: Any, _: Names) -> Formed:
    """A day as ISO text; a text in another habit stays as it is written."""
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat(), ()
    return (value[:10] if _ISO.match(value) else value), ()


def _one(kind: str) -> Callable[[Any, Names], Formed]:
    def form(value: Any, names: Names) -> Formed:
        id = names[kind].id(value)
        return id, [(kind, id)] if id is not None else ()

    return form


def _several(kind: str) -> Callable[[Any, Names], Formed]:
    def form(value: Any, names: Names) -> Formed:
        ids = sorted({id for entry in value if (id := names[kind].id(entry)) is not None})
        return ids, [(kind, id) for id in ids]

    return form


def _target(value: Any, _: Names) -> Formed:
    return str(value), _either(str(value))


def _targets(value: Any, _: Names) -> Formed:
    ids = sorted({str(entry) for entry in value})
    return ids, [item for id in ids for item in _either(id)]


def _either(id: str) -> tuple[Item, Item]:
    """An id that may be an objective's or a key result's."""
    return ("objective", id), ("key_result", id)


def _owners(value: Iterable[Entry], names: Names) -> Formed:
    said = {"primary": {True: "primary", False: "not primary"}}
    return _marked(value, "person", "person", said, names)


def _contributors(value: Iterable[Entry], names: Names) -> Formed:
    said = {"role": {}, "acknowledged": {True: "acknowledged", False: "not acknowledged"}}
    return _marked(value, "team", "team", said, names)


def _marked(
    value: Iterable[Entry], field: str, kind: str, said: Mapping[str, Mapping[Any, str]], names: Names
) -> Formed:
    """People or teams with what is said of each: “ana (primary)”."""
    texts, items = set(), set()
    for entry in value:
        id = names[kind].id(entry.get(field))
        if id is not None:
            marks = [
                words.get(entry[mark], str(entry[mark])) for mark, words in said.items() if entry.get(mark) is not None
            ]
            texts.add(f"{id} ({', '.join(marks)})" if marks else id)
            items.add((kind, id))
    return sorted(texts), sorted(items)


def _links(value: Iterable[Entry], _: Names) -> Formed:
    """Links upward: “C1”, “C2 (supports)”, “C3 (weight 0.5)”."""
    texts: set[str] = set()
    items: set[Item] = set()
    for entry in value:
        marks = ["supports"] if entry.get("kind") == "supports" else []
        marks += [f"weight {entry['weight']}"] if entry.get("weight") is not None else []
        texts.add(f"{entry['id']} ({', '.join(marks)})" if marks else str(entry["id"]))
        items.update(_either(str(entry["id"])))
    return sorted(texts), sorted(items)


FORMS: Mapping[str, Callable[[Any, Names], Formed]] = {
    "plain": _plain,
    "day": _day,
    "team": _one("team"),
    "person": _one("person"),
    "cycle": _one("cycle"),
    "teams": _several("team"),
    "people": _several("person"),
    "target": _target,
    "targets": _targets,
    "owners": _owners,
    "contributors": _contributors,
    "links": _links,
    "words": lambda value, _: (sorted(value), ()),
}
