"""Asana Goals: the mapping on shapes from Asana's documentation, its own specification, and a tool in trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from connectors import asana, registry
from connectors.contract import Missing, Page, Reach, Reading
from tests.connectors import fake_tool
from tests.connectors.fake_tool import CYCLES, LOOPBACK, PEOPLE, SECRET, TEAMS, Asked, Flavour, Listing, Node, Trouble
from tests.connectors.trouble import CASES, COMPLETE, HOLDER, PARTIAL, REFERENCE, Sync, check_case
from validator.document.load import load
from validator.document.normalise import normalise

WORKSPACE = "1200000000000001"
PERCENT = {"gid": "m", "unit": "percentage", "initial_number_value": 0, "target_number_value": 1, "current_number_value": 0.4, "progress_source": "manual"}  # fmt: skip


def settings(url: str = "https://app.asana.com/api/1.0", **more: Any) -> dict[str, Any]:
    given = {"token": REFERENCE, "workspace": WORKSPACE, "base_url": url, **more}
    return registry.settings_of("asana", given)


# The mapping


def goal(gid: str, name: str = "Win", **more: Any) -> dict[str, Any]:
    """A goal as Asana's specification shows it."""
    return {
        "gid": gid, "resource_type": "goal", "name": name, "notes": "", "start_on": None, "due_on": "2026-12-31",
        "is_workspace_level": False, "status": "green", "team": None, "time_period": None, "metric": None,
        "owner": {"gid": "9001", "resource_type": "user", "name": "Ann"}, "workspace": {"gid": WORKSPACE, "name": "Acme"},
        "followers": [{"gid": "9007", "name": "Follower"}], **more,
    }  # fmt: skip


def below(gid: str, *subgoals: str, kind: str = "subgoal", weight: float = 1.0) -> dict[str, Any]:
    relations = [
        {"gid": f"r{gid}{sub}", "resource_subtype": kind, "contribution_weight": weight,
         "supporting_resource": {"gid": sub, "resource_type": "project", "name": f"Resource {sub}"}}
        for sub in subgoals
    ]  # fmt: skip
    return {"goal": gid, "supported_by": relations}


def mapped(goals: Iterable[dict[str, Any]], relations: Iterable[dict[str, Any]] = (), **more: Any) -> Reading:
    goals = list(goals)
    told = [*relations]
    told += [below(each["gid"]) for each in goals if each["gid"] not in {one["goal"] for one in told}]
    reading = asana.to_document([Page("goals", goals), *(Page("below", [one]) for one in told)], settings(**more))
    load(reading.document)
    return reading


def only(reading: Reading) -> dict[str, Any]:
    (objective,) = reading.document["objectives"]
    return objective


def test_a_goal_is_an_objective_whose_one_owner_is_accountable() -> None:
    reading = mapped([goal("1", notes="Why", start_on="2026-10-01", team={"gid": "7001", "name": "Sales"})])
    assert only(reading) == {
        "id": "1", "title": "Win", "description": "Why", "status": "on_track", "level": "team", "team": "7001",
        "owners": [{"person": "9001", "primary": True}], "start": "2026-10-01", "end": "2026-12-31",
    }  # fmt: skip
    assert reading.document["teams"] == [{"id": "7001", "name": "Sales"}]
    assert reading.document["organisation"] == {"id": WORKSPACE, "name": "Acme"}


def test_members_of_a_goal_are_no_owners() -> None:
    assert "9007" not in str(mapped([goal("1")]).document)


def test_a_goal_without_an_owner_has_none() -> None:
    assert "owners" not in only(mapped([goal("1", owner=None)]))


def test_a_goal_of_the_workspace_is_one_of_the_company() -> None:
    assert only(mapped([goal("1", is_workspace_level=True)]))["level"] == "company"
    assert "level" not in only(mapped([goal("1")]))


def test_time_periods_are_the_cycles() -> None:
    period = {
        "gid": "5001",
        "period": "Q4",
        "display_name": "Q4 FY26",
        "start_on": "2026-10-01",
        "end_on": "2026-12-31",
    }
    reading = mapped([goal("1", time_period=period)])
    assert only(reading)["cycle"] == "5001"
    assert reading.document["cycles"] == [{"id": "5001", "name": "Q4 FY26", "start": "2026-10-01", "end": "2026-12-31"}]


