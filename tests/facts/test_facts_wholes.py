"""Facts about the organisation, cycles, teams, people, key results, governance and conflicts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.okr_sets import facts, listed, small


def test_the_share_of_handed_down_objectives_counts_linked_team_objectives_only() -> None:
    top = {"id": "C", "title": "Grow", "level": "company", "owners": [{"person": "Ann"}]}
    below: list[dict[str, Any]] = [
        {"id": "copy", "title": "GROW", "level": "team", "parents": [{"id": "C"}]},
        {
            "id": "written",
            "level": "team",
            "parents": [{"id": "C"}],
            "created_by": "Ann",
            "owners": [{"person": "Bob"}],
        },
        {"id": "own", "level": "team", "parents": [{"id": "C"}], "created_by": "Bob", "owners": [{"person": "Bob"}]},
        {"id": "linked to nothing", "level": "team", "parents": [{"id": "gone"}]},
        {"id": "no link", "title": "Grow", "level": "team"},
        {"id": "a department", "title": "Grow", "level": "department", "parents": [{"id": "C"}]},
    ]
    (found,) = facts(small(top, *below))["organisation"].values()
    assert found["team_objective_count"] == 5
    assert (found["copied_objective_count"], found["parent_written_count"]) == (1, 1)
    assert found["top_down_share"] == pytest.approx(2 / 3)
    assert "top_down_share" not in facts(small(top))["organisation"]["organisation"]


def test_objectives_without_a_cycle_form_one_of_the_organisation() -> None:
    found = facts(small({"id": "A", "level": "company"}, {"id": "B", "cycle": "Q"}, {"id": "C", "level": "company"}))[
        "cycle"
    ]
    assert found.keys() == {"organisation", "Q"}
    assert (found["organisation"]["company_objective_count"], found["Q"]["company_objective_count"]) == (2, 0)


def test_a_cycle_knows_how_much_of_it_has_passed() -> None:
    def passed(start: str, end: str) -> tuple[float, bool]:
        found = facts(small({"id": "O", "cycle": "Q"}, cycles=[{"id": "Q", "start": start, "end": end}]))["cycle"]["Q"]
        return found["elapsed_share"], found["ended"]

    assert passed("2026-08-15", "2026-08-24") == (0.0, False)
    assert passed("2026-08-10", "2026-08-19") == (0.5, False)
    assert passed("2026-01-01", "2026-08-14") == (1.0, True)
    assert passed("2027-01-01", "2027-12-31") == (0.0, False)


def test_demand_counts_each_objective_of_another_team_once_and_by_cycle() -> None:
    objectives: list[dict[str, Any]] = [
        {"id": "A", "team": "X", "cycle": "Q1", "contributors": [{"team": "T"}]},
        {"id": "B", "team": "X", "cycle": "Q1", "key_results": [{"id": "K", "title": "k"}]},
        {"id": "C", "team": "Y", "cycle": "Q2", "contributors": [{"team": "T"}]},
        {"id": "D", "team": "T", "cycle": "Q1"},
    ]
    entries = [("A", "T"), ("A", "T"), ("K", "T"), ("D", "T"), ("gone", "T")]
    dependencies = [{"id": str(n), "from": low, "on_team": team} for n, (low, team) in enumerate(entries)]
    found = facts(small(*objectives, dependencies=dependencies))["team"]["T"]
    assert (found["demand_count"], found["most_demand_in_a_cycle"]) == (3, 2)
    assert (found["objective_count"], found["most_objectives_in_a_cycle"]) == (1, 1)


CROSSINGS: dict[str, dict[str, Any]] = {
    "a contribution": {"contributors": [{"team": "T"}]},
    "a key result that it leads": {"key_results": [{"id": "K", "title": "k", "lead_team": "T"}]},
    "a key result that it shares": {"key_results": [{"id": "K", "title": "k", "shared_with": ["T"]}]},
    "a support link": {"parents": [{"id": "own", "kind": "supports"}]},
}


@pytest.mark.parametrize("crossing", CROSSINGS.values(), ids=CROSSINGS.keys())
def test_a_link_across_teams_counts_at_both_ends_and_asks_for_a_seat(crossing: dict[str, Any]) -> None:
    found = facts(small({"id": "own", "team": "T"}, {"id": "O", "team": "X", **crossing}))["team"]
    assert [(found[team]["cross_link_count"], found[team]["forum_seat_needed"]) for team in ("T", "X")] == [
        (1, True)
    ] * 2


def test_a_parent_link_is_no_link_across() -> None:
    found = facts(small({"id": "own", "team": "T"}, {"id": "O", "team": "X", "parents": [{"id": "own"}]}))["team"]
    assert found["X"]["cross_link_count"] == 0


def test_teams_share_a_parent_when_both_have_an_objective_under_it() -> None:
    low: list[dict[str, Any]] = [{"id": str(n), "team": team, "parents": [{"id": "C"}]} for n, team in enumerate("XXY")]
    assert facts(small({"id": "C"}, *low))["team"]["X"]["shares_parent"] is True
    assert facts(small({"id": "C"}, *low[:2]))["team"]["X"]["shares_parent"] is False


def test_a_team_has_a_seat_by_name_by_its_lead_or_by_a_member() -> None:
    teams = [{"id": "named"}, {"id": "led", "lead": "Ann"}, {"id": "home"}, {"id": "out"}]
    people = [{"id": "p", "name": "Bob", "team": "home"}]
    forum = {"teams": ["named"], "members": ["ann", "Bob"]}
    found = facts(small({"id": "O"}, teams=teams, people=people, governance={"forum": forum}))["team"]
    assert {team: values["in_forum"] for team, values in found.items()} == {
        "named": True,
        "led": True,
        "home": True,
        "out": False,
    }
    unknown = facts(small({"id": "O"}, teams=teams, governance={"forum": {"name": "F"}}))["team"]
    assert "in_forum" not in unknown["out"]


def test_people_are_counted_as_accountable_by_cycle() -> None:
    both = [{"person": "Ann"}, {"person": "Bob"}]
    document = small(
        {"id": "A", "cycle": "1", "owners": both[:1]},
        {"id": "B", "cycle": "2", "owners": both[:1]},
        {"id": "C", "owners": both},
    )
    found = facts(document)["person"]["Ann"]
    assert (found["owned_objective_count"], found["most_objectives_in_a_cycle"], found["declared"]) == (2, 1, False)


@pytest.mark.parametrize(
    ("kr", "baseline", "target"),
    [({"start": 0, "target": 5}, True, True), ({"start": 0}, True, False), ({}, False, False),
     ({"title": "Cut churn to 5 %"}, False, True), ({"title": "From 10 to 5 %"}, True, True), ({"title": "Ship in 2026"}, False, False),
     ({"title": "Q4 launch of M365"}, False, False), ({"title": "Reach £1.2m"}, False, True), ({"title": "v2.0 out"}, False, False)],
)  # fmt: skip
def test_a_number_in_the_title_counts_as_a_value_but_years_and_names_do_not(
    kr: dict[str, Any], baseline: bool, target: bool
) -> None:
    found = facts(small({"id": "O", "key_results": [{"id": "K", "title": "t", **kr}]}))["key_result"]["K"]
    assert (found["has_baseline"], found["has_target"]) == (baseline, target)


@pytest.mark.parametrize(
    ("kr", "shared", "led"),
    [({}, False, False), ({"shared_with": ["T"]}, False, False), ({"shared_with": ["U"]}, True, False), ({"lead_team": "U"}, False, True),
     ({"shared_with": ["U"], "owner": "Ann"}, True, True), ({"shared_with": ["U", "V"], "lead_team": "U"}, True, True)],
)  # fmt: skip
def test_a_key_result_is_shared_by_several_teams_and_led_by_a_team_or_person(
    kr: dict[str, Any], shared: bool, led: bool
) -> None:
    found = facts(small({"id": "O", "team": "T", "key_results": [{"id": "K", "title": "k", **kr}]}))["key_result"]["K"]
    assert (found["shared"], found["led"]) == (shared, led)


@pytest.mark.parametrize(
    ("own", "upper", "ended"),
    [
        ("closed", "active", True),
        ("active", "Done", True),
        ("active", None, False),
        (None, "active", None),
        (None, "done", True),
    ],
)
def test_a_key_result_has_ended_when_it_or_its_objective_has(
    own: str | None, upper: str | None, ended: bool | None
) -> None:
    found = facts(small({"id": "O", "status": upper, "key_results": [{"id": "K", "title": "k", "status": own}]}))
    assert found["key_result"]["K"].get("ended") == ended


@pytest.mark.parametrize(
    ("window", "missing"),
    [({}, ["raised", "act"]), ({"act_within_days": 2}, ["raised"]), ({"raise_within_days": 2}, ["act"]), ({"act_within_days": 2, "raise_within_days": 0}, [])],
)  # fmt: skip
def test_governance_names_the_side_of_the_escalation_window_that_nobody_set(
    window: dict[str, Any], missing: list[str]
) -> None:
    (found,) = listed(small({"id": "O"}, governance={"escalation": window}), "governance")
    said = found.values.get("missing_window", "")
    assert [side for side in ("raised", "act") if re.search(rf"\b{side}\b", said)] == missing
    assert bool(said) is bool(missing)


@pytest.mark.parametrize(
    ("conflict", "governance", "decider", "window"),
    [({}, {}, False, False), ({"decision_maker": "Ann", "escalate_within_days": 3}, {}, True, True),
     ({}, {"conflict_resolver": "COO", "escalation": {"act_within_days": 1}}, True, True),
     ({}, {"escalation": {"raise_within_days": 1}}, False, False), ({"decision_maker": "  "}, {"conflict_resolver": " "}, False, False)],
)  # fmt: skip
def test_a_conflict_is_decided_by_its_own_people_and_window_or_by_the_organisations(
    conflict: dict[str, Any], governance: dict[str, Any], decider: bool, window: bool
) -> None:
    document = small(
        {"id": "O"}, conflicts=[{"id": "X", "objectives": ["O", "gone"], **conflict}], governance=governance
    )
    (found,) = listed(document, "conflict")
    assert (found.values["has_decider"], found.values["has_window"]) == (decider, window)
    assert found.items == (("conflict", "X"), ("objective", "O"))
