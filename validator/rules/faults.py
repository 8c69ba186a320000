"""Faults of a ruleset while it is read: all of them at once, up to what a person would look through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from validator.errors import BadRuleset, Fault

MOST_FAULTS = 200


class Faults(list[Fault]):
    """Faults found so far; one more than MOST_FAULTS raises BadRuleset with those."""

    def append(self, fault: Fault) -> None:
        if len(self) >= MOST_FAULTS:
            raise BadRuleset([*self, Fault("", f"The ruleset has more faults than the {MOST_FAULTS} listed.")])
        super().append(fault)

    def __iadd__(self, faults: Iterable[Fault]) -> Self:  # type: ignore[override, misc]
        for fault in faults:
            self.append(fault)
        return self