@pytest.mark.parametrize(
    ("said", "read"),
    [("green", "on_track"), ("yellow", "at_risk"), ("red", "off_track"), ("achieved", "achieved"), ("partial", "partial"),
     ("missed", "missed"), ("dropped", "cancelled"), (None, None)],
)  # fmt: skip
def test_every_status_is_read(said, read) -> None:
    assert only(mapped([goal("1", status=said)])).get("status") == read


def test_percent_done_is_progress_and_no_key_result() -> None:
    objective = only(mapped([goal("1", metric=PERCENT)]))
    assert objective["progress"] == 40
    assert "key_results" not in objective


def test_a_metric_of_an_objective_is_a_key_result_of_it() -> None:
    metric = {"gid": "m1", "unit": "currency", "currency_code": "EUR", "initial_number_value": 100.0, "target_number_value": 40.5, "current_number_value": 70, "progress_source": "external"}  # fmt: skip
    assert only(mapped([goal("1", "Cut cost", metric=metric)]))["key_results"] == [
        {"id": "m1", "title": "Cut cost", "owner": "9001", "start": 100, "target": 40.5, "current": 70, "unit": "EUR",
         "direction": "decrease"}
    ]  # fmt: skip


def test_what_is_worked_out_from_subgoals_is_no_measure() -> None:
    metric = {**PERCENT, "unit": "none", "target_number_value": 7, "progress_source": "subgoal_progress"}
    assert "key_results" not in only(mapped([goal("1", metric=metric)]))


def test_percentages_come_as_fractions_and_are_read_as_percent() -> None:
    metric = {**PERCENT, "initial_number_value": 0.29, "target_number_value": 0.57, "current_number_value": 0.35}
    (key_result,) = only(mapped([goal("1", metric=metric)]))["key_results"]
    assert (key_result["start"], key_result["target"], key_result["current"], key_result["unit"]) == (29, 57, 35, "%")


LEAVES = [
    goal("1"),
    goal("2", "Measured", metric={**PERCENT, "unit": "none", "target_number_value": 9}),
    goal("3", "Percent", metric=PERCENT),
    goal("4", "From subgoals", metric={**PERCENT, "progress_source": "subgoal_progress"}),
    goal("5", "Unmeasured"),
]


@pytest.mark.parametrize(
    ("which", "key_results"), [("leaves", ["2", "3"]), ("measured", ["2"]), ("none", [])]
)  # fmt: skip
def test_which_subgoals_are_key_results_is_set(which, key_results) -> None:
    reading = mapped(LEAVES, [below("1", "2", "3", "4", "5")], key_results=which)
    first, *others = reading.document["objectives"]
    assert [each["id"] for each in first.get("key_results", [])] == key_results
    assert {each["id"] for each in others} == {"2", "3", "4", "5"} - set(key_results)
    assert all(each["parents"] == [{"id": "1", "kind": "parent"}] for each in others)


def test_a_key_result_has_owner_team_days_and_status_of_its_goal() -> None:
    leaf = goal(
        "2", "Grow", metric={**PERCENT, "unit": "none", "target_number_value": 9}, team={"gid": "7", "name": "S"}
    )
    (key_result,) = mapped([goal("1"), leaf], [below("1", "2")]).document["objectives"][0]["key_results"]
    assert key_result == {
        "id": "2", "title": "Grow", "status": "on_track", "start": 0, "target": 9, "current": 0.4, "direction": "increase",
        "owner": "9001", "lead_team": "7", "due": "2026-12-31",
    }  # fmt: skip


def test_a_goal_with_subgoals_or_without_a_goal_above_is_no_key_result() -> None:
    reading = mapped(
        [goal("1", metric=PERCENT), goal("2", metric=PERCENT), goal("3")], [below("1", "2"), below("2", "3")]
    )
    assert [each["id"] for each in reading.document["objectives"]] == ["1", "2", "3"]


