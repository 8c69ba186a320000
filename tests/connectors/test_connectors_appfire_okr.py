"""OKR for Jira: the mapping, the vendor's own specification on Prism, and a tool that misbehaves."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from connectors import appfire_okr
from connectors.appfire import asking
from connectors.contract import Missing, Page, Reach, SourceError
from connectors.http.client import Client
from connectors.registry import settings_of
from tests.connectors.fake_tool import (
    LOOPBACK,
    SECRET,
    TEAMS,
    Asked,
    FakeTool,
    Flavour,
    Listing,
    Node,
    Single,
    Trouble,
    tree,
)
from tests.connectors.trouble import CASES, COMPLETE, HOLDER, PARTIAL, REFERENCE, Case, check_case
from validator.document.normalise import normalise

IDA, OMAR, MEI = "557058:5aedf933-2312", "557058:5aedf933-2313", "557058:5aedf933-2314"
UPDATE = {
    "updateId": "6456a3b2", "entityId": "62384a69", "status": "ACTION_REQUIRED", "displayedStatus": "OFF TRACK",
    "created": "2026-11-02T23:30:00+0000", "value": 31.5, "source": "MANUAL",
}  # fmt: skip
OKR = {
    "id": "62334eac", "key": "OBJ-42", "name": "Delight clinics", "link": "https://alder.example/OBJ-42",
    "description": "Why", "parentObjectiveId": "62334eab", "okrTypeId": "6123", "okrTypeName": "Department OKR",
    "ownerAccountId": IDA, "collaboratorAccountIds": [OMAR, IDA, MEI], "percentDone": 67.5,
    "created": "2026-09-15T10:30:00+0000", "startDate": "2026-10-01T00:00:00+0000", "deadline": "2026-12-31T23:59:59+0000",
    "labelIds": ["l1", "l2"], "teamIds": ["7", "11"], "krIds": ["62384a69"], "periodAliasId": "p1", "weight": 2,
    "latestUpdate": UPDATE | {"entityId": "62334eac", "value": None},
}  # fmt: skip
KEY_RESULT = {
    "id": "62384a69", "key": "KR-108", "name": "Halve complaints", "link": "https://alder.example/KR-108",
    "parentObjectiveId": "62334eac", "issueIds": ["10001"], "ownerAccountId": OMAR, "collaboratorAccountIds": [IDA],
    "percentDone": 45.0, "startDate": "2026-10-01T00:00:00+0000", "deadline": "2026-11-30T23:59:59+0000",
    "labelIds": [], "teamIds": ["7", "11"], "periodAliasId": "p1", "latestUpdate": UPDATE,
    "unit": {"name": "Currency", "symbol": "$"},
    "currentProgressDefinition": {"type": "STANDARD", "startValue": 40.0, "desiredValue": 20.0, "jql": None},
}  # fmt: skip
PERIOD = {
    "id": "p1",
    "name": "Q4 2026",
    "startDate": "2026-10-01T00:00:00+0000",
    "deadline": "2026-12-31T23:59:59+0000",
}
LABELS = [{"id": "l1", "name": "High priority"}]
BY_DATE, BY_IDS, UPDATES = (
    f"/api/v2/api-export/{what}" for what in ("objectives/byDate", "objectives/byIds", "updates")
)


def settings(base_url: str = "https://okr.example", **more: Any) -> dict[str, Any]:
    return settings_of("appfire-okr", {"token": REFERENCE, "base_url": base_url, **more})


def document(okr: Mapping[str, Any] = OKR, key_result: Mapping[str, Any] = KEY_RESULT) -> dict[str, Any]:
    """The document of one objective and one key result, which the validator takes."""
    teams = [{"id": "7", "name": "Care"}, {"id": "11", "name": "Sales"}]
    pages = [Page("teams", teams), Page("periods", [PERIOD]), Page("labels", LABELS)]
    reading = appfire_okr.to_document([*pages, Page("krs", [key_result]), Page("okrs", [okr])], settings())
    normalise(reading.document)
    return reading.document


def test_objectives_and_key_results_are_mapped_with_what_they_name() -> None:
    mapped = document()
    common = {"cycle": "p1", "status": "off_track", "updated_at": "2026-11-02"}
    assert mapped["objectives"] == [
        {
            "id": "62334eac", "title": "Delight clinics", "description": "Why", "level": "department", "team": "7",
            "contributors": [{"team": "11"}], "progress": 67.5, "tags": ["High priority"], "url": "https://alder.example/OBJ-42",
            "owners": [
                {"person": IDA, "primary": True}, {"person": OMAR, "primary": False}, {"person": MEI, "primary": False},
            ],
            "parents": [{"id": "62334eab", "kind": "parent", "weight": 2}], "start": "2026-10-01", "end": "2026-12-31",
            "key_results": [
                {
                    "id": "62384a69", "title": "Halve complaints", "unit": "$", "start": 40, "target": 20, "current": 31.5,
                    "owner": OMAR, "lead_team": "7", "shared_with": ["11"], "start_date": "2026-10-01", "due": "2026-11-30",
                    "progress": 45, "url": "https://alder.example/KR-108", **common,
                }
            ],
            **common,
        }
    ]  # fmt: skip
    assert mapped["cycles"] == [{"id": "p1", "name": "Q4 2026", "start": "2026-10-01", "end": "2026-12-31"}]
    assert mapped["teams"] == [{"id": "7", "name": "Care"}, {"id": "11", "name": "Sales"}]


@pytest.mark.parametrize(
    ("displayed", "status", "expected"),
    [
        ("On Track", "ON_TRACK", "on_track"),
        ("RESCHEDULED", "DELAYED", "postponed"),
        ("Im Plan", "ON_TRACK", "on_track"),
        (None, "SUCCESS", "achieved"),
        (None, "MISSED_TARGET", "MISSED_TARGET"),
        (None, "UNDEFINED", None),
    ],
)
def test_the_displayed_status_counts_where_its_word_is_known(displayed, status, expected) -> None:
    update = UPDATE | {"displayedStatus": displayed, "status": status}
    assert document(OKR | {"latestUpdate": update})["objectives"][0].get("status") == expected


def test_a_type_of_the_organisations_own_gives_no_level() -> None:
    assert "level" not in document(OKR | {"okrTypeName": "Moonshot"})["objectives"][0]


def test_collaborators_are_not_accountable_where_there_is_no_owner() -> None:
    found = document(OKR | {"ownerAccountId": None})["objectives"][0]["owners"]
    assert found == [{"person": person, "primary": False} for person in (OMAR, IDA, MEI)]


def test_a_key_result_whose_objective_was_not_read_keeps_the_link() -> None:
    found = document(key_result=KEY_RESULT | {"parentObjectiveId": "elsewhere"})["key_results"]
    assert [kr["parents"] for kr in found] == [[{"id": "elsewhere", "kind": "parent"}]]


def test_the_newest_older_value_fills_a_key_result_whose_last_update_has_words_only() -> None:
    wordy = KEY_RESULT | {"latestUpdate": UPDATE | {"value": None}}
    older = [UPDATE | {"value": 33}, UPDATE | {"value": 35}, UPDATE | {"entityId": "gone", "value": 1}]
    pages = [Page("okrs", [OKR]), Page("krs", [wordy]), Page("updates", older)]
    reading = appfire_okr.to_document(pages, settings())
    assert reading.document["objectives"][0]["key_results"][0]["current"] == 33
    told = appfire_okr.to_document([Page("okrs", [OKR]), Page("krs", [KEY_RESULT]), Page("updates", older)], settings())
    assert told.document["objectives"][0]["key_results"][0]["current"] == 31.5


# The vendor's own specification


def test_requests_keep_to_the_specification_and_its_answers_are_read(data, prism, monkeypatch) -> None:
    monkeypatch.setenv(HOLDER, SECRET)
    given = settings(prism(data("appfire-okr/appfire-okr-openapi.json")), years_back=0, years_ahead=1)
    reading = appfire_okr.to_document(appfire_okr.fetch(given, Reach(LOOPBACK)), given)
    normalise(reading.document)
    found = reading.document["objectives"]
    assert [(o["title"], o["start"], o["end"]) for o in found] == [
        ("Increase revenue by 20%", "2024-01-01", "2024-03-31")
    ]
    assert found[0]["key_results"][0]["target"] == 100
    assert reading.document["cycles"][0]["name"] == "Q1 2024"


def test_cursors_keep_to_the_specification(data, prism, monkeypatch) -> None:
    """The mock server names the same next page for ever."""
    monkeypatch.setenv(HOLDER, SECRET)
    base_url = prism(data("appfire-okr/appfire-okr-openapi.json"))
    with Client(base_url, Reach(LOOPBACK), headers={"API-Token": SECRET}) as client:
        parts = list(asking.updates(client, datetime.date(2026, 1, 1), ("62384a69",)))
    assert [[update["entityId"] for update in part] for part in parts[:-1]] == [["62334eac00ee2b102e34fdb7"]]
    what = "values of key results whose last update has none"
    assert parts[-1] == Missing(what, "The tool sent the same page again.", ("62384a69",))


# A tool that misbehaves

NODES = {node.id: node for node in tree()}
TODAY = datetime.datetime.now(datetime.UTC).date()


def days_of(node: Node) -> tuple[datetime.date, datetime.date]:
    """Roots are older than what is asked for; the rest is spread from a year ago to a year ahead."""
    start = TODAY + datetime.timedelta(days=-1500 if node.parent is None else int(node.id) * 7 % 700 - 350)
    return start, start + datetime.timedelta(days=90)


def okr(node: Node) -> dict[str, Any]:
    start, end = (f"{day}T00:00:00+0000" for day in days_of(node))
    return {
        "id": node.id, "name": node.title, "parentObjectiveId": node.parent, "ownerAccountId": f"acc:{node.owner}",
        "teamIds": [node.team], "startDate": start, "deadline": end, "periodAliasId": "p1",
    }  # fmt: skip


def key_result(node: Node) -> dict[str, Any]:
    scale = {"type": "STANDARD", "startValue": node.start, "desiredValue": node.target}
    words_only = {
        "updateId": f"u{node.id}",
        "entityId": node.id,
        "status": "ON_TRACK",
        "created": "2026-11-02T00:00:00+0000",
    }
    return {
        "id": node.id, "name": node.title, "parentObjectiveId": node.parent, "ownerAccountId": f"acc:{node.owner}",
        "currentProgressDefinition": scale, "latestUpdate": words_only,
    }  # fmt: skip


def answer(found: list[Node]) -> dict[str, Any]:
    ids = {node.id for node in found}
    inside = [node for node in NODES.values() if node.kind == "key_result" and node.parent in ids]
    teams = [{"id": id_, "name": name} for id_, name in TEAMS]
    return {
        "okrs": [okr(n) for n in found],
        "krs": [key_result(n) for n in inside],
        "teams": teams,
        "periods": [PERIOD],
    }


def by_date(asked: Asked) -> dict[str, Any]:
    first, last = int(asked.query["startDateEpochMilli"]), int(asked.query["deadlineEpochMilli"])
    found = [node for node in NODES.values() if node.kind == "objective"]
    return answer([node for node in found if any(first <= _milliseconds(day) <= last for day in days_of(node))])


def _milliseconds(day: datetime.date) -> int:
    return int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp()) * 1000


def by_ids(asked: Asked) -> dict[str, Any]:
    return answer([node for id_, node in NODES.items() if f"objectiveIds={id_}" in asked.target])


def updates(_asked: Asked) -> list[dict[str, Any]]:
    """Newest first: one of words for each key result, then those with values."""
    inside = [node for node in NODES.values() if node.kind == "key_result"]
    worded = [{"updateId": f"u{node.id}", "entityId": node.id} for node in inside]
    return worded + [{"updateId": f"v{node.id}", "entityId": node.id, "value": node.current} for node in inside]


FLAVOUR = Flavour(
    routes=[
        Single(BY_DATE, by_date),
        Single(BY_IDS, by_ids),
        Listing(UPDATES, updates, lambda served: {"updates": served.records, "nextCursor": served.token}, parameter="cursor"),
    ],
    credential=("API-Token", SECRET),
    main=BY_DATE,
)  # fmt: skip
OF_LISTS = ("JSON of another shape", "a repeating token", "duplicates between pages", "items that vanish between pages")
OF_DATES = {name: case for name, case in CASES.items() if name not in OF_LISTS}
"""Objectives have no pages: a “page” is a window of dates."""
OF_UPDATES: Mapping[str, Case] = {
    name: Case(case.trouble._replace(path=UPDATES), COMPLETE if case.ends == COMPLETE else PARTIAL, case.says)
    for name, case in CASES.items()
}
"""Values of older updates can be done without."""


@pytest.mark.parametrize("name", OF_DATES)
def test_every_trouble_with_dates_ends_in_a_document_or_in_one_clear_error(sync, name) -> None:
    outcome = sync(appfire_okr, FLAVOUR, settings, OF_DATES[name].trouble)
    check_case(outcome, OF_DATES[name])
    if OF_DATES[name].ends == COMPLETE:
        assert_whole(outcome)
        assert outcome.progress[-1].done == 320
    if OF_DATES[name].ends == PARTIAL:
        assert outcome.missing[0].scope.startswith("objectives dated from ")


@pytest.mark.parametrize("name", OF_UPDATES)
def test_every_trouble_with_updates_leaves_all_objectives(sync, name) -> None:
    outcome = sync(appfire_okr, FLAVOUR, settings, OF_UPDATES[name].trouble)
    check_case(outcome, OF_UPDATES[name])
    if OF_UPDATES[name].ends == PARTIAL:
        assert len(outcome.ids()) == 320
        key_results = {node.id for node in NODES.values() if node.kind == "key_result"}
        assert [set(missing.ids or ()) for missing in outcome.missing] == [key_results]
    elif OF_UPDATES[name].trouble.way != "vanishing":
        assert_whole(outcome)


def assert_whole(outcome: Any) -> None:
    """Every objective once, the old roots too, and every key result with its value."""
    assert sorted(outcome.ids()) == [id_ for id_, node in NODES.items() if node.kind == "objective"]
    assert sorted(outcome.ids("key_results")) == [id_ for id_, node in NODES.items() if node.kind == "key_result"]
    inside = [kr for o in outcome.reading.document["objectives"] for kr in o.get("key_results", [])]
    assert all(kr["current"] == NODES[kr["id"]].current for kr in inside)
    assert outcome.reading.notes == ()


def test_a_window_that_is_too_much_is_asked_in_smaller_ones_without_a_gap(sync) -> None:
    outcome = sync(appfire_okr, FLAVOUR, settings, Trouble("drip", 3, 2))
    assert outcome.ended == COMPLETE
    assert_whole(outcome)
    windows = [window(asked) for asked in outcome.tool.asked if asked.path == BY_DATE]
    days = [round((last - first) / 86_400_000) for first, last in windows]
    assert days[:6] == [92, 92, 92, 46, 23, 23]
    answered = [*windows[:2], *windows[4:]]
    assert all(after[0] == before[1] + 1 for before, after in pairwise(answered))
    assert answered[0][0] <= _milliseconds(TODAY - datetime.timedelta(days=730))
    assert answered[-1][1] >= _milliseconds(TODAY + datetime.timedelta(days=730))


def window(asked: Asked) -> tuple[int, int]:
    return int(asked.query["startDateEpochMilli"]), int(asked.query["deadlineEpochMilli"])


def test_years_back_and_ahead_are_the_dates_asked_for(sync) -> None:
    outcome = sync(appfire_okr, FLAVOUR, lambda url: settings(url, years_back=0, years_ahead=1))
    windows = [window(asked) for asked in outcome.tool.asked if asked.path == BY_DATE]
    assert windows[0][0] in (_milliseconds(TODAY), _milliseconds(TODAY + datetime.timedelta(days=1)))
    assert len(windows) == 4


def test_parents_outside_the_dates_that_cannot_be_read_are_missing_by_their_ids(sync) -> None:
    outcome = sync(appfire_okr, FLAVOUR, settings, Trouble("status", path=BY_IDS, status=403))
    assert outcome.ended == PARTIAL
    roots = tuple(id_ for id_, node in NODES.items() if node.kind == "objective" and node.parent is None)
    assert [(missing.scope, missing.ids) for missing in outcome.missing] == [("parents outside the dates", roots)]
    assert len(outcome.ids()) == 316


def test_updates_are_not_asked_for_where_every_value_is_known(sync, monkeypatch) -> None:
    known = FLAVOUR._replace(
        routes=[Single(BY_DATE, lambda asked: by_date(asked) | {"krs": [KEY_RESULT]}), FLAVOUR.routes[1]]
    )
    outcome = sync(appfire_okr, known, settings)
    assert not [path for path in outcome.tool.paths() if path == UPDATES]


def test_parents_in_a_circle_come_to_an_end(monkeypatch) -> None:
    monkeypatch.setenv(HOLDER, SECRET)
    circle = [{"id": "a", "name": "A", "parentObjectiveId": "b"}, {"id": "b", "name": "B", "parentObjectiveId": "a"}]
    routes = [
        Single(BY_DATE, lambda _: {"okrs": circle[:1]}),
        Single(BY_IDS, lambda asked: {"okrs": circle[1:] if "objectiveIds=b" in asked.target else []}),
    ]
    with FakeTool(FLAVOUR._replace(routes=routes)) as tool:
        given = settings(tool.url)
        reading = appfire_okr.to_document(appfire_okr.fetch(given, Reach(LOOPBACK)), given)
    assert [o["id"] for o in reading.document["objectives"]] == ["a", "b"]
    assert tool.paths().count(BY_IDS) == 1


def test_settings_name_every_fault() -> None:
    with pytest.raises(SourceError) as caught:
        settings_of("appfire-okr", {"token": SECRET, "years_back": -1, "years_ahead": "many"})
    assert {fault.pointer for fault in caught.value.faults} == {"/token", "/years_back", "/years_ahead"}
    assert SECRET not in str(caught.value)
