"""Help that teaches: each command of a group shows the group's examples of it."""

from __future__ import annotations

from collections.abc import Iterator

import click

_BEGIN = "  okr-validator "


def taught(command: click.Command) -> click.Command:
    """The same command; where it is a group, those in it that have no examples of their own have the group's."""
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            lines = list(_examples(command.epilog or "", f"{command.name} {name}"))
            if lines and not inner.epilog:
                inner.epilog = "\n".join(("\b", "Examples:", *lines))
    return command


def _examples(epilog: str, words: str) -> Iterator[str]:
    """The lines of the examples that begin with these words, with those that go on from them."""
    ours = False
    for line in epilog.splitlines():
        if not line.startswith("    "):
            ours = f"{line} ".startswith(f"{_BEGIN}{words} ")
        if ours:
            yield line
