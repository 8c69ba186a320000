from __future__ import annotations

from typing import Any

from tests.okr_sets import listed, small


def pairs(*objectives: dict[str, Any], **more: Any) -> list[tuple[str, str, bool]]:
    document = small(*({"title": "Grow", **objective} for objective in objectives), **more)
    return [(fact.items[0][1], fact.items[1][1], fact.values["related"]) for fact in listed(document, "pair")]


def test_two_of_the_same_title_and_cycle_make_a_pair_whatever_their_order() -> None:
    assert pairs({"id": "B"}, {"id": "A", "title": " grow. "}) == [("A", "B", False)]


def test_many_of_the_same_title_make_one_pair_less_than_they_are() -> None:
    found = pairs(*({"id": f"{n:03}"} for n in range(100)))
    assert len(found) == 99
    assert {second for _, second, _ in found} == {f"{n:03}" for n in range(1, 100)}


def test_titles_in_different_cycles_or_of_different_kinds_make_no_pair() -> None:
    assert pairs({"id": "A", "cycle": "Q1"}, {"id": "B", "cycle": "Q2"}, {"id": "C"}) == []
    assert pairs({"id": "A"}, initiatives=[{"id": "B", "title": "Grow"}]) == []


def test_a_title_without_a_letter_makes_no_pair() -> None:
    assert pairs({"id": "A", "title": "—"}, {"id": "B", "title": "..."}) == []


def test_one_that_serves_the_other_through_any_number_of_links_is_its_relation() -> None:
    top = {"id": "A"}
    middle = {"id": "M", "title": "Something else", "parents": [{"id": "A"}]}
    low = {"id": "Z", "parents": [{"id": "M"}]}
    assert pairs(top, middle, low) == [("A", "Z", True)]


def test_a_stranger_is_named_before_a_relation() -> None:
    assert pairs({"id": "A"}, {"id": "B"}, {"id": "C", "parents": [{"id": "A"}]}) == [
        ("A", "B", False),
        ("B", "C", False),
    ]


def test_key_results_of_one_objective_are_not_each_others_relations() -> None:
    own = [{"id": "K1", "title": "Same"}, {"id": "K2", "title": "same"}]
    assert pairs({"id": "A", "key_results": own}) == [("K1", "K2", False)]


def test_a_pair_says_whether_both_are_of_one_team() -> None:
    def same_team(*teams: str | None) -> object:
        objectives = [{"id": str(n), "title": "Grow", "team": team} for n, team in enumerate(teams)]
        return listed(small(*objectives), "pair")[0].values.get("same_team")

    assert (same_team("T", "T"), same_team("T", "U"), same_team("T", None)) == (True, False, None)
