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


def located(faults: Iterable[Fault], places: Mapping[str, str]) -> tuple[Fault, ...]:
    """The faults, each with the place that its pointer leads to; a place that is known already stays."""
    return tuple(fault if fault.place else fault._replace(place=place_of(fault.pointer, places)) for fault in faults)


def fault_lines(faults: Sequence[Fault]) -> Iterator[str]:
    """Place or pointer, message and hint of each fault; past fifty, how many more there are."""
    for fault in faults[:_AT_MOST]:
        where, message = one_line(fault.place or fault.pointer), one_line(fault.message)
        yield message if message.startswith(where) else f"{where}: {message}"
        if fault.hint:
            yield f"  {one_line(fault.hint)}"
    if len(faults) > _AT_MOST:
        yield f"… and {len(faults) - _AT_MOST:,} more"
