"""The commands, called in this process."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import orjson
import pytest

from connectors.registry import all_connectors, all_sources
from validator import __version__
from validator.cli.app import COMMANDS
from validator.cli.main import main
from validator.facts.vocabulary import VOCABULARY
from validator.rules.failure_table import load_failure_table


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Call the command line with these arguments."""

    def call(*arguments: str) -> Said:
        code = main(arguments)
        return Said(code, *capfd.readouterr())

    return call


def test_help_lists_every_command_and_examples(run: Callable[..., Said]) -> None:
    for flag in ("-h", "--help"):
        said = run(flag)
        assert said.code == 0
        assert all(f"  {name} " in said.out for name in COMMANDS)
        assert "okr-validator validate okrs.xlsx" in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(name: str, run: Callable[..., Said]) -> None:
    command = importlib.import_module(f"validator.cli.{name}").command
    assert isinstance(command, click.Command)
    assert command.name == name
    assert run(name, "--help").out.startswith(f"Usage: okr-validator {name}")


def test_the_version_is_the_packages(run: Callable[..., Said]) -> None:
    assert run("--version").out == f"okr-validator, version {__version__}\n"


def test_the_schema_is_json_schema(run: Callable[..., Said]) -> None:
    assert orjson.loads(run("schema").out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_connectors_are_listed_with_what_they_were_tried_on(run: Callable[..., Said]) -> None:
    said = run("connectors").out
    assert all(name in said and reader.TITLE in said for name, reader in all_connectors().items())
    assert "tried on: " + all_connectors()["document"].TESTED_AGAINST in said


def test_tools_are_listed_apart_from_files_and_explained_with_their_settings(run: Callable[..., Said]) -> None:
    files, _, tools = run("connectors").out.partition("\nTools:\n")
    assert all(f"  {name} " in tools and f"  {name} " not in files for name in all_sources())
    said = run("connectors", "asana").out
    assert "token (needed): The access token." in said
    assert all_sources()["asana"].GUIDE.strip() in said


def test_one_connector_is_explained(run: Callable[..., Said]) -> None:
    assert run("connectors", "document").out.startswith(f"document: {all_connectors()['document'].TITLE}\n")


def test_an_unknown_name_is_answered_with_the_nearest(run: Callable[..., Said]) -> None:
    said = run("connectors", "documant")
    assert said.code == 2
    assert "Did you mean “document”?" in said.err


def test_a_template_is_written_and_can_be_read(folder: Path, run: Callable[..., Said]) -> None:
    said = run("template", "okrs.xlsx")
    assert said.code == 0
    assert "okr-validator validate okrs.xlsx" in said.out
    assert Path("okrs.xlsx").read_bytes().startswith(b"PK")


def test_a_template_overwrites_only_by_force(folder: Path, run: Callable[..., Said]) -> None:
    Path("okrs.xlsx").write_text("mine", encoding="utf-8")
    refused = run("template", "okrs.xlsx")
    assert refused.code == 2
    assert "--force" in refused.err
    assert Path("okrs.xlsx").read_text(encoding="utf-8") == "mine"
    assert run("template", "okrs.xlsx", "--force").code == 0
    assert Path("okrs.xlsx").read_bytes().startswith(b"PK")


def test_rules_are_listed_under_their_failure_row(folder: Path, run: Callable[..., Said]) -> None:
    said = run("rules", "list", "--ruleset", "rules.yaml")
    row = load_failure_table()["no-delivery-owner"]
    heading, rule = said.out.splitlines()[2:]
    assert heading == f"{row.problem}  (no-delivery-owner)"
    assert rule.split() == ["error", "unowned-objective", "Objective", "without", "an", "owner"]


def test_a_rule_is_explained_with_its_condition_and_fix(folder: Path, run: Callable[..., Said]) -> None:
    said = run("rules", "explain", "unowned-objective", "--ruleset", "rules.yaml").out
    sentence = next(word.sentence for word in VOCABULARY if (word.kind, word.name) == ("objective", "owner_count"))
    assert said.startswith("unowned-objective: Objective without an owner\n")
    assert "owner_count below 1" in said
    assert sentence in said
    assert f"What to do: {load_failure_table()['no-delivery-owner'].fix}" in said


def test_a_rule_whose_severity_changes_with_time_says_so(folder: Path, run: Callable[..., Said]) -> None:
    later = "[{severity: warning, from_phase: second_half}, {severity: error, from_phase: after_end}]"
    text = (
        Path("rules.yaml").read_text(encoding="utf-8").replace("severity: error", f"severity: info\n    later: {later}")
    )
    Path("later.yaml").write_text(text, encoding="utf-8")
    listed = run("rules", "list", "--ruleset", "later.yaml").out
    assert "owner (warning from the middle of the cycle, error from the day after the cycle)\n" in listed
    explained = run("rules", "explain", "unowned-objective", "--ruleset", "later.yaml").out
    assert "Severity: info\n  warning from the middle of the cycle\n  error from the day after the cycle\n" in explained


def test_every_shipped_rule_can_be_explained(run: Callable[..., Said]) -> None:
    listed = [line.split()[1] for line in run("rules", "list").out.splitlines() if line.startswith("  ")]
    assert len(listed) > 40
    assert [name for name in listed if run("rules", "explain", name).code != 0] == []


def test_an_unknown_rule_is_answered_with_the_nearest(folder: Path, run: Callable[..., Said]) -> None:
    said = run("rules", "explain", "unowned-objectives", "--ruleset", "rules.yaml")
    assert said.code == 2
    assert "Did you mean “unowned-objective”?" in said.err


def test_a_sound_ruleset_passes_lint(folder: Path, run: Callable[..., Said]) -> None:
    said = run("rules", "lint", "rules.yaml")
    assert (said.code, said.out) == (0, "rules.yaml: 1 rule, no fault.\n")


def test_a_faulty_ruleset_is_told_by_rule_and_line(folder: Path, run: Callable[..., Said]) -> None:
    Path("rules.yaml").write_text(
        Path("rules.yaml").read_text(encoding="utf-8").replace("owner_count", "owner_cuont"), encoding="utf-8"
    )
    said = run("rules", "lint", "rules.yaml")
    assert said.code == 2
    assert "line 7" in said.err
    assert "owner_count" in said.err


EXAMPLES = """\
    examples:
      report:
        - {name: nobody owns it, document: {objectives: [{id: C1, title: Win, owners: []}]}, items: [C1]}
      accept:
        - {name: Ana owns it, document: {objectives: [{id: C1, title: Win, owners: [{person: Ana}]}]}}
"""


def test_rules_that_do_what_their_examples_say_are_proven(folder: Path, run: Callable[..., Said]) -> None:
    with Path("rules.yaml").open("a", encoding="utf-8") as rules:
        rules.write(EXAMPLES)
    said = run("rules", "test", "rules.yaml")
    assert (said.code, said.err) == (0, "")
    assert said.out == "rules.yaml: 2 examples as expected, every rule proven.\n"


def test_an_example_that_fails_is_told_with_its_line(folder: Path, run: Callable[..., Said]) -> None:
    with Path("rules.yaml").open("a", encoding="utf-8") as rules:
        rules.write(EXAMPLES.replace("owners: []", "owners: [{person: Bo}]"))
    said = run("rules", "test", "rules.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err == "rules.yaml, line 14: unowned-objective, “nobody owns it”: expected fail, was pass.\n"


def test_a_rule_without_examples_is_not_proven(folder: Path, run: Callable[..., Said]) -> None:
    said = run("rules", "test", "rules.yaml")
    assert said.code == 2
    assert "No example to report, or none to accept: unowned-objective." in said.err


def test_the_demo_fits_a_screen_shows_every_row_and_passes(run: Callable[..., Said]) -> None:
    said = run("demo")
    lines = said.out.splitlines()
    assert said.code == 0
    assert len(lines) <= 52
    problems = [row.problem[:60].rstrip(".") for row in load_failure_table().values()]
    assert [problem for problem in problems if not any(problem in line for line in lines)] == []
    assert "  okr-validator template okrs.xlsx" in said.out


def test_the_demo_with_an_overlay_finds_less(run: Callable[..., Said]) -> None:
    def errors(said: Said) -> int:
        return int(said.out.split()[1])

    governed = run("demo", "--governed")
    assert governed.code == 0
    assert errors(governed) < errors(run("demo"))
