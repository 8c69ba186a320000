"""The connector for tools that nobody wrote one for: what mappings say, specifications of vendors, and a tool that misbehaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from connectors import http_json
from connectors.contract import Missing, Page, Reach, Reading, SourceError
from connectors.reading.yaml_text import parse_yaml
from connectors.registry import settings_of
from tests.connectors.fake_tool import (
    LOOPBACK,
    PEOPLE,
    SECRET,
    TEAMS,
    FakeTool,
    Flavour,
    Listing,
    Reply,
    Single,
    Trouble,
    tree,
)
from tests.connectors.mappings import LATTICE, LEAPSOME, PERDOO, QUANTIVE, TABILITY
from tests.connectors.trouble import CASES, COMPLETE, ERROR, HOLDER, PARTIAL, Case, check_case
from validator.document.load import load

BEARER = ("Authorization", f"Bearer {SECRET}")
CLICKUP = re.search(r"```yaml\n(.*?)```", http_json.GUIDE, re.DOTALL)[1]
"""The example of the page of the documentation."""


def settings(mapping: str, base_url: str = "https://tool.alder.example", **more: Any) -> dict[str, Any]:
    return settings_of("http-json", {**parse_yaml(mapping.encode(), "mapping.yaml").data, "base_url": base_url, **more})


def read(given: Mapping[str, Any]) -> Reading:
    reading = http_json.to_document(http_json.fetch(given, Reach(LOOPBACK, wait=lambda _seconds: None)), given)
    load(reading.document)
    return reading


def served(flavour: Flavour, mapping: str, monkeypatch: pytest.MonkeyPatch, path: str = "") -> tuple[Reading, FakeTool]:
    monkeypatch.setenv(HOLDER, SECRET)
    with FakeTool(flavour) as tool:
        return read(settings(mapping, f"{tool.url}{path}")), tool


# What is documented of four tools


def goal(number: int, kind: str = "objective", **more: Any) -> dict[str, Any]:
    above = {"id": str(number - 1)} if number > 1 else None
    return {"id": str(number), "name": f"Goal {number}", "okrType": kind, "parentGoal": above, "goalType": "Group", "state": "Active",
            "status": "OffTrack", "department": {"id": "d1"}, **more}  # fmt: skip


def test_objectives_and_key_results_of_one_list_and_owners_asked_for_each(monkeypatch) -> None:
    amounts = {"amountType": "Percent", "startingAmount": "10", "endingAmount": "40 %", "currentAmount": 25.5}
    goals = [goal(1), goal(2), goal(3, "key_result", **amounts), goal(4, state="Archived")]
    flavour = Flavour(
        routes=[
            Listing("/v1/goals", lambda _: goals, lambda s: {"data": s.records, "hasMore": s.token is not None, "endingCursor": s.token or "after-9"},
                    parameter="startingAfter", size=2),
            Single("/v1/goal/{id}/owners", lambda asked: {"object": "list", "data": [{"id": f"p{n}", "name": "Ida", "email": None} for n in range(int(asked.parts["id"]) - 1)]}),
        ],
        credential=BEARER,
        main="/v1/goals",
    )  # fmt: skip
    reading, tool = served(flavour, LATTICE, monkeypatch, "/v1")
    assert reading.document["objectives"] == [
        {"id": "1", "title": "Goal 1", "level": "team", "team": "d1", "status": "off_track"},
        {"id": "2", "title": "Goal 2", "level": "team", "team": "d1", "status": "off_track", "parents": [{"id": "1", "kind": "parent"}],
         "owners": [{"person": "p0"}],
         "key_results": [{"id": "3", "title": "Goal 3", "unit": "%", "start": 10, "target": 40, "current": 25.5}]},
    ]  # fmt: skip
    assert reading.missing == ()
    assert [asked.query for asked in tool.asked if asked.path == "/v1/goals"][1] == {
        "limit": "50",
        "startingAfter": "after-2",
    }


def test_three_requests_that_follow_each_other(monkeypatch) -> None:
    outcomes = [{"id": f"k{n}", "title": f"Outcome {n}", "from": "0", "to": 5, "current_checkin": {"score": n, "confidence": "green"},
                 "membership": {"user": {"id": 7}}} for n in range(3)]  # fmt: skip
    plans = [
        {"id": n, "title": f"Q{n}", "slug": "a b", "start_at": "2026-10-01T00:00:00Z", "finish_at": None}
        for n in (1, 2)
    ]
    flavour = Flavour(
        routes=[
            Listing("/v2/workspaces/acme/plans", lambda _: plans, lambda s: s.records, size=1, headers=link),
            Listing("/v2/plans/{plan}/objectives", lambda asked: [{"id": f"o{asked.parts['plan']}", "title": "Win"}], lambda s: s.records, headers=link),
            Listing("/v2/objectives/{o}/outcomes", lambda asked: [one | {"id": one["id"] + asked.parts["o"]} for one in outcomes], lambda s: s.records,
                    size=2, headers=link),
        ],
        credential=("Authorization", f"API {SECRET}"),
        main="/v2/workspaces/acme/plans",
    )  # fmt: skip
    reading, _ = served(flavour, TABILITY, monkeypatch, "/v2")
    assert reading.missing == ()
    assert reading.document["cycles"] == [
        {"id": "1", "name": "Q1", "start": "2026-10-01"},
        {"id": "2", "name": "Q2", "start": "2026-10-01"},
    ]
    first, second = reading.document["objectives"]
    assert (first["url"], first["cycle"], second["cycle"]) == ("https://tability.app/a%20b/o/o1", "1", "2")
    assert [key_result["id"] for key_result in first["key_results"]] == ["k0o1", "k1o1", "k2o1"]
    assert second["key_results"][2] == {
        "id": "k2o2", "title": "Outcome 2", "cycle": "2", "start": 0, "target": 5, "current": 2, "status": "on_track", "owner": "7",
    }  # fmt: skip


def link(page: Any) -> Mapping[str, str]:
    return {"Link": f'<{page.link}>; rel="next"'} if page.link else {}


def test_key_results_of_a_list_of_their_own_and_numbers_and_dates_as_texts(monkeypatch) -> None:
    goals = [{"id": f"g{n}", "name": "Win", "ownerId": "u1" if n else None, "owner": {"id": "u2"}, "parentGoalId": "g0" if n else None,
              "sessionId": "s1", "dateFrom": "2026-10-01T00:00:00Z", "dateTo": "0001-01-01T00:00:00Z", "attainment": 0.256} for n in range(60)]  # fmt: skip
    metrics = [
        {
            "id": f"m{n}",
            "goalId": f"g{n}",
            "name": "Sell",
            "initialValue": 1,
            "target": "1e3",
            "actual": "x",
            "ownerId": "u1",
        }
        for n in range(60)
    ]
    sessions = [{"id": "s1", "title": "Q4", "start": 1790812800, "end": "1798675200000"}]
    body = lambda page: {"items": page.records, "totalCount": page.total}  # noqa: E731
    flavour = Flavour(
        routes=[
            Listing("/goals", lambda _: goals, body, paging="offset", parameter="skip"),
            Listing("/metrics", lambda _: metrics, body, paging="page", parameter="page"),
            Single("/sessions", lambda _: {"items": sessions}),
        ],
        credential=BEARER,
        main="/goals",
    )  # fmt: skip
    reading, tool = served(flavour, QUANTIVE, monkeypatch)
    first, second, *_ = reading.document["objectives"]
    assert first == {"id": "g0", "title": "Win", "cycle": "s1", "start": "2026-10-01", "progress": 25.6,
                     "owners": [{"person": "u2", "primary": True}],
                     "key_results": [{"id": "m0", "title": "Sell", "start": 1, "target": 1000, "owner": "u1"}]}  # fmt: skip
    assert second["parents"] == [{"id": "g0", "kind": "parent"}]
    assert second["owners"] == [{"person": "u1", "primary": True}]
    assert len(reading.document["objectives"]) == 60
    assert reading.document["cycles"] == [{"id": "s1", "name": "Q4", "start": "2026-10-01", "end": "2026-12-31"}]
    assert reading.document["source"] == {
        "tool": "Quantive", "complete": True,
        "provides": ["owners", "primary_owner", "parents", "cycles", "dates", "progress", "key_results", "measures", "key_result_owners"],
    }  # fmt: skip
    assert tool.paths() == ["/goals", "/goals", "/metrics", "/metrics", "/sessions"]
    assert all(asked.headers["gtmhub-accountid"] == "acme" for asked in tool.asked)
    assert reading.notes == (
        "Values that could not be read were left out: current (60).",
        "Never found in a record, so the mapping may be wrong: objective.end (60), key_result.current (60).",
    )


def perdoo(objectives: list[Any], key_results: list[Any], errors: Any = None) -> Flavour:
    def listing(name: str, nodes: list[Any]) -> Listing:
        return Listing(
            "/graphql/", lambda _: nodes,
            lambda page: {"errors": errors} if errors else {"data": {name: {"edges": [{"node": node} for node in page.records],
                          "pageInfo": {"hasNextPage": page.token is not None, "endCursor": page.token}}}},
            method="POST", when=lambda asked: name in asked.body["query"], token=lambda asked: asked.body.get("variables", {}).get("after"),
        )  # fmt: skip

    return Flavour([listing("objectives", objectives), listing("keyResults", key_results)], BEARER, "/graphql/")


def test_lists_in_graphql(monkeypatch) -> None:
    objectives = [
        {"id": f"o{n}", "name": "Win", "lead": {"id": "u1", "name": "Ida"}, "tags": ["a", "a", "b"]} for n in range(60)
    ]
    key_results = [{"id": f"k{n}", "name": "Sell", "type": "INITIATIVE" if n else "METRIC", "objective": {"id": "o1"}, "lead": None,
                    "metricUnit": "percent", "endValue": 9} for n in range(3)]  # fmt: skip
    reading, tool = served(perdoo(objectives, key_results), PERDOO, monkeypatch)
    assert len(reading.document["objectives"]) == 60
    assert reading.document["objectives"][1] == {
        "id": "o1", "title": "Win", "tags": ["a", "b"], "owners": [{"person": "u1", "primary": True}],
        "key_results": [{"id": "k0", "title": "Sell", "unit": "%", "target": 9}],
    }  # fmt: skip
    assert reading.document["initiatives"] == [{"id": f"k{n}", "title": "Sell", "objectives": ["o1"]} for n in (1, 2)]
    assert reading.document["people"] == [{"id": "u1", "name": "Ida"}]
    assert [asked.body.get("variables") for asked in tool.asked] == [{}, {"after": "after-50"}, {"max": 50}]


def test_errors_of_graphql_are_no_empty_list(sync) -> None:
    refused = [{"message": f"Token {SECRET} is not valid", "extensions": {"code": "UNAUTHENTICATED"}}]
    outcome = sync(http_json, perdoo([], [], refused), lambda url: settings(PERDOO, url))
    assert outcome.ended == ERROR
    assert "is not valid" in str(outcome.error)


# Specifications of vendors


def test_the_example_of_the_documentation_keeps_to_the_specification_of_its_tool(data, prism, monkeypatch) -> None:
    monkeypatch.setenv("OKR_CLICKUP_TOKEN", SECRET)
    assert len(CLICKUP.splitlines()) <= 30
    reading = read(settings(CLICKUP, prism(data("clickup/clickup-api-v2-reference.json"))))
    (objective,) = reading.document["objectives"]
    assert (objective["title"], objective["end"], objective["owners"]) == (
        "Updated Goal Name",
        "2019-09-09",
        [{"person": "182"}],
    )
    assert reading.document["people"] == [{"id": "182", "name": "Jane Doe", "email": "janedoe@gmail.com"}]
    assert reading.missing == ()


def test_another_mapping_of_thirty_lines_reads_what_its_specification_shows(data, prism, monkeypatch) -> None:
    monkeypatch.setenv(HOLDER, SECRET)
    assert len(LEAPSOME.strip().splitlines()) <= 30
    reading = read(settings(LEAPSOME, prism(data("leapsome/leapsome-content-api-openapi.yml"))))
    (objective,) = reading.document["objectives"]
    assert objective["key_results"][0]["target"] == 1000
    assert {
        "level": "individual",
        "status": "on_track",
        "progress": 50,
        "end": "2019-08-24",
    }.items() <= objective.items()
    # The mock server names the same next page for ever.
    assert [missing.reason for missing in reading.missing] == ["The tool sent the same page again."]


# A tool that misbehaves

NODES = tree()
MAPPING = """
tool: In-house
base_url: https://okr.alder.example
auth: {kind: header, name: X-Api-Key, secret: env:OKR_TEST_TOOL_SECRET}
per_minute: 10000
read:
  - get: /objectives
    records: data.items
    paging: {kind: cursor, at: data.next, send: after}
    objectives: {id: id, title: title, owners: owner, parents: parent}
    then:
      - get: /objectives/{id}/results
        name: results
        records: data
        key_results: {id: id, objective: ^.id, title: title, start: {path: start}, target: target, current: current}
