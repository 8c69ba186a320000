"""ClickUp: the mapping, the vendor's own specification on Prism, and a tool that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from connectors import clickup
from connectors.contract import Page, Reach, SourceError
from connectors.registry import settings_of
from tests.connectors.fake_tool import LOOPBACK, PEOPLE, SECRET, Asked, Flavour, Single, Trouble, tree
from tests.connectors.trouble import CASES, COMPLETE, ERROR, HOLDER, PARTIAL, REFERENCE, Case, check_case
from validator.document.normalise import normalise

IDA = {"id": 182, "username": "Ida Brandt", "email": "ida@alder.example", "initials": "IB", "color": "#827718"}
OMAR = {"id": 183, "username": "Omar Haddad", "email": "omar@alder.example", "initials": "OH", "color": "#827718"}
EDITOR = "goal:792c3027:1626303240249:38fd99e8"
LISTED = {
    "id": "e53a033c-900e", "pretty_id": "6", "name": "Delight clinics", "team_id": "512", "creator": 182, "owner": None,
    "date_created": "1793491200000", "start_date": None, "due_date": "1798675200000", "description": "Why", "private": False,
    "archived": False, "multiple_owners": True, "editor_token": EDITOR, "date_updated": "1793491200000",
    "last_update": "1795651200000", "folder_id": None, "pinned": False, "owners": [], "key_result_count": 1,
    "members": [IDA | {"permission_level": "edit"}], "group_members": [], "percent_completed": 0,
}  # fmt: skip
TARGET = {
    "id": "947d46ed-8480", "goal_id": "e53a033c-900e", "name": "Halve complaints", "type": "number", "unit": "complaints",
    "creator": 182, "date_created": "1793491200000", "percent_completed": None, "completed": False, "task_ids": [],
    "subcategory_ids": [], "owners": [OMAR], "steps_start": 40, "steps_end": "20", "steps_current": 31.5,
    "last_action": {"id": "d3183d0f", "date_modified": "1795737600000", "steps_before": "40", "steps_current": "31.5"},
}  # fmt: skip
GOAL = {
    "id": "e53a033c-900e", "name": "Delight clinics", "team_id": "512", "date_created": "1793491200000",
    "start_date": "1790812800000", "due_date": "1798675200000", "description": "Why", "private": False, "archived": False,
    "creator": 182, "pretty_id": "6", "multiple_owners": True, "folder_id": None, "members": [], "owners": [OMAR],
    "key_results": [TARGET], "percent_completed": 0, "history": [], "pretty_url": "https://app.clickup.example/512/goals/6",
}  # fmt: skip


def settings(base_url: str = "https://clickup.example/api", **more: Any) -> dict[str, Any]:
    return settings_of("clickup", {"token": REFERENCE, "base_url": base_url, "per_minute": 10_000, **more})


def document(*goals: Any, listed: Any = LISTED, **more: Any) -> dict[str, Any]:
    """The document of a list and some goals, which the validator takes."""
    reading = clickup.to_document(
        [Page("listed", [listed]), *(Page("goals", [goal]) for goal in goals)], settings(**more)
    )
    normalise(reading.document)
    return reading.document


def test_a_goal_is_an_objective_and_its_targets_are_key_results() -> None:
    mapped = document(GOAL)
    assert mapped["objectives"] == [
        {
            "id": "e53a033c-900e", "title": "Delight clinics", "description": "Why", "created_by": "182",
            "owners": [{"person": "183", "primary": True}], "start": "2026-10-01", "end": "2026-12-31",
            "updated_at": "2026-11-26", "url": "https://app.clickup.example/512/goals/6",
            "key_results": [
                {
                    "id": "947d46ed-8480", "title": "Halve complaints", "unit": "complaints", "start": 40, "target": 20,
                    "current": 31.5, "owner": "183", "updated_at": "2026-11-27", "created_by": "182",
                }
            ],
        }
    ]  # fmt: skip
    assert mapped["people"] == [
        {"id": "182", "name": "Ida Brandt", "email": "ida@alder.example"},
        {"id": "183", "name": "Omar Haddad", "email": "omar@alder.example"},
    ]


def test_days_are_those_of_the_zone_in_which_they_were_set() -> None:
    # The last moment of 2026 in Auckland is the forenoon of that day in UTC; midnight there is the day before.
    goal = GOAL | {"start_date": "1790766000000", "due_date": "1798714799000"}
    there, utc = (document(goal, time_zone=zone)["objectives"][0] for zone in ("Pacific/Auckland", "UTC"))
    assert (there["start"], there["end"]) == ("2026-10-01", "2026-12-31")
    assert (utc["start"], utc["end"]) == ("2026-09-30", "2026-12-31")


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ([], None),
        ([OMAR], [{"person": "183", "primary": True}]),
        ([OMAR, IDA], [{"person": "183"}, {"person": "182"}]),
        ([OMAR, OMAR], [{"person": "183", "primary": True}]),
    ],
)
def test_an_owner_is_the_accountable_one_only_where_exactly_one_is_set(owners, expected) -> None:
    assert document(GOAL | {"owners": owners})["objectives"][0].get("owners") == expected


def test_of_several_owners_of_a_target_the_first_is_taken_and_told() -> None:
    goal = GOAL | {"key_results": [TARGET | {"owners": [IDA, OMAR]}]}
    reading = clickup.to_document([Page("goals", [goal])], settings())
    assert reading.document["objectives"][0]["key_results"][0]["owner"] == "182"
    assert reading.notes == ("Targets with several owners, of whom the first was taken: 1.",)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"type": "percentage", "unit": ""}, {"unit": "%"}),
        ({"type": "currency", "unit": "USD"}, {"unit": "USD"}),
        ({"steps_current": None}, {"current": 31.5}),
        ({"steps_start": "12,5"}, {"start": None}),
        ({"steps_current": None, "last_action": None}, {"current": None, "updated_at": None}),
    ],
)
def test_measures_of_a_target(target, expected) -> None:
    found = document(GOAL | {"key_results": [TARGET | target]})["objectives"][0]["key_results"][0]
    assert {field: found.get(field) for field in expected} == expected


def test_targets_named_by_their_ids_only_are_told() -> None:
    reading = clickup.to_document([Page("goals", [GOAL | {"key_results": ["947d46ed-8480"]}])], settings())
    assert reading.notes == ("Values that could not be read were left out: key_results (1).",)


def test_what_the_tool_cannot_express_is_not_claimed() -> None:
    assert {"parents", "teams", "levels", "cycles", "statuses", "progress", "contributors"}.isdisjoint(clickup.PROVIDES)
    assert {"status", "progress", "team", "level"}.isdisjoint(document(GOAL)["objectives"][0])


def test_archived_goals_are_left_out() -> None:
    assert [o["id"] for o in document(GOAL | {"archived": True}, GOAL | {"id": "other"})["objectives"]] == ["other"]


# The vendor's own specification


def test_requests_keep_to_the_specification_and_its_answers_are_read(data, prism, monkeypatch) -> None:
    monkeypatch.setenv(HOLDER, SECRET)
    base_url = prism(data("clickup/clickup-api-v2-reference.json"))
    for given in (settings(base_url), settings(base_url, workspace="512", closed=False)):
        reading = clickup.to_document(clickup.fetch(given, Reach(LOOPBACK)), given)
        normalise(reading.document)
        found = reading.document["objectives"]
        assert [(o["title"], o["end"], o["owners"]) for o in found] == [
            ("Updated Goal Name", "2019-09-09", [{"person": "182", "primary": True}])
        ]
        assert reading.missing == ()


# A tool that misbehaves

NODES = tree(60, 30)
LIST, DETAIL = "/api/v2/team/{team}/goal", "/api/v2/goal/{goal}"


def flavour(workspaces: int = 1, *, unscoped: bool = True) -> Flavour:
    goals = {node.id: goal(node.id) for node in NODES if node.kind == "objective"}
    return Flavour(
        routes=[
            Single("/api/v2/team", lambda _: {"teams": [{"id": str(512 + n), "name": f"Space {n}"} for n in range(workspaces)]}),
            Single(LIST, lambda _: listing(list(goals))),
            Single(DETAIL, lambda asked: {"goal": goals[asked.parts["goal"]]} if asked.parts["goal"] in goals else None),
        ],
        credential=("Authorization", f"Bearer {SECRET}"),
        main=LIST,
        error=lambda status: {"err": f"Fault {status}", "ECODE": "OAUTH_025"},
    )  # fmt: skip


def listing(ids: list[str]) -> dict[str, Any]:
    """Half of the goals in a folder, and one of them listed twice."""
    half = len(ids) // 2
    inside = [{"id": "f1", "name": "Quarter", "goals": [LISTED | {"id": id_} for id_ in ids[half - 1 :]]}]
    return {"goals": [LISTED | {"id": id_} for id_ in ids[:half]], "folders": inside}


def goal(id_: str) -> dict[str, Any]:
    people = {who: {"id": int(who), "username": name, "email": email} for who, name, email in PEOPLE}
    targets = [
        TARGET | {"id": node.id, "goal_id": id_, "name": node.title, "owners": [people[node.owner]]}
        for node in NODES
        if node.kind == "key_result" and node.parent == id_
    ]
    node = next(node for node in NODES if node.id == id_)
    return GOAL | {"id": id_, "name": node.title, "owners": [people[node.owner]], "key_results": targets}


def _elsewhere(case: Case) -> Case:
    """The same trouble with the single goals, for the list has one page."""
    return case._replace(trouble=case.trouble._replace(path=DETAIL))


OF_LISTS = ("JSON of another shape", "a repeating token", "duplicates between pages", "items that vanish between pages")
TROUBLES: Mapping[str, Case] = {
    name: _elsewhere(case) if case.trouble.first > 1 else case for name, case in CASES.items() if name not in OF_LISTS
}


@pytest.mark.parametrize("name", TROUBLES)
def test_every_trouble_ends_in_a_document_or_in_one_clear_error(sync, name) -> None:
    case = TROUBLES[name]
    outcome = sync(clickup, flavour(), lambda url: settings(f"{url}/api", workspace="512"), case.trouble)
    check_case(outcome, case)
    everything = {node.id for node in NODES if node.kind == "objective"}
    if case.ends == COMPLETE:
        assert sorted(outcome.ids()) == sorted(everything)
        assert sorted(outcome.ids("key_results")) == [node.id for node in NODES if node.kind == "key_result"]
        assert (outcome.progress[-1].done, outcome.progress[-1].total) == (60, 60)
    if case.ends == PARTIAL:
        # Every goal was read whole, or is missing by its id.
        missed = {id_ for missing in outcome.missing for id_ in missing.ids or ()}
        assert missed == everything - set(outcome.ids())
        assert all(missing.scope.startswith("goals: ") for missing in outcome.missing)


def test_where_no_goal_could_be_read_the_reading_fails(sync) -> None:
    trouble = Trouble("status", status=403, path=DETAIL)
    outcome = sync(clickup, flavour(), lambda url: settings(f"{url}/api", workspace="512"), trouble)
    assert outcome.ended == ERROR
    assert "403 Forbidden" in str(outcome.error)


def test_a_goal_that_vanishes_after_the_list_was_made_is_not_missing(sync) -> None:
    trouble = Trouble("status", 7, 2, status=404, path=DETAIL)
    outcome = sync(clickup, flavour(), lambda url: settings(f"{url}/api", workspace="512"), trouble)
    assert outcome.ended == COMPLETE
    assert len(outcome.ids()) == 58


def test_where_none_of_several_goals_is_found_the_reading_fails(sync) -> None:
    trouble = Trouble("status", status=404, path=DETAIL)
    outcome = sync(clickup, flavour(), lambda url: settings(f"{url}/api", workspace="512"), trouble)
    assert outcome.ended == ERROR
    assert "404 Not Found" in str(outcome.error)


def test_an_answer_that_holds_no_goal_is_missing_by_its_id(sync) -> None:
    odd = flavour()._replace(routes=[*flavour().routes[:2], Single(DETAIL, _empty_for("100003"))])
    outcome = sync(clickup, odd, lambda url: settings(f"{url}/api", workspace="512"))
    assert [missing.ids for missing in outcome.missing] == [("100003",)]


def _empty_for(id_: str) -> Any:
    return lambda asked: [] if asked.parts["goal"] == id_ else {"goal": goal(asked.parts["goal"])}


def test_the_list_of_another_shape_is_one_clear_error(sync) -> None:
    odd = flavour()._replace(routes=[Single(LIST, lambda _: {"goals": None})])
    outcome = sync(clickup, odd, lambda url: settings(f"{url}/api", workspace="512"))
    assert "no list of objects under “goals”" in str(outcome.error)


def test_the_only_workspace_is_found(sync) -> None:
    outcome = sync(clickup, flavour(), lambda url: settings(f"{url}/api"))
    assert outcome.ended == COMPLETE
    assert outcome.tool.paths()[:2] == ["/api/v2/team", "/api/v2/team/512/goal"]


@pytest.mark.parametrize(("count", "said"), [(0, "none"), (2, "512 (Space 0), 513 (Space 1)")])
def test_which_workspace_must_be_said_where_there_is_not_one(sync, count, said) -> None:
    outcome = sync(clickup, flavour(count), lambda url: settings(f"{url}/api"))
    assert said in str(outcome.error)
    assert outcome.error.faults[0].pointer == "/workspace"


def test_a_personal_token_goes_as_it_is(sync, monkeypatch) -> None:
    monkeypatch.setenv("OKR_TEST_PERSONAL", f"pk_{SECRET}")
    personal = flavour()._replace(credential=("Authorization", f"pk_{SECRET}"))
    outcome = sync(clickup, personal, lambda url: settings(f"{url}/api") | {"token": "env:OKR_TEST_PERSONAL"})
    assert outcome.ended == COMPLETE


def test_the_token_that_lets_anybody_edit_a_goal_is_dropped_at_once(sync) -> None:
    kept: list[Page] = []

    class Watching:
        fetch = staticmethod(lambda given, reach: _kept(clickup.fetch(given, reach), kept))
        to_document = staticmethod(clickup.to_document)

    outcome = sync(Watching, flavour(), lambda url: settings(f"{url}/api", workspace="512"))
    assert outcome.ended == COMPLETE
    assert len(kept) == 61
    assert EDITOR not in json.dumps([page.records for page in kept])
    assert "editor_token" not in json.dumps([page.records for page in kept])


def _kept(pages: Any, kept: list[Page]) -> Any:
    for page in pages:
        kept.append(page)
        yield page


def test_completed_goals_are_asked_for_unless_they_are_not_wanted(sync) -> None:
    asked: list[Asked] = []
    for closed in (True, False):
        outcome = sync(
            clickup, flavour(), lambda url, closed=closed: settings(f"{url}/api", workspace="512", closed=closed)
        )
        asked += [question for question in outcome.tool.asked if question.path.endswith("/goal")]
    assert [question.query["include_completed"] for question in asked] == ["true", "false"]


def test_settings_name_every_fault() -> None:
    wrong = {"workspace": "my space", "time_zone": "Europe/Atlantis", "per_minute": 0}
    with pytest.raises(SourceError) as caught:
        settings_of("clickup", wrong)
    assert {fault.pointer for fault in caught.value.faults} == {"/token", "/workspace", "/time_zone", "/per_minute"}
