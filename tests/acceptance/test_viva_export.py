"""A real Viva Goals organisation export, judged, against counts made from its raw JSON in a few lines."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from connectors.registry import read
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset

Raw = dict[int, dict[str, Any]]


@pytest.fixture
def raw(shared: Path) -> Raw:
    (file,) = (shared / "data/viva-goals-export").glob("objectives_export_file_*.json")
    return {row["ID"]: row for row in json.loads(file.read_text())}


@pytest.fixture
def organisation(shared: Path) -> int:
    (file,) = (shared / "data/viva-goals-export").glob("objectives_export_file_*.json")
    return int(file.name.split("Organization_")[1].split("_")[0])


@pytest.fixture
def report(shared: Path) -> dict[str, Any]:
    reading = read(shared / "data/viva-goals-export")
    return judge(reading.document, load_ruleset("base"), notes=reading.notes)


def found(report: dict[str, Any], *rules: str) -> Counter[tuple[str, ...]]:
    return Counter(tuple(item["id"] for item in f["items"]) for f in report["findings"] if f["rule"] in rules)


def links(raw: Raw) -> list[tuple[int, int]]:
    return [(id, parent) for id, row in raw.items() for parent in row["Parent IDs"] or ()]


def test_every_row_is_read(report: dict[str, Any], raw: Raw) -> None:
    assert report["summary"]["items"] == {"objective": 15, "key_result": 43, "initiative": 4}
    assert sum(report["summary"]["items"].values()) == len(raw) == 62


def test_parentless_objectives_below_the_organisation_are_unaligned(
    report: dict[str, Any], raw: Raw, organisation: int
) -> None:
    parentless = {id for id, row in raw.items() if row["Type"] == "Big rock" and not row["Parent IDs"]}
    at_the_top = {id for id in parentless if [team["ID"] for team in raw[id]["Teams"] or ()] == [organisation]}
    assert (len(parentless), len(at_the_top)) == (7, 6)
    assert found(report, "unaligned-objective") == Counter((str(id),) for id in parentless - at_the_top)


def test_key_results_without_a_parent_are_orphaned(report: dict[str, Any], raw: Raw) -> None:
    orphans = [id for id, row in raw.items() if row["Type"] == "Kpi" and not row["Parent IDs"]]
    assert found(report, "orphaned-key-result") == Counter((str(id),) for id in orphans) == Counter()


def test_links_across_periods_are_reported_and_those_inside_a_longer_one_only_counted(
    report: dict[str, Any], raw: Raw
) -> None:
    across = [(a, b) for a, b in links(raw) if raw[a]["Time Period"]["ID"] != raw[b]["Time Period"]["ID"]]
    assert len(across) == 11
    both = found(report, "parent-in-another-cycle", "parent-in-longer-cycle")
    assert both == Counter((str(a), str(b)) for a, b in across)
    assert sum(found(report, "parent-in-longer-cycle").values()) == 1


def test_dates_outside_the_parents_are_reported(report: dict[str, Any], raw: Raw) -> None:
    outside = [
        (a, b)
        for a, b in links(raw)
        if raw[a]["Start Date"] < raw[b]["Start Date"] or raw[a]["End Date"] > raw[b]["End Date"]
    ]
    assert len(outside) == 20
    assert found(report, "dates-outside-parent") == Counter((str(a), str(b)) for a, b in outside)


def test_titles_that_stand_twice_in_a_period_are_reported(report: dict[str, Any], raw: Raw) -> None:
    titles = Counter((row["Title"].casefold(), row["Time Period"]["ID"], row["Type"]) for row in raw.values())
    assert sum(found(report, "duplicated-title").values()) == sum(count - 1 for count in titles.values()) == 0


def test_dependencies_and_governance_are_not_evaluated(report: dict[str, Any]) -> None:
    statuses = {rule["id"]: rule for rule in report["rules"]}
    for rule in (
        "unacknowledged-dependency",
        "incomplete-dependency",
        "no-conflict-resolver",
        "no-forum",
        "no-tie-breaker",
    ):
        assert statuses[rule]["status"] == "not_evaluated", rule
        assert statuses[rule]["missing"], rule


def test_the_same_titles_would_be_found_had_the_export_any(shared: Path) -> None:
    """The real part holds no duplicate; the same export with one row's title copied does."""
    document = read(shared / "data/viva-goals-export").document
    twins = [
        objective for objective in document["objectives"] if objective["cycle"] == document["objectives"][0]["cycle"]
    ]
    lone = [objective for objective in twins if not objective.get("parents")] or twins
    lone[-1]["title"] = document["objectives"][0]["title"]
    assert sum(found(judge(document, load_ruleset("base")), "duplicated-title", "copied-cascade").values()) == 1