"""


def flavour(nodes: Any = NODES) -> Flavour:
    inside: dict[str | None, list[dict[str, Any]]] = {}
    for node in nodes:
        if node.kind == "key_result":
            inside.setdefault(node.parent, []).append(
                {"id": node.id, "title": node.title, "start": node.start, "target": node.target}
            )
    objectives = [
        {"id": n.id, "title": n.title, "owner": n.owner, "parent": n.parent} for n in nodes if n.kind == "objective"
    ]
    return Flavour(
        routes=[
            Listing("/objectives", lambda _: objectives, lambda page: {"data": {"items": page.records, "next": page.token}}, parameter="after"),
            Single("/objectives/{id}/results", lambda asked: {"data": inside.get(asked.parts["id"], [])}),
        ],
        credential=("X-Api-Key", SECRET),
        main="/objectives",
    )  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_trouble_ends_in_a_document_or_in_one_clear_error(sync, name) -> None:
    case, nodes = CASES[name], tree(120, 40)
    outcome = sync(http_json, flavour(nodes), lambda url: settings(MAPPING, url), case.trouble)
    check_case(outcome, case)
    if case.ends == COMPLETE and case.trouble.way != "vanishing":
        assert sorted(outcome.ids()) == [node.id for node in nodes if node.kind == "objective"]
        assert sorted(outcome.ids("key_results")) == [node.id for node in nodes if node.kind == "key_result"]


RESULTS = "/objectives/{id}/results"
OF_EACH: Mapping[str, Case] = {
    "a burst of 500": Case(Trouble("status", 3, 2, path=RESULTS), COMPLETE),
    "403 for some": Case(Trouble("status", 3, 2, path=RESULTS, status=403), PARTIAL, "403 Forbidden"),
    "404 for some": Case(Trouble("status", 3, 2, path=RESULTS, status=404), PARTIAL, "404 Not Found"),
    "410 for one": Case(Trouble("status", 3, 1, path=RESULTS, status=410), PARTIAL, "410 Gone"),
    "404 for all": Case(Trouble("status", path=RESULTS, status=404), PARTIAL, "404 Not Found"),
    "JSON of another shape": Case(Trouble("html", 3, 1, path=RESULTS), PARTIAL, "web page"),
}


@pytest.mark.parametrize("name", OF_EACH)
def test_trouble_with_what_is_asked_for_each_record_is_told_and_concerns_nobody_knows_which(sync, name) -> None:
    case = OF_EACH[name]
    outcome = sync(http_json, flavour(tree(12, 6)), lambda url: settings(MAPPING, url), case.trouble)
    check_case(outcome, case)
    assert len(outcome.ids()) == 12
    assert all(missing.ids is None for missing in outcome.missing)


COUNTED = """
tool: In-house
base_url: https://okr.alder.example
auth: {kind: header, name: X-Api-Key, secret: env:OKR_TEST_TOOL_SECRET}
per_minute: 10000
read:
  - {get: /objectives, records: items, paging: PAGING, objectives: {id: id, title: title}}
