"""Atlassian Goals: the mapping on shapes from the types that Atlassian publishes, and a tool that runs the queries."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from connectors import atlassian_goals, registry
from connectors.atlassian.documents import text_of
from connectors.contract import Missing, Page, Reading
from connectors.http.scrub import Scrubber
from tests.connectors import trouble
from tests.connectors.fake_tool import PEOPLE, SECRET, TEAMS, Asked, Flavour, Node, Single, Trouble, tree
from tests.connectors.graphql_tool import Change, connection, failing, paged, schema, single
from tests.connectors.trouble import CASES, COMPLETE, ERROR, PARTIAL, REFERENCE, Sync, check_case
from validator.document.load import load
from validator.document.normalise import normalise


@pytest.fixture(autouse=True)
def _time_to_run_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server runs queries in Python: a busy machine needs more than an answer that lies ready."""
    monkeypatch.setattr(trouble, "PATIENCE", 1.0)


SCHEMA = schema("atlassian")
API = "/graphql"
CLOUD = "0ee6b491-5425-4f19-a71e-2486784ad694"
EMAIL = "okr-reader@acme.example"
BASIC = f"Basic {base64.b64encode(f'{EMAIL}:{SECRET}'.encode()).decode()}"
ANN = {"__typename": "AtlassianAccountUser", "accountId": "557058:ann", "name": "Ann"}


def ari(number: Any) -> str:
    return f"ari:cloud:townsquare:{CLOUD}:goal/{number}"


def settings(url: str = "https://acme.atlassian.net/gateway/api", **more: Any) -> dict[str, Any]:
    given = {"site": "acme.atlassian.net", "email": EMAIL, "token": REFERENCE, "base_url": url, **more}
    return registry.settings_of("atlassian-goals", given)


def target(
    number: Any, start: float, now: float | None, end: float, kind: str = "NUMERIC", **more: Any
) -> dict[str, Any]:
    """A metric target."""
    metric = {
        "name": f"Metric {number}",
        "type": kind,
        "subType": None,
        "latestValue": {"value": 7.5, "time": None},
        **more,
    }
    value = None if now is None else {"value": now, "time": "2026-11-02T09:30:00Z"}
    return {"id": f"t{number}", "startValue": start, "targetValue": end, "snapshotValue": value, "metric": metric}


def goal(number: Any, name: str = "Win", **more: Any) -> dict[str, Any]:
    """A goal as Atlassian answers it to the connector's query."""
    lists = {field: connection(more.pop(field, ())) for field in ("teams", "tags", "metricTargets")}
    measures = connection([{"id": ari(each)} for each in more.pop("measures", ())])
    above = more.pop("above", None)
    return {
        "id": ari(number), "name": name, "url": f"https://home.atlassian.com/o/1/s/{CLOUD}/goal/ACME-{number}",
        "description": None, "startDate": "2026-10-01", "isArchived": False, "latestUpdateDate": "2026-11-02T23:53:06Z",
        "targetDate": {"dateRange": {"start": "2026-10-01T00:00:00Z", "end": "2026-12-31T00:00:00Z"}},
        "status": {"value": "on_track"}, "progress": {"percentage": 40.0}, "owner": ANN,
        "parentGoal": {"id": ari(above)} if above else None, **lists, "successMeasures": measures, **more,
    }  # fmt: skip


def mapped(*goals: Any, missing: Sequence[Missing] = ()) -> Reading:
    reading = atlassian_goals.to_document([Page("goals", goals), *missing], settings())
    load(reading.document)
    return reading


def only(reading: Reading) -> dict[str, Any]:
    (objective,) = reading.document["objectives"]
    return objective


def test_a_goal_is_an_objective_of_its_one_owner() -> None:
    reading = mapped(goal(1, tags=[{"name": "north star"}], above=9))
    assert only(reading) == {
        "id": ari(1), "title": "Win", "status": "on_track", "progress": 40, "updated_at": "2026-11-02",
        "url": f"https://home.atlassian.com/o/1/s/{CLOUD}/goal/ACME-1", "tags": ["north star"],
        "owners": [{"person": "557058:ann", "primary": True}], "parents": [{"id": ari(9), "kind": "parent"}],
        "start": "2026-10-01", "end": "2026-12-31",
    }  # fmt: skip
    assert reading.document["people"] == [{"id": "557058:ann", "name": "Ann"}]
    assert reading.document["organisation"] == {"name": "acme.atlassian.net"}


