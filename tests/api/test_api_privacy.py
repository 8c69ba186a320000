"""Names and texts of one connection or one person, handed out and erased over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.api.api_keys import Make, bearer
from tests.api.api_remembered import Remembering, a_set, remembering
from tests.api.api_server import Server, okr_set, serving
from validator.service import scrubbing
from validator.store.engine import make_engine, reading
from validator.store.tables import runs

PERSON = "Ünal Öztürk"


@pytest.fixture
def app(empty_store: Path, tmp_path: Path) -> Remembering:
    """A service that has judged one set for each of two connections, and made a waiver."""
    app = remembering(empty_store, tmp_path)
    for id in ("acme", "zeta"):
        app.connection(id)
        app.run(id, a_set())
    wish = {"scope": "item", "rule": "missing-target", "item_kind": "objective", "item_id": "C"}
    why = {"reason": f"{PERSON} sets one.", "owner": "Ünal Öztürk", "last_day": "2026-08-31"}
    app.ask("POST", "/v1/connections/acme/waivers", 201, json={**wish, **why})
    return app


def test_a_connection_is_handed_out_as_one_json_file_with_all_that_is_remembered_of_it(app: Remembering) -> None:
    answer = app.answer("GET", "/v1/connections/acme/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="okr-validator-connection.json"'
    assert answer.is_streamed
    found = answer.get_json()
    assert (found["format"], found["connection"]["id"]) == ("okr-export/1", "acme")
    assert [len(found[name]) for name in ("runs", "waivers", "decisions")] == [1, 1, 0]
    assert len(found["findings"]) == len(app.all_of("/v1/findings", "findings", connection="acme"))
    assert a_set() in [snapshot["content"] for snapshot in found["snapshots"]]
    assert "zeta" not in answer.get_data(as_text=True)


def test_a_person_is_handed_out_with_every_place_that_names_them(app: Remembering) -> None:
    found = app.ask("POST", "/v1/people/export", json={"person": "unal@example.com"})
    assert set(found["person"]["names"]) == {PERSON, "unal@example.com"}
    assert "okr_waiver" in {row["table"] for row in found["rows"]}
    documents = [snapshot for snapshot in found["snapshots"] if snapshot["as"] == "document_digest"]
    assert {snapshot["connection"] for snapshot in documents} == {"acme", "zeta"}
    assert PERSON in [place["text"] for place in documents[0]["found"]]


def test_a_person_is_erased_everywhere_and_the_trail_tells_who_did_it_without_the_name(app: Remembering) -> None:
    erased = app.ask("POST", "/v1/people/erase", json={"person": PERSON, "also": ["Ünal"]})
    assert erased["pseudonym"].startswith("person-")
    assert {"okr_waiver", "okr_snapshot"} <= erased["changed"].keys()
    for path in ("/v1/connections/acme/export", "/v1/connections/zeta/export", "/v1/audit/export", "/v1/waivers"):
        text = app.answer("GET", path).get_data(as_text=True)
        assert "Ünal" not in orjson.dumps(text).decode() + text, path
    (entry,) = app.ask("GET", "/v1/audit?action=erase&target_kind=person")["entries"]
    assert (entry["actor"], entry["target_id"]) == ("anonymous", erased["pseudonym"])
    assert len(app.all_of("/v1/findings", "findings", connection="acme", owner=erased["pseudonym"])) > 0


def test_a_connection_is_erased_with_all_that_is_remembered_of_it_and_of_no_other(app: Remembering) -> None:
    before = app.all_of("/v1/findings", "findings", connection="zeta")
    erased = app.ask("POST", "/v1/connections/acme/erase")
    assert (erased["pseudonym"], erased["changed"]["okr_run"]) == ("", 1)
    app.ask("GET", "/v1/connections/acme", 404)
    assert app.all_of("/v1/findings", "findings") == before
    (entry,) = app.ask("GET", "/v1/audit?action=erase")["entries"]
    assert (entry["target_kind"], entry["target_id"]) == ("connection", "acme")
    assert app.ask("POST", "/v1/connections/acme/erase")["changed"] == {"removed_snapshots": 0}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/person"),
        ({"person": "x"}, "/person"),
        ({"person": " x "}, ""),
        ({"person": PERSON, "also": ["x"]}, "/also/0"),
        ({"person": PERSON, "also": ["xx"] * 51}, "/also"),
        ({"person": PERSON, "sure": True}, "/sure"),
    ],
    ids=["nobody", "too short", "too short without spaces", "other name", "too many", "unknown field"],
)
@pytest.mark.parametrize("action", ["export", "erase"])
def test_a_person_who_cannot_be_meant_is_refused(
    app: Remembering, action: str, body: dict[str, Any], pointer: str
) -> None:
    told = app.ask("POST", f"/v1/people/{action}", 422, json=body)
    assert [fault["pointer"] for fault in told["errors"]] == [pointer]


@pytest.mark.parametrize("action", ["export", "erase"])
def test_a_service_without_the_secret_for_pseudonyms_says_so(empty_store: Path, tmp_path: Path, action: str) -> None:
    app = remembering(empty_store, tmp_path, pepper="env:OKR_NOT_SET_ANYWHERE")
    told = app.ask("POST", f"/v1/people/{action}", 503, json={"person": PERSON})
    assert "OKR_NOT_SET_ANYWHERE" in told["errors"][0]["message"]


@pytest.mark.parametrize("path", ["export", "erase"])
def test_a_connection_that_is_not_there_can_neither_be_handed_out_nor_erased(app: Remembering, path: str) -> None:
    method = "GET" if path == "export" else "POST"
    assert app.answer(method, f"/v1/connections/nowhere/{path}", 404).content_type == "application/problem+json"


ASKED = [
    ("GET", "/v1/connections/acme/export", None),
    ("POST", "/v1/connections/acme/erase", None),
    ("POST", "/v1/people/export", {"person": PERSON}),
    ("POST", "/v1/people/erase", {"person": PERSON}),
    ("GET", "/v1/retention", None),
    ("POST", "/v1/retention", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), ASKED, ids=lambda value: str(value))
def test_only_an_admin_may_hand_out_or_erase_and_one_of_a_connection_only_that(
    client: FlaskClient, make: Make, method: str, path: str, body: Any
) -> None:
    def status(key: str) -> int:
        return client.open(path, method=method, json=body, headers=bearer(key), buffered=True).status_code

    assert status(make("publisher", "publisher")) == 403
    assert status(make("other", "admin", connections=["zeta"])) == 403
    assert status(make("own", "admin", connections=["acme"])) == (200 if "acme" in path else 403)
    assert status(make("all", "admin")) == 200


@pytest.fixture(scope="module")
def stored(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a database."""
    folder = tmp_path_factory.mktemp("stored")
    shutil.copyfile(empty_store, folder / "okr.db")
    with serving(folder, database_url=f"sqlite:///{folder}/okr.db", workers=1, threads=3) as running:
        yield running


