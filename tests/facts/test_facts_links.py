from __future__ import annotations

from typing import Any

import pytest

from tests.okr_sets import Document, listed, small

CYCLES = [
    {"id": "Q1", "name": "Q1 2026", "start": "2026-01-01", "end": "2026-03-31"},
    {"id": "Q2", "start": "2026-04-01", "end": "2026-06-30"},
    {"id": "Y", "name": "2026", "start": "2026-01-01", "end": "2026-12-31"},
    {"id": "open"},
]


def link(low: dict[str, Any], high: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The values of the one link from one objective to another."""
    low = {"id": "low", "parents": [{"id": "high"}], **low}
    (found,) = listed(small(low, {"id": "high", **high}, cycles=CYCLES, **more), "link")
    assert found.items == (("objective", "low"), ("objective", "high"))
    return found.values


@pytest.mark.parametrize(
    ("low", "high", "up"),
    [
        ("team", "company", 2),
        ("team", "department", 1),
        ("team", "team", 0),
        ("company", "individual", -3),
        (None, "team", None),
    ],
)
def test_levels_are_counted_upward(low: str | None, high: str, up: int | None) -> None:
    assert link({"level": low}, {"level": high}).get("levels_up") == up


@pytest.mark.parametrize(
    ("low", "high", "same", "inside"),
    [("Q1", "Q1", True, True), ("Q1", "Y", False, True), ("Y", "Q1", False, False), ("Q1", "Q2", False, False),
     ("Q1", "open", False, None), ("q1  2026", "Q1", True, True), (None, "Q1", None, None)],
)  # fmt: skip
def test_cycles_are_compared_by_id_and_by_their_days(
    low: str | None, high: str, same: bool | None, inside: bool | None
) -> None:
    found = link({"cycle": low}, {"cycle": high})
    assert (found.get("same_cycle"), found.get("cycle_inside")) == (same, inside)


def test_days_outside_the_parent_are_counted_from_the_parents_own_days_or_its_cycle() -> None:
    own = link({"start": "2026-01-01", "end": "2026-05-11"}, {"start": "2026-01-11", "end": "2026-05-01"})
    assert (own["days_before_parent"], own["days_after_parent"]) == (10, 10)
    by_cycle = link({"start": "2026-01-01", "end": "2026-04-02"}, {"cycle": "Q1"})
    assert (by_cycle["days_before_parent"], by_cycle["days_after_parent"]) == (0, 2)
    assert "days_after_parent" not in link({"cycle": "Q2"}, {"cycle": "Q1"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Grow revenue", "  grow   REVENUE. ", True), ("“Grow”", "Grow!", True), ("Straße", "STRASSE", True), ("ﬁt", "fit", True),
     ("Grow", "Grow 2", False), ("...", "!!!", False), ("", "", False)],
)  # fmt: skip
def test_titles_are_the_same_but_for_case_spaces_and_punctuation_around_them(one: str, other: str, same: bool) -> None:
    assert link({"title": one}, {"title": other})["same_title"] is same


@pytest.mark.parametrize(
    ("writer", "own", "upper", "handed_down"),
    [("Ann", ["Bob"], ["Ann"], True), ("Ann", ["Ann"], ["Ann"], False), ("Bob", ["Bob"], ["Ann"], False), (None, ["Bob"], ["Ann"], None),
     ("Ann", [], ["Ann"], None), ("Ann", ["Bob"], [], None)],
)  # fmt: skip
def test_an_objective_is_handed_down_when_the_parents_owner_wrote_it_for_somebody_else(
    writer: str | None, own: list[str], upper: list[str], handed_down: bool | None
) -> None:
    low = {"created_by": writer, "owners": [{"person": name} for name in own]}
    found = link(low, {"owners": [{"person": name} for name in upper]})
    assert found.get("written_by_parent_owner") == handed_down


def test_a_broken_link_says_what_it_names_and_concerns_the_objective_alone() -> None:
    (found,) = listed(small({"id": "O", "parents": [{"id": "gone"}]}), "link")
    assert (found.values["found"], found.values["parent_id"], found.items) == (False, "gone", (("objective", "O"),))
    assert "same_title" not in found.values


def test_a_key_result_links_to_its_own_objective_only_where_it_has_a_place_in_time_and_once() -> None:
    def links(**fields: Any) -> list[str]:
        kr = {"id": "K", "title": "k", **fields}
        return [str(fact.values["parent_id"]) for fact in listed(small({"id": "O", "key_results": [kr]}), "link")]

    assert links() == []
    assert links(due="2026-03-01") == ["O"]
    assert links(due="2026-03-01", parents=[{"id": "O"}, {"id": "O", "kind": "supports"}]) == ["O", "O"]
    assert links(parents=[{"id": "O"}, {"id": "gone"}]) == ["gone"]


def test_initiatives_and_loose_key_results_link_too() -> None:
    document: Document = small(
        {"id": "O"},
        key_results=[{"id": "K", "title": "k", "parents": [{"id": "O"}]}],
        initiatives=[{"id": "I", "title": "i", "objectives": ["K", "O"]}],
    )
    found = listed(document, "link")
    assert [(fact.items[0], fact.values["parent_id"]) for fact in found] == [
        (("key_result", "K"), "O"), (("initiative", "I"), "K"), (("initiative", "I"), "O"),
    ]  # fmt: skip


def test_two_links_to_one_parent_of_different_kinds_are_two_facts_with_keys_of_their_own() -> None:
    links = [{"id": "high"}, {"id": "high", "kind": "supports"}, {"id": "high", "kind": "parent", "weight": 2}]
    found = listed(small({"id": "low", "parents": links}, {"id": "high"}), "link")
    assert [fact.key for fact in found] == ["parent high", "supports high"]


def test_a_team_that_only_repeats_its_parents_is_named_with_the_link() -> None:
    top, copy = {"id": "C", "title": "Grow"}, {"id": "O", "title": "grow", "team": "T", "parents": [{"id": "C"}]}
    (alone,) = listed(small(top, copy), "link")
    assert alone.also == (("team", "T"),)
    (beside,) = listed(small(top, copy, {"id": "P", "title": "Something of its own", "team": "T"}), "link")
    assert ("team", "T") not in beside.items
