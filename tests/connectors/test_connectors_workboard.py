"""WorkBoard: the mapping, the vendor's own specification on Prism, and a tool that misbehaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pytest

from connectors import workboard
from connectors.board import asking
from connectors.contract import Missing, Page, Reach, SourceError
from connectors.http.client import Client
from connectors.http.faults import HttpFault
from connectors.registry import settings_of
from tests.connectors.fake_tool import (
    LOOPBACK,
    PEOPLE,
    SECRET,
    TEAMS,
    Asked,
    Flavour,
    Listing,
    Node,
    Single,
    Trouble,
    tree,
)
from tests.connectors.trouble import CASES, COMPLETE, ERROR, HOLDER, PARTIAL, REFERENCE, Case, check_case
from validator.document.normalise import normalise

METRIC = {
    "metric_id": "71", "metric_owner": "12", "metric_real_owner": "11", "metric_name": "Halve complaints",
    "metric_unit": {"id": "2", "name": "Percentage"}, "metric_progress_type": {"id": "1", "name": "Decrease"},
    "metric_initial_data": "40", "metric_target": "20.5", "metric_achieve_target": "31", "metric_progress": "45",
    "metric_progress_color": "yellow", "metric_last_update": "1795651200", "metric_next_update": "1796256000",
    "metric_created_by": "11",
}  # fmt: skip
GOAL = {
    "goal_id": "1001", "goal_name": "Delight clinics", "goal_narrative": "Why", "goal_type": {"id": "1", "name": "Team"},
    "goal_owner": "11", "goal_owner_full_name": "Ida Brandt", "goal_team_id": "31", "goal_team_name": "Care",
    "goal_start_date": "1790812800", "goal_target_date": "1798675200", "goal_create_at": "1790000000",
    "goal_created_by": "12", "goal_progress": "67.5", "goal_progress_color": "green", "goal_status": "1",
    "goal_category": [{"id": "1", "name": "growth"}], "custom_attributes": None, "goal_metrics": [METRIC],
    "goal_metrics_count": "1", "goal_comments": [],
}  # fmt: skip


def settings(base_url: str = "https://workboard.example", **more: Any) -> dict[str, Any]:
    return settings_of("workboard", {"token": REFERENCE, "base_url": base_url, **more})


def document(*pages: Page | Missing, **more: Any) -> dict[str, Any]:
    """The document of some pages, which the validator takes."""
    reading = workboard.to_document(pages, settings(**more))
    normalise(reading.document)
    return reading.document


def test_a_goal_is_an_objective_and_its_metrics_are_key_results() -> None:
    mapped = document(Page("goals", [GOAL]))
    assert mapped["objectives"] == [
        {
            "id": "1001", "title": "Delight clinics", "description": "Why", "level": "team", "team": "31",
            "owners": [{"person": "11", "primary": True}], "status": "on_track", "progress": 67.5, "start": "2026-10-01",
            "end": "2026-12-31", "created_by": "12", "updated_at": "2026-11-26", "tags": ["growth"],
            "key_results": [
                {
                    "id": "71", "title": "Halve complaints", "unit": "%", "direction": "decrease", "start": 40, "target": 20.5,
                    "current": 31, "owner": "12", "status": "at_risk", "progress": 45, "updated_at": "2026-11-26",
                    "created_by": "11",
                }
            ],
        }
    ]  # fmt: skip
    assert mapped["teams"] == [{"id": "31", "name": "Care"}]
    assert mapped["people"] == [{"id": "11", "name": "Ida Brandt"}]


def test_teams_and_people_of_the_directory_complete_those_that_goals_name() -> None:
    team = {
        "team_id": "31",
        "team_name": "Care & Co",
        "team_owner": "12",
        "parent_team_id": "30",
        "level": "Department",
    }
    user = {
        "user_id": "12",
        "first_name": "Omar",
        "last_name": "Haddad",
        "email": "omar@alder.example",
        "manager": False,
    }
    goal = Page("goals", [GOAL])
    mapped = document(
        goal, Page("teams", [team, {"team_id": "30", "level": "2", "parent_team_id": "0"}]), Page("users", [user])
    )
    assert mapped["teams"] == [
        {"id": "31", "name": "Care & Co", "level": "department", "parent": "30", "lead": "12"},
        {"id": "30"},
    ]
    assert mapped["people"][1] == {"id": "12", "name": "Omar Haddad", "email": "omar@alder.example"}


def test_a_goal_with_a_child_of_another_goals_metric_serves_that_goal() -> None:
    children = [{"id": "72", "goal_id": "1002"}, {"id": "73", "goal_id": "1001"}, {"id": "74", "goal_id": "1002"}]
    goals = Page("goals", [GOAL, GOAL | {"goal_id": "1002", "goal_metrics": []}])
    above = Page("metrics", [{"metric_id": "71", "metric_goal_id": "1001", "child_kr": children}])
    found = document(above, goals)["objectives"]
    assert [o.get("parents") for o in found] == [None, [{"id": "1001", "kind": "parent"}]]


def test_parents_are_claimed_only_where_links_are_read() -> None:
    provided = {links: document(Page("goals", [GOAL]), links=links)["source"]["provides"] for links in (True, False)}
    assert set(provided[True]) - set(provided[False]) == {"parents"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"goal_status": "2"}, {"status": "closed"}),
        ({"goal_progress_color": "grey"}, {"status": "active"}),
        ({"goal_type": {"id": "2", "name": "Personal"}}, {"level": "individual"}),
        ({"goal_type": {"id": "9"}}, {"level": None}),
        ({"goal_owner": "0", "goal_team_id": "0"}, {"owners": None, "team": None}),
        ({"goal_start_date": "0", "goal_target_date": ""}, {"start": None, "end": None}),
        ({"goal_progress": "n/a"}, {"progress": None}),
        ({"goal_progress": "45 %"}, {"progress": 45}),
        ({"goal_metrics": [METRIC | {"metric_last_update": "0"}]}, {"updated_at": None}),
        ({"goal_metrics": [METRIC | {"metric_status": "0"}]}, {"key_results": None}),
    ],
)
def test_texts_that_stand_for_numbers_words_and_nothing(fields, expected) -> None:
    found = document(Page("goals", [GOAL | fields]))["objectives"][0]
    assert {field: found.get(field) for field in expected} == expected


def test_days_are_those_of_the_zone_in_which_they_were_set() -> None:
    # Midnight of 1 October in Los Angeles, and of 1 January there.
    goal = Page("goals", [GOAL | {"goal_start_date": "1790838000", "goal_target_date": "1798790399"}])
    found = document(goal, time_zone="America/Los_Angeles")["objectives"][0]
    assert (found["start"], found["end"]) == ("2026-10-01", "2026-12-31")
    assert document(goal)["objectives"][0]["end"] == "2027-01-01"


# The vendor's own specification, at random


HASTY = Reach(LOOPBACK, wait=lambda _seconds: None)
HARMLESS = ("answered: no data", "answered none from", "counts more metrics", " 500 ")


def test_random_answers_of_the_specification_are_read_and_requests_keep_to_it(data, prism, monkeypatch) -> None:
    """Each answer counts another number of goals, so that a list has no end; one in a few leaves everything out."""
    monkeypatch.setenv(HOLDER, SECRET)
    given = settings(prism(data("workboard/external-v1-openapi.yml"), dynamic=True), links=False, directory=False)
    pages: list[Page] = []
    for _ in range(80):
        found = tried(workboard.fetch(given, HASTY))
        mapped = workboard.to_document(found, given).document
        if mapped["objectives"]:
            normalise(mapped)
        pages += found
        if len(pages) > 8:
            break
    assert len(pages) > 8


def test_teams_people_and_metrics_keep_to_the_specification(data, prism) -> None:
    base_url = prism(data("workboard/external-v1-openapi.yml"), dynamic=True)
    with Client(base_url, HASTY, headers={"Authorization": "Bearer x"}) as client:
        for what, include in (("team", "org_teams"), ("user", "org_members")):
            tried(asking.pages_of(client, what, {"include": include}, needed=True))
        above = tried(asking.metrics_above(client, ["1001", "1002"], HASTY))
    workboard.to_document([Page("goals", [GOAL]), *above], settings())


def tried(parts: Iterator[Page | Missing]) -> list[Page]:
    """The first pages, up to an answer without what it should hold; a request that is refused is a failure.

    The mock server itself fails over some of the answers that it makes up.
    """
    found: list[Page] = []
    said: list[str] = []
    try:
        for part in islice(parts, 4):
            if isinstance(part, Missing):
                said.append(part.reason)
            else:
                found.append(part)
    except HttpFault as fault:
        said.append(str(fault))
    assert all(any(words in reason for words in HARMLESS) for reason in said), said
    return found


# A tool that misbehaves

NODES = tree()
GOALS = [node for node in NODES if node.kind == "objective"]
GOAL_PATH, METRIC_PATH, TEAM_PATH = "/wb/apis/goal", "/wb/apis/metric", "/wb/apis/team"
CLOSED = {node.id for node in GOALS[-30:]}


def goal(node: Node) -> dict[str, Any]:
    metrics = [
        METRIC | {"metric_id": each.id, "metric_name": each.title, "metric_target": str(each.target)}
        for each in NODES if each.kind == "key_result" and each.parent == node.id
    ]  # fmt: skip
    names = {id_: name for id_, name, _ in PEOPLE}
    return GOAL | {
        "goal_id": node.id, "goal_name": node.title, "goal_owner": node.owner, "goal_owner_full_name": names[node.owner],
        "goal_team_id": node.team, "goal_status": "2" if node.id in CLOSED else "1", "goal_metrics": metrics,
    }  # fmt: skip


def of_status(asked: Asked) -> list[dict[str, Any]]:
    return [goal(node) for node in GOALS if (node.id in CLOSED) is (asked.query["goal_status"] == "2")]


def metrics(asked: Asked) -> dict[str, Any]:
    """Each goal has a metric, of which those below it are children."""
    below = [{"id": f"8{node.id}", "goal_id": node.id} for node in GOALS if node.parent == asked.query["goal_id"]]
    found = {"metric_id": f"9{asked.query['goal_id']}", "metric_goal_id": asked.query["goal_id"], "child_kr": below}
    return {"success": True, "data": {"totalCount": 1, "metric": [found]}}


def envelope(what: str, shape: Any = lambda found: found) -> Any:
    return lambda served: {
        "success": True,
        "data": {"totalCount": str(served.total), what: shape(list(served.records))},
    }


def flavour(shape: Any = lambda found: found, **more: Any) -> Flavour:
    """Its pages hold 50 at most, whatever is asked for."""
    teams = [{"team_id": id_, "team_name": name, "team_owner": "9001", "parent_team_id": ""} for id_, name in TEAMS]
    people = [{"user_id": id_, "first_name": name, "last_name": "", "email": email} for id_, name, email in PEOPLE]
    return Flavour(
        routes=[
            Listing(GOAL_PATH, of_status, envelope("goal", shape), paging="offset", **more),
            Listing(TEAM_PATH, lambda _: teams, envelope("team"), paging="offset"),
            Listing("/wb/apis/user", lambda _: people, envelope("user"), paging="offset"),
            Single(METRIC_PATH, metrics),
        ],
        credential=("Authorization", f"Bearer {SECRET}"),
        main=GOAL_PATH,
        error=lambda status: {"success": False, "error": "invalid", "error_description": f"Fault {status}"},
    )  # fmt: skip


def at(url: str) -> dict[str, Any]:
    return settings(f"{url}/wb/apis")


TROUBLES: Mapping[str, Case] = {name: case for name, case in CASES.items() if name != "a repeating token"}
"""An offset is our own: a tool that pays no heed to it has a test for itself."""


@pytest.mark.parametrize("name", TROUBLES)
def test_every_trouble_ends_in_a_document_or_in_one_clear_error(sync, name) -> None:
    # Links take a request for each goal: read where the whole is looked at.
    wanted = {"links": TROUBLES[name].ends == COMPLETE}
    outcome = sync(workboard, flavour(), lambda url: at(url) | wanted, TROUBLES[name].trouble)
    check_case(outcome, TROUBLES[name])
    if TROUBLES[name].ends == COMPLETE:
        # The closed goals are asked for after the trouble began: the first two of them are never seen.
        vanished = sorted(CLOSED)[:2] if TROUBLES[name].trouble.way == "vanishing" else []
        assert_whole(outcome, [node for node in NODES if node.id not in vanished and node.parent not in vanished])


def assert_whole(outcome: Any, nodes: list[Node]) -> None:
    """Every goal once, also those that moved between pages, with its key results and what it serves."""
    goals = [node for node in nodes if node.kind == "objective"]
    assert sorted(outcome.ids()) == [node.id for node in goals]
    assert sorted(outcome.ids("key_results")) == [node.id for node in nodes if node.kind == "key_result"]
    parents = {o["id"]: [link["id"] for link in o.get("parents", [])] for o in outcome.reading.document["objectives"]}
    assert parents == {node.id: [node.parent] if node.parent else [] for node in goals}


@pytest.mark.parametrize(
    "shape",
    [
        lambda found: {str(number): each for number, each in enumerate(found)} | {"goals_count": len(found)},
        lambda found: [{"user_id": "1", "user_email": "a@b.example", "people_goals": found[:20]},
                       {"user_id": "2", "people_goals": found[20:]}],
        lambda found: [{"team_id": 1, "team_name": "A", "team_goals": found}],
        lambda found: found[0] if len(found) == 1 else found,
    ],
    ids=["numbered", "by person", "by team", "single"],
)  # fmt: skip
def test_goals_are_found_in_every_shape_that_a_list_comes_in(sync, shape) -> None:
    outcome = sync(workboard, flavour(shape, size=300), lambda url: at(url) | {"links": False})
    assert outcome.ended == COMPLETE
    assert sorted(outcome.ids()) == [node.id for node in GOALS]


def test_a_tool_that_pays_no_heed_to_offsets_is_asked_no_further(sync) -> None:
    outcome = sync(workboard, flavour(token=lambda _: None), at)
    assert outcome.ended == PARTIAL
    assert [(m.scope, m.reason) for m in outcome.missing] == [
        ("goals after page 1", "The tool sent the same page again.")
    ]
    assert len(outcome.ids()) == 80


def test_goals_that_are_counted_and_not_answered_are_missing(sync) -> None:
    outcome = sync(workboard, flavour(lambda found: {"other": "shape"}), at)
    assert outcome.ended == ERROR
    assert "counts 290 and answered none from 0 on" in str(outcome.error)
    later = sync(workboard, flavour(lambda found: found if found[0]["goal_status"] == "1" else []), at)
    assert later.ended == PARTIAL
    assert len(later.ids()) == 290


def test_a_refusal_inside_an_answer_is_one_clear_error(sync) -> None:
    body = {
        "success": False,
        "error": "invalid_token",
        "error_description": f"The token {SECRET} is no Data-Admin token",
    }
    refusing = flavour()._replace(routes=[Single(GOAL_PATH, lambda _: body)])
    outcome = sync(workboard, refusing, at)
    assert "is no Data-Admin token" in str(outcome.error)


@pytest.mark.parametrize(("path", "scope"), [(TEAM_PATH, "teams"), (METRIC_PATH, "links: 320 of 320")])
def test_what_a_token_may_not_read_besides_goals_is_missing(sync, path, scope) -> None:
    outcome = sync(workboard, flavour(), at, Trouble("status", path=path, status=403))
    assert outcome.ended == PARTIAL
    assert [(missing.scope, missing.ids) for missing in outcome.missing] == [(scope, None)]
    assert len(outcome.ids()) == 320


def test_links_of_goals_that_are_not_found_are_missing(sync) -> None:
    outcome = sync(workboard, flavour(), at, Trouble("status", 3, 2, path=METRIC_PATH, status=404))
    assert [(missing.scope, missing.ids) for missing in outcome.missing] == [("links: 2 of 320", None)]


@pytest.mark.parametrize(("total", "missed"), [("1", []), (2, ["more links: 320 of 320"]), (None, [])])
def test_metrics_that_are_counted_and_not_answered_are_missing(sync, total, missed) -> None:
    def fewer(asked: Asked) -> dict[str, Any]:
        return {"success": True, "data": {**metrics(asked)["data"], "totalCount": total}}

    routes = [*flavour().routes[:3], Single(METRIC_PATH, fewer)]
    outcome = sync(workboard, flavour()._replace(routes=routes), at)
    assert [missing.scope for missing in outcome.missing] == missed
    assert any(objective.get("parents") for objective in outcome.reading.document["objectives"])


def test_only_what_is_wanted_is_asked_for(sync) -> None:
    outcome = sync(workboard, flavour(), lambda url: at(url) | {"links": False, "directory": False, "closed": False})
    assert outcome.ended == COMPLETE
    assert len(outcome.ids()) == 290
    assert {(asked.path, asked.query["goal_status"]) for asked in outcome.tool.asked} == {(GOAL_PATH, "1")}


def test_settings_name_every_fault() -> None:
    with pytest.raises(SourceError) as caught:
        settings_of("workboard", {"token": SECRET, "time_zone": "CEST+3", "closed": "sometimes"})
    assert {fault.pointer for fault in caught.value.faults} == {"/token", "/time_zone", "/closed"}
    assert SECRET not in str(caught.value)