def test_a_name_that_was_asked_for_stands_in_no_log(stored: Server) -> None:
    for action in ("export", "erase"):
        asked = requests.post(f"{stored.url}/v1/people/{action}", json={"person": "Brunhilde"}, timeout=60)
        assert asked.status_code == 200
        stored.logged(asked.headers["X-Request-Id"])
    assert "Brunhilde" not in stored.err.read_text("utf-8") + stored.out.read_text("utf-8")


def test_an_erasure_that_could_not_reach_the_files_says_so_and_may_be_asked_again(
    app: Remembering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbing, "_PATIENCE", 0.1)
    with reading(make_engine(app.url)) as reader:
        reader.execute(select(runs)).all()
        told = app.ask("POST", "/v1/connections/acme/erase", 503)
    assert "old pages with what was erased are still in the files" in told["errors"][0]["message"]
    app.ask("GET", "/v1/connections/acme", 404)
    app.ask("POST", "/v1/connections/acme/erase", 200)


def test_a_client_that_leaves_an_export_unread_holds_up_no_erasure(app: Remembering) -> None:
    answer = app.answer("GET", "/v1/connections/acme/export", buffered=False)
    assert next(answer.iter_encoded()).startswith(b"{")
    app.ask("POST", "/v1/people/erase", json={"person": PERSON})
    path = Path(app.url.removeprefix("sqlite:///"))
    assert PERSON.encode() not in b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    answer.close()


def test_a_large_export_comes_in_pieces_while_others_are_served(stored: Server) -> None:
    big = okr_set(400)
    for objective in big["objectives"]:
        objective["description"] = f"{objective['id']} " * 400
    requests.post(f"{stored.url}/v1/connections", json={"id": "acme", "name": "Acme"}, timeout=60)
    report = requests.post(f"{stored.url}/v1/connections/acme/runs", json=big, timeout=60).json()
    with requests.get(f"{stored.url}/v1/connections/acme/export", stream=True, timeout=60) as taken:
        pieces = taken.iter_content(4_096)
        begun = next(pieces)
        assert stored.get("/v1/connections").status_code == 200
        whole = orjson.loads(begun + b"".join(pieces))
    assert "Content-Length" not in taken.headers
    assert {row["id"] for row in whole["findings"]} == {finding["id"] for finding in report["findings"]}
