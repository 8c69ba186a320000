from __future__ import annotations

from typing import Any

import pytest

from tests.okr_sets import AS_OF, Document, listed, small

WHOLE = {"need": "an API", "impact": "launch slips", "decision_date": "2026-08-01", "failure_trigger": "none by May"}


def of(entry: dict[str, Any], objective: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The values of the one entry of a dependency map."""
    document = small(
        {"id": "O", "team": "A", **(objective or {})},
        dependencies=[{"id": "D", "from": "O", "on_team": "B", **entry}],
        **more,
    )
    (found,) = [fact for fact in listed(document, "dependency") if fact.values["form"] == "map"]
    return found.values


@pytest.mark.parametrize("absent", WHOLE)
@pytest.mark.parametrize("blank", [None, "  "])
def test_each_of_the_four_parts_can_be_missing(absent: str, blank: str | None) -> None:
    value = None if absent == "decision_date" else blank
    found = of({**WHOLE, absent: value})
    assert found["missing_part_count"] == 1
    assert absent.split("_")[0] in found["missing_parts"].replace("upstream ", "").replace("downstream ", "")


def test_a_whole_entry_misses_nothing_and_says_so_by_leaving_the_parts_off() -> None:
    found = of(WHOLE)
    assert found["missing_part_count"] == 0
    assert "missing_parts" not in found


def test_silence_is_no_acknowledgement_and_no_decision() -> None:
    found = of({})
    assert (found["acknowledged"], found["decided"]) == (False, False)
    assert of({"acknowledged": True, "decided": True}) | {"acknowledged": True, "decided": True} == of(
        {"acknowledged": True, "decided": True}
    )


def test_days_past_the_decision_count_to_the_day_of_judgement() -> None:
    assert of({"decision_date": "2026-08-05"})["days_past_decision"] == 10
    assert of({"decision_date": str(AS_OF)})["days_past_decision"] == 0
    assert "days_past_decision" not in of({})


LATE = {
    "after the objective's last day": ({"end": "2026-07-30"}, {}, 2),
    "before it": ({"end": "2026-08-03"}, {}, -2),
    "after the cycle's last day where the objective has none": ({"cycle": "Q"}, {}, 32),
    "after the key result's due date": (
        {"end": "2026-12-31", "key_results": [{"id": "K", "title": "k", "due": "2026-07-31"}]},
        {"from": "K"},
        1,
    ),
    "with no day to compare": ({}, {}, None),
}


@pytest.mark.parametrize(("objective", "entry", "days"), LATE.values(), ids=LATE.keys())
def test_a_decision_is_late(objective: dict[str, Any], entry: dict[str, Any], days: int | None) -> None:
    cycles = [{"id": "Q", "start": "2026-04-01", "end": "2026-06-30"}]
    assert of({**WHOLE, **entry}, objective, cycles=cycles).get("days_decided_after_due") == days


def test_what_a_dependency_belongs_to_may_be_unknown() -> None:
    found = of({"from": "gone"})
    assert (found["from_known"], found["from_title"]) == (False, "an item that does not exist")
    assert "team" not in found


def test_a_team_is_known_where_the_set_lists_teams_and_lists_it() -> None:
    assert "team_known" not in of({})
    assert of({}, teams=[{"id": "A"}])["team_known"] is False
    assert of({"on_team": "Team Bee"}, teams=[{"id": "B", "name": "team  bee"}])["team_known"] is True


BACKED: dict[str, tuple[dict[str, Any], bool]] = {
    "nothing": ({}, False),
    "an objective of the team that serves it": (
        {"objectives": [{"id": "X", "title": "x", "team": "B", "parents": [{"id": "O"}]}]},
        True,
    ),
    "an objective of another team": (
        {"objectives": [{"id": "X", "title": "x", "team": "C", "parents": [{"id": "O"}]}]},
        False,
    ),
    "an initiative": ({"initiatives": [{"id": "I", "title": "i", "team": "B", "objectives": ["O"]}]}, True),
    "a dependency of the objective": ({"dependencies": [{"id": "D", "from": "O", "on_team": "B"}]}, True),
    "a dependency of its key result": ({"dependencies": [{"id": "D", "from": "K", "on_team": "B"}]}, True),
    "a dependency of another objective": ({"dependencies": [{"id": "D", "from": "gone", "on_team": "B"}]}, False),
}


@pytest.mark.parametrize(("more", "backed"), BACKED.values(), ids=BACKED.keys())
def test_a_contribution_is_backed_by(more: dict[str, Any], backed: bool) -> None:
    own = {
        "id": "O",
        "title": "o",
        "team": "A",
        "contributors": [{"team": "B"}],
        "key_results": [{"id": "K", "title": "k"}],
    }
    document: Document = {**more, "objectives": [own, *more.get("objectives", [])]}
    (found,) = [fact for fact in listed(document, "dependency") if fact.values["form"] == "contributor"]
    assert found.values["backed"] is backed


@pytest.mark.parametrize("kr", [{"lead_team": "B"}, {"shared_with": ["C", "B"]}])
def test_a_contribution_is_backed_by_a_part_in_a_key_result(kr: dict[str, Any]) -> None:
    document = small(
        {"id": "O", "team": "A", "contributors": [{"team": "B"}], "key_results": [{"id": "K", "title": "k", **kr}]}
    )
    assert listed(document, "dependency")[0].values["backed"] is True


def test_whether_a_contribution_is_acknowledged_is_unknown_where_nobody_in_the_set_ever_says() -> None:
    silent = small({"id": "O", "contributors": [{"team": "B"}]})
    assert "acknowledged" not in listed(silent, "dependency")[0].values
    spoken = small({"id": "O", "contributors": [{"team": "B"}, {"team": "C", "acknowledged": True}]})
    assert [fact.values["acknowledged"] for fact in listed(spoken, "dependency")] == [False, True]


def _waiting(*pairs: tuple[str, str], decided: tuple[int, ...] = ()) -> Document:
    teams = sorted({team for team, _ in pairs})
    entries = [
        {"id": f"D{n}", "from": team, "on_team": on, "decided": n in decided} for n, (team, on) in enumerate(pairs)
    ]
    return small(*({"id": team, "team": team} for team in teams), dependencies=entries)


CIRCLES: dict[str, tuple[Document, dict[str, str]]] = {
    "two teams": (_waiting(("A", "B"), ("B", "A")), {"D0": "A B"}),
    "three teams and one outside": (_waiting(("B", "C"), ("A", "B"), ("C", "A"), ("A", "X")), {"D0": "A B C"}),
    "two circles": (_waiting(("A", "B"), ("B", "A"), ("C", "D"), ("D", "C")), {"D0": "A B", "D2": "C D"}),
    "a chain is none": (_waiting(("A", "B"), ("B", "C")), {}),
    "a team that waits for itself is none": (_waiting(("A", "A")), {}),
    "a decided entry holds nobody up": (_waiting(("A", "B"), ("B", "A"), decided=(1,)), {}),
}


@pytest.mark.parametrize(("document", "closing"), CIRCLES.values(), ids=CIRCLES.keys())
def test_teams_that_wait_for_one_another_are_reported_once_a_circle(
    document: Document, closing: dict[str, str]
) -> None:
    found = [fact for fact in listed(document, "dependency") if fact.values["closes_cycle"]]
    teams = [" ".join(sorted(id_ for kind, id_ in (*fact.items, *fact.also) if kind == "team")) for fact in found]
    assert dict(zip((fact.items[1][1] for fact in found), teams, strict=True)) == closing
    assert all(
        all(team in fact.values["cycle_teams"] for team in names.split())
        for fact, names in zip(found, teams, strict=True)
    )
