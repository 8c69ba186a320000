"""GitLab OKRs: the mapping on shapes from GitLab's reference, and a tool that runs the queries and misbehaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from connectors import gitlab, registry
from connectors.contract import Missing, Page, Reading
from tests.connectors import trouble
from tests.connectors.fake_tool import CYCLES, PEOPLE, SECRET, TEAMS, Flavour, Node, Single, Trouble, tree
from tests.connectors.graphql_tool import Change, connection, failing, paged, price, schema
from tests.connectors.trouble import CASES, COMPLETE, ERROR, PARTIAL, REFERENCE, Sync, check_case
from validator.document.load import load
from validator.document.normalise import normalise


@pytest.fixture(autouse=True)
def _time_to_run_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server runs queries in Python: a busy machine needs more than an answer that lies ready."""
    monkeypatch.setattr(trouble, "PATIENCE", 1.0)


SCHEMA = schema("gitlab")
API = "/api/graphql"
GID = "gid://gitlab/WorkItem/{}"
ANN = {"id": "gid://gitlab/User/1", "name": "Ann", "username": "ann", "publicEmail": "ann@alder.example"}
BEN = {"id": "gid://gitlab/User/2", "name": "Ben", "username": "ben", "publicEmail": None}
Q4 = {"id": "gid://gitlab/Milestone/7", "title": "Q4 FY26", "startDate": "2026-10-01", "dueDate": "2026-12-31"}


def settings(url: str = "https://gitlab.com", **more: Any) -> dict[str, Any]:
    place = {} if "group" in more else {"project": "acme/okrs"}
    return registry.settings_of("gitlab", {"token": REFERENCE, "base_url": url, **place, **more})


def item(number: Any, kind: str = "Objective", title: str = "Win", **more: Any) -> dict[str, Any]:
    """A work item as GitLab answers it to the connector's query."""
    given = {
        "description": "Why", "assignees": [ANN], "parent": None, "milestone": Q4, "labels": ["team::Growth", "north star"],
        "health": "onTrack", "progress": 40, "values": (None, None, None), "days": (None, None), "state": "OPEN", **more,
    }  # fmt: skip
    start, current, end = given["values"]
    return {
        "id": GID.format(number), "title": title, "state": given["state"], "webUrl": f"https://gitlab.com/acme/okrs/-/work_items/{number}",
        "workItemType": {"name": kind}, "author": BEN,
        "widgets": [
            {"__typename": "WorkItemWidgetDescription", "description": given["description"]},
            {"__typename": "WorkItemWidgetAssignees", "assignees": connection(given["assignees"])},
            {"__typename": "WorkItemWidgetHierarchy", "parent": {"id": GID.format(given["parent"])} if given["parent"] else None},
            {"__typename": "WorkItemWidgetMilestone", "milestone": given["milestone"]},
            {"__typename": "WorkItemWidgetStartAndDueDate", "startDate": given["days"][0], "dueDate": given["days"][1]},
            {"__typename": "WorkItemWidgetLabels", "labels": connection([{"title": label} for label in given["labels"]])},
            {"__typename": "WorkItemWidgetHealthStatus", "healthStatus": given["health"]},
            {"__typename": "WorkItemWidgetProgress", "progress": given["progress"], "startValue": start, "currentValue": current,
             "endValue": end, "updatedAt": "2026-11-02T23:53:06Z"},
            {"__typename": "WorkItemWidgetLinkedItems"},
        ],
    }  # fmt: skip


def mapped(*items: Any, missing: Sequence[Missing] = (), **more: Any) -> Reading:
    reading = gitlab.to_document([Page("work items", items), *missing], settings(**more))
    load(reading.document)
    return reading