"""


def counted(paging: Any, **more: Any) -> Flavour:
    """A tool of 120 objectives, 50 on a page, that counts its pages."""
    objectives = [{"id": node.id, "title": node.title} for node in tree(120, 0)]
    body = lambda page: {"items": page.records, "total": page.total, "pages": -(-page.total // 50)}  # noqa: E731
    return Flavour(
        routes=[Listing("/objectives", lambda _: objectives, body, paging=paging, parameter="at", **more)],
        credential=("X-Api-Key", SECRET),
        main="/objectives",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("paging", "asked", "vanishing"),
    [
        ("{kind: offset, send: at}", ["", "49", "98", "119"], "list changed"),
        ("{kind: offset, send: at, total: total}", ["", "50", "100"], ""),
        ("{kind: offset, send: at, total: totl}", ["", "49", "98", "119"], "list changed"),
        ("{kind: page, send: at}", ["", "2", "1", "3", "2", "4", "3"], "list changed"),
        ("{kind: page, send: at, pages: pages}", ["", "2", "1", "3", "2"], "list changed"),
        ("{kind: page, send: at, total: total}", ["", "2", "3"], "got shorter"),
    ],
)
def test_a_record_that_slips_between_counted_pages_is_read_or_told(sync, paging, asked, vanishing) -> None:
    made = counted("page" if "page" in paging else "offset")
    mapping = COUNTED.replace("PAGING", paging)
    outcome = sync(http_json, made, lambda url: settings(mapping, url))
    assert (outcome.ended, len(outcome.ids()), outcome.reading.notes) == (COMPLETE, 120, ())
    assert [question.query.get("at", "") for question in outcome.tool.asked] == asked
    later = sync(http_json, made, lambda url: settings(mapping, url), Trouble("vanishing", 2))
    if vanishing:
        assert later.ended == PARTIAL
        assert later.missing[0].scope == "more objectives"
        assert vanishing in later.missing[0].reason
    else:
        assert len(later.ids()) == 120


@pytest.mark.parametrize("kind", ["offset", "page"])
def test_a_tool_that_pays_no_heed_to_counted_pages_is_asked_no_further(sync, kind) -> None:
    mapping = COUNTED.replace("PAGING", f"{{kind: {kind}, send: at}}")
    outcome = sync(http_json, counted(kind, token=lambda _: None), lambda url: settings(mapping, url))
    assert [missing.reason for missing in outcome.missing] == ["The tool sent the same page again."]
    assert len(outcome.ids()) == 50


def test_more_that_cannot_be_had_and_places_that_no_answer_has_are_told(sync) -> None:
    cursor = "{kind: cursor, at: nxt, send: at, more: MORE}"
    routes = [Single("/objectives", lambda _: {"items": [{"id": "1", "title": "A"}], "has": True, "nxt": None})]
    made = counted("token")._replace(routes=routes)

    def missing(more: str) -> list[tuple[str, str]]:
        mapping = COUNTED.replace("PAGING", cursor.replace("MORE", more))
        return [(one.scope, one.reason) for one in sync(http_json, made, lambda url: settings(mapping, url)).missing]

    assert missing("has") == [("more objectives", "The tool says that there is more and gives no way to it.")]
    said = "No answer has “hsa”, which is to tell whether there is more: check “paging” in the mapping."
    assert missing("hsa") == [("more objectives", said)]


def test_what_is_asked_for_each_record_tells_once_of_a_place_that_no_answer_has(sync) -> None:
    paged = MAPPING.replace(
        "name: results", "name: results\n        paging: {kind: cursor, at: nxt, send: at, more: PLACE}"
    )

    def missing(place: str, more: Any) -> list[str]:
        def body(asked: Any) -> Any:
            told = more if asked.parts["id"] == "100001" else {}
            return {"data": [{"id": f"k{asked.parts['id']}", "title": "K"}], **told}

        made = flavour(tree(4, 0))
        made = made._replace(routes=[made.routes[0], Single(RESULTS, body)])
        outcome = sync(http_json, made, lambda url: settings(paged.replace("PLACE", place), url))
        assert len(outcome.ids("key_results")) == 4
        return [one.scope for one in outcome.missing]

    assert missing("has", {"has": False}) == []
    assert missing("hsa", {"has": False}) == ["more results"]
    assert missing("has", {"has": True}) == ["more results: 1 of 4"]


OTHER = "an0ther/S3cret+Word"


def test_a_secret_in_what_is_asked_is_revealed_when_asking_and_into_no_error(sync, monkeypatch) -> None:
    monkeypatch.setenv("OKR_TEST_OTHER", OTHER)
    referring = MAPPING.replace(
        "get: /objectives\n", "get: /objectives\n    query: {key: env:OKR_TEST_OTHER}\n"
    ).replace(
        "- get: /objectives/{id}/results",
        "- post: /objectives/{id}/results\n        body: {login: {keys: [env:OKR_TEST_OTHER]}, of: '{id}'}",
    )
    routes = flavour(tree(4, 2)).routes
    made = flavour(tree(4, 2))._replace(
        routes=[routes[0], Single(RESULTS, lambda _: Reply(403, {}, {"message": f"Not with {OTHER}"}), method="POST")]
    )
    outcome = sync(http_json, made, lambda url: settings(referring, url))
    assert outcome.tool.asked[0].query["key"] == OTHER
    assert {"login": {"keys": [OTHER]}, "of": "100000"} in [asked.body for asked in outcome.tool.asked]
    assert "403 Forbidden" in outcome.missing[0].reason
    assert OTHER not in f"{outcome.reading}{outcome.progress}"


def test_what_a_tool_answers_is_never_taken_for_a_reference(sync, monkeypatch) -> None:
    monkeypatch.setenv("OKR_TEST_OTHER", OTHER)
    made = Flavour(
        [Single("/objectives", lambda _: {"data": {"items": [{"id": "env:OKR_TEST_OTHER", "title": "A"}]}}),
         Single("/results", lambda _: {"data": []})],
        ("X-Api-Key", SECRET), "/objectives",
    )  # fmt: skip
    mapping = MAPPING.replace("get: /objectives/{id}/results", "get: /results\n        query: {of: '{id}'}")
    outcome = sync(http_json, made, lambda url: settings(mapping, url))
    assert outcome.tool.asked[1].query == {"of": "env:OKR_TEST_OTHER"}


def test_a_reference_that_the_operator_does_not_allow_is_not_revealed(monkeypatch) -> None:
    monkeypatch.setenv("OKR_TEST_OTHER", OTHER)
    mapping = MAPPING.replace("get: /objectives\n", "get: /objectives\n    query: {key: env:OKR_TEST_OTHER}\n")
    monkeypatch.setenv(HOLDER, SECRET)
    with pytest.raises(SourceError, match="not one that OKR_VALIDATOR_SECRETS allows"):
        list(http_json.fetch(settings(mapping), Reach(secrets=("env:OKR_TEST_TOOL_*",))))


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [({}, "2026-09-30", "2026-12-31"), ({"time_zone": "Europe/Berlin"}, "2026-10-01", "2026-12-31")],
)
def test_moments_in_words_are_days_of_the_time_zone_where_one_is_set(zone, start, end) -> None:
    given = settings(MAPPING.replace("title: title, owners", "title: title, start: a, end: b, owners"), **zone)
    record = {"id": "1", "title": "A", "a": "2026-09-30T22:00:00Z", "b": "2026-12-31"}
    (objective,) = http_json.to_document([Page("objectives", [record])], given).document["objectives"]
    assert (objective["start"], objective["end"]) == (start, end)


def test_a_next_page_on_another_host_is_not_asked_for(sync) -> None:
    linked = MAPPING.replace("{kind: cursor, at: data.next, send: after}", "{kind: next, at: data.next}")
    routes = flavour().routes
    made = flavour()._replace(
        routes=[routes[0]._replace(body=lambda page: {"data": {"items": page.records, "next": page.link}}), routes[1]]
    )
    outcome = sync(http_json, made, lambda url: settings(linked, url), Trouble("foreign"))
    assert outcome.ended == PARTIAL
    assert "another host" in outcome.missing[0].reason
    assert len(sync(http_json, made, lambda url: settings(linked, url)).ids()) == len(
        [n for n in NODES if n.kind == "objective"]
    )


@pytest.mark.parametrize(
    ("auth", "credential"),
    [
        ({"kind": "basic", "user": "ann"}, ("Authorization", "Basic YW5uOnMzY3IzdCtXZXJ0L2Z1cj1hbGwmWmVpdGVuJTIxJw==")),
        ({"kind": "header", "name": "X-Key", "prefix": "API "}, ("X-Key", f"API {SECRET}")),
        ({"kind": "bearer"}, BEARER),
    ],
)
def test_a_credential_goes_where_the_settings_say(sync, auth, credential) -> None:
    made = flavour(tree(4, 2))._replace(credential=credential)
    outcome = sync(http_json, made, lambda url: settings(MAPPING, url, auth={**auth, "secret": f"env:{HOLDER}"}))
    assert outcome.ended == COMPLETE


def test_a_credential_in_the_query_goes_with_every_request_and_into_no_error(monkeypatch, caplog) -> None:
    monkeypatch.setenv(HOLDER, SECRET)
    caplog.set_level("DEBUG")
    made = flavour(tree(4, 2))._replace(credential=("Accept", "application/json"))
    with FakeTool(made, Trouble("status", path=RESULTS, status=403)) as tool:
        reading = read(settings(MAPPING, tool.url, auth={"kind": "query", "name": "key", "secret": f"env:{HOLDER}"}))
    assert {asked.query["key"] for asked in tool.asked} == {SECRET}
    assert reading.missing[0].reason.startswith(f"GET {tool.url}/objectives/")
    assert SECRET[:8] not in f"{reading}{caplog.text}"


def test_a_record_that_holds_no_id_or_title_makes_the_set_incomplete() -> None:
    given = settings(MAPPING)
    reading = http_json.to_document(
        [Page("objectives", [{"id": "1", "title": "A"}, {"id": "2"}, {"title": "C"}, 7])], given
    )
    load(reading.document)
    assert [o["id"] for o in reading.document["objectives"]] == ["1"]
    assert {(missing.scope, missing.reason) for missing in reading.missing} == {
        ("objectives: 1 of 2", "They have no title. Check the mapping."),
        ("objectives: 1 of 2", "They have no id. Check the mapping."),
        ("objectives: 1 of 2", "They are no objects. Check the mapping."),
    }


def test_a_record_that_cannot_be_asked_about_is_told(sync) -> None:
    made = flavour(tree(4, 2))
    mapping = MAPPING.replace("/objectives/{id}/results", "/objectives/{key}/results")
    outcome = sync(http_json, made, lambda url: settings(mapping, url))
    assert outcome.missing == (Missing("results: 4", "4 of the objectives have no “key” to ask by."),)


def test_records_that_are_not_where_they_were_said_to_be_are_one_clear_error(sync) -> None:
    outcome = sync(http_json, flavour(), lambda url: settings(MAPPING.replace("data.items", "data.rows"), url))
    assert "holds no records under “data.rows”" in str(outcome.error)
    assert outcome.error.faults[0].hint == "Check “records” in the mapping."


def test_people_and_teams_come_from_where_they_lie_in_a_record() -> None:
    mapping = MAPPING.replace(
        "    then:", "    people: [{records: owner, id: id, name: name}, {records: members.*, id: id}]\n    then:"
    )
    record = {
        "id": "1",
        "title": "A",
        "owner": {"id": PEOPLE[0][0], "name": "Ida"},
        "members": [{"id": PEOPLE[1][0]}, None],
    }
    reading = http_json.to_document(
        [Page("objectives", [record])], settings(mapping.replace("owners: owner,", "team: /a~1b/0,"))
    )
    assert reading.document["people"] == [{"id": PEOPLE[0][0], "name": "Ida"}, {"id": PEOPLE[1][0]}]
    assert reading.missing == ()
    assert TEAMS[0][0] not in str(reading.document)


def test_a_tool_that_answers_a_plain_list_is_read_as_it_is(monkeypatch) -> None:
    mapping = (
        "tool: x\nbase_url: https://x.example\nread: [{get: /o, objectives: {id: id, title: t, level: {value: team}}}]"
    )
    made = Flavour(
        [Single("/o", lambda _: Reply(200, {}, [{"id": 5, "t": 2026}]))], ("Accept", "application/json"), "/o"
    )
    reading, _ = served(made, mapping, monkeypatch)
    assert reading.document["objectives"] == [{"id": "5", "title": "2026", "level": "team"}]
