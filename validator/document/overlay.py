"""Overlays: a document of the same shape that supplies what a tool cannot hold, merged by id before normalising."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from validator.document.load import escape, load
from validator.document.provides import provided

_SKIPPED = ("extra",)


class Merged(NamedTuple):
    """A document with its overlays applied."""

    document: dict[str, Any]
    conflicts: tuple[str, ...]
    """JSON Pointers into the merged document where an overlay replaced another value."""


def merge(document: Mapping[str, Any], overlays: Sequence[Mapping[str, Any]]) -> Merged:
    """The document with each overlay laid over it in turn; where both say something, the overlay wins and it is listed.

    Entries of lists are matched by `id`, new ones are added, other lists are replaced. Raises BadInput when the document
    or an overlay does not fit the schema by itself, save that an overlay's entries may leave required texts out.
    """
    conflicts: list[str] = []
    merged = dict(document)
    declared = [_declares(document), *(_declares(overlay) for overlay in overlays)]
    for overlay in overlays:
        merged = _object(merged, overlay, "", conflicts)
    if overlays:
        provides = sorted(frozenset().union(*declared))
        merged["source"] = {**(merged.get("source") or {}), "provides": provides}
    return Merged(merged, tuple(conflicts))


def _declares(document: Mapping[str, Any]) -> frozenset[str]:
    return provided(load(_completed(document)))


def _completed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with stand-in titles, so that an overlay that only adds to known items loads."""
    return {
        key: [{"title": "-", **entry} if isinstance(entry, Mapping) else entry for entry in value]
        if key in ("objectives", "key_results", "initiatives") and isinstance(value, list)
        else value
        for key, value in document.items()
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
