"""Connections, runs and findings over HTTP, on a real server with a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.api.api_server import Server, okr_set, problem, serving
from validator.api.run_schemas import RunDifferenceSchema, RunReportSchema
from validator.store.schema import upgrade


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with an empty database."""
    folder = tmp_path_factory.mktemp("stored")
    address = f"sqlite:///{folder}/okr.db"
    upgrade(address)
    with serving(folder, database_url=address) as running:
        yield running


def ask(server: Server, method: str, path: str, **more: Any) -> requests.Response:
    return requests.request(method, server.url + path, timeout=60, **more)


def connection(server: Server, id: str, **more: Any) -> requests.Response:
    made = ask(server, "POST", "/v1/connections", json={"id": id, "name": id.title(), **more})
    assert made.status_code == 201, made.text
    return made


def run(server: Server, id: str, document: Any, **query: str) -> dict[str, Any]:
    answer = ask(server, "POST", f"/v1/connections/{id}/runs", json=document, params=query)
    assert answer.status_code == 201, answer.text
    report: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/v1/runs/{report['run']['id']}"
    assert answer.headers["OKR-Validator-Status"] == report["status"] == report["run"]["status"]
    return report


def test_a_connection_is_made_shown_changed_and_removed(server: Server) -> None:
    made = connection(server, "made", fail_on="warning")
    assert (made.headers["Location"], made.headers["ETag"]) == ("/v1/connections/made", '"v1"')
    assert ask(server, "GET", "/v1/connections/made").json() == made.json()
    path, tag = "/v1/connections/made", {"If-Match": '"v1"'}
    changed = ask(server, "PATCH", path, json={"fail_on": "info"}, headers=tag)
    assert (changed.json()["fail_on"], changed.headers["ETag"]) == ("info", '"v2"')
    problem(ask(server, "PATCH", path, json={"fail_on": "error"}, headers=tag), 412)
    problem(ask(server, "PATCH", path, json={"fail_on": "error"}), 428)
    problem(ask(server, "DELETE", path, headers=tag), 412)
    assert ask(server, "DELETE", path, headers={"If-Match": '"v2"'}).status_code == 200
    problem(ask(server, "GET", path), 404)


def test_an_id_that_is_taken_and_a_ruleset_that_is_not_there_are_refused(server: Server) -> None:
    connection(server, "taken")
    again = ask(server, "POST", "/v1/connections", json={"id": "taken", "name": "Again"})
    assert problem(again, 409)["type"].endswith(":exists")
    unknown = ask(server, "POST", "/v1/connections", json={"id": "other", "name": "Other", "ruleset": "none-such"})
    assert [error["pointer"] for error in problem(unknown, 422)["errors"]] == ["/ruleset"]


def test_a_run_answers_its_report_with_the_life_of_every_finding(server: Server) -> None:
    connection(server, "lives")
    first = run(server, "lives", okr_set(2), as_of="2026-08-03")
    second = run(server, "lives", okr_set(2, owned=True), as_of="2026-08-03")
    assert RunReportSchema().validate(first) == RunReportSchema().validate(second) == {}
    assert {finding["life"]["state"] for finding in first["findings"]} == {"new"}
    gone = [entry for entry in second["missed"] if entry["rule"] == "unowned-objective"]
    assert [(entry["state"], entry["cause"]["kind"]) for entry in gone] == [("resolved", "data_changed")] * 2
    listed = ask(server, "GET", "/v1/connections/lives/runs").json()
    assert [entry["number"] for entry in listed["runs"]] == [2, 1]
    found = ask(server, "GET", f"/v1/runs/{second['run']['id']}/difference").json()
    assert RunDifferenceSchema().validate(found) == {}
    assert found["before"]["id"] == first["run"]["id"]
    assert "resolved" in {entry["event"] for entry in found["turned"]}
    plain = ask(server, "GET", f"/v1/runs/{first['run']['id']}/report").json()
    stateless = server.judge(okr_set(2), as_of="2026-08-03").json()
    assert plain == stateless
    replayed = ask(server, "POST", f"/v1/runs/{first['run']['id']}/replay").json()
    assert (replayed["same"], replayed["digest"]) == (True, first["run"]["report_digest"])


def test_a_set_at_fault_and_a_connection_that_is_not_there_record_nothing(server: Server) -> None:
    connection(server, "faulty")
    problem(ask(server, "POST", "/v1/connections/faulty/runs", json={"objectives": [{"title": "x"}]}), 422)
    problem(ask(server, "POST", "/v1/connections/nowhere/runs", json=okr_set()), 404)
    assert ask(server, "GET", "/v1/connections/faulty/runs").json() == {"runs": [], "next": None}
    problem(ask(server, "GET", "/v1/runs/nothing"), 404)


def test_the_same_request_sent_again_records_one_run(server: Server) -> None:
    connection(server, "once")
    answers = [
        ask(server, "POST", "/v1/connections/once/runs", json=okr_set(), headers={"Idempotency-Key": "once-1"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert len(ask(server, "GET", "/v1/connections/once/runs").json()["runs"]) == 1


def test_an_overlay_is_laid_over_every_run(server: Server) -> None:
    connection(server, "laid")
    path, overlay = "/v1/connections/laid/overlay", {"governance": {"conflict_resolver": "Ana"}}
    problem(ask(server, "GET", path), 404)
    laid = ask(server, "PUT", path, json=overlay, headers={"If-Match": '"v1"'})
    assert laid.headers["ETag"] == '"v2"'
    assert ask(server, "GET", path).json() == overlay
    assert "governance.conflict_resolver" in run(server, "laid", okr_set())["input"]["provides"]
    assert ask(server, "DELETE", path, headers={"If-Match": '"v2"'}).json()["overlay_digest"] is None
    problem(ask(server, "PUT", path, json=[], headers={"If-Match": '"v3"'}), 422)


def test_findings_are_filtered_and_paged(server: Server) -> None:
    connection(server, "found")
    run(server, "found", okr_set(5))
    query = {"connection": "found", "rule": "unowned-objective", "state": "new,reopened", "team": "t1"}
    pages, cursor = [], {}
    while True:
        page = ask(server, "GET", "/v1/findings", params={**query, "limit": 2, **cursor}).json()
        pages.append([finding["items"][0]["id"] for finding in page["findings"]])
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(id for page in pages for id in page) == [f"o{number}" for number in range(5)]
    one = ask(server, "GET", "/v1/findings", params=query).json()["findings"][0]
    shown = ask(server, "GET", f"/v1/connections/found/findings/{one['id']}").json()
    assert [event["event"] for event in shown["events"]] == ["new"]
    assert shown["teams"] == ["t1"]


@pytest.mark.parametrize(
    "query",
    [{"state": "gone"}, {"severity": "fatal"}, {"limit": "0"}, {"cursor": "!"}, {"cursor": "eA"}, {"colour": "red"}],
    ids=str,
)
def test_a_list_that_cannot_be_meant_is_refused(server: Server, query: dict[str, str]) -> None:
    problem(ask(server, "GET", "/v1/findings", params=query), 400)
