"""Sources over HTTP: connected, tried, scheduled, and read by the worker that runs beside the server."""

from __future__ import annotations

import datetime
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from benchmarks.syncs.source import NAME
from connectors import registry
from tests.api.api_keys import Make, bearer
from tests.api.api_server import Server, okr_set, serving
from tests.service.sync_sources import Tableau, refused
from validator.api import syncs
from validator.api.app import create_app
from validator.api.connection_schemas import ConnectionSchema
from validator.api.sync_schemas import SourceTestSchema, StandingSchema, SyncListSchema, SyncSchema
from validator.service import sync_rows
from validator.settings import Settings
from validator.store.engine import writing
from validator.store.schema import upgrade
from validator.store.tables import connections, sync_states

ROOT = Path(__file__).parents[2]
EARLIER = datetime.datetime(2026, 1, 1, 7, tzinfo=datetime.UTC)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> Tableau:
    """A tool behind the connections acme and zeta."""
    tool = Tableau()
    monkeypatch.setattr(registry, "all_sources", lambda: {"tableau": tool})
    with writing(engine) as connection:
        connection.execute(update(connections).values(connector="tableau", settings={"token": "env:TOKEN"}))
    return tool


def ask(client: FlaskClient, id: str = "acme", **headers: str) -> Any:
    return client.post(f"/v1/connections/{id}/sync", headers=headers)


def test_a_sync_is_asked_for_once_and_looked_at_where_the_answer_says(client: FlaskClient, tool: Tableau) -> None:
    first = ask(client)
    assert first.status_code == 202
    assert SyncSchema().validate(first.get_json()) == {}
    assert (first.get_json()["state"], first.get_json()["asked_by"]) == ("queued", "anonymous")
    assert client.get(first.headers["Location"]).get_json() == first.get_json()
    assert ask(client).get_json()["id"] == first.get_json()["id"]
    assert ask(client, "zeta").get_json()["id"] != first.get_json()["id"]
    assert client.get("/v1/syncs/none").status_code == 404


def test_a_request_that_is_sent_twice_gets_the_first_answer(client: FlaskClient, tool: Tableau, engine: Engine) -> None:
    once = ask(client, **{"Idempotency-Key": "k1"})
    with writing(engine) as connection:
        sync_rows.finish(connection, EARLIER, once.get_json()["id"], "done")
    twice = ask(client, **{"Idempotency-Key": "k1"})
    assert (twice.status_code, twice.get_json()) == (202, once.get_json())
    assert ask(client, **{"Idempotency-Key": "k2"}).get_json()["id"] != once.get_json()["id"]


def test_a_connection_that_sets_are_sent_to_has_no_source(client: FlaskClient, engine: Engine) -> None:
    answer = ask(client)
    assert (answer.status_code, answer.get_json()["type"].rpartition(":")[2]) == (409, "not-allowed")
    assert client.post("/v1/connections/acme/test").status_code == 409
    assert ask(client, "nobody").status_code == 404


def test_syncs_are_listed_in_pages_of_one_connection_or_all(client: FlaskClient, tool: Tableau, engine: Engine) -> None:
    ids = []
    for number in range(5):
        ids.append(ask(client, "acme" if number % 2 else "zeta").get_json()["id"])
        with writing(engine) as connection:
            sync_rows.finish(connection, EARLIER, ids[-1], "failed", problem=[refused().faults[0]])
    first = client.get("/v1/syncs?limit=3").get_json()
    assert SyncListSchema().validate(first) == {}
    rest = client.get(f"/v1/syncs?limit=3&cursor={first['next']}").get_json()
    assert [one["id"] for one in [*first["syncs"], *rest["syncs"]]] == ids[::-1]
    assert rest["next"] is None
    assert first["syncs"][0]["problem"][0]["hint"] == "make a new token"
    of_one = client.get("/v1/syncs?connection=acme").get_json()["syncs"]
    assert [one["id"] for one in of_one] == [ids[3], ids[1]]
    assert client.get("/v1/syncs?connection=nobody").status_code == 404


