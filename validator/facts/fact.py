"""What a fact is."""

from __future__ import annotations

from typing import Any, NamedTuple

Item = tuple[str, str]
"""Kind and id of a thing in the set, such as ("objective", "C1")."""


class Fact(NamedTuple):
    """One thing to judge: its attributes, and the items that a finding about it concerns, the first being its subject."""

    values: dict[str, Any]
    """Attributes by name; what is unknown is left off."""
    items: tuple[Item, ...]
    key: str = ""
    """What tells facts about the same items apart."""
    also: tuple[Item, ...] = ()
    """Items that a finding names too, and that may come and go while it stays the same one."""
