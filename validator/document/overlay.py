"""Overlays: a document of the same shape that supplies what a tool cannot hold, merged by id before normalising."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from validator.document.load import escape, load
from validator.document.provides import provided
from validator.errors import BadInput, Fault

_SKIPPED = ("extra",)
_STAND_INS: Mapping[str, Mapping[str, str]] = {
    "objectives": {"title": "-"},
    "key_results": {"title": "-"},
    "initiatives": {"title": "-"},
    "dependencies": {"from": "-", "on_team": "-"},
}


class Merged(NamedTuple):
    """A document with its overlays applied."""

    document: dict[str, Any]
    conflicts: tuple[str, ...]
    """JSON Pointers into the merged document where an overlay replaced another value."""


def merge(document: Mapping[str, Any], overlays: Sequence[Mapping[str, Any]]) -> Merged:
    """The document with each overlay laid over it in turn; where both say something, the overlay wins and it is listed.

    Entries of lists are matched by `id`, new ones are added, other lists are replaced. Raises BadInput when the document
    or an overlay does not fit the schema by itself, each fault of an overlay naming it as its place; an overlay's entries
    may leave required texts out.
    """
    conflicts: list[str] = []
    merged = dict(document)
    declared = _declared([document, *overlays])
    for overlay in overlays:
        merged = _object(merged, overlay, "", conflicts)
    if overlays:
        provides = sorted(frozenset().union(*declared))
        merged["source"] = {**(merged.get("source") or {}), "provides": provides}
    return Merged(merged, tuple(conflicts))


def _declared(parts: Sequence[Mapping[str, Any]]) -> list[frozenset[str]]:
    """What a document and its overlays can each answer for."""
    declared: list[frozenset[str]] = []
    faults: list[Fault] = []
    for number, part in enumerate(parts):
        try:
            declared.append(provided(load(_completed(part))))
        except BadInput as error:
            faults += [fault._replace(place=f"overlay {number}") if number else fault for fault in error.faults]
    if faults:
        raise BadInput(faults)
    return declared


def _completed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The document or entry with stand-ins for required texts, so that an overlay that only adds to known items loads."""
    return {
        key: [{**_STAND_INS[key], **_completed(part)} if isinstance(part, Mapping) else part for part in value]
        if key in _STAND_INS and isinstance(value, list)
        else value
        for key, value in entry.items()
    }


def _object(under: Mapping[str, Any], over: Mapping[str, Any], pointer: str, conflicts: list[str]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        if value is None or key in _SKIPPED or (pointer == "/source" and key == "provides"):
            continue
        merged[key] = _value(under.get(key), value, f"{pointer}/{escape(key)}", conflicts)
    return merged


def _value(under: Any, over: Any, pointer: str, conflicts: list[str]) -> Any:
    if isinstance(under, Mapping) and isinstance(over, Mapping):
        return _object(under, over, pointer, conflicts)
    if isinstance(under, list) and isinstance(over, list) and _by_id(under) and _by_id(over):
        return _list(under, over, pointer, conflicts)
    if under not in (None, [], over):
        conflicts.append(pointer)
    return over


def _by_id(entries: list[Any]) -> bool:
    return all(isinstance(entry, Mapping) and "id" in entry for entry in entries)


def _list(under: list[Any], over: list[Any], pointer: str, conflicts: list[str]) -> list[Any]:
    places = {str(entry["id"]): place for place, entry in enumerate(under)}
    merged = list(under)
    for entry in over:
        place = places.get(str(entry["id"]))
        if place is None:
            places[str(entry["id"])] = len(merged)
            merged.append(entry)
        else:
            merged[place] = _object(
                {**merged[place]}, {**entry, "id": merged[place]["id"]}, f"{pointer}/{place}", conflicts
            )
    return merged
