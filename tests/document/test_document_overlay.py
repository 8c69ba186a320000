"""Overlays: a second document laid over the first, matched by id."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.okr_sets import Document, small
from validator.document.normalise import normalise
from validator.document.overlay import merge
from validator.errors import BadInput

SET: Document = small(
    {"id": "O1", "title": "One", "team": "T", "tags": ["a"], "key_results": [{"id": "K1", "title": "k"}]},
    {"id": 2, "title": "Two"},
    governance={"tie_breaker": "old", "forum": {"name": "F", "teams": ["T"]}},
)


def merged(*overlays: Document) -> tuple[Document, tuple[str, ...]]:
    found = merge(SET, overlays)
    return found.document, found.conflicts


def test_an_entry_is_matched_by_its_id_and_the_overlay_wins() -> None:
    document, conflicts = merged({"objectives": [{"id": "O1", "title": "New", "owners": [{"person": "Ann"}]}]})
    first = document["objectives"][0]
    assert (first["title"], first["owners"], first["team"]) == ("New", [{"person": "Ann"}], "T")
    assert conflicts == ("/objectives/0/title",)


def test_what_both_say_alike_is_no_conflict() -> None:
    assert merged({"objectives": [{"id": "O1", "title": "One"}]})[1] == ()


def test_what_only_the_overlay_says_is_no_conflict() -> None:
    document, conflicts = merged({"objectives": [{"id": "O1", "level": "team"}]}, {"reviews": [{"id": "R"}]})
    assert (document["objectives"][0]["level"], document["reviews"], conflicts) == ("team", [{"id": "R"}], ())


def test_an_id_that_is_a_number_matches_the_same_id_as_text() -> None:
    document, _ = merged({"objectives": [{"id": "2", "level": "team"}]})
    assert len(document["objectives"]) == 2
    assert document["objectives"][1] == {"title": "Two", "id": 2, "level": "team"}


def test_a_new_entry_is_added_at_the_end_and_later_overlays_find_it() -> None:
    document, _ = merged(
        {"objectives": [{"id": "O3", "title": "Three"}]}, {"objectives": [{"id": "O3", "level": "team"}]}
    )
    assert [objective["id"] for objective in document["objectives"]] == ["O1", 2, "O3"]
    assert document["objectives"][2]["level"] == "team"


def test_key_results_are_matched_inside_their_objective() -> None:
    document, _ = merged(
        {"objectives": [{"id": "O1", "key_results": [{"id": "K1", "owner": "Ann"}, {"id": "K2", "title": "new"}]}]}
    )
    assert document["objectives"][0]["key_results"] == [
        {"id": "K1", "title": "k", "owner": "Ann"},
        {"id": "K2", "title": "new"},
    ]


def test_a_list_without_ids_is_replaced_and_said_to_be() -> None:
    document, conflicts = merged({"objectives": [{"id": "O1", "tags": ["b"]}]})
    assert (document["objectives"][0]["tags"], conflicts) == (["b"], ("/objectives/0/tags",))


def test_objects_are_merged_field_by_field() -> None:
    document, conflicts = merged({"governance": {"tie_breaker": "new", "forum": {"every_days": 7}}})
    assert document["governance"] == {"tie_breaker": "new", "forum": {"name": "F", "teams": ["T"], "every_days": 7}}
    assert conflicts == ("/governance/tie_breaker",)


def test_null_and_extra_of_an_overlay_change_nothing() -> None:
    document, conflicts = merged({"objectives": [{"id": "O1", "team": None, "extra": {"a": 1}}], "extra": {"b": 1}})
    assert (document["objectives"], conflicts) == (SET["objectives"], ())
    assert "extra" not in document


def test_the_last_overlay_wins() -> None:
    document, conflicts = merged({"governance": {"tie_breaker": "one"}}, {"governance": {"tie_breaker": "two"}})
    assert document["governance"]["tie_breaker"] == "two"
    assert conflicts == ("/governance/tie_breaker",) * 2


def test_neither_the_document_nor_the_overlay_is_changed() -> None:
    overlay = {"objectives": [{"id": "O1", "title": "New", "key_results": [{"id": "K1", "owner": "Ann"}]}]}
    before = copy.deepcopy((SET, overlay))
    merged(overlay)
    assert (SET, overlay) == before


def test_what_can_be_judged_is_what_any_part_provides() -> None:
    document, _ = merged({"dependencies": []}, {"source": {"provides": ["reviews"]}})
    provided = normalise(document).provides
    assert {"teams", "key_results", "dependencies", "reviews", "governance.forum"} <= provided
    assert "owners" not in provided


def test_without_overlays_the_document_is_itself() -> None:
    assert merged() == (SET, ())


INCOMPLETE: dict[str, Document] = {
    "an objective without its title": {"objectives": [{"id": "O1", "level": "team"}]},
    "a key result without its title": {"objectives": [{"id": "O1", "key_results": [{"id": "K1", "owner": "Ann"}]}]},
    "a dependency without what needs it": {"dependencies": [{"id": "D", "acknowledged": True}]},
}


@pytest.mark.parametrize("overlay", INCOMPLETE.values(), ids=INCOMPLETE.keys())
def test_an_overlay_may_leave_out_what_the_document_says(overlay: Document) -> None:
    whole = {**SET, "dependencies": [{"id": "D", "from": "O1", "on_team": "T"}]}
    assert normalise(merge(whole, [overlay]).document).objectives[0].title == "One"


def test_what_nobody_says_is_missing_from_the_whole() -> None:
    document, _ = merged({"objectives": [{"id": "O9", "level": "team"}]})
    with pytest.raises(BadInput) as caught:
        normalise(document)
    assert [fault.pointer for fault in caught.value.faults] == ["/objectives/2/title"]


def test_faults_of_the_document_and_of_every_overlay_are_named_at_once_with_the_overlay_as_their_place() -> None:
    bad: dict[str, Any] = {**SET, "team": 1}
    with pytest.raises(BadInput) as caught:
        merge(bad, [{}, {"governance": {"tie_braker": "x"}}, {"objectives": [{"title": "no id"}]}])
    assert [(fault.pointer, fault.place) for fault in caught.value.faults] == [
        ("/team", ""), ("/governance/tie_braker", "overlay 2"), ("/objectives/0/id", "overlay 3"),
    ]  # fmt: skip