def test_an_objective_has_its_assignee_milestone_health_and_progress() -> None:
    document = mapped(item(1)).document
    assert document["objectives"] == [
        {
            "id": GID.format(1), "title": "Win", "description": "Why", "cycle": Q4["id"], "status": "on_track", "progress": 40,
            "updated_at": "2026-11-02", "created_by": BEN["id"], "url": "https://gitlab.com/acme/okrs/-/work_items/1",
            "tags": ["team::Growth", "north star"], "owners": [{"person": ANN["id"], "primary": True}],
        }
    ]  # fmt: skip
    assert document["cycles"] == [{"id": Q4["id"], "name": "Q4 FY26", "start": "2026-10-01", "end": "2026-12-31"}]
    assert document["people"] == [
        {"id": ANN["id"], "name": "Ann", "email": "ann@alder.example"}, {"id": BEN["id"], "name": "Ben"}
    ]  # fmt: skip
    assert document["source"]["tool"] == "GitLab"
    assert document["source"]["url"] == "https://gitlab.com/acme/okrs"


def test_a_key_result_lies_in_its_parent_with_its_values_and_days() -> None:
    below = item(2, "Key Result", "Grow", parent=1, values=(10, 25, 60), days=("2026-10-05", "2026-12-20"), labels=[])
    (objective,) = mapped(item(1), below).document["objectives"]
    (found,) = objective["key_results"]
    assert (found["start"], found["current"], found["target"]) == (10, 25, 60)
    assert (found["start_date"], found["due"], found["owner"]) == ("2026-10-05", "2026-12-20", ANN["id"])


def test_a_key_result_whose_parent_was_not_read_stays_a_link() -> None:
    (loose,) = mapped(item(2, "Key Result", parent=9)).document["key_results"]
    assert loose["parents"] == [{"id": GID.format(9), "kind": "parent"}]


def test_an_objective_below_another_is_linked_to_it() -> None:
    document = mapped(item(1), item(2, parent=1), item(3, parent=3)).document
    assert [each.get("parents") for each in document["objectives"]] == [
        None, [{"id": GID.format(1), "kind": "parent"}], None
    ]  # fmt: skip


def test_of_several_assignees_none_is_marked_accountable() -> None:
    reading = mapped(item(1, assignees=[ANN, BEN, ANN]), item(2, "Key Result", parent=1, assignees=[BEN, ANN]))
    (objective,) = reading.document["objectives"]
    assert objective["owners"] == [{"person": ANN["id"]}, {"person": BEN["id"]}]
    assert objective["key_results"][0]["owner"] == BEN["id"]
    assert reading.notes == ("Key results with several assignees, of whom the first was taken: 1.",)


@pytest.mark.parametrize(
    ("state", "health", "status"),
    [("OPEN", "onTrack", "on_track"), ("OPEN", "needsAttention", "at_risk"), ("OPEN", "atRisk", "at_risk"),
     ("OPEN", None, "active"), ("CLOSED", "onTrack", "closed")],
)  # fmt: skip
def test_what_is_closed_is_closed_and_the_rest_has_its_health(state, health, status) -> None:
    assert mapped(item(1, state=state, health=health)).document["objectives"][0]["status"] == status


def test_scoped_labels_are_teams_only_where_that_is_set() -> None:
    plain = mapped(item(1)).document
    assert "team" not in plain["objectives"][0]
    assert "teams" not in plain["source"]["provides"]
    named = mapped(item(1), item(2, "Key Result", parent=1), team_label="team").document
    assert named["objectives"][0]["team"] == named["objectives"][0]["key_results"][0]["lead_team"] == "Growth"
    assert named["teams"] == [{"id": "Growth", "name": "Growth"}]
    assert "teams" in named["source"]["provides"]


def test_links_between_work_items_are_not_claimed_as_dependencies() -> None:
    assert "dependencies" not in gitlab.PROVIDES
    assert all("linkedItems" not in query for query in gitlab.QUERIES.values())


def test_the_price_of_the_query_is_far_from_gitlabs_limit_even_for_the_largest_page() -> None:
    assert {price(query, gitlab._AT_ONCE) for query in gitlab.QUERIES.values()} == {66.0}


