"""Keys and the audit trail as resources, on the command line, and where their secrets are not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.api.api_keys import ASKED, Make, bearer
from tests.api.api_server import Server

Start = Callable[..., AbstractContextManager[Server]]


def test_a_key_is_made_used_shown_and_revoked_and_the_trail_says_so(client: FlaskClient, make: Make) -> None:
    admin = bearer(make("admin", "admin"))
    wish = {"name": "nightly", "role": "submitter", "connections": ["acme"], "expires_at": "2999-01-01T00:00:00Z"}
    made = client.post("/v1/keys", json=wish, headers=admin)
    assert made.status_code == 201
    key, place = made.get_json()["key"], made.headers["Location"]
    shown = {name: value for name, value in made.get_json().items() if name != "key"}
    assert place == f"/v1/keys/{shown['id']}"
    assert client.get(place, headers=admin).get_json() == shown
    assert client.get(ASKED, headers=bearer(key)).status_code == 200
    revoked = client.delete(place, headers=admin)
    assert (revoked.status_code, revoked.get_json()["state"]) == (200, "revoked")
    assert client.get(ASKED, headers=bearer(key)).status_code == 401
    asked = {"target_kind": "key", "target_id": shown["id"]}
    trail = client.get("/v1/audit", query_string=asked, headers=admin).get_json()["entries"]
    assert [(entry["actor"], entry["action"]) for entry in trail] == [("admin", "revoke"), ("admin", "create")]
    assert shown | {"created_by": "admin", "state": "active", "connections": ["acme"], "last_used_at": None} == shown


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/name", "/role"}),
        ({"name": "x", "role": "king"}, {"/role"}),
        ({"name": "x", "role": "reader", "connections": ["acme", "nowhere"]}, {"/connections/1"}),
        ({"name": "x", "role": "reader", "expires_at": "2020-01-01T00:00:00Z"}, {"/expires_at"}),
        ({"name": "x", "role": "reader", "expires_at": "2999-01-01T00:00:00"}, {"/expires_at"}),
        ({"name": "x", "role": "reader", "more": 1}, {"/more"}),
        ([], {""}),
    ],
    ids=["nothing", "no such role", "no such connection", "over already", "no offset", "unknown", "no object"],
)
def test_a_key_that_cannot_be_meant_is_refused_with_every_fault(
    client: FlaskClient, engine: Engine, body: Any, pointers: set[str]
) -> None:
    answer = client.post("/v1/keys", json=body)
    assert answer.status_code == 422, answer.text
    assert {fault["pointer"] for fault in answer.get_json()["errors"]} == pointers
    assert client.get("/v1/keys").get_json()["keys"] == []


def test_a_key_is_made_once_though_the_request_came_twice_and_its_secret_is_not_told_again(
    client: FlaskClient, make: Make
) -> None:
    headers = {**bearer(make("admin", "admin")), "Idempotency-Key": "order-7"}
    first, second = (client.post("/v1/keys", json={"name": "x", "role": "reader"}, headers=headers) for _ in range(2))
    other = client.post("/v1/keys", json={"name": "y", "role": "reader"}, headers=headers)
    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
    assert second.get_json() == {**first.get_json(), "key": None}
    assert (second.headers["Location"], second.headers["Idempotency-Replayed"]) == (first.headers["Location"], "true")
    assert "Idempotency-Replayed" not in first.headers
    assert [key["name"] for key in client.get("/v1/keys", headers=headers).get_json()["keys"]] == ["x", "admin"]


def test_a_request_that_was_refused_may_be_mended_under_the_same_idempotency_key(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "order-7"}
    assert client.post("/v1/keys", json={"name": "x", "role": "king"}, headers=headers).status_code == 422
    assert client.post("/v1/keys", json={"name": "x", "role": "reader"}, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_an_idempotency_key_that_is_none_is_refused(client: FlaskClient, key: str) -> None:
    answer = client.post("/v1/keys", json={"name": "x", "role": "reader"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400


@pytest.mark.parametrize("resource", ["keys", "audit"])
def test_a_list_is_read_in_pages_to_its_end(client: FlaskClient, make: Make, resource: str) -> None:
    headers = bearer(make("key 0", "admin"))
    for number in range(1, 5):
        make(f"key {number}")
    name = {"keys": "keys", "audit": "entries"}[resource]
    found, query = [], {"limit": "2"}
    for _ in range(3):
        page = client.get(f"/v1/{resource}", query_string=query, headers=headers).get_json()
        found += [entry["id"] for entry in page[name]]
        query["cursor"] = page["next"]
    assert query["cursor"] is None
    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize("path", ["/v1/keys", "/v1/audit"])
@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=", "cursor=!!", "cursor=AAAA", "cursor=eA", "more=1"]
)
def test_a_page_that_cannot_be_meant_is_refused(client: FlaskClient, path: str, query: str) -> None:
    assert client.get(f"{path}?{query}").status_code == 400


def test_the_trail_is_exported_as_json_lines(client: FlaskClient, make: Make) -> None:
    admin = make("admin", "admin")
    make("other")
    answer = client.get("/v1/audit/export?action=create", headers=bearer(admin))
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [orjson.loads(line)["after"]["name"] for line in answer.data.splitlines()] == ["admin", "other"]


# Secrets


def test_neither_keys_nor_pepper_are_found_in_store_log_or_answers(
    start: Start, url: str, tmp_path: Path, make: Make, refused: dict[str, str | None]
) -> None:
    admin = make("admin", "admin")
    secrets = {text.rpartition("_")[2] for text in (admin, *filter(None, refused.values()))} - {"0" * 64}
    with start(database_url=url) as server:
        headers = {**bearer(admin), "Idempotency-Key": "one"}
        made = requests.post(f"{server.url}/v1/keys", json={"name": "x", "role": "reader"}, headers=headers, timeout=30)
        secrets |= {made.json()["key"].rpartition("_")[2], (tmp_path / "okr.db.pepper").read_text()}
        sent = [bearer(text) for text in refused.values() if text] + [bearer(made.json()["key"])]
        answers = [server.get(f"/v1/keys/{admin}", headers=one).text for one in (*sent, headers)]
        answers += [server.get("/v1/audit/export", headers=headers).text, server.get("/v1/keys", headers=headers).text]
        server.logged(server.get("/livez").headers["X-Request-Id"])
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith(("okr.db", "err", "out"))
                      and path.suffix != ".pepper")  # fmt: skip
    assert b"refuse" in stored
    assert b'"event":"request"' in stored
    assert [text for text in secrets if text.encode() in stored or any(text in answer for answer in answers)] == []


# The command line


def _run(*arguments: str, url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "validator", *arguments, "--database-url", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_first_key_is_made_on_the_command_line_and_the_running_server_asks_for_it(start: Start, url: str) -> None:
    with start(database_url=url) as server:
        assert server.get(ASKED).status_code == 200
        made = _run("keys", "create", "Ana", "--role", "admin", url=url)
        assert (made.returncode, made.stdout.count("\n")) == (0, 1), made.stderr
        assert server.get(ASKED).status_code == 401
        assert server.get("/v1/keys", headers=bearer(made.stdout.strip())).status_code == 200


def test_keys_are_listed_revoked_and_the_trail_exported_on_the_command_line(url: str) -> None:
    made = orjson.loads(_run("keys", "create", "Ana", "--role", "admin", "--format", "json", url=url).stdout)
    assert made["id"] in _run("keys", "list", url=url).stdout
    by_its_text = _run("keys", "revoke", made["key"], url=url)
    assert by_its_text.returncode == 0
    assert made["key"] not in by_its_text.stdout + by_its_text.stderr
    (listed,) = orjson.loads(_run("keys", "list", "--format", "json", url=url).stdout)["keys"]
    assert (listed["state"], listed["created_by"].partition(":")[0], "key" in listed) == ("revoked", "cli", False)
    lines = _run("audit", "export", "--action", "revoke", url=url).stdout.splitlines()
    assert [orjson.loads(line)["target_id"] for line in lines] == [made["id"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "x", "--role", "reader", "--connection", "nowhere"], "There is no connection “nowhere”."),
        (["create", "x", "--role", "king"], "Invalid value for '--role'"),
        (["revoke", "okrv_0123456789abcdef_" + "f" * 64], "There is no such key."),
    ],
    ids=["no such connection", "no such role", "no such key"],
)
def test_what_cannot_be_meant_exits_2_and_says_why(url: str, arguments: list[str], said: str) -> None:
    done = _run("keys", *arguments, url=url)
    assert done.returncode == 2
    assert said in done.stderr
    assert "f" * 64 not in done.stdout + done.stderr