def test_a_key_for_some_connections_sees_their_syncs_alone(
    client: FlaskClient, tool: Tableau, make: Make, engine: Engine
) -> None:
    ids = {id: ask(client, id).get_json()["id"] for id in ("acme", "zeta")}
    with writing(engine) as connection:
        connection.execute(sync_states.insert(), [{"connection_id": id, "silent_at": EARLIER} for id in ids])
    reader, one = make("reader"), make("one", "submitter", connections=("acme",))
    assert client.post("/v1/connections/acme/sync", headers=bearer(reader)).status_code == 403
    assert client.post("/v1/connections/acme/test", headers=bearer(one)).status_code == 403
    assert client.post("/v1/connections/acme/sync", headers=bearer(one)).status_code == 202
    assert client.post("/v1/connections/zeta/sync", headers=bearer(one)).status_code == 403
    seen = client.get("/v1/syncs", headers=bearer(one)).get_json()["syncs"]
    assert [sync["id"] for sync in seen] == [ids["acme"]]
    assert client.get(f"/v1/syncs/{ids['zeta']}", headers=bearer(one)).status_code == 404
    assert client.get("/v1/syncs?connection=zeta", headers=bearer(one)).status_code == 403
    standing = client.get("/v1/sources", headers=bearer(one)).get_json()
    assert [source["connection_id"] for source in standing["silent"]] == ["acme"]
    assert (standing["queued"], client.get("/v1/sources", headers=bearer(reader)).get_json()["queued"]) == (1, 2)


def test_a_schedule_is_part_of_the_connection(client: FlaskClient, tool: Tableau) -> None:
    def change(version: int, **changes: Any) -> Any:
        return client.patch("/v1/connections/acme", json=changes, headers={"If-Match": f'"v{version}"'})

    changed = change(1, schedule="0 6 * * 1-5", zone="Europe/Berlin", grace_minutes=30)
    assert ConnectionSchema().validate(changed.get_json()) == {}
    assert changed.get_json()["source"]["next_at"] is not None
    assert change(2, paused=True).get_json()["source"]["next_at"] is None
    wrong = change(3, schedule="every day", zone="Mars/Base")
    assert wrong.status_code == 422
    assert {error["pointer"] for error in wrong.get_json()["errors"]} == {"/schedule", "/zone"}
    shown = client.get("/v1/connections/acme").get_json()
    assert (shown["schedule"], shown["zone"], shown["grace_minutes"], shown["paused"]) == (
        "0 6 * * 1-5", "Europe/Berlin", 30, True,
    )  # fmt: skip
    assert client.get("/v1/connections").get_json()["connections"][0] == shown


def test_what_is_asked_and_with_which_secret_is_for_admins_and_the_rest_for_editors(
    client: FlaskClient, tool: Tableau, make: Make
) -> None:
    editor, admin = bearer(make("editor", "editor")), bearer(make("admin", "admin"))
    made = {"id": "new", "name": "New", "connector": "tableau", "settings": {"token": "env:T"}}
    assert client.post("/v1/connections", json=made, headers=editor).status_code == 403
    assert client.post("/v1/connections", json={**made, "connector": "document"}, headers=editor).status_code == 403
    assert client.post("/v1/connections", json={"id": "plain", "name": "Plain"}, headers=editor).status_code == 201
    created = client.post("/v1/connections", json=made, headers=admin)
    assert created.status_code == 201
    tag = {"If-Match": created.headers["ETag"]}
    for changes in (
        {"settings": {"token": "env:OTHER"}},
        {"connector": "document"},
        {"fail_on": "never", "settings": {}},
    ):
        assert client.patch("/v1/connections/new", json=changes, headers={**editor, **tag}).status_code == 403
    changed = client.patch(
        "/v1/connections/new", json={"fail_on": "never", "schedule": "0 6 * * *"}, headers={**editor, **tag}
    )
    assert changed.status_code == 200
    assert changed.get_json()["settings"] == {"token": "env:T"}
    tag = {"If-Match": changed.headers["ETag"]}
    again = client.patch("/v1/connections/new", json={"settings": {"token": "env:OTHER"}}, headers={**admin, **tag})
    assert again.get_json()["settings"] == {"token": "env:OTHER"}
    paths = client.get("/openapi.json").get_json()["paths"]
    for path, method in (("/v1/connections", "post"), ("/v1/connections/{connection_id}", "patch")):
        assert "need" in paths[path][method]["description"]
        assert "the role admin" in paths[path][method]["description"]


def test_references_are_checked_where_they_are_given_and_where_they_are_tried(
    tool: Tableau, url: str, engine: Engine
) -> None:
    client = create_app(Settings(database_url=url, secrets=("env:OKR_*",))).test_client()
    asked = {"id": "new", "name": "New", "connector": "tableau", "settings": {"token": "env:AWS_SECRET"}}
    refused = client.post("/v1/connections", json=asked)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/settings/token"]
    found = client.post("/v1/connections/acme/test").get_json()
    assert (found["ok"], found["problem"][0]["pointer"]) == (False, "/settings/token")
    assert tool.asked == []