def test_a_key_result_under_two_goals_lies_in_the_first_and_links_to_the_other() -> None:
    reading = mapped([goal("1"), goal("2"), goal("3", metric=PERCENT)], [below("1", "3"), below("2", "3")])
    (key_result,) = reading.document["objectives"][0]["key_results"]
    assert key_result["parents"] == [{"id": "2", "kind": "parent"}]
    assert "key_results" not in reading.document["objectives"][1]


def test_weights_count_only_where_the_goal_above_uses_them() -> None:
    weighing = {**PERCENT, "progress_source": "subgoal_progress", "is_custom_weight": True}
    goals = [goal("1", metric=weighing), goal("2"), goal("3")]
    objectives = mapped(goals, [below("1", "3", weight=0.25), below("2", "3", weight=0.25)]).document["objectives"]
    assert objectives[2]["parents"] == [
        {"id": "1", "kind": "parent", "weight": 0.25}, {"id": "2", "kind": "parent"}
    ]  # fmt: skip


def test_goals_that_support_themselves_or_each_other_are_links_as_they_are() -> None:
    reading = mapped([goal("1"), goal("2")], [below("1", "1", "2"), below("2", "1")])
    assert [(each["id"], each["parents"]) for each in reading.document["objectives"]] == [
        ("1", [{"id": "2", "kind": "parent"}]), ("2", [{"id": "1", "kind": "parent"}])
    ]  # fmt: skip


def test_projects_that_support_goals_are_initiatives() -> None:
    reading = mapped([goal("1"), goal("2")], [below("1", "88", kind="supporting_work"), below("2", "88", kind="supporting_work")])  # fmt: skip
    assert reading.document["initiatives"] == [{"id": "88", "title": "Resource 88", "objectives": ["1", "2"]}]


def test_a_goal_whose_subgoals_could_not_be_read_is_what_it_would_be_without_any() -> None:
    gone = Missing("subgoals: 1 of 2", "403 Forbidden", ("2",))
    pages = [Page("goals", [goal("1"), goal("2", metric=PERCENT)]), Page("below", [below("1", "2")]), gone]
    reading = asana.to_document(pages, settings())
    assert [each["id"] for each in only(reading)["key_results"]] == ["2"]
    assert reading.document["source"]["complete"] is False
    assert reading.missing == (gone,)


@pytest.mark.parametrize("value", [None, [], {}, "x", 7, True, [1], {"gid": None}])
@pytest.mark.parametrize("field", sorted(goal("1")))
def test_no_shape_of_a_field_breaks_the_reading(field, value) -> None:
    pages = [Page("goals", [goal("1"), {**goal("2"), field: value}, value]), Page("below", [below("1", "2"), value])]
    load(asana.to_document(pages, settings()).document)


@pytest.mark.parametrize(
    ("given", "pointers"),
    [({}, {"/token", "/workspace"}), ({"token": "0/abc123", "workspace": "acme"}, {"/token", "/workspace"}),
     ({"token": "env:A", "workspace": "1", "per_minute": 0, "wrkspace": 1}, {"/per_minute", "/wrkspace"})],
)  # fmt: skip
def test_settings_are_checked_all_at_once_and_a_secret_is_not_repeated(given, pointers) -> None:
    with pytest.raises(registry.SourceError) as caught:
        registry.settings_of("asana", given)
    assert {fault.pointer for fault in caught.value.faults} == pointers
    assert "abc123" not in str(caught.value)


# Asana's own specification


@pytest.fixture
def specified(data: Callable[[str], Path], prism: Callable[[Path], str], monkeypatch) -> str:
    """The address of a mock server of Asana's specification, which refuses what the specification does not allow."""
    monkeypatch.setenv(HOLDER, SECRET)
    return prism(data("asana/asana_oas.json"))


def test_every_question_is_one_that_asanas_specification_allows(specified) -> None:
    given = settings(specified)
    pages = list(asana.fetch(given, Reach(LOOPBACK, wait=lambda _seconds: None)))
    assert {page.kind for page in pages if isinstance(page, Page)} == {"goals", "below", "users"}
    # The mock answers the same next page for ever.
    assert {page.reason for page in pages if isinstance(page, Missing)} == {"The tool sent the same page again."}
    reading = asana.to_document(pages, given)
    normalise(reading.document)
    assert [(each["id"], each["title"]) for each in reading.document["objectives"]] == [
        ("12345", "Grow web traffic by 30%")
    ]
    assert reading.document["people"] == [{"id": "12345", "name": "Greg Sanchez"}]