def test_metrics_of_a_goal_are_its_key_results() -> None:
    metrics = [target(1, 10, 25.5, 60), target(2, 0, None, 90, "PERCENTAGE"), target(3, 5, 3, 1, "CURRENCY", subType="EUR"),
               target(4, 1, 1, 2, "CURRENCY", name=None)]  # fmt: skip
    assert only(mapped(goal(1, metricTargets=metrics)))["key_results"] == [
        {"id": "t1", "title": "Metric 1", "owner": "557058:ann", "start": 10, "target": 60, "current": 25.5, "updated_at": "2026-11-02"},
        {"id": "t2", "title": "Metric 2", "owner": "557058:ann", "unit": "%", "start": 0, "target": 90, "current": 7.5},
        {"id": "t3", "title": "Metric 3", "owner": "557058:ann", "unit": "EUR", "start": 5, "target": 1, "current": 3, "updated_at": "2026-11-02"},
        {"id": "t4", "title": "Win", "owner": "557058:ann", "unit": "currency", "start": 1, "target": 2, "current": 1, "updated_at": "2026-11-02"},
    ]  # fmt: skip


def test_a_success_measure_is_a_key_result_of_the_goal_that_it_measures() -> None:
    measure = goal(2, "Grow", above=1, metricTargets=[target(1, 10, 25, 60), target(2, 0, 0, 1)], owner=None)
    reading = mapped(measure, goal(1, measures=[2]))
    (found,) = only(reading)["key_results"]
    assert (found["id"], found["title"], found["metric"]) == (ari(2), "Grow", "Metric 1")
    assert (found["start"], found["current"], found["target"], found["due"]) == (10, 25, 60, "2026-12-31")
    assert "owner" not in found
    assert reading.notes == ("Success measures with several metrics, of which the first was taken: 1.",)


def test_one_team_owns_a_goal_and_of_several_all_contribute() -> None:
    growth, sales = {"id": "team-1", "displayName": "Growth"}, {"id": "team-2", "displayName": "Sales"}
    first, second = mapped(goal(1, teams=[growth]), goal(2, teams=[growth, sales])).document["objectives"]
    assert first["team"] == "team-1"
    assert "contributors" not in first
    assert "team" not in second
    assert second["contributors"] == [{"team": "team-1"}, {"team": "team-2"}]


@pytest.mark.parametrize(
    ("value", "archived", "status"),
    [("pending", False, "not_started"), ("at_risk", False, "at_risk"), ("off_track", False, "off_track"), ("done", True, "done"),
     ("paused", False, "postponed"), ("on_track", True, "closed"), ("cancelled", True, "cancelled"), (None, False, None)],
)  # fmt: skip
def test_an_archived_goal_is_closed_unless_it_came_to_an_end(value, archived, status) -> None:
    assert only(mapped(goal(1, status={"value": value}, isArchived=archived))).get("status") == status


def document_of(*content: dict[str, Any]) -> str:
    return json.dumps({"version": 1, "type": "doc", "content": content})


def paragraph(*texts: Any) -> dict[str, Any]:
    nodes = [
        {"type": "text", "text": each, "marks": [{"type": "strong"}]} if isinstance(each, str) else each
        for each in texts
    ]
    return {"type": "paragraph", "content": nodes}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (document_of(paragraph("Why it ", "matters"), paragraph(), paragraph("Second")), "Why it matters\nSecond"),
        (document_of({"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph("one"), paragraph("more")]},
                                                        {"type": "listItem", "content": [paragraph("two")]}]}), "- one\nmore\n- two"),
        (document_of(paragraph("for ", {"type": "mention", "attrs": {"id": "1", "text": "@Ann"}}, {"type": "hardBreak"}, "now")), "for @Ann\nnow"),
        (document_of(paragraph({"type": "inlineCard", "attrs": {"url": "https://acme.example"}})), "https://acme.example"),
        (document_of({"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Head"}]}, paragraph("Body")), "Head\nBody"),
        (document_of(), ""), ("Plain", "Plain"), ("{broken", "{broken"), ('{"type": "other"}', '{"type": "other"}'), ("[1]", "[1]"),
        (document_of(*({"type": 7, "content": "x"}, "odd", None)), ""),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_the_text_of_a_formatted_description_is_read(written, text) -> None:
    assert text_of(written) == text
    assert only(mapped(goal(1, description=written))).get("description", "") == text