def test_the_settings_of_a_source_are_checked_where_they_are_given(client: FlaskClient, tool: Tableau) -> None:
    asked = {"id": "new", "name": "New", "connector": "tableau", "settings": {"wrkspace": "x"}}
    refused_answer = client.post("/v1/connections", json=asked)
    assert refused_answer.status_code == 422
    assert {error["pointer"] for error in refused_answer.get_json()["errors"]} == {
        "/settings/token",
        "/settings/wrkspace",
    }
    made = client.post("/v1/connections", json={**asked, "settings": {"token": "env:T"}, "schedule": "@hourly"})
    assert made.status_code == 201
    assert ConnectionSchema().validate(made.get_json()) == {}
    assert made.get_json()["source"]["next_at"] is not None


def test_a_source_is_tried_and_says_what_it_answers(client: FlaskClient, tool: Tableau) -> None:
    found = client.post("/v1/connections/acme/test").get_json()
    assert SourceTestSchema().validate(found) == {}
    assert (found["ok"], found["kind"], found["records"], found["mapped"]["objectives"]) == (True, "goals", 1, 1)
    tool.document["objectives"] = []
    found = client.post("/v1/connections/acme/test").get_json()
    assert SourceTestSchema().validate(found) == {}
    assert (found["ok"], found["read"], found["problem"]) == (True, {}, None)
    assert "no objective came of it" in found["notes"][-1]
    tool.fault = refused()
    found = client.post("/v1/connections/acme/test").get_json()
    assert SourceTestSchema().validate(found) == {}
    assert (found["ok"], found["problem"][0]["message"]) == (False, "The tool answered 401: the token is not valid.")


def test_a_few_sources_are_tried_at_a_time(client: FlaskClient, tool: Tableau) -> None:
    for _ in range(2):
        assert syncs._trials.acquire(blocking=False)
    try:
        assert client.post("/v1/connections/acme/test").status_code == 503
    finally:
        for _ in range(2):
            syncs._trials.release()
    assert client.post("/v1/connections/acme/test").status_code == 200


def test_silent_sources_are_to_be_seen_in_the_connection_the_standing_and_the_metrics(
    client: FlaskClient, tool: Tableau, engine: Engine
) -> None:
    with writing(engine) as connection:
        connection.execute(sync_states.insert().values(connection_id="acme", silent_at=EARLIER, heard_at=EARLIER))
    ask(client)
    standing = client.get("/v1/sources").get_json()
    assert StandingSchema().validate(standing) == {}
    assert standing["silent"] == [
        {"connection_id": "acme", "since": EARLIER.isoformat(), "heard_at": EARLIER.isoformat()}
    ]
    assert standing["waiting_since"] is not None
    assert client.get("/v1/connections/acme").get_json()["source"]["silent_since"] == EARLIER.isoformat()
    counted = client.get("/metrics").text.splitlines()
    assert {"okr_validator_silent_sources 1.0", "okr_validator_syncs_queued 1.0"} <= set(counted)


def test_one_command_serves_and_syncs_starts_a_killed_worker_again_and_ends_it_with_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("from benchmarks.syncs.source import register\nregister()\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    upgrade(f"sqlite:///{tmp_path}/okr.db")
    (tmp_path / "set.json").write_text(json.dumps(okr_set(2)), "utf-8")
    made = {"id": "acme", "name": "Acme", "connector": NAME, "settings": {"path": str(tmp_path / "set.json")}}
    with serving(tmp_path, "--with-worker", database_url=f"sqlite:///{tmp_path}/okr.db", workers=1) as server:
        assert requests.post(f"{server.url}/v1/connections", json=made, timeout=60).status_code == 201
        assert synced(server)["state"] == "done"
        (pid,) = workers_of(server)
        os.kill(pid, signal.SIGKILL)
        assert synced(server)["state"] == "done"
        assert workers_of(server) not in ([], [pid])
    assert workers_of(server) == []
    assert [line["event"] for line in server.log() if line["level"] == "error"] == ["worker died"]


def synced(server: Server) -> Any:
    """A sync of acme that has ended."""
    asked = requests.post(f"{server.url}/v1/connections/acme/sync", timeout=60)
    assert asked.status_code == 202
    until(lambda: server.get(asked.headers["Location"]).json()["finished_at"] is not None)
    return server.get(asked.headers["Location"]).json()


def workers_of(server: Server) -> list[int]:
    """The workers that the server has started."""
    asked = ["ps", "-eo", "pid,ppid,args"]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split(None, 2) for line in lines]
    return [int(row[0]) for row in rows if row[1] == str(server.process.pid) and "worker --tied" in row[2]]


def until(so: Callable[[], bool]) -> None:
    """Wait for something; fail where it does not come."""
    end = time.monotonic() + 60
    while not so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
