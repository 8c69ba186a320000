"""Names become ids, levels come from teams, and what can be judged is worked out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.okr_sets import Document, small
from validator.document import model
from validator.document.load import load
from validator.document.normalise import normalise, status
from validator.document.provides import provided
from validator.document.schema import INPUTS

TEAMS = [{"id": "t1", "name": "Sales North"}, {"id": "t2", "name": "Twin"}, {"id": "t3", "name": "twin "}]
PEOPLE = [
    {"id": "p1", "name": "Ann Ash", "email": "ann@example.org"},
    {"id": "p2", "name": "Bob"},
    {"id": "p3", "name": "bob"},
    {"id": "p4", "name": "Cy", "email": "shared@example.org"},
    {"id": "p5", "name": "Di", "email": "SHARED@example.org"},
]


def one(**fields: Any) -> tuple[model.OkrSet, model.Objective]:
    found = normalise(
        small({"id": "O", **fields}, teams=TEAMS, people=PEOPLE, cycles=[{"id": "c1", "name": "Q1 2026"}])
    )
    return found, found.objectives[0]


@pytest.mark.parametrize("name", ["t1", "Sales North", " sales   NORTH "])
def test_a_team_is_known_by_id_or_by_name_whatever_its_case_and_spaces(name: str) -> None:
    assert one(team=name)[1].team == "t1"


@pytest.mark.parametrize("name", ["p1", "Ann Ash", "ann ash", "ann@example.org", "ANN@Example.org"])
def test_a_person_is_known_by_id_name_or_e_mail_address(name: str) -> None:
    assert one(owners=[{"person": name}])[1].owners == (model.Owner("p1", None),)


@pytest.mark.parametrize("name", ["c1", "q1 2026"])
def test_a_cycle_is_known_by_id_or_by_name(name: str) -> None:
    assert one(cycle=name)[1].cycle == "c1"


def test_a_name_that_nothing_declares_becomes_an_entry_of_its_own_marked_as_only_named() -> None:
    found, objective = one(team="Sales South", contributors=[{"team": "sales  south"}, {"team": "Legal"}])
    assert objective.team == "Sales South"
    assert [c.team for c in objective.contributors] == ["Legal"]
    assert found.teams["Legal"] == model.Team("Legal", "Legal", declared=False)
    assert found.teams["t1"].declared is True


@pytest.mark.parametrize("name", ["Twin", "TWIN"])
def test_a_name_that_two_teams_share_means_neither(name: str) -> None:
    assert one(team=name)[1].team == name


@pytest.mark.parametrize("name", ["Bob", "shared@example.org"])
def test_a_name_or_address_that_two_people_share_means_neither(name: str) -> None:
    assert one(owners=[{"person": name}])[1].owners[0].person == name


@pytest.mark.parametrize("name", [None, "", "   "])
def test_a_blank_person_is_none(name: str | None) -> None:
    assert one(created_by=name)[1].created_by is None


def test_contributors_are_listed_once_and_never_the_owning_team() -> None:
    contributors = [{"team": "t2"}, {"team": "t2", "role": "Lead", "acknowledged": True}, {"team": "Sales North"}]
    assert one(team="t1", contributors=contributors)[1].contributors == (model.Contributor("t2", "lead", True),)


def test_owners_are_listed_once_and_primary_when_one_entry_says_so() -> None:
    owners = [{"person": "p1", "primary": False}, {"person": "ann ash", "primary": True}, {"person": "p2"}]
    assert one(owners=owners)[1].owners == (model.Owner("p1", True), model.Owner("p2", None))


def test_teams_and_people_refer_to_one_another_by_name_too() -> None:
    teams = [{"id": "t1", "name": "One", "parent": "two", "lead": "ann"}, {"id": "t2", "name": "Two"}]
    found = normalise(small({"id": "O"}, teams=teams, people=[{"id": "p1", "name": "Ann", "team": "ONE"}]))
    assert (found.teams["t1"].parent, found.teams["t1"].lead, found.people["p1"].team) == ("t2", "p1", "t1")


def test_ids_that_are_numbers_become_texts_everywhere() -> None:
    found = normalise(small({"id": 7, "title": "t", "team": 3, "parents": [{"id": 7}]}, teams=[{"id": 3}]))
    assert (found.objectives[0].id, found.objectives[0].team, found.objectives[0].parents[0].id) == ("7", "3", "7")
    assert found.teams["3"].declared is True


def test_absent_and_null_and_empty_are_the_same_where_a_list_is_wanted() -> None:
    absent, null, empty = one()[1], one(parents=None, owners=None)[1], one(parents=[], owners=[])[1]
    assert absent == null == empty


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("On Track", "on_track"),
        ("at-risk", "at_risk"),
        (" Off  track ", "off_track"),
        ("FERTIG", "fertig"),
        ("", None),
        (" - ", None),
        (None, None),
    ],
)
def test_a_state_becomes_one_word(text: str | None, word: str | None) -> None:
    assert status(text) == word


def test_defaults_stand_for_what_the_source_leaves_out() -> None:
    document = small(
        {"id": "O", "parents": [{"id": "P"}]},
        dependencies=[{"id": "D", "from": "O", "on_team": "T"}],
        conflicts=[{"id": "X"}],
    )
    found = normalise(document)
    assert (found.objectives[0].parents[0].kind, found.dependencies[0].kind, found.conflicts[0].status) == (
        "parent",
        "dependency",
        "open",
    )
    assert (found.source.complete, found.organisation) == (True, model.Organisation("organisation", "The organisation"))


def test_the_document_itself_is_left_as_it_was() -> None:
    document = small({"id": 7, "title": "t", "team": " Sales ", "owners": [{"person": "Ann"}]})
    before = repr(document)
    normalise(document)
    assert repr(document) == before


def inputs(document: Document) -> set[str]:
    return set(provided(load(document)))


KR = {"id": "K", "title": "k"}
GIVEN: dict[str, tuple[Document, set[str]]] = {
    "nothing but titles": (small({"id": "O"}), set()),
    "an empty list of owners is an answer": (small({"id": "O", "owners": []}), {"owners"}),
    "an owner marked as primary or not": (small({"id": "O", "owners": [{"person": "Ann", "primary": False}]}), {"owners", "primary_owner"}),
    "one objective with a parent answers for all": (small({"id": "O", "parents": [{"id": "P"}]}, {"id": "P"}), {"parents"}),
    "a support link": (small({"id": "O", "parents": [{"id": "P", "kind": "supports"}]}), {"parents", "supports"}),
    "a contributor who was asked": (small({"id": "O", "contributors": [{"team": "T", "acknowledged": False}]}), {"contributors", "acknowledgements"}),
    "a dependency": (small({"id": "O"}, dependencies=[{"id": "D", "from": "O", "on_team": "T"}]), {"dependencies"}),
    "no dependency, said": (small({"id": "O"}, dependencies=[]), {"dependencies"}),
    "levels of teams": (small({"id": "O"}, teams=[{"id": "T", "level": "team", "function": "Sales"}]), {"levels", "functions"}),
    "key results without numbers miss them": (small({"id": "O", "key_results": [KR]}), {"key_results", "measures"}),
    "a key result under no objective": (small({"id": "O"}, key_results=[{**KR, "owner": "Ann"}]), {"key_results", "measures", "key_result_owners"}),
    "a lead team": (small({"id": "O", "key_results": [{**KR, "lead_team": "T"}]}), {"key_results", "measures", "shared_key_results"}),
    "a due date": (small({"id": "O", "key_results": [{**KR, "due": "2026-01-01", "status": "done"}]}), {"key_results", "measures", "dates", "statuses"}),
    "governance answers for all of it": (small({"id": "O"}, governance={}), {name for name in INPUTS if name.startswith("governance.")}),
}  # fmt: skip


@pytest.mark.parametrize(("document", "expected"), GIVEN.values(), ids=GIVEN.keys())
def test_a_source_that_declares_nothing_provides_what_is_there(document: Document, expected: set[str]) -> None:
    assert inputs(document) == expected


DECLARED: dict[str, tuple[Document, set[str]]] = {
    "what it declares": (small({"id": "O"}), {"owners"}),
    "an empty list is no datum": (small({"id": "O", "parents": []}, dependencies=[]), {"owners"}),
    "a datum counts beside it": (small({"id": "O", "parents": [{"id": "P"}]}), {"owners", "parents"}),
    "key results without numbers do not miss them": (
        small({"id": "O", "key_results": [KR]}),
        {"owners", "key_results"},
    ),
    "each part of governance by itself": (
        small({"id": "O"}, governance={"tie_breaker": "customers first"}),
        {"owners", "governance.tie_breaker"},
    ),
}


@pytest.mark.parametrize(("document", "expected"), DECLARED.values(), ids=DECLARED.keys())
def test_a_source_that_declares_something_provides_that_and_the_data_that_are_there(
    document: Document, expected: set[str]
) -> None:
    assert inputs({**document, "source": {"provides": ["owners"]}}) == expected


def test_a_source_may_declare_that_it_provides_nothing() -> None:
    assert inputs({**small({"id": "O", "owners": []}), "source": {"provides": []}}) == set()
