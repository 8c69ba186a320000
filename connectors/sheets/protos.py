"""Items whose ids and parents are not known yet, and how they get them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from connectors.reading.ids import derive
from connectors.reading.items import KEY_RESULT, OBJECTIVE, Item, Link
from connectors.reading.names import fold_name
from connectors.sheets.draft import Draft
from connectors.sheets.grid import Log, Taken

MAX_SAME_TITLE = 50


class Ref(NamedTuple):
    """A parent as a cell names it: an id or a title, perhaps several."""

    text: str
    place: str
    kind: str = "parent"
    weight: float | None = None


class Proto(NamedTuple):
    """An item before it has its id."""

    kind: str
    draft: Draft
    id_cell: Taken | None
    within: int | None = None
    """The index of the item it lies under by the layout of its sheet."""
    refs: tuple[Ref, ...] = ()
    parts: tuple[str, ...] = ()
    """What tells it from others of its title, the cycle first; under another item, that one's id goes before."""

    @property
    def title(self) -> str:
        """The item's title; "" where it has none."""
        return str(self.draft.data.get("title", ""))


def finish(protos: Sequence[Proto], log: Log) -> list[Item]:
    """Give every item its id, and resolve its parents to ids."""
    ids = identify(protos, log)
    index = _Index.over(protos, ids)
    return [_item(position, proto, ids, index, log) for position, proto in enumerate(protos)]


def identify(protos: Sequence[Proto], log: Log) -> list[str]:
    """An id for each: the given one where it is unique, else one made from content."""
    given = Counter(proto.id_cell.text for proto in protos if proto.id_cell)
    repeated = [proto.id_cell for proto in protos if proto.id_cell and given[proto.id_cell.text] > 1]
    if repeated:
        cells = "; ".join(f"“{cell.text}” at {cell.place}" for cell in repeated[:6])
        log.note(f"{len(repeated)} ids stand at more than one item, so ids made from content replace them: {cells}.")
    ids = [cell.text if (cell := proto.id_cell) and given[cell.text] == 1 else "" for proto in protos]
    roots = [position for position, id_ in enumerate(ids) if not id_ and protos[position].within is None]
    _derive(roots, protos, ids)
    under = [position for position, id_ in enumerate(ids) if not id_]
    _derive(under, protos, ids)
    if len(roots) + len(under) > 0:
        count = len(roots) + len(under)
        log.note(f"{count} items have no id; ids were made from title and cycle, so a changed title makes a new item.")
    return ids


def _derive(positions: list[int], protos: Sequence[Proto], ids: list[str]) -> None:
    parts = []
    for position in positions:
        proto = protos[position]
        above = () if proto.within is None else (ids[proto.within],)
        parts.append((proto.title, *above, *proto.parts))
    made = derive(parts, [id_ for id_ in ids if id_])
    for position, id_ in zip(positions, made, strict=True):
        ids[position] = id_


class _Index(NamedTuple):
    ids: Mapping[str, str]
    by_title: Mapping[str, list[int]]
    all_ids: Sequence[str]
    protos: Sequence[Proto]

    @classmethod
    def over(cls, protos: Sequence[Proto], ids: Sequence[str]) -> _Index:
        by_title: dict[str, list[int]] = {}
        for position, proto in enumerate(protos):
            same = by_title.setdefault(fold_name(proto.title), [])
            # More of one title could not be told apart anyway.
            if len(same) < MAX_SAME_TITLE and proto.kind in (OBJECTIVE, KEY_RESULT):
                same.append(position)
        return cls({id_.casefold(): id_ for id_ in ids}, by_title, ids, protos)

    def find(self, text: str, asking: int) -> str | None:
        """The id that a text names from where an item stands; None where it names none, or more than one."""
        bare = text.strip()
        if bare.casefold() in self.ids:
            return self.ids[bare.casefold()]
        same = [each for each in self.by_title.get(fold_name(bare), ()) if each != asking]
        for narrower in (self._of_kind, self._of_cycle):
            if len(same) > 1:
                same = narrower(same, asking) or same
        return self.all_ids[same[0]] if len(same) == 1 else None

    def _of_kind(self, positions: list[int], _: int) -> list[int]:
        return [each for each in positions if self.protos[each].kind == OBJECTIVE]

    def _of_cycle(self, positions: list[int], asking: int) -> list[int]:
        cycle = self.protos[asking].draft.data.get("cycle")
        return [each for each in positions if self.protos[each].draft.data.get("cycle") == cycle]


def _item(position: int, proto: Proto, ids: Sequence[str], index: _Index, log: Log) -> Item:
    links = [] if proto.within is None else [Link(ids[proto.within])]
    for ref in proto.refs:
        links += [Link(to, ref.weight, ref.kind) for to in _resolve(ref, position, index, log) if to != ids[position]]
    unique = tuple({link.to: link for link in reversed(links)}.values())[::-1]
    return Item(proto.kind, ids[position], proto.draft.data, unique, proto.draft.places)


def _resolve(ref: Ref, asking: int, index: _Index, log: Log) -> list[str]:
    whole = index.find(ref.text, asking)
    if whole is not None:
        return [whole]
    parts = [part.strip() for part in re.split(r"[;\n]", ref.text) if part.strip()]
    if len(parts) == 1:
        by_comma = [part.strip() for part in ref.text.split(",") if part.strip()]
        parts = by_comma if all(index.find(part, asking) for part in by_comma) else parts
    found = []
    for part in parts:
        id_ = index.find(part, asking)
        if id_ is None:
            log.note(f"“{part[:80]}” names no one item of this file; it stays as the parent's id ({ref.place}).")
        found.append(id_ or part)
    return found
