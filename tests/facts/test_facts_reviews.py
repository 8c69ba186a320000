from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.okr_sets import Document, facts, small

CYCLE = {"id": "Q", "name": "Q", "start": "2026-01-01", "end": "2026-04-10"}  # one hundred days: shares are plain days
FIRST = datetime.date(2026, 1, 1)


def _day(after: int) -> str:
    return str(FIRST + datetime.timedelta(days=after))


def _counts(reviews: list[dict[str, Any]], cycle: dict[str, Any] | None = None) -> tuple[int | None, ...]:
    document = small(
        {"id": "O", "cycle": "Q"}, cycles=[cycle or CYCLE], reviews=[{"id": str(n), **r} for n, r in enumerate(reviews)]
    )
    found = facts(document)["cycle"]["Q"]
    return tuple(found.get(f"{part}review_count") for part in ("start_", "mid_", "end_", ""))


WHEN = {
    "four weeks before": (-28, (1, 0, 0, 0)),
    "more than four weeks before": (-29, (0, 0, 0, 0)),
    "on the first day": (0, (1, 0, 0, 1)),
    "a tenth in": (9, (1, 0, 0, 1)),
    "later than a tenth in": (10, (0, 0, 0, 1)),
    "a quarter in": (24, (0, 1, 0, 1)),
    "in the middle": (50, (0, 1, 0, 1)),
    "three quarters in": (74, (0, 1, 0, 1)),
    "later than three quarters in": (75, (0, 0, 0, 1)),
    "in the last tenth": (89, (0, 0, 1, 1)),
    "on the last day": (99, (0, 0, 1, 1)),
    "four weeks after": (99 + 28, (0, 0, 1, 0)),
    "more than four weeks after": (99 + 29, (0, 0, 0, 0)),
}


@pytest.mark.parametrize(("after", "counts"), WHEN.values(), ids=WHEN.keys())
def test_a_review_of_no_kind_counts_by_its_day_in_the_cycle(after: int, counts: tuple[int, ...]) -> None:
    assert _counts([{"date": _day(after)}]) == counts
    assert _counts([{"date": _day(after), "kind": "Retro of ours"}]) == counts


@pytest.mark.parametrize(
    ("kind", "after", "counts"),
    [("cycle_start", 60, (1, 1, 0, 1)), ("Cycle start", 15, (1, 0, 0, 1)), ("mid-cycle", 5, (0, 1, 0, 1)), ("cycle_end", 30, (0, 1, 1, 1)),
     ("mid_cycle", -5, (0, 0, 0, 0))],
)  # fmt: skip
def test_a_kind_counts_anywhere_in_its_cycle(kind: str, after: int, counts: tuple[int, ...]) -> None:
    assert _counts([{"kind": kind, "date": _day(after)}]) == counts


def test_a_review_without_a_day_counts_where_its_kind_says_when() -> None:
    assert _counts([{"kind": "mid_cycle"}, {"kind": "cycle_start"}, {"kind": "retro"}]) == (1, 1, 0, 2)


def test_in_a_cycle_without_days_only_the_kind_of_a_review_counts_and_silence_is_unknown() -> None:
    bare = {"id": "Q"}
    assert _counts([{"kind": "mid_cycle", "date": _day(50)}], bare) == (None, 1, None, 1)
    assert _counts([{"date": _day(50)}], bare) == (None, None, None, 1)
    assert _counts([], bare) == (0, 0, None, 0)


@pytest.mark.parametrize(
    "edge", [("0001-01-01", "0001-03-31"), ("9999-10-01", "9999-12-31"), ("0001-01-01", "9999-12-31")]
)
def test_the_first_and_last_days_of_the_calendar_are_days_like_any_other(edge: tuple[str, str]) -> None:
    cycle = {"id": "Q", "start": edge[0], "end": edge[1]}
    assert _counts([{"date": edge[0]}, {"date": edge[1]}], cycle)[0] == 1
    assert _counts([{"date": edge[0]}, {"date": edge[1]}], cycle)[2] == 1


def _covered(review: dict[str, Any], **objective: Any) -> tuple[int | None, int | None]:
    document: Document = small(
        {"id": "O", "team": "T", "cycle": "Q", **objective}, cycles=[CYCLE], reviews=[{"id": "R", **review}]
    )
    found = facts(document)["objective"]["O"]
    return found.get("review_count"), found.get("mid_review_count")


COVERS = {
    "one that names nothing covers everything": ({}, (1, 1)),
    "one of its team": ({"teams": ["T", "U"]}, (1, 1)),
    "one of another team": ({"teams": ["U"]}, (0, 0)),
    "one that names it": ({"objectives": ["O"]}, (1, 1)),
    "one that names another, though its team takes part": ({"objectives": ["P"], "teams": ["T"]}, (0, 0)),
}


@pytest.mark.parametrize(("review", "counts"), COVERS.values(), ids=COVERS.keys())
def test_a_review_covers_an_objective(review: dict[str, Any], counts: tuple[int, int]) -> None:
    assert _covered({"date": _day(50), **review}) == counts


def test_an_objective_without_a_cycle_is_reviewed_between_its_own_days() -> None:
    own = {"cycle": None, "start": "2026-01-01", "end": "2026-04-10"}
    assert _covered({"date": _day(50)}, **own) == (1, 1)
    assert _covered({"date": _day(150)}, **own) == (0, 0)
    assert _covered({"date": _day(50)}, cycle=None) == (1, None)
    assert _covered({"date": _day(50)}, cycle=None, start="2026-04-10", end="2026-01-01") == (1, None)
