from __future__ import annotations

from typing import Any

import pytest

from tests.okr_sets import AS_OF, facts, small

TEAMS = [
    {"id": "S", "name": "Sales North", "function": "Sales"},
    {"id": "S2", "function": "SALES"},
    {"id": "P", "function": "Product", "level": "team"},
    {"id": "N"},
]


def of(objective: dict[str, Any], **more: Any) -> dict[str, Any]:
    return facts(small({"id": "O", **objective}, **{"teams": TEAMS, **more}))["objective"]["O"]


OWNERS = {
    "nobody": ([], (0, 0, 0)),
    "one owner is accountable without a mark": ([{"person": "Ann"}], (1, 0, 1)),
    "one owner marked as not primary is still the only one": ([{"person": "Ann", "primary": False}], (1, 0, 1)),
    "two owners and no mark": ([{"person": "Ann"}, {"person": "Bob"}], (2, 0, 0)),
    "two owners, one marked": ([{"person": "Ann", "primary": True}, {"person": "Bob"}], (2, 1, 1)),
    "two marked": ([{"person": "Ann", "primary": True}, {"person": "Bob", "primary": True}], (2, 2, 2)),
    "one person listed twice is one owner": ([{"person": "Ann"}, {"person": "ANN ", "primary": True}], (1, 1, 1)),
}


@pytest.mark.parametrize(("owners", "counts"), OWNERS.values(), ids=OWNERS.keys())
def test_owners_are_counted_and_the_accountable_among_them(owners: list[Any], counts: tuple[int, int, int]) -> None:
    found = of({"owners": owners})
    assert (found["owner_count"], found["primary_owner_count"], found["accountable_owner_count"]) == counts


def test_owners_are_shown_by_name() -> None:
    found = of({"owners": [{"person": "u1"}, {"person": "Bob"}]}, people=[{"id": "u1", "name": "Ann Ash"}])
    assert found["owner_names"] == "Ann Ash, Bob"


CLASSES = {
    "no team at all": (None, [], "single-team", False, 0),
    "one team": ("S", [], "single-team", False, 1),
    "one contributing team and no owning one": (None, ["S"], "single-team", False, 1),
    "two teams of one function, whatever its case": ("S", ["S2"], "shared", True, 2),
    "two teams, one of no function": ("S", ["N"], "shared", True, 2),
    "two functions": ("S", ["P"], "cross-functional", True, 2),
    "two contributing teams and no owning one": (None, ["S", "P"], "cross-functional", True, 2),
    "the owning team named again as contributing": ("S", ["Sales North", "S"], "single-team", False, 1),
}


@pytest.mark.parametrize(("team", "contributing", "class_", "shared", "count"), CLASSES.values(), ids=CLASSES.keys())
def test_objectives_are_classed_by_their_teams_and_functions(
    team: str | None, contributing: list[str], class_: str, shared: bool, count: int
) -> None:
    found = of({"team": team, "contributors": [{"team": name} for name in contributing]})
    assert (found["class"], found["shared"], found["team_count"]) == (class_, shared, count)


@pytest.mark.parametrize(
    ("team", "roles", "count"),
    [
        ("S", [None], 1),
        ("S", ["Accountable"], 2),
        (None, ["lead", "Owner"], 2),
        ("S", ["supports"], 1),
        (None, [None], 0),
    ],
)
def test_accountable_teams_are_the_owning_one_and_those_whose_role_says_so(
    team: str | None, roles: list[str | None], count: int
) -> None:
    contributors = [{"team": name, "role": role} for name, role in zip(("P", "N"), roles, strict=False)]
    assert of({"team": team, "contributors": contributors})["accountable_team_count"] == count


@pytest.mark.parametrize(
    ("status", "running", "ended"),
    [("On Track", True, False), ("on-track", True, False), ("Closed", False, True), ("draft", False, False),
     ("whatever", False, False), (None, None, None), ("  ", None, None)],
)  # fmt: skip
def test_a_state_says_whether_work_runs_or_has_ended(
    status: str | None, running: bool | None, ended: bool | None
) -> None:
    found = of({"status": status})
    assert (found.get("running"), found.get("ended")) == (running, ended)


def test_the_level_comes_from_the_team_where_the_objective_has_none() -> None:
    assert of({"team": "P"})["level"] == "team"
    assert (of({"team": "P", "level": "company"})["level"], of({"team": "P", "level": "company"})["level_rank"]) == (
        "company",
        1,
    )
    assert "level" not in of({"team": "N"})


@pytest.mark.parametrize(("brief", "has"), [(None, False), ("", False), ("  \n", False), ("https://brief", True)])
def test_a_blank_brief_is_no_brief(brief: str | None, has: bool) -> None:
    assert of({"strategic_brief": brief})["has_strategic_brief"] is has


def test_days_are_counted_to_the_day_of_judgement() -> None:
    found = of({"updated_at": str(AS_OF), "end": "2026-08-20", "start": "2026-01-01"})
    assert (found["days_since_update"], found["days_past_end"]) == (0, -5)
    assert "days_past_end" not in of({})


def test_what_is_unknown_is_left_off_the_fact() -> None:
    found = of({})
    assert None not in found.values()
    assert not {"level", "team", "cycle", "status", "running", "function", "mid_review_count"} & found.keys()


def test_dependencies_are_counted_for_the_objective_and_for_its_key_results() -> None:
    wanted = [
        {"id": "1", "from": "O", "on_team": "S"},
        {"id": "2", "from": "K", "on_team": "S"},
        {"id": "3", "from": "gone", "on_team": "S"},
    ]
    assert of({"key_results": [{"id": "K", "title": "k"}]}, dependencies=wanted)["dependency_count"] == 2


def test_neighbours_are_contributors_and_teams_under_the_same_parent_and_count_as_consulted_when_they_said_so() -> None:
    document = small(
        {"id": "C"},
        {"id": "O", "team": "S", "parents": [{"id": "C"}], "contributors": [{"team": "P", "acknowledged": True}]},
        {"id": "X", "team": "N", "parents": [{"id": "C"}]},
        {"id": "Y", "team": "S", "parents": [{"id": "C"}]},
    )
    found = facts(document)["objective"]["O"]
    assert (found["neighbour_count"], found["consulted_neighbour_count"]) == (2, 1)
    document["reviews"] = [{"id": "R", "objectives": ["O"], "teams": ["N", "S", "far away"]}]
    assert facts(document)["objective"]["O"]["consulted_neighbour_count"] == 2
