"""Faults of an input or ruleset, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.contract import Fault
from validator.report.clean import one_line

_AT_MOST = 50


def place_of(pointer: str, places: Mapping[str, str]) -> str:
    """The place of the pointer, or of the nearest value around it whose place is known; "" where none is."""
    while pointer:
        if pointer in places:
            return places[pointer]
        pointer = pointer.rpartition("/")[0]
    return places.get("", "")


def located(faults: Iterable[Fault], places: Mapping[str, str], *, overlaid: bool = False) -> tuple[Fault, ...]:
    """The faults, each with the place that its pointer leads to; a place that is known already stays.

    Where the set was overlaid, the value at that place may be the overlay's: the place says so.
    """
    return tuple(fault if fault.place else _placed(fault, places, overlaid) for fault in faults)


def _placed(fault: Fault, places: Mapping[str, str], overlaid: bool) -> Fault:
    place = place_of(fault.pointer, places)
    return fault._replace(place=f"{place}, or an overlay at {fault.pointer}" if place and overlaid else place)


def fault_lines(faults: Sequence[Fault]) -> Iterator[str]:
    """Place or pointer, message and hint of each fault; past fifty, how many more there are."""
    for fault in faults[:_AT_MOST]:
        where, message = one_line(fault.place or fault.pointer), one_line(fault.message)
        yield message if message.startswith(where) else f"{where}: {message}"
        if fault.hint:
            yield f"  {one_line(fault.hint)}"
    if len(faults) > _AT_MOST:
        yield f"… and {len(faults) - _AT_MOST:,} more"
