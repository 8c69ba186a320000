"""Every command teaches: what it does, and how it is written."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator

import click
import pytest

from tests.cli.cli_store import Run
from validator.cli.app import COMMANDS, app
from validator.cli.taught import taught


def _commands(name: str) -> Iterator[tuple[str, ...]]:
    """The words of a command, or of each in a group."""
    command = importlib.import_module(f"validator.cli.{name}").command
    if isinstance(command, click.Group):
        yield from ((name, inner) for inner in command.commands)
    else:
        yield (name,)


def _examples(said: str, words: tuple[str, ...]) -> list[str]:
    """The examples of a help text that show a command, each on one line."""
    joined = re.sub(r"\\\n\s*", "", said)
    begin = " ".join(("okr-validator", *words))
    return [line.strip() for line in joined.splitlines() if f"{line.strip()} ".startswith(f"{begin} ")]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_says_what_it_does_and_shows_an_example(run: Run, name: str) -> None:
    for words in _commands(name):
        said = run(*words, "--help")
        assert (said.code, said.err) == (0, "")
        assert re.search(r"^  [A-Z“].+[.:]", said.out, re.MULTILINE | re.DOTALL)
        assert _examples(said.out, words), said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_can_be_read_as_it_is_written(run: Run, name: str) -> None:
    for words in _commands(name):
        for example in _examples(run(*words, "--help").out, words):
            _read(shlex.split(re.split(r"  +| > | \| ", example)[0])[1:])


def _read(arguments: list[str]) -> None:
    """Read arguments as the command line would. Raises UsageError."""
    command: click.Command = app
    context = click.Context(app)
    while isinstance(command, click.Group):
        name, found, arguments = command.resolve_command(context, arguments)
        assert found is not None, name
        command, context = found, click.Context(found, parent=context, info_name=name)
    if not any(word.endswith((".xlsx", ".yaml", ".zip", ".csv", ".json")) for word in arguments):
        command.make_context(command.name, arguments, parent=context.parent)  # files that it names need not be there


def test_a_command_keeps_examples_of_its_own_and_gets_no_others() -> None:
    group = click.Group("greet", epilog="\b\nExamples:\n  okr-validator greet all\n  okr-validator greet alliance\n")
    for name, epilog in (("all", None), ("one", "Mine."), ("none", None)):
        group.add_command(click.Command(name, epilog=epilog))
    taught(group)
    told = {name: command.epilog for name, command in group.commands.items()}
    assert told == {"all": "\b\nExamples:\n  okr-validator greet all", "one": "Mine.", "none": None}
