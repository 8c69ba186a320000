"""Finding what a user names among what there is."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

import click

Thing = TypeVar("Thing")


def pick(name: str, things: Mapping[str, Thing], noun: str) -> Thing:
    """The thing of that name. Raises click.UsageError, which names the nearest or else all, where there is none."""
    if name in things:
        return things[name]
    near = get_close_matches(name, things, n=1)
    hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(things)}."
    raise click.UsageError(f"No {noun} is called “{name}”. {hint}")