def test_a_document_nested_without_end_is_read_to_a_depth() -> None:
    node: dict[str, Any] = {"type": "text", "text": "deep"}
    for _ in range(100):
        node = {"type": "blockquote", "content": [node]}
    assert text_of(document_of(paragraph("top"), node)) == "top"


@pytest.mark.parametrize("value", [None, [], {}, "x", 7, True, [1], {"edges": [None, {"node": 3}]}])
@pytest.mark.parametrize("field", sorted(goal(1)))
def test_no_shape_of_a_field_breaks_the_reading(field, value) -> None:
    mapped(goal(1, measures=[3]), {**goal(2), field: value}, goal(3), value)


def test_settings_name_every_fault_and_no_secret() -> None:
    with pytest.raises(registry.SourceError) as caught:
        registry.settings_of("atlassian-goals", {"site": "https://acme.atlassian.net", "email": "ann", "token": SECRET})
    assert {fault.pointer for fault in caught.value.faults} == {"/site", "/email", "/token"}
    assert SECRET not in str(caught.value)


# A site that runs the queries

NODES = tree(72, 24)
GOALS = [node for node in NODES if node.kind == "objective"]


def site_goal(node: Node) -> dict[str, Any]:
    people = {id_: {**ANN, "accountId": id_, "name": name} for id_, name, _ in PEOPLE}
    below = [other for other in NODES if other.kind == "key_result" and other.parent == node.id]
    return goal(
        node.id, node.title, above=node.parent, owner=people[node.owner],
        teams=[{"id": node.team, "displayName": dict(TEAMS)[node.team]}],
        metricTargets=[target(each.id, each.start, each.current, each.target) for each in below],
    )  # fmt: skip


ALL = [site_goal(node) for node in GOALS]


def flavour(changes: Mapping[int, Change] = {}, goals: Sequence[Any] = ALL, more: Sequence[Any] = ()) -> Flavour:
    def by_ids(asked: Asked) -> list[Any]:
        return [each for each in (*goals, *more) if each["id"] in asked.body["variables"]["ids"]]

    return Flavour(
        (
            single(SCHEMA, API, "tenantContexts", lambda asked: [{"cloudId": CLOUD}] if asked.body["variables"]["hosts"] == ["acme.atlassian.net"] else []),
            single(SCHEMA, API, "goals_byIds", by_ids),
            # Trouble is counted by path: only the list of goals has this one.
            paged(SCHEMA, "/{api}", ("goals_search",), lambda _asked: goals, size=24, changes=changes),
        ),
        credential=("Authorization", BASIC),
        main="/{api}",
        error=lambda status: {"message": f"Fault {status}"},
    )  # fmt: skip


def test_a_tree_arrives_whole_over_pages(sync: Sync) -> None:
    outcome = sync(atlassian_goals, flavour(), settings)
    assert outcome.ended == COMPLETE
    document = outcome.reading.document
    parents = {each["id"]: [link["id"] for link in each.get("parents", [])] for each in document["objectives"]}
    assert parents == {ari(node.id): [ari(node.parent)] if node.parent else [] for node in GOALS}
    homes = {each["id"]: found["id"] for found in document["objectives"] for each in found.get("key_results", [])}
    assert homes == {f"t{node.id}": ari(node.parent) for node in NODES if node.kind == "key_result"}
    asked = [question.body["variables"] for question in outcome.tool.asked]
    assert asked[0] == {"hosts": ["acme.atlassian.net"]}
    assert asked[1]["container"] == f"ari:cloud:townsquare::site/{CLOUD}"
    assert [each.done for each in outcome.progress] == [24, 48, 72]
    normalise(document)


def test_success_measures_that_the_search_leaves_out_are_asked_for_by_id(sync: Sync) -> None:
    goals = [goal(1, measures=[2, 3]), goal(3, "Listed", above=1)]
    measure = goal(2, "Left out", above=1, metricTargets=[target(1, 0, 4, 8)])
    outcome = sync(atlassian_goals, flavour(goals=goals, more=[measure]), settings)
    assert outcome.ended == COMPLETE
    assert outcome.ids("key_results") == [ari(3), ari(2)]
    assert outcome.tool.asked[-1].body["variables"] == {"ids": [ari(2)]}


