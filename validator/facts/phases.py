"""Phases of a cycle: how far the day of judgement lies in the cycle of what a finding is about."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from validator.facts.fact import Item
from validator.facts.index import Index, cycle_of
from validator.facts.reviews import Window
from validator.facts.vocabulary import BY_KIND

PHASES: Mapping[str, str] = {
    "first_half": "the first day of the cycle",
    "second_half": "the middle of the cycle",
    "cycle_end": "the last tenth of the cycle",
    "after_end": "the day after the cycle",
}
"""Since when each phase holds, earliest first; a later one does not end an earlier one."""
IN_CYCLES = frozenset(kind for kind, attributes in BY_KIND.items() if "cycle" in attributes) | {"conflict"}
"""Kinds of facts whose items lie in a cycle; a conflict does by its sides."""
_SHARES = {"first_half": 0.0, "second_half": 0.5, "cycle_end": 0.9}


def has_begun(phase: str, window: Window, day: datetime.date) -> bool:
    """Whether a phase of a cycle holds on a day."""
    return day > window.end if phase == "after_end" else day >= window.at(_SHARES[phase])


def window_of(index: Index, items: Iterable[Item]) -> Window | None:
    """First and last day of the cycle of some items; of several cycles, of the one that begins last.

    None where no item names a cycle, or one of those named lacks a day: which begins last is not known then.
    """
    cycles = {cycle for item in items if (cycle := _cycle(index, item)) is not None}
    windows = [index.windows[cycle] for cycle in cycles if cycle in index.windows]
    if not windows or len(windows) < len(cycles):
        return None
    return min(windows, key=lambda window: (-window.start.toordinal(), window.end))


def _cycle(index: Index, item: Item) -> str | None:
    kind, id = item
    if kind == "cycle":
        return id
    if kind == "key_result":
        return cycle_of(index, index.key_results[id])
    if kind == "initiative":
        return index.initiatives[id].cycle
    return index.objectives[id].cycle if kind == "objective" else None
