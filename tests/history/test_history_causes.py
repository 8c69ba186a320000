"""What the causes rest on: which attributes the calendar moves, how far a change reaches, what is listed."""

from __future__ import annotations

import datetime

import pytest

from tests.history.histories import company, entry
from tests.okr_sets import AS_OF, rich, small
from validator.document.normalise import normalise
from validator.facts.build import facts_as_of
from validator.facts.vocabulary import BY_KIND
from validator.history.causes import CALENDAR, CLOCKED, CLOCKED_OF_CYCLES, KINDS, MOST_CHANGES, Cause
from validator.history.changes import MOST_TEXT, Change, Changes, compare, nearby_changes
from validator.history.views import views_of

DAYS = (-200, -60, -1, 1, 40, 100, 300)


def test_the_attributes_that_move_with_the_day_are_those_that_the_facts_move() -> None:
    moved: set[tuple[str, str]] = set()
    for seed in range(6):
        okrs = normalise(rich(seed))
        today = facts_as_of(okrs, AS_OF)
        for day in (AS_OF + datetime.timedelta(days=days) for days in DAYS):
            for kind, listed in facts_as_of(okrs, day).items():
                for before, after in zip(today[kind], listed, strict=True):
                    names = before.values.keys() | after.values.keys()
                    moved |= {(kind, n) for n in names if before.values.get(n) != after.values.get(n)}
    named = {(kind, name) for kind, known in BY_KIND.items() for name in known if name in CLOCKED}
    assert moved == named | {("cycle", name) for name in CLOCKED_OF_CYCLES}


def test_the_fields_of_the_calendar_are_fields_of_a_view() -> None:
    seen = {field for seed in range(6) for own in views_of(rich(seed)).fields.values() for field in own}
    assert CALENDAR - seen == set()


def changes_of(edit: dict[str, dict[str, object]]) -> Changes:
    document = company()
    for id, values in edit.items():
        entry(document, id).update(values)
    return compare(views_of(company()), views_of(document))


def test_nothing_changed_between_a_document_and_itself() -> None:
    assert changes_of({}).by_item == {}
    assert nearby_changes(changes_of({}), [("objective", "C1")]) == ()


def test_the_nearest_change_is_told_and_one_too_far_is_not() -> None:
    chain = [{"id": f"O{n}", "parents": [{"id": f"O{n - 1}"}] if n else []} for n in range(6)]
    ends = [{**one, "title": "Changed"} if one["id"] == "O5" else one for one in chain]
    changes = compare(views_of(small(*chain)), views_of(small(*ends)))
    near = {n: [change.item[1] for change in nearby_changes(changes, [("objective", f"O{n}")])] for n in range(6)}
    assert near == {0: [], 1: [], 2: ["O5"], 3: ["O5"], 4: ["O5"], 5: ["O5"]}


def test_a_change_does_not_reach_through_a_team_that_many_share() -> None:
    teams = [{"id": "sales", "name": "Sales"}]
    before = small({"id": "A", "team": "sales"}, {"id": "B", "team": "sales"}, teams=teams)
    after = small({"id": "A", "team": "sales", "title": "New"}, {"id": "B", "team": "sales"}, teams=teams)
    changes = compare(views_of(before), views_of(after))
    assert nearby_changes(changes, [("team", "sales")]) != ()
    assert nearby_changes(changes, [("objective", "B")]) == ()


def test_a_check_in_explains_nothing_but_its_own_item() -> None:
    changes = changes_of({"S1.1": {"current": 12, "updated_at": "2026-08-02"}})
    assert [change.field for change in changes.by_item["key_result", "S1.1"]] == ["current", "updated_at"]
    assert nearby_changes(changes, [("objective", "S1")]) == ()


def test_a_cause_lists_so_many_changes_and_says_how_many_there_are() -> None:
    changes = tuple(Change(("objective", f"O{n}"), "title", "x" * 1_000, None) for n in range(MOST_CHANGES + 5))
    shown = Cause("data_changed", changes).as_dict()
    assert (len(shown["changes"]), shown["change_count"]) == (MOST_CHANGES, MOST_CHANGES + 5)
    assert len(shown["changes"][0]["from"]) == MOST_TEXT


@pytest.mark.parametrize("kind", KINDS)
def test_a_cause_shows_only_what_is_known(kind: str) -> None:
    assert Cause(kind).as_dict() == {"kind": kind}


def test_a_review_that_went_reaches_the_objectives_of_its_cycle() -> None:
    document = company()
    document["reviews"] = [{"id": "R1", "date": "2026-08-15"}]
    changes = compare(views_of(document), views_of(company()))
    assert [change.item for change in nearby_changes(changes, [("objective", "S1")])] == [("review", "R1")]


@pytest.mark.timeout(60)
def test_a_large_set_of_which_all_changed_is_compared_in_time_that_grows_with_its_size() -> None:
    chain = [{"id": f"O{n}", "team": "one", "cycle": "q3", "parents": [{"id": f"O{n // 2}"}]} for n in range(40_000)]
    changed = [{**one, "title": "New"} if n % 2 else one for n, one in enumerate(chain)]
    changes = compare(views_of(small(*chain)), views_of(small(*changed)))
    assert len(changes.by_item) == 20_000
    assert len(changes.nearest) > 40_000
