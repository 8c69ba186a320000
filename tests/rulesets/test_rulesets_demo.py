"""The set of the demonstration shows every row of the failure table, and its overlay mends a good part of it."""

from __future__ import annotations

from typing import Any

import pytest

from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
from validator.rules.failure_table import load_failure_table

Report = dict[str, Any]
GOVERNED = ("conflicts-keep-drifting", "test-dependencies")


@pytest.fixture(scope="module")
def governed(demo: Report, governance: Report) -> Report:
    return judge(demo, load_ruleset("base"), overlays=[governance])


def alerts(report: Report) -> list[Report]:
    return [finding for finding in report["findings"] if not finding["shadow"]]


@pytest.mark.parametrize("row", load_failure_table())
def test_the_demonstration_shows_every_row_of_the_failure_table(row: str, demo_report: Report) -> None:
    assert row in {finding["failure"]["id"] for finding in alerts(demo_report)}


def test_the_demonstration_fits_one_screen(demo_report: Report) -> None:
    assert 15 <= len(alerts(demo_report)) <= 30


def test_the_demonstration_is_judged_as_of_its_export_and_not_of_today(demo_report: Report, demo: Report) -> None:
    assert demo_report["input"]["as_of"] == demo_report["input"]["source"]["exported_at"] == "2026-08-24"
    assert judge(demo, load_ruleset("base")) == demo_report


def test_every_severity_is_shown(demo_report: Report) -> None:
    assert {finding["severity"] for finding in alerts(demo_report)} == {"error", "warning", "info"}


def test_the_overlay_mends_a_third_of_the_findings_and_adds_none(demo_report: Report, governed: Report) -> None:
    before, after = ({finding["id"] for finding in alerts(report)} for report in (demo_report, governed))
    assert after < before
    assert len(after) <= len(before) * 2 / 3


@pytest.mark.parametrize("row", GOVERNED)
def test_the_overlay_leaves_nothing_of_what_governance_and_the_map_can_mend(row: str, governed: Report) -> None:
    assert row not in {finding["failure"]["id"] for finding in alerts(governed)}


def test_what_only_the_teams_can_mend_stays(governed: Report) -> None:
    staying = {"orphaned-company-objective", "copied-cascade", "broken-parent-link"}
    assert staying <= {finding["rule"] for finding in alerts(governed)}