def test_success_measures_that_cannot_be_read_are_named(sync: Sync) -> None:
    tool = flavour(goals=[goal(1, measures=[2])])
    refused = Single(API, lambda _asked: failing({"message": "No", "extensions": {"statusCode": 403}})({}), method="POST",
                     when=lambda asked: "goals_byIds" in asked.body["query"])  # fmt: skip
    outcome = sync(atlassian_goals, tool._replace(routes=(refused, *tool.routes)), settings)
    assert [(missing.scope, missing.ids) for missing in outcome.missing] == [("success measures", (ari(2),))]
    assert outcome.ids() == [ari(1)]


def by_ids(answer: Any) -> Single:
    """A site that answers this to the question for goals by their ids."""
    return Single(API, lambda _asked: {"data": {"goals_byIds": answer}}, "POST",
                  when=lambda asked: "goals_byIds" in asked.body["query"])  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "absent"),
    [
        ([goal(2), None], [ari(3)]),
        ([None, None], [ari(2), ari(3)]),
        ([], [ari(2), ari(3)]),
        (None, [ari(2), ari(3)]),
        ("odd", [ari(2), ari(3)]),
        ([goal(3), {**goal(2), "id": None}], [ari(2)]),
    ],
)
def test_success_measures_that_do_not_come_are_named(sync: Sync, answer: Any, absent: list[str]) -> None:
    tool = flavour(goals=[goal(1, measures=[2, 3])])
    outcome = sync(atlassian_goals, tool._replace(routes=(by_ids(answer), *tool.routes)), settings)
    assert [(missing.scope, missing.ids) for missing in outcome.missing] == [("success measures", tuple(absent))]
    assert outcome.ids() == [ari(1)]


def test_success_measures_with_more_than_is_read_are_named(sync: Sync) -> None:
    cut = goal(2, metricTargets=[target(1, 0, 4, 8)])
    cut["metricTargets"]["pageInfo"]["hasNextPage"] = True
    tool = flavour(goals=[goal(1, measures=[2, 3])], more=[cut, goal(3)])
    outcome = sync(atlassian_goals, tool, settings)
    assert [(missing.scope, missing.ids) for missing in outcome.missing] == [("parts of success measures", (ari(2),))]
    assert outcome.ids("key_results") == [ari(2), ari(3)]


def test_a_goal_whose_success_measures_come_empty_makes_the_reading_incomplete(sync: Sync) -> None:
    hiding = goal(1, measures=[3])
    hiding["successMeasures"]["edges"].append({"node": None})
    outcome = sync(atlassian_goals, flavour(goals=[hiding, goal(2), goal(3)]), settings)
    assert [(missing.scope, missing.ids) for missing in outcome.missing] == [
        ("success measures of some goals", (ari(1),))
    ]


def test_what_measures_a_success_measure_is_told_where_it_is_not_asked_for(sync: Sync) -> None:
    outcome = sync(atlassian_goals, flavour(goals=[goal(1, measures=[2])], more=[goal(2, measures=[1, 3])]), settings)
    assert [(missing.scope, missing.ids) for missing in outcome.missing] == [
        ("success measures of success measures", (ari(3),))
    ]


@pytest.mark.parametrize("name", CASES)
def test_every_trouble_ends_in_a_document_or_in_one_clear_error(sync: Sync, name: str) -> None:
    case = CASES[name]
    outcome = sync(atlassian_goals, flavour(), settings, case.trouble)
    check_case(outcome, case)
    if case.ends == PARTIAL:
        after = 2 if name == "a repeating token" else 1
        assert [missing.scope for missing in outcome.missing] == [f"goals after page {after}"]


def test_the_bare_token_is_scrubbed_although_the_header_holds_it_encoded(sync: Sync) -> None:
    echo = Single(
        API,
        lambda asked: failing({"message": f"Bad token {SECRET} in {asked.headers['authorization']}"})({}),
        method="POST",
    )
    outcome = sync(atlassian_goals, Flavour((echo,), ("Authorization", BASIC), API), settings)
    assert outcome.ended == ERROR
    assert Scrubber([SECRET, BASIC, BASIC.removeprefix("Basic ")])(str(outcome.error)) == str(outcome.error)


