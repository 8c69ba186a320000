"""Leapsome: the mapping, the vendor's own specification on Prism, and a tool that misbehaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from connectors import leapsome
from connectors.contract import Missing, Page, Reach, SourceError
from connectors.registry import settings_of
from tests.connectors.fake_tool import (
    LOOPBACK,
    PEOPLE,
    SECRET,
    TEAMS,
    Asked,
    Flavour,
    Listing,
    Served,
    Single,
    Trouble,
    tree,
)
from tests.connectors.trouble import CASES, COMPLETE, ERROR, HOLDER, PARTIAL, REFERENCE, Case, check_case
from validator.document.normalise import normalise

USER = {
    "id": "58d55e3ffdc2eb20547edd01",
    "email": "ida@alder.example",
    "fullName": "Ida Brandt",
    "preferredName": "Ida",
}
OTHER = {"id": "58d55e3ffdc2eb20547edd02", "email": "omar@alder.example", "fullName": "Omar Haddad"}
TEAM = {"id": "5b237f6868794d5c08550001", "name": "Care"}
KEY_RESULT = {
    "id": "5b237f6868794d5c08550101", "name": "Halve complaints", "weight": 30,
    "metric": {"type": "percentage", "start": 40, "end": 20, "current": 31},
    "ownerUser": OTHER, "ownerTeam": TEAM, "contributorTeams": [TEAM, {"id": "5b237f6868794d5c08550002", "name": "Sales"}],
}  # fmt: skip
GOAL = {
    "id": "5b237f6868794d5c08551001", "type": "team", "user": None, "team": TEAM, "name": "Delight clinics ",
    "description": "Why it matters", "contributors": [OTHER], "progress": 50, "status": "live", "managedBy": USER,
    "tags": [{"id": "5b237f6868794d5c08552001", "name": "growth"}], "deadline": "2026-12-31T22:15:22Z",
    "keyResults": [KEY_RESULT], "parent": {"_id": "5b237f6868794d5c08551000", "name": "Grow", "status": "live"},
    "progressStatus": "offTrack", "createdAt": "2026-08-23T11:53:06.741Z", "updatedAt": "2026-11-02T23:53:06.741Z",
}  # fmt: skip


def document(*goals: Any, **more: Any) -> dict[str, Any]:
    """The document of some goals, which the validator takes; with more settings."""
    reading = leapsome.to_document([Page("goals", goals)], settings("https://leapsome.example", **more))
    normalise(reading.document)
    return reading.document


def settings(base_url: str, **more: Any) -> dict[str, Any]:
    return settings_of("leapsome", {"secret": REFERENCE, "base_url": base_url, **more})


def test_a_team_goal_is_a_team_objective_of_the_person_who_manages_it() -> None:
    mapped = document(GOAL)
    assert mapped["objectives"] == [
        {
            "id": GOAL["id"], "title": "Delight clinics", "description": "Why it matters", "level": "team", "team": TEAM["id"],
            "owners": [{"person": USER["id"], "primary": True}], "status": "off_track", "progress": 50, "end": "2026-12-31",
            "parents": [{"id": "5b237f6868794d5c08551000", "kind": "parent"}], "updated_at": "2026-11-02", "tags": ["growth"],
            "key_results": [
                {
                    "id": KEY_RESULT["id"], "title": "Halve complaints", "unit": "%", "start": 40, "target": 20, "current": 31,
                    "owner": OTHER["id"], "lead_team": TEAM["id"], "shared_with": ["5b237f6868794d5c08550002"],
                }
            ],
        }
    ]  # fmt: skip
    assert mapped["teams"] == [TEAM, {"id": "5b237f6868794d5c08550002", "name": "Sales"}]
    assert mapped["people"][0] == {"id": USER["id"], "name": "Ida Brandt", "email": "ida@alder.example"}
    assert mapped["source"]["tool"] == "Leapsome"
    assert mapped["source"]["complete"] is True


@pytest.mark.parametrize(
    ("type_", "level", "owner"), [("user", "individual", OTHER), ("company", "company", USER), ("team", "team", USER)]
)
def test_the_type_of_a_goal_gives_its_level_and_owner(type_, level, owner) -> None:
    found = document(GOAL | {"type": type_, "user": OTHER if type_ == "user" else None})["objectives"][0]
    assert found["level"] == level
    assert found["owners"] == [{"person": owner["id"], "primary": True}]
    assert ("team" in found) is (type_ == "team")


@pytest.mark.parametrize(
    ("status", "progress_status", "expected"),
    [
        ("live", None, "active"),
        ("live", "onTrack", "on_track"),
        ("live", "inputNeeded", "inputNeeded"),
        ("draft", "onTrack", "draft"),
        ("archived", "onTrack", "closed"),
        ("archived", "done", "done"),
        ("archived", "canceled", "cancelled"),
    ],
)
def test_the_life_of_a_goal_comes_before_its_progress(status, progress_status, expected) -> None:
    assert document(GOAL | {"status": status, "progressStatus": progress_status})["objectives"][0]["status"] == expected


@pytest.mark.parametrize(
    ("deadline", "zone", "day"),
    [
        ("2026-09-30T22:00:00Z", "UTC", "2026-09-30"),
        ("2026-09-30T22:00:00Z", "Europe/Berlin", "2026-10-01"),
        ("2026-09-30T22:00:00.000+00:00", "Europe/Berlin", "2026-10-01"),
        ("2026-10-01T02:00:00+02:00", "America/New_York", "2026-09-30"),
        ("2026-09-30T23:30:00", "Europe/Berlin", "2026-09-30"),
        ("2026-09-30", "Europe/Berlin", "2026-09-30"),
        ("9999-12-31T23:59:59Z", "Asia/Tokyo", "9999-12-31"),
    ],
)
def test_the_day_of_a_moment_is_that_of_the_people_who_set_it(deadline, zone, day) -> None:
    found = document(GOAL | {"deadline": deadline, "updatedAt": deadline}, time_zone=zone)["objectives"][0]
    assert (found["end"], found["updated_at"]) == (day, day)


def test_a_removed_goal_is_left_out() -> None:
    assert document(GOAL, GOAL | {"id": "5b237f6868794d5c08551002", "status": "removed"})["objectives"][1:] == []


def test_cycles_and_first_days_are_not_claimed() -> None:
    assert {"cycles", "dates"}.isdisjoint(leapsome.PROVIDES)


def test_a_metric_without_numbers_measures_nothing() -> None:
    metric = {"type": "none", "start": 0, "end": 100, "current": 50}
    found = document(GOAL | {"keyResults": [KEY_RESULT | {"metric": metric}]})["objectives"][0]["key_results"][0]
    assert {"start", "target", "current", "unit"}.isdisjoint(found)


def test_what_has_another_shape_is_left_out_and_told() -> None:
    odd = GOAL | {
        "parent": "5b23",
        "deadline": "soon",
        "keyResults": [KEY_RESULT | {"metric": {"type": "numerical", "start": "x"}}, 7],
    }
    reading = leapsome.to_document([Page("goals", [odd, "goal"])], settings("https://leapsome.example"))
    normalise(reading.document)
    assert [o["id"] for o in reading.document["objectives"]] == [GOAL["id"]]
    assert reading.notes == (
        "Values that could not be read were left out: parent (1), deadline (1), keyResults (1), start (1), goal (1).",
    )


def test_a_goal_that_comes_twice_is_taken_as_it_came_last() -> None:
    later = GOAL | {"name": "Delight all", "keyResults": []}
    reading = leapsome.to_document(
        [Page("goals", [GOAL]), Page("goals", [later])], settings("https://leapsome.example")
    )
    assert [(o["title"], "key_results" in o) for o in reading.document["objectives"]] == [("Delight all", False)]
    assert reading.notes == ("Objectives that came more than once, of which the last was taken: 1.",)


def test_what_is_missing_makes_the_document_incomplete() -> None:
    missing = Missing("goals after page 3", "403 Forbidden")
    reading = leapsome.to_document([Page("goals", [GOAL]), missing], settings("https://leapsome.example"))
    assert reading.missing == (missing,)
    assert reading.document["source"]["complete"] is False


# The vendor's own specification


def test_requests_keep_to_the_specification_and_its_answers_are_read(data, prism, monkeypatch) -> None:
    monkeypatch.setenv(HOLDER, SECRET)
    given = settings(prism(data("leapsome/leapsome-content-api-openapi.yml")))
    reading = leapsome.to_document(leapsome.fetch(given, Reach(LOOPBACK)), given)
    normalise(reading.document)
    assert [objective["title"] for objective in reading.document["objectives"]] == ["Become a great place to work (d)"]
    assert reading.document["objectives"][0]["key_results"][0]["target"] == 1000
    # The mock server names the same next page for ever, on the vendor's own host.
    assert [missing.reason for missing in reading.missing] == ["The tool sent the same page again."]


# A tool that misbehaves

NODES = tree()


def in_header(served: Served) -> Mapping[str, str]:
    return {"X-Next": served.link} if served.link else {}


def flavour(
    meta: Callable[[Served], Mapping[str, Any]] = lambda _served: {},
    headers: Callable[[Served], Mapping[str, str]] = in_header,
) -> Flavour:
    def body(served: Served) -> dict[str, Any]:
        return {"meta": {"count": len(served.records), **meta(served)}, "data": served.records}

    return Flavour(
        routes=[
            Single("/v1/token", lambda asked: {"token": SECRET, "expiresIn": 18000} if asked.query["secret"] == SECRET else None),
            Listing("/v1/goals", goals, body, parameter="cursor", headers=headers),
        ],
        credential=("Authorization", f"Bearer {SECRET}"),
        main="/v1/goals",
        open_paths=("/v1/token",),
    )  # fmt: skip


def goals(_asked: Asked) -> list[dict[str, Any]]:
    people = {id_: {"id": id_, "fullName": name, "email": email} for id_, name, email in PEOPLE}
    teams = {id_: {"id": id_, "name": name} for id_, name in TEAMS}
    inside: dict[str | None, list[dict[str, Any]]] = {}
    for node in NODES:
        if node.kind == "key_result":
            metric = {"type": "numerical", "start": node.start, "end": node.target, "current": node.current}
            found = {
                "id": node.id,
                "name": node.title,
                "metric": metric,
                "ownerUser": people[node.owner],
                "ownerTeam": None,
            }
            inside.setdefault(node.parent, []).append(found)
    return [
        GOAL | {"id": node.id, "name": node.title, "managedBy": people[node.owner], "team": teams[node.team],
                "parent": {"_id": node.parent} if node.parent else None, "keyResults": inside.get(node.id, [])}
        for node in NODES if node.kind == "objective"
    ]  # fmt: skip


TROUBLES: Mapping[str, Case] = {**CASES, "a next link to another host": Case(Trouble("foreign"), COMPLETE)}


@pytest.mark.parametrize("name", TROUBLES)
def test_every_trouble_ends_in_a_document_or_in_one_clear_error(sync, name) -> None:
    case = TROUBLES[name]
    outcome = sync(leapsome, flavour(), lambda url: settings(f"{url}/v1"), case.trouble)
    check_case(outcome, case)
    if case.ends == COMPLETE and case.trouble.way != "vanishing":
        assert sorted(outcome.ids()) == [node.id for node in NODES if node.kind == "objective"]
        assert sorted(outcome.ids("key_results")) == [node.id for node in NODES if node.kind == "key_result"]
    if case.ends == COMPLETE:
        assert outcome.progress[-1].done >= len(outcome.ids())


@pytest.mark.parametrize(
    "trouble", [Trouble("status", path="/v1/token", status=401), Trouble("html", path="/v1/token")]
)
def test_no_token_is_one_clear_error_without_the_secret(sync, trouble) -> None:
    outcome = sync(leapsome, flavour(), lambda url: settings(f"{url}/v1"), trouble)
    assert outcome.ended == ERROR
    assert "/v1/token: " in str(outcome.error)


def test_archived_goals_are_asked_for_unless_they_are_not_wanted(sync) -> None:
    asked = {}
    for closed in (True, False):
        outcome = sync(leapsome, flavour(), lambda url, closed=closed: settings(f"{url}/v1", closed=closed))
        asked[closed] = {question.query["state"] for question in outcome.tool.asked if question.path == "/v1/goals"}
    assert asked == {True: {"live,draft,archived"}, False: {"live,draft"}}


def test_an_unset_secret_is_named_and_nothing_is_asked(sync, monkeypatch) -> None:
    monkeypatch.delenv(HOLDER)
    outcome = sync(leapsome, flavour(), lambda url: settings(f"{url}/v1"))
    assert HOLDER in str(outcome.error)
    assert outcome.tool.asked == []


def test_a_partial_reading_says_from_where_on(sync) -> None:
    outcome = sync(leapsome, flavour(), lambda url: settings(f"{url}/v1"), Trouble("status", 3, status=403))
    assert outcome.ended == PARTIAL
    assert [missing.scope for missing in outcome.missing] == ["goals after page 2"]
    assert len(outcome.ids()) == 100


OBJECTIVES = [node.id for node in NODES if node.kind == "objective"]
END = {"cursor": None, "nextPage": None}


@pytest.mark.parametrize(
    "meta",
    [
        lambda served: {"cursor": served.token, "nextPage": served.link},
        lambda served: {"cursor": served.token},
        lambda served: {"cursor": None, "nextPage": served.link},
        lambda served: {"cursor": served.token, "nextPage": "string" if served.link else None},
    ],
    ids=["both", "a cursor", "a link", "a cursor and a text"],
)
@pytest.mark.parametrize("headers", [in_header, lambda _served: {}], ids=["with a header", "without one"])
def test_pages_are_followed_by_the_header_or_by_the_body(sync, meta, headers) -> None:
    outcome = sync(leapsome, flavour(meta, headers), lambda url: settings(f"{url}/v1"))
    assert outcome.ended == COMPLETE
    assert sorted(outcome.ids()) == OBJECTIVES


@pytest.mark.parametrize(
    ("meta", "headers", "read"),
    [
        (lambda _served: END, in_header, len(OBJECTIVES)),
        (lambda _served: END, lambda _served: {"X-Next": "https://api.leapsome.com/v1/goals"}, 50),
        (lambda _served: {}, lambda _served: {"X-Next": "more"}, 50),
        (lambda _served: {"cursor": None, "nextPage": "string"}, lambda _served: {}, 50),
        (lambda _served: {"cursor": 7, "nextPage": None}, lambda _served: {}, 50),
    ],
    ids=["more in the header", "no cursor in it", "no cursor anywhere", "no cursor in the body", "an odd cursor"],
)
def test_a_next_page_that_is_in_doubt_makes_the_reading_incomplete(sync, meta, headers, read) -> None:
    outcome = sync(leapsome, flavour(meta, headers), lambda url: settings(f"{url}/v1"))
    assert outcome.ended == PARTIAL
    assert outcome.missing[0].scope == "goals after page 1"
    assert "did not say clearly" in outcome.missing[0].reason
    assert len(outcome.ids()) == read


def test_settings_name_every_fault() -> None:
    with pytest.raises(SourceError) as caught:
        settings_of("leapsome", {"secret": SECRET, "base_url": "leapsome", "archived": True})
    assert {fault.pointer for fault in caught.value.faults} == {"/secret", "/base_url", "/archived"}
    assert SECRET not in str(caught.value)