def test_the_full_goal_of_the_specification_is_mapped(specified) -> None:
    with asana.Client(specified, Reach(LOOPBACK), headers={"Authorization": f"Bearer {SECRET}"}) as client:
        full = client.get("/goals/12345", {"opt_fields": asana._GOAL}).data["data"]
    objective = only(mapped([full]))
    assert (objective["level"], objective["end"], objective["status"]) == ("company", "2019-09-15", "on_track")
    assert objective["key_results"][0]["target"] == 10.2


def test_what_the_specification_refuses_is_told_in_its_words(specified, monkeypatch) -> None:
    monkeypatch.setattr(asana, "_GOAL", "name,owner.email")
    with pytest.raises(registry.SourceError, match="400 Bad Request"):
        list(asana.fetch(settings(specified), Reach(LOOPBACK)))


# A tool in trouble


def flavour(nodes: Sequence[Node], work: int = 0) -> Flavour:
    """Asana as it serves this tree, with so many projects supporting the first goal."""
    children: dict[str, list[str]] = {}
    for node in nodes:
        children.setdefault(node.parent or "", []).append(node.id)
    relations = {
        gid: [
            *(_relation(sub, "subgoal") for sub in children.get(gid, ())),
            *(_relation(str(n), "supporting_work") for n in range(1, 1 + work if gid == nodes[0].id else 0)),
        ]
        for gid in (node.id for node in nodes)
    }
    people = [{"gid": gid, "name": name, "email": email} for gid, name, email in PEOPLE]
    return Flavour(
        (
            _list("/goals", lambda _asked: [_goal(node) for node in nodes], 20),
            _list("/goal_relationships", lambda asked: relations[asked.query["supported_goal"]], 4),
            _list("/users", lambda _asked: people, 5),
        ),
        credential=("Authorization", f"Bearer {SECRET}"),
        main="/goals",
        error=lambda status: {"errors": [{"message": f"Fault {status}", "help": "…"}]},
    )


def _list(path: str, records: Callable[[Asked], Sequence[Any]], size: int) -> Listing:
    def body(served: fake_tool.Served) -> Mapping[str, Any]:
        following = {"offset": served.token, "uri": "https://app.asana.com/evil", "path": "/evil"}
        return {"data": list(served.records), "next_page": following if served.token else None}

    return Listing(path, records, body, size=size)


def _relation(gid: str, kind: str) -> dict[str, Any]:
    return {"gid": f"r{gid}", "resource_subtype": kind, "supporting_resource": {"gid": gid, "name": f"R {gid}"}}


def _goal(node: Node) -> dict[str, Any]:
    people, teams, (cycle, name, start, end) = {each[0]: each for each in PEOPLE}, dict(TEAMS), CYCLES[0]
    metric = {"gid": f"m{node.id}", "unit": "none", "initial_number_value": node.start, "target_number_value": node.target,
              "current_number_value": node.current, "progress_source": "manual"}  # fmt: skip
    return goal(
        node.id,
        node.title,
        owner={"gid": node.owner, "name": people[node.owner][1]},
        team={"gid": node.team, "name": teams[node.team]} if node.depth else None,
        is_workspace_level=node.depth == 0,
        time_period={"gid": cycle, "display_name": name, "start_on": start, "end_on": end},
        metric=metric if node.kind == "key_result" else None,
    )


def test_a_tree_of_several_hundred_goals_arrives_whole(sync: Sync) -> None:
    nodes = fake_tool.tree()
    outcome = sync(asana, flavour(nodes, work=9), settings)
    assert outcome.ended == COMPLETE
    assert sorted(outcome.ids()) == sorted(node.id for node in nodes if node.kind == "objective")
    assert sorted(outcome.ids("key_results")) == sorted(node.id for node in nodes if node.kind == "key_result")
    document = outcome.reading.document
    parents = {each["id"]: [link["id"] for link in each.get("parents", [])] for each in document["objectives"]}
    assert parents == {node.id: [node.parent] if node.parent else [] for node in nodes if node.kind == "objective"}
    homes = {each["id"]: objective["id"] for objective in document["objectives"] for each in objective.get("key_results", [])}  # fmt: skip
    assert homes == {node.id: node.parent for node in nodes if node.kind == "key_result"}
    assert len(document["initiatives"]) == 9
    assert {person["email"] for person in document["people"]} == {email for _, _, email in PEOPLE}
    assert outcome.progress[-1] == ("subgoals", len(nodes), len(nodes))
    normalise(document)