# Partial data with errors


def without_owner(found: dict[str, Any], *numbers: int) -> dict[str, Any]:
    errors = []
    for number in numbers:
        found["data"]["goals_search"]["edges"][number]["node"]["owner"] = None
        path = ["goals_search", "edges", number, "node", "owner"]
        errors.append(
            {"message": "User service refused", "path": path, "extensions": {"statusCode": 403, "errorType": "X"}}
        )
    return {**found, "errors": errors}


def test_errors_beside_data_name_the_goals_that_they_concern(sync: Sync) -> None:
    outcome = sync(atlassian_goals, flavour({2: lambda found: without_owner(found, 0, 5)}), settings)
    (missing,) = outcome.missing
    assert missing.scope == "parts of goals on page 2"
    assert missing.reason.endswith("/graphql: answered with an error: “User service refused”.")
    assert missing.ids == (ari(GOALS[24].id), ari(GOALS[29].id))
    assert len(outcome.ids()) == len(GOALS)
    assert outcome.waits == []


def test_an_error_that_names_no_goal_concerns_any(sync: Sync) -> None:
    outcome = sync(
        atlassian_goals,
        flavour({1: lambda found: {**found, "errors": [{"message": "Something was left out"}]}}),
        settings,
    )
    assert [missing.ids for missing in outcome.missing] == [None]


def test_a_goal_that_comes_empty_makes_the_reading_incomplete(sync: Sync) -> None:
    def empty(found: dict[str, Any]) -> dict[str, Any]:
        found["data"]["goals_search"]["edges"][3]["node"] = None
        return found

    outcome = sync(atlassian_goals, flavour({1: empty}), settings)
    assert [(missing.reason, missing.ids) for missing in outcome.missing] == [
        ("It came empty, with no error beside it.", None)
    ]
    assert len(outcome.ids()) == len(GOALS) - 1


@pytest.mark.parametrize(
    ("error", "says", "waits"),
    [
        ({"message": "Go away", "extensions": {"statusCode": 401}}, "Go away", 0),
        ({"message": "Not yours", "extensions": {"code": "FORBIDDEN"}}, "Not yours", 0),
        ({"message": "Slow down", "extensions": {"errorType": "RATE_LIMITED"}}, "Slow down", 5),
        ({"message": "Oops", "extensions": {"statusCode": 502}}, "Oops", 5),
        ("words only", "words only", 0),
        ({}, "an error without words", 0),
    ],
)
def test_errors_without_data_are_one_clear_error(sync: Sync, error: Any, says: str, waits: int) -> None:
    outcome = sync(atlassian_goals, flavour(dict.fromkeys(range(1, 9), failing(error))), settings)
    assert outcome.ended == ERROR
    assert says in str(outcome.error)
    assert len(outcome.waits) == waits


def test_throttling_that_says_when_is_waited_for(sync: Sync) -> None:
    outcome = sync(
        atlassian_goals, flavour(), settings, Trouble("status", 2, 1, status=429, headers={"Retry-After": "7"})
    )
    assert outcome.ended == COMPLETE
    assert 7 <= outcome.waits[0] <= 8


def test_a_fault_in_part_of_the_data_is_asked_about_again_and_then_told(sync: Sync) -> None:
    def broken(found: dict[str, Any]) -> dict[str, Any]:
        return {
            **found,
            "errors": [{"message": "Down", "extensions": {"statusCode": 503}, "path": ["goals_search", "edges", 0]}],
        }

    outcome = sync(atlassian_goals, flavour({2: broken}), settings)
    assert (outcome.ended, len(outcome.waits)) == (COMPLETE, 1)
    outcome = sync(atlassian_goals, flavour(dict.fromkeys(range(2, 5), broken)), settings)
    assert (outcome.ended, len(outcome.waits)) == (PARTIAL, 2)
    assert outcome.missing[0].ids == (ari(GOALS[24].id),)


def test_a_site_that_atlassian_does_not_know_is_one_clear_error(sync: Sync) -> None:
    outcome = sync(atlassian_goals, flavour(), lambda url: settings(url, site="other.atlassian.net"))
    assert [(fault.pointer, fault.message) for fault in outcome.error.faults] == [
        ("/site", "Atlassian knows no site “other.atlassian.net”.")
    ]
