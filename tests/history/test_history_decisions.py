"""Decisions settle a conflict until either side changes."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest

from tests.history.histories import START, Document, company, entry, run
from tests.okr_sets import small
from validator.history.decisions import Decision, settlements, sides_digest, sides_of, still_settles
from validator.history.parts import Item, items_of
from validator.history.views import views_of


def pair() -> Document:
    def key_result(id: str, direction: str) -> Document:
        return {"id": id, "title": "Express orders", "metric": "express orders", "direction": direction,
                "target": 30, "current": 17, "status": "on_track", "owner": "bruno"}  # fmt: skip

    return small(
        {"id": "S1", "team": "sales", "key_results": [key_result("S1.1", "increase"), key_result("S1.2", "increase")]},
        {"id": "L1", "team": "supply", "key_results": [key_result("L1.1", "decrease")]},
    )


PAIR: tuple[Item, ...] = (("key_result", "L1.1"), ("key_result", "S1.1"), ("objective", "L1"), ("objective", "S1"))
DECLARED: tuple[Item, ...] = (("conflict", "F1"), ("objective", "S1"), ("objective", "L1"))


def decided(items: tuple[Item, ...], document: Document, id: str = "D1", day: datetime.date = START) -> Decision:
    return Decision(
        id=id, finding="f1", items=items, decider="ana", gives_way="Sales", rationale="Regulation first", decided_on=day,
        sides=sides_digest(items, views_of(document)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("id", "edit", "settles"),
    [
        pytest.param("S1.1", {"target": 20}, False, id="a target"),
        pytest.param("L1.1", {"direction": "maintain"}, False, id="a direction"),
        pytest.param("L1.1", {"owner": "felix"}, False, id="an owner"),
        pytest.param("S1.1", {"title": "Fewer express orders"}, False, id="a title"),
        pytest.param("S1.1", {"title": " express  ORDERS"}, True, id="case and spaces of a title"),
        pytest.param("S1.1", {"current": 25, "progress": 80, "updated_at": "2026-08-05"}, True, id="a check-in"),
        pytest.param("L1.1", {"status": "off_track"}, True, id="a state"),
        pytest.param("S1.2", {"target": 99}, True, id="a key result that is no side"),
        pytest.param("S1", {"title": "Another objective"}, True, id="the objective around a side"),
    ],
)
def test_a_decision_between_key_results_holds_until_either_changes(id: str, edit: Document, settles: bool) -> None:
    document = pair()
    entry(document, id).update(edit)
    assert still_settles(decided(PAIR, pair()), views_of(document)).settles is settles


@pytest.mark.parametrize(
    ("id", "edit", "settles"),
    [
        pytest.param("S1.1", {"target": 20}, False, id="a key result of a side"),
        pytest.param("L1", {"owners": []}, False, id="the owners of a side"),
        pytest.param("D1", {"owners": []}, True, id="an objective that is no side"),
        pytest.param("F1", {"summary": "Reworded"}, True, id="how the conflict is told"),
    ],
)
def test_a_decision_between_objectives_rests_on_their_key_results_too(id: str, edit: Document, settles: bool) -> None:
    document = company()
    entry(document, id).update(edit)
    assert still_settles(decided(DECLARED, company()), views_of(document)).settles is settles


def test_the_sides_of_a_conflict_are_its_key_results_or_else_its_objectives_with_theirs() -> None:
    assert sides_of(PAIR, views_of(pair())) == PAIR[:2]
    assert [id for _, id in sides_of(DECLARED, views_of(company()))] == ["L1.1", "S1.1", "L1", "S1"]


def test_what_changed_on_a_side_is_told_where_the_document_of_that_day_is_there() -> None:
    document = pair()
    entry(document, "S1.1").update(target=20, current=25)
    then, now = views_of(pair()), views_of(document)
    found = still_settles(decided(PAIR, pair()), now, then)
    assert [change.as_dict() for change in found.changes] == [
        {"item": {"kind": "key_result", "id": "S1.1"}, "field": "target", "from": 30, "to": 20}
    ]
    assert still_settles(decided(PAIR, pair()), now).changes == ()


def test_a_side_that_is_gone_or_has_a_key_result_more_no_longer_holds() -> None:
    gone, more = company(), company()
    gone["objectives"] = [o for o in gone["objectives"] if o["id"] != "L1"]
    entry(more, "L1")["key_results"].append({"id": "L1.9", "title": "More"})
    then = views_of(company())
    found = [still_settles(decided(DECLARED, company()), views_of(document), then) for document in (gone, more)]
    assert [f.settles for f in found] == [False, False]
    assert [[(c.item[1], c.field, c.after) for c in f.changes] for f in found] == [
        [("L1.1", "id", None), ("L1", "id", None)],
        [("L1.9", "id", "L1.9")],
    ]


def test_of_several_decisions_the_last_one_counts() -> None:
    document = pair()
    entry(document, "S1.1")["target"] = 20
    old, new = decided(PAIR, pair()), decided(PAIR, document, "D2", START + datetime.timedelta(days=1))
    for listed in ([old, new], [new, old]):
        assert settlements(listed, views_of(document))["f1"].decision == "D2"
        assert settlements(listed, views_of(document))["f1"].settles


def test_a_decision_that_a_changed_side_voids_brings_its_finding_back_as_new_once() -> None:
    first = run(company())
    finding = first.report["findings"][0]
    decision = decided(items_of(finding), company())._replace(finding=finding["id"])

    def next_run(document: Document, before: Any) -> Any:
        views = views_of(document)
        return run(document, before, settlements=settlements([decision], views, {"D1": first.views}))

    changed = copy.deepcopy(company())
    entry(changed, "S1.1")["target"] = 20
    settled = next_run(company(), first)
    void = next_run(changed, settled)
    after = next_run(changed, void)
    lives = [r.life("open-conflict", "F1").known for r in (settled, void, after)]
    assert [(known.state, known.decision) for known in lives] == [
        ("unchanged", "D1"),
        ("new", None),
        ("unchanged", None),
    ]
    cause = void.cause("open-conflict", "F1")
    assert (cause["kind"], cause["decision"], cause["changes"][0]["field"]) == ("data_changed", "D1", "target")