def test_no_minute_has_more_than_the_allowed_questions(sync: Sync) -> None:
    outcome = sync(asana, flavour(fake_tool.tree(60, 20)), lambda url: settings(url, per_minute=30))
    assert len(outcome.tool.asked) > 90
    assert sum(seconds > 59 for seconds in outcome.waits) == len(outcome.tool.asked) - 30


def test_addresses_of_people_are_left_alone_where_that_is_set(sync: Sync) -> None:
    outcome = sync(asana, flavour(fake_tool.tree(8, 2)), lambda url: settings(url, people=False))
    assert "/users" not in outcome.tool.paths()
    assert "email" not in str(outcome.reading.document)


SMALL = fake_tool.tree(44, 10)


@pytest.mark.parametrize("name", CASES)
def test_trouble_with_the_goals_ends_well(sync: Sync, name: str) -> None:
    case = CASES[name]
    outcome = sync(asana, flavour(SMALL), settings, case.trouble)
    check_case(outcome, case)
    if case.ends == PARTIAL:
        assert outcome.missing[0].scope == (
            "goals after page 2" if name == "a repeating token" else "goals after page 1"
        )
        assert 0 < len(outcome.ids()) < len(SMALL)
    if name == "duplicates between pages":
        assert len(set(outcome.ids())) == len(outcome.ids()) == 44
        assert any("more than once" in note for note in outcome.reading.notes)


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if case.trouble.first > 1 and case.ends == PARTIAL]
)
def test_trouble_with_some_subgoals_names_the_goals_that_it_struck(sync: Sync, name: str) -> None:
    trouble = CASES[name].trouble._replace(
        path="/goal_relationships", first=30, times=3 if name != "429 for ever" else 40
    )
    outcome = sync(asana, flavour(SMALL), settings, trouble)
    if trouble.status == 502:
        assert outcome.ended == COMPLETE
        return
    assert outcome.ended == PARTIAL
    (missing,) = outcome.missing
    assert missing.scope.startswith("subgoals: ")
    assert missing.ids is not None
    assert set(missing.ids) <= {node.id for node in SMALL}
    assert {node.id for node in SMALL} <= set(outcome.ids()) | set(outcome.ids("key_results"))


@pytest.mark.parametrize("status", [404, 410])
def test_a_goal_whose_subgoals_are_not_found_is_named_as_missing_them(sync: Sync, status: int) -> None:
    trouble = Trouble("status", 30, 2, path="/goal_relationships", status=status)
    outcome = sync(asana, flavour(SMALL), settings, trouble)
    (missing,) = outcome.missing
    assert missing.scope == f"subgoals: 2 of {len(SMALL)}"
    assert len(missing.ids) == 2
    assert set(missing.ids) <= {node.id for node in SMALL}


def test_what_was_read_of_a_goals_support_is_kept_where_the_rest_could_not_be(sync: Sync) -> None:
    trouble = Trouble("status", 2, path="/goal_relationships", status=403)
    outcome = sync(asana, flavour(fake_tool.tree(1, 0), work=9), settings, trouble)
    (missing,) = outcome.missing
    assert (missing.scope, missing.ids) == ("more subgoals of goal 100000", ("100000",))
    assert len(outcome.reading.document["initiatives"]) == 4


def test_without_the_right_to_see_people_the_rest_is_read(sync: Sync) -> None:
    outcome = sync(asana, flavour(SMALL), settings, Trouble("status", path="/users", status=403))
    assert outcome.ended == PARTIAL
    assert outcome.missing[0].scope == "e-mail addresses"
    assert len(outcome.ids()) == 44