@pytest.mark.parametrize("value", [None, [], {}, "x", 7, True, [1], {"name": None}])
@pytest.mark.parametrize("field", sorted(item(1)))
def test_no_shape_of_a_field_breaks_the_reading(field, value) -> None:
    mapped(item(1), {**item(2), field: value}, value)


@pytest.mark.parametrize(
    ("given", "pointers"),
    [({"project": None}, {"/project"}), ({"project": "a/b", "group": "a"}, {"/project"}), ({"group": "a b"}, {"/group"}),
     ({"project": "a", "token": SECRET}, {"/token"})],
)  # fmt: skip
def test_settings_name_one_place(given, pointers) -> None:
    with pytest.raises(registry.SourceError) as caught:
        registry.settings_of("gitlab", {"token": REFERENCE} | {key: said for key, said in given.items() if said})
    assert {fault.pointer for fault in caught.value.faults} == pointers
    assert SECRET not in str(caught.value)


# A GitLab that runs the queries

NODES = tree(72, 24)


def gitlab_item(node: Node) -> dict[str, Any]:
    people, (cycle, name, start, end) = {each[0]: each for each in PEOPLE}, CYCLES[0]
    id_, person, email = people[node.owner]
    return item(
        node.id, "Key Result" if node.kind == "key_result" else "Objective", node.title, parent=node.parent,
        assignees=[{"id": f"gid://gitlab/User/{id_}", "name": person, "username": person, "publicEmail": email}],
        milestone={"id": cycle, "title": name, "startDate": start, "dueDate": end}, labels=[f"team::{dict(TEAMS)[node.team]}"],
        values=(int(node.start), int(node.current), int(node.target)) if node.kind == "key_result" else (None, None, None),
    )  # fmt: skip


ITEMS = [gitlab_item(node) for node in NODES]


def flavour(changes: Mapping[int, Change] = {}, where: str = "project") -> Flavour:
    return Flavour(
        (paged(SCHEMA, API, (where, "workItems"), lambda _asked: ITEMS, size=24, changes=changes),),
        credential=("PRIVATE-TOKEN", SECRET),
        main=API,
        error=lambda status: {"errors": [{"message": f"Fault {status}"}]},
    )


def test_a_tree_arrives_whole_over_pages(sync: Sync) -> None:
    outcome = sync(gitlab, flavour(), lambda url: settings(url, team_label="team"))
    assert outcome.ended == COMPLETE
    objectives = {GID.format(node.id): node for node in NODES if node.kind == "objective"}
    assert set(outcome.ids()) == set(objectives)
    document = outcome.reading.document
    for found in document["objectives"]:
        node = objectives[found["id"]]
        assert [link["id"] for link in found.get("parents", [])] == ([GID.format(node.parent)] if node.parent else [])
        assert (found["title"], found["team"]) == (node.title, dict(TEAMS)[node.team])
    homes = {each["id"]: found["id"] for found in document["objectives"] for each in found.get("key_results", [])}
    assert homes == {GID.format(node.id): GID.format(node.parent) for node in NODES if node.kind == "key_result"}
    assert {person.get("email") for person in document["people"]} == {email for _, _, email in PEOPLE} | {None}
    assert [each.done for each in outcome.progress] == [24, 48, 72, 96]
    normalise(document)


def test_a_group_is_asked_with_all_below_it_and_only_open_ones_where_that_is_set(sync: Sync) -> None:
    outcome = sync(gitlab, flavour(where="group"), lambda url: settings(url, group="acme", closed=False))
    assert outcome.ended == COMPLETE
    assert all("includeDescendants: true" in asked.body["query"] for asked in outcome.tool.asked)
    assert {(asked.body["variables"]["path"], asked.body["variables"]["state"]) for asked in outcome.tool.asked} == {("acme", "opened")}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_trouble_ends_in_a_document_or_in_one_clear_error(sync: Sync, name: str) -> None:
    case = CASES[name]
    outcome = sync(gitlab, flavour(), settings, case.trouble)
    check_case(outcome, case)
    if case.ends == PARTIAL:
        after = 2 if name == "a repeating token" else 1
        assert [missing.scope for missing in outcome.missing] == [f"work items after page {after}"]


