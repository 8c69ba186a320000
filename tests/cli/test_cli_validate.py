"""`okr-validator validate`, called in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

import orjson
import pytest
from defusedxml import ElementTree

from validator.cli.main import main

RULES = ("--ruleset", "rules.yaml")


class Said(NamedTuple):
    """What the command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def validate(folder: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Call `validate` with the ruleset of these tests."""

    def call(*arguments: str) -> Said:
        code = main(["validate", *RULES, *arguments])
        return Said(code, *capfd.readouterr())

    return call


def test_a_set_without_findings_passes(validate: Callable[..., Said]) -> None:
    said = validate("owned.yaml")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("PASS  0 errors")


def test_a_finding_at_the_gate_exits_1(validate: Callable[..., Said]) -> None:
    said = validate("unowned.yaml")
    assert (said.code, said.err) == (1, "")
    assert "✖ “Win the south” has no owner.  C2" in said.out


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("warning", 1), ("info", 1), ("never", 0)])
def test_fail_on_moves_the_gate(fail_on: str, code: int, validate: Callable[..., Said]) -> None:
    assert code == validate("unowned.yaml", "--fail-on", fail_on).code


def test_a_warning_passes_a_gate_for_errors(validate: Callable[..., Said]) -> None:
    rules = Path("rules.yaml")
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("severity: error", "severity: warning"), encoding="utf-8"
    )
    assert validate("unowned.yaml").code == 0
    assert validate("unowned.yaml", "--fail-on", "warning").code == 1


def test_json_is_the_report_and_the_same_each_time(validate: Callable[..., Said]) -> None:
    said = validate("unowned.yaml", "--format", "json")
    report = orjson.loads(said.out)
    assert [finding["items"][0]["id"] for finding in report["findings"]] == ["C2"]
    assert report["summary"]["items"]["objective"] == 2
    assert said == validate("unowned.yaml", "--format", "json")


def test_each_format_for_machines_can_be_parsed(validate: Callable[..., Said]) -> None:
    sarif = orjson.loads(validate("unowned.yaml", "--format", "sarif").out)
    assert sarif["runs"][0]["artifacts"] == [{"location": {"uri": "unowned.yaml"}}]
    suites: Element = ElementTree.fromstring(validate("unowned.yaml", "--format", "junit").out)
    assert suites.get("failures") == "1"
    assert validate("unowned.yaml", "--format", "markdown").out.startswith("## ❌")


def test_output_goes_whole_into_a_file_without_colour(validate: Callable[..., Said]) -> None:
    said = validate("unowned.yaml", "--output", "report.txt")
    assert (said.code, said.out) == (1, "")
    assert said.err == "FAIL: 1 error. Report: report.txt\n"
    written = Path("report.txt").read_text(encoding="utf-8")
    assert written == validate("unowned.yaml").out
    assert sorted(path.name for path in Path().iterdir() if path.name.startswith(".")) == []


def test_a_failed_run_leaves_the_old_output_alone(validate: Callable[..., Said]) -> None:
    Path("report.txt").write_text("old", encoding="utf-8")
    Path("bad.yaml").write_text("objectives: 7\n", encoding="utf-8")
    assert validate("bad.yaml", "--output", "report.txt").code == 2
    assert Path("report.txt").read_text(encoding="utf-8") == "old"


def test_output_into_a_missing_folder_exits_2(validate: Callable[..., Said]) -> None:
    said = validate("owned.yaml", "--output", "missing/report.txt")
    assert said.code == 2
    assert "missing/report.txt" in said.err


def test_quiet_prints_nothing_and_keeps_the_exit_code(validate: Callable[..., Said]) -> None:
    assert validate("unowned.yaml", "--quiet") == Said(1, "", "")
    assert validate("owned.yaml", "--quiet", "--output", "report.txt") == Said(0, "", "")
    assert Path("report.txt").exists()


def test_every_fault_is_told_at_once_with_its_line(validate: Callable[..., Said]) -> None:
    Path("bad.yaml").write_text(
        "objectives:\n  - id: C1\n    title: Win\n    levle: company\n  - title: No id\n", encoding="utf-8"
    )
    said = validate("bad.yaml", "--format", "json")
    assert (said.code, said.out) == (2, "")
    assert "bad.yaml, line 4: " in said.err
    assert "level" in said.err
    assert "bad.yaml, line 5: " in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["missing.yaml"], id="a file that is not there"),
        pytest.param([], id="no path at all"),
        pytest.param(["owned.yaml", "--format", "pdf"], id="an unknown format"),
        pytest.param(["owned.yaml", "--as-of", "01/02/2026"], id="an ambiguous day"),
        pytest.param(["owned.yaml", "--ruleset", "missing"], id="an unknown ruleset"),
        pytest.param(["owned.yaml", "--connector", "missing"], id="an unknown connector"),
        pytest.param(["owned.yaml", "--overlay", "missing.yaml"], id="an overlay that is not there"),
    ],
)
def test_what_cannot_be_meant_exits_2_and_says_so(arguments: list[str], validate: Callable[..., Said]) -> None:
    said = validate(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.strip()


@pytest.mark.parametrize("text", ["{}", "objectives: []", "organisation: {name: A}"])
def test_a_set_with_nothing_to_judge_never_passes(text: str, validate: Callable[..., Said]) -> None:
    Path("empty.yaml").write_text(text, encoding="utf-8")
    said = validate("empty.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err.strip()


def test_an_overlay_supplies_what_the_set_lacks(validate: Callable[..., Said]) -> None:
    Path("more.yaml").write_text(
        "objectives: [{id: C2, title: Win the south, owners: [{person: Bo}]}]", encoding="utf-8"
    )
    assert validate("unowned.yaml", "--overlay", "more.yaml").code == 0


def test_as_of_is_the_day_to_judge_by(validate: Callable[..., Said]) -> None:
    report = orjson.loads(validate("owned.yaml", "--format", "json", "--as-of", "2026-03-01").out)
    assert report["input"]["as_of"] == "2026-03-01"


def test_a_set_that_no_rule_could_judge_never_passes(validate: Callable[..., Said]) -> None:
    Path("bare.yaml").write_text("objectives: [{id: C1, title: Win}]", encoding="utf-8")
    said = validate("bare.yaml")
    assert (said.code, said.out) == (2, "")
    assert "Rules wait for: owners." in said.err


def test_a_title_cannot_command_the_terminal(validate: Callable[..., Said]) -> None:
    document = '{"objectives": [{"id": "C1", "title": "\\u001b[2J[red]x", "owners": []}]}'
    Path("nasty.json").write_text(document, encoding="utf-8")
    said = validate("nasty.json")
    assert (said.code, said.err) == (1, "")
    assert "“[red]x” has no owner." in said.out
    assert "\x1b" not in said.out


def test_half_a_character_in_a_title_is_no_failure_of_ours(validate: Callable[..., Said]) -> None:
    Path("half.json").write_text('{"objectives": [{"id": "C1", "title": "\\ud800", "owners": []}]}', encoding="utf-8")
    for name in ("text", "json", "sarif", "junit", "markdown"):
        assert validate("half.json", "--format", name).code in (1, 2)


EXPORT = Path(__file__).parents[3] / "shared" / "data" / "viva-goals-export"


@pytest.mark.skipif(not EXPORT.exists(), reason="the real export does not lie beside the project")
@pytest.mark.parametrize("name", ["text", "json", "sarif", "junit", "markdown"])
def test_a_real_export_is_judged_and_shown_in_every_format(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(EXPORT), "--format", name]) == 1
    said = capfd.readouterr()
    assert "orphaned-company-objective" in said.out
    assert said.err == ""
