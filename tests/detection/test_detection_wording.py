"""Tasks, missing values, counts of own work, metrics as objectives, empty wishes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from validator.detection.measure import read_measure
from validator.detection.wording import (
    IS_METRIC,
    NO_BASELINE,
    NO_TARGET,
    OWN_ACTIVITY,
    TASK,
    VAGUE,
    judge_key_result,
    judge_objective,
)

LABELLED = Path(__file__).parents[3] / "shared" / "detection" / "quality-dev.jsonl"
NAMES = {TASK: "kr_task", NO_TARGET: "kr_no_target", NO_BASELINE: "kr_no_baseline"}


def judged(title: str, **fields: Any) -> frozenset[str]:
    return judge_key_result(title, read_measure(title, **fields), fields.get("metric"))


@pytest.mark.parametrize(
    "title",
    [
        "Launch the loyalty card by June", "Install kiosks in 18 lobbies", "Roll out two-factor login", "Hire a head of laundry",
        "Sign the lease for Leeds", "Migrate to Postgres", "Complete the ISO 27001 certification", "Booking engine migrated",
        "Price list published in March", "New till system live by Q3", "Recycling policy in place", "Rooftop bar opens in July",
        "Train all managers in feedback", "Draft a playbook", "Explore new regions",
    ],
)  # fmt: skip
def test_work_and_deliverables_are_tasks_and_nothing_else(title: str) -> None:
    assert judged(title) == {TASK}


@pytest.mark.parametrize(
    "title",
    ["Send 3,000 letters", "Train 40 receptionists", "Publish 12 recipes", "Interview 25 guests", "Collect 500 survey responses",
     "Attend 6 trade fairs", "Handle 900 claims"],
)  # fmt: skip
def test_work_with_a_number_is_a_task_that_counts_own_activity(title: str) -> None:
    assert judged(title) == {TASK, OWN_ACTIVITY}


@pytest.mark.parametrize(
    "title",
    ["4,000 inspections a month", "60 demos per rep", "Sprint velocity 42", "Billable hours per consultant 1,500"],
)  # fmt: skip
def test_a_count_of_activity_without_a_verb_is_no_task(title: str) -> None:
    assert judged(title) == {OWN_ACTIVITY, NO_BASELINE}


@pytest.mark.parametrize(
    "title", ["Kiln utilisation from 70% to 90%", "Average handling time 9 to 6 min", "Letters per clerk 12 to 18"]
)
def test_how_busy_a_team_is_counts_own_activity_with_a_baseline_too(title: str) -> None:
    assert judged(title) == {OWN_ACTIVITY}


@pytest.mark.parametrize(
    "title",
    ["Release frequency", "Answer rate", "Higher margin", "Fewer returns", "Contracts signed", "Staff turnover", "Better coffee",
     "Report delay", "Order accuracy", "Ensure compliance", "", "🎉"],
)  # fmt: skip
def test_a_measure_or_a_direction_without_a_number_has_no_target(title: str) -> None:
    assert judged(title) == {NO_TARGET}


@pytest.mark.parametrize(
    "title",
    ["Reach 40k listeners", "Answer 90% of letters within 4 hours", "Close 8 deals above £50k", "Sign 12 tour operators as partners",
     "Answer calls within 60 seconds", "Occupancy above 82%", "Halve complaints", "Waste -30%", "Zero lost keys",
     "Create a guide to reach 40k readers", "Deliver 95% of meals hot", "Five hotels under contract"],
)  # fmt: skip
def test_a_target_without_a_start_lacks_a_baseline(title: str) -> None:
    assert judged(title) == {NO_BASELINE}


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Wait from 9 to 3 minutes", {}),
        ("Install kiosks and cut the wait from 9 to 3 minutes", {}),
        ("Keep churn below 2%", {}),
        ("Test coverage 40% to 80%", {}),
        ("Occupancy", {"start": 61, "target": 70}),
        ("Revenue per employee £180k to £220k", {}),
        ("Launch the app", {"metric": "downloads", "start": 0, "target": 50_000}),
    ],
)
def test_a_change_from_one_value_to_another_has_no_weakness(title: str, fields: dict[str, Any]) -> None:
    assert judged(title, **fields) == frozenset()


def test_a_milestone_from_0_to_1_stays_a_task() -> None:
    assert judged("Launch the app", start=0, target=1) == {TASK}


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Raise occupancy from 61% to 70%", IS_METRIC), ("CSAT 90%", IS_METRIC), ("Length of stay", IS_METRIC),
        ("Customer churn rate", IS_METRIC), ("500 new members in Q3", IS_METRIC), ("Margin above 20%", IS_METRIC), ("NPS", IS_METRIC),
        ("Be number one in our field", VAGUE), ("Excellence in everything we do", VAGUE), ("Innovate", VAGUE),
        ("Growth and profitability", VAGUE), ("Empower our people", VAGUE), ("World-class logistics", VAGUE),
        ("Drive sustainable growth", VAGUE), ("Deliver excellent service to all our customers", VAGUE),
        ("Maximise letters answered per clerk", OWN_ACTIVITY), ("Process 4,000 reviews", OWN_ACTIVITY),
    ],
)  # fmt: skip
def test_an_objective_may_be_a_metric_a_wish_or_a_count_of_own_work(title: str, label: str) -> None:
    assert judge_objective(title) == {label}


@pytest.mark.parametrize(
    "title",
    ["Small bakeries open without a bank loan", "Commuters can rely on the 7:42", "A hot meal within ten minutes", "Ship on time",
     "Guests of 2030 feel at home", "Win the trust of hospital buyers", "24/7 help for night nurses", "All 12 guides speak Welsh",
     "Fewer, fuller depots", "Two years of runway", "Shops that pay their own rent", "Everyone on a client", ""],
)  # fmt: skip
def test_an_objective_that_says_what_for_has_no_weakness(title: str) -> None:
    assert judge_objective(title) == frozenset()


def test_labelled_texts_are_judged_nearly_all_right() -> None:
    if not LABELLED.exists():
        pytest.skip("the labelled texts are not part of the project")
    counts: Counter[str] = Counter()
    for case in map(json.loads, LABELLED.read_text("utf-8").splitlines()):
        fields = {name: case[name] for name in ("metric", "start", "target", "unit")}
        labels = judged(case["text"], **fields) if case["kind"] == "key_result" else judge_objective(case["text"])
        found = {NAMES.get(label, label) for label in labels}
        wanted = {case["label"]} - {"ok"}
        counts["right" if wanted <= found <= wanted | set(case["also_accept"]) else "wrong"] += 1
    assert counts["right"] / counts.total() >= 0.95