# Errors of GraphQL, which come in a good answer

COSTLY = {"message": "Query has complexity of 66, which exceeds max complexity of 50"}
THROTTLED = {"message": "This endpoint has been requested too many times. Try again later."}
BROKEN = {"message": "Internal server error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}


def test_where_a_page_is_too_costly_smaller_ones_are_asked_for(sync: Sync) -> None:
    def refuse(found: dict[str, Any]) -> dict[str, Any]:
        return {"errors": [COSTLY]}

    outcome = sync(gitlab, flavour({1: refuse, 2: refuse, 4: refuse}), settings)
    assert outcome.ended == COMPLETE
    assert len(outcome.ids()) + len(outcome.ids("key_results")) == len(NODES)
    assert [asked.body["variables"]["first"] for asked in outcome.tool.asked] == [50, 25, 12, 12, 6, 6, 6]
    assert outcome.waits == []


def test_a_query_that_is_too_costly_at_any_size_is_one_clear_error(sync: Sync) -> None:
    outcome = sync(gitlab, flavour(dict.fromkeys(range(1, 20), failing(COSTLY))), settings)
    assert outcome.ended == ERROR
    assert "which exceeds max complexity of 50" in str(outcome.error)
    assert [asked.body["variables"]["first"] for asked in outcome.tool.asked] == [50, 25, 12, 6, 3, 1]


@pytest.mark.parametrize("error", [THROTTLED, BROKEN])
def test_throttling_and_inner_faults_are_waited_for(sync: Sync, error: dict[str, Any]) -> None:
    outcome = sync(gitlab, flavour({2: failing(error), 3: failing(error)}), settings)
    assert outcome.ended == COMPLETE
    assert len(outcome.waits) == 2
    assert outcome.waits[1] >= 2


def test_throttling_without_end_leaves_what_was_read(sync: Sync) -> None:
    outcome = sync(gitlab, flavour(dict.fromkeys(range(2, 50), failing(THROTTLED))), settings)
    assert outcome.ended == PARTIAL
    assert outcome.missing[0].scope == "work items after page 1"
    assert "requested too many times" in outcome.missing[0].reason
    assert len(outcome.tool.asked) == 7


def test_a_project_that_is_not_there_or_not_seen_is_one_clear_error(sync: Sync) -> None:
    nothing = Flavour(
        (Single(API, lambda _asked: {"data": {"project": None}}, method="POST"),), ("PRIVATE-TOKEN", SECRET), API
    )
    outcome = sync(gitlab, nothing, settings)
    assert "there is no “project.workItems”" in str(outcome.error)
    assert "can see them" in outcome.error.faults[0].hint


def test_what_the_schema_does_not_know_is_told_in_its_words(sync: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = gitlab.QUERIES["project"].replace("webUrl", "webURL")
    monkeypatch.setitem(gitlab.QUERIES, "project", wrong)
    outcome = sync(gitlab, flavour(), settings)
    assert "Cannot query field 'webURL' on type 'WorkItem'" in str(outcome.error)
    assert len(outcome.tool.asked) == 1


def test_more_assignees_than_are_read_make_the_reading_incomplete(sync: Sync) -> None:
    many = item(1)
    many["widgets"][1]["assignees"] = connection([ANN, BEN], "more")
    one = Flavour(
        (paged(SCHEMA, API, ("project", "workItems"), lambda _asked: [many, item(2)]),), ("PRIVATE-TOKEN", SECRET), API
    )
    outcome = sync(gitlab, one, settings)
    assert [(missing.scope, missing.ids) for missing in outcome.missing] == [
        ("parts of work items on page 1", (GID.format(1),))
    ]


def test_a_trouble_of_the_connection_comes_before_one_of_graphql(sync: Sync) -> None:
    outcome = sync(gitlab, flavour({1: failing(BROKEN)}), settings, Trouble("status", 1, 1, status=503))
    assert outcome.ended == COMPLETE
