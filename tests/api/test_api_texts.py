"""Editing rulesets over HTTP: two who edit one draft, rulesets built to hang, publishing, going back and previews."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.api.api_server import Server, okr_set, problem, serving
from tests.service.stored_rulesets import RULE, STRICTER, rule
from tests.service.test_service_compiling import slow
from validator.api.text_schemas import ComparisonSchema, PreviewSchema, VersionListSchema
from validator.store.schema import upgrade

BEGIN = {"If-None-Match": "*"}
BUSY = 3
"""How much longer the clock may run on a busy machine: the limit is one of computing."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with an empty database."""
    folder = tmp_path_factory.mktemp("texts")
    address = f"sqlite:///{folder}/okr.db"
    upgrade(address)
    with serving(folder, database_url=address) as running:
        yield running


def ask(server: Server, method: str, path: str, **more: Any) -> requests.Response:
    return requests.request(method, f"{server.url}/v1/rulesets/{path}", timeout=60, **more)


def at(version: int) -> dict[str, str]:
    return {"If-Match": f'"v{version}"'}


def save(server: Server, name: str, text: str, headers: dict[str, str]) -> requests.Response:
    return ask(server, "PUT", f"{name}/draft", json={"text": text}, headers=headers)


def published(server: Server, name: str, text: str, headers: dict[str, str]) -> int:
    """Save a text and publish it; gives the version."""
    tag = save(server, name, text, headers).headers["ETag"]
    made = ask(server, "POST", f"{name}/publish", json={}, headers={"If-Match": tag})
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/v1/rulesets/{name}/versions/{made.json()['version']}"
    return int(made.json()["version"])


def test_of_two_admins_who_edit_one_draft_the_second_gets_412(server: Server) -> None:
    problem(ask(server, "GET", "shared/draft"), 404)
    problem(save(server, "shared", RULE, {}), 428)
    assert save(server, "shared", RULE, BEGIN).headers["ETag"] == '"v1"'
    problem(save(server, "shared", RULE, BEGIN), 412)
    ana, ben = (ask(server, "GET", "shared/draft").headers["ETag"] for _ in range(2))
    assert save(server, "shared", STRICTER, {"If-Match": ana}).headers["ETag"] == '"v2"'
    problem(save(server, "shared", "name: shared\n", {"If-Match": ben}), 412)
    assert ask(server, "GET", "shared/draft").json()["text"] == STRICTER
    problem(ask(server, "POST", "shared/publish", json={}, headers={"If-Match": ben}), 412)


@pytest.mark.parametrize("use", ["publish", "preview"])
def test_a_ruleset_built_to_hang_gets_422_within_5_seconds_and_the_next_request_is_served(
    server: Server, use: str
) -> None:
    name = f"hanging-{use}"
    save(server, name, slow().texts["ours@draft"].replace("name: ours", f"name: {name}"), BEGIN)
    began = time.perf_counter()
    answer = ask(server, "POST", f"{name}/{use}", json={"connections": []} if use == "preview" else {}, headers=at(1))
    assert time.perf_counter() - began < 5 * BUSY
    assert "takes longer than" in problem(answer, 422)["errors"][0]["message"]
    assert server.judge(okr_set()).status_code == 200


def test_a_draft_with_faults_is_not_published(server: Server) -> None:
    save(server, "faulty", rule("a-rule", "faulty").replace("below: 1", "bellow: 1"), BEGIN)
    found = problem(ask(server, "POST", "faulty/publish", json={}, headers=at(1)), 422)["errors"]
    assert [(fault["pointer"], fault["hint"]) for fault in found] == [
        ("/rules/0/when/key_result_count/bellow", "did you mean “below”?")
    ]
    assert found[0]["place"].startswith("faulty@draft, line ")


def test_versions_are_published_listed_compared_and_brought_back(server: Server) -> None:
    first, second = rule("a-rule", "paged"), rule("b-rule", "paged")
    assert published(server, "paged", first, BEGIN) == 1
    assert published(server, "paged", second, at(2)) == 2
    back = ask(server, "POST", "paged/rollback", json={"version": 1, "note": "Too early."})
    assert (back.status_code, back.json()["version"], back.json()["restored_from"]) == (201, 3, 1)
    problem(ask(server, "POST", "paged/rollback", json={"version": 1}), 409)
    page = ask(server, "GET", "paged/versions", params={"limit": 2}).json()
    rest = ask(server, "GET", "paged/versions", params={"limit": 2, "cursor": page["next"]}).json()
    assert VersionListSchema().validate(page) == VersionListSchema().validate(rest) == {}
    assert [one["version"] for one in [*page["versions"], *rest["versions"]]] == [3, 2, 1]
    assert rest["next"] is None
    assert ask(server, "GET", "paged/versions/2").json()["text"] == second
    found = ask(server, "GET", "paged/diff", params={"before": "1", "after": "2"}).json()
    assert ComparisonSchema().validate(found) == {}
    assert (found["rules"]["added"], found["rules"]["removed"]) == (["b-rule"], ["a-rule"])


def test_a_preview_answers_by_team_and_severity_and_stores_nothing(server: Server) -> None:
    published(server, "tried", rule("a-rule", "tried"), BEGIN)
    made = {"id": "acme", "name": "Acme", "ruleset": "tried"}
    assert requests.post(f"{server.url}/v1/connections", json=made, timeout=60).status_code == 201
    bare = {"objectives": [{"id": id, "title": "Grow", "team": "t1", "key_results": []} for id in ("o1", "o2")]}
    run = requests.post(f"{server.url}/v1/connections/acme/runs", json=bare, timeout=60)
    assert run.status_code == 201
    save(server, "tried", rule("a-rule", "tried").replace("severity: warning", "severity: error"), at(2))
    found = ask(server, "POST", "tried/preview", json={"connections": ["acme"]}).json()
    assert PreviewSchema().validate(found) == {}
    (tried,) = found["connections"]
    assert (tried["run"], tried["status_before"], tried["status_after"]) == (run.json()["run"]["id"], "pass", "fail")
    assert found["counts"] == [{"team": "t1", "severity": "error", "appeared": 0, "vanished": 0, "changed": 2}]
    assert [(one["fields"], one["after"]["severity"]) for one in found["changed"]] == [(["severity"], "error")] * 2
    runs = requests.get(f"{server.url}/v1/connections/acme/runs", timeout=60).json()["runs"]
    assert len(runs) == 1


@pytest.mark.parametrize("path", ["Bad%20Name/draft", "ours@1/draft", "metrics/draft", "paged/versions/x",
                                  "paged/versions/99999999999", "paged/diff?after=newest"])  # fmt: skip
def test_a_name_or_version_that_can_mean_nothing_is_refused(server: Server, path: str) -> None:
    assert problem(ask(server, "GET", path), 422)["errors"][0]["hint"]


@pytest.mark.parametrize("kind", ["failure-table", "metrics"])
def test_the_tables_have_drafts_of_their_own(server: Server, kind: str) -> None:
    url = f"{server.url}/v1/{kind}"
    saved = requests.put(f"{url}/draft", json={"text": "rows: 3\nmetrics: 3\n"}, headers=BEGIN, timeout=60)
    assert saved.headers["ETag"] == '"v1"'
    problem(requests.post(f"{url}/publish", json={}, headers=at(1), timeout=60), 422)
    assert requests.get(f"{url}/versions", timeout=60).json() == {"versions": [], "next": None}
