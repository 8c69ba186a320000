"""Views of a document: what counts as the same, and what an item names."""

from __future__ import annotations

import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.history.histories import company, entry
from tests.okr_sets import rich, shuffled, small
from validator.document.normalise import normalise
from validator.facts.build import facts_as_of
from validator.history.changes import compare
from validator.history.views import carried, views_of

SEEDS = st.integers(0, 2_000)


def objective(**given: Any) -> dict[str, Any]:
    document = small({"id": "O1", "title": "One", **given})
    return dict(views_of(document).fields["objective", "O1"])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"owners": [{"person": "Zoe"}, {"person": "Ann", "primary": True}]}, {"owners": ["Ann (primary)", "Zoe"]}),
        ({"owners": [{"person": "Ann", "primary": False}]}, {"owners": ["Ann (not primary)"]}),
        (
            {"contributors": [{"team": "Legal", "role": "advises", "acknowledged": False}, {"team": 7}]},
            {"contributors": ["7", "Legal (advises, not acknowledged)"]},
        ),
        (
            {"parents": [{"id": 5}, {"id": "C2", "kind": "supports", "weight": 0.5}, {"id": "C1", "kind": "parent"}]},
            {"parents": ["5", "C1", "C2 (supports, weight 0.5)"]},
        ),
        (
            {"start": datetime.date(2026, 7, 1), "end": "2026-09-30T10:00:00Z"},
            {"start": "2026-07-01", "end": "2026-09-30"},
        ),
        ({"start": datetime.datetime(2026, 7, 1, 9), "end": "30/9/26"}, {"start": "2026-07-01", "end": "30/9/26"}),
        ({"owners": [], "parents": None, "team": None, "cycle": "  "}, {"owners": []}),
        ({"url": "https://okr.example/1", "tags": ["x"], "extra": {"a": 1}}, {}),
    ],
)
def test_a_view_shows_what_is_judged_in_compact_form(given: dict[str, Any], shown: dict[str, Any]) -> None:
    assert objective(**given) == {"title": "One", **shown}


def test_a_team_is_one_by_whichever_id_name_or_spelling_it_goes() -> None:
    document = small(
        {"id": "A", "team": "sales"}, {"id": "B", "team": " Sales  TEAM"}, {"id": "C", "team": "legal"},
        {"id": "D", "team": "Legal"}, teams=[{"id": "sales", "name": "Sales Team"}],
    )  # fmt: skip
    views = views_of(document)
    assert [views.fields["objective", id]["team"] for id in "ABCD"] == ["sales", "sales", "Legal", "Legal"]
    assert {id: own for (kind, id), own in views.fields.items() if kind == "team"} == {
        "sales": {"name": "Sales Team"},
        "Legal": {},
    }


def test_a_person_is_one_by_e_mail_address_and_a_shared_name_means_neither() -> None:
    people = [
        {"id": 1, "name": "Ann", "email": "Ann@example.org"},
        {"id": "2", "name": "Bo"},
        {"id": "3", "name": "bo"},
    ]
    document = small({"id": "A", "created_by": "ann@example.org", "owners": [{"person": "BO"}]}, people=people)
    assert views_of(document).fields["objective", "A"] == {"title": "A", "created_by": "1", "owners": ["BO"]}


def test_governance_is_one_flat_view_and_the_organisation_has_a_name_of_its_own() -> None:
    views = views_of(
        small(
            {"id": "A"},
            governance={"escalation": {"act_within_days": 3}, "forum": {"teams": ["B", "A"], "next": "2026-09-01"}},
            organisation={"id": 4, "name": "Halden"},
        )
    )
    assert views.fields["governance", "4"] == {
        "escalation.act_within_days": 3,
        "forum.teams": ["A", "B"],
        "forum.next": "2026-09-01",
    }
    assert views.fields["organisation", "4"] == {"name": "Halden"}


def test_a_key_result_knows_its_objective_and_a_loose_one_has_none() -> None:
    views = views_of(small({"id": 1, "key_results": [{"id": 2, "title": "K"}]}, key_results=[{"id": 3, "title": "L"}]))
    assert views.fields["key_result", "2"] == {"title": "K", "objective": "1"}
    assert views.fields["key_result", "3"] == {"title": "L"}
    assert views.named_by["objective", "1"] == {("key_result", "2"), ("organisation", "organisation")}


def test_a_review_concerns_the_cycles_that_its_day_lies_in() -> None:
    cycles = [
        {"id": "year", "start": "2026-01-01", "end": "2026-12-31"},
        {"id": "q3", "start": "2026-07-01", "end": "2026-09-30"},
        {"id": "q4", "start": "2026-10-01", "end": "2026-12-31"},
        {"id": "open", "start": "2026-01-01"},
    ]
    reviews = [{"id": "R", "date": "2026-09-30"}, {"id": "undated"}]
    views = views_of(small({"id": "A"}, cycles=cycles, reviews=reviews))
    assert views.names["review", "R"] == {("cycle", "year"), ("cycle", "q3")}
    assert views.names["review", "undated"] == frozenset()


def test_an_empty_document_has_an_organisation_and_its_governance() -> None:
    assert set(views_of({"objectives": None, "teams": None, "governance": None}).fields) == {
        ("organisation", "organisation"),
        ("governance", "organisation"),
    }


def test_what_a_partial_run_did_not_read_is_carried_over() -> None:
    document = company()
    document["objectives"] = [entry(document, "S1")]
    entry(document, "S1")["title"] = "Renamed"
    before = views_of(company())
    views = carried(before, views_of(document))
    assert views.fields["objective", "L1"] == before.fields["objective", "L1"]
    assert [(c.field, c.after) for c in compare(before, views).by_item["objective", "S1"]] == [("title", "Renamed")]
    assert views.named_by["objective", "D1"] == before.named_by["objective", "D1"]


@given(SEEDS, SEEDS)
def test_the_order_of_lists_changes_no_view(seed: int, order: int) -> None:
    document = rich(seed, 12)
    assert views_of(shuffled(document, Random(order))) == views_of(document)


@given(SEEDS)
def test_every_item_that_a_fact_is_about_has_a_view(seed: int) -> None:
    document = rich(seed, 12)
    built = facts_as_of(normalise(document), datetime.date(2026, 8, 15))
    items = {item for listed in built.values() for fact in listed for item in fact.items}
    assert items - views_of(document).fields.keys() == set()


@given(SEEDS)
def test_people_and_teams_go_by_the_ids_of_the_document_itself(seed: int) -> None:
    document = rich(seed, 12)
    okrs, views = normalise(document), views_of(document)
    for one in okrs.objectives:
        shown = views.fields["objective", one.id]
        assert (shown.get("team"), shown.get("cycle"), shown.get("created_by")) == (one.team, one.cycle, one.created_by)
    for kind, known in (("team", okrs.teams), ("person", okrs.people), ("cycle", okrs.cycles)):
        assert {id for of, id in views.fields if of == kind} == set(known)
