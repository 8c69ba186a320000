"""Who is answered: with which key, from where, for what, and how often; and what the audit trail tells of refusals."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert

from tests.api.api_server import Server, okr_set, problem
from tests.store.store_rows import connection_row
from validator.api import authentication, exchange, openapi
from validator.api.app import create_app
from validator.api.buckets import Rate
from validator.api.permissions import is_known, needed
from validator.api.problems import Service
from validator.service import keys
from validator.service.key_wishes import ROLES, Wish
from validator.service.pepper import Pepper
from validator.settings import Settings
from validator.store.engine import make_engine, reading, writing
from validator.store.schema import upgrade
from validator.store.tables import connections

Start = Callable[..., AbstractContextManager[Server]]
OLD = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
REMOTE = {"REMOTE_ADDR": "192.0.2.7"}
ASKED = "/v1/rulesets"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a database with all tables and no rows."""
    address = f"sqlite:///{tmp_path}/okr.db"
    upgrade(address)
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """That database, with the connections acme and zeta."""
    engine = make_engine(url)
    with writing(engine) as connection:
        connection.execute(insert(connections), [connection_row("acme"), connection_row("zeta")])
    yield engine
    engine.dispose()


@pytest.fixture
def make(engine: Engine, url: str) -> Callable[..., str]:
    """Make a key in the database; gives its text."""
    pepper = Pepper(None, url, {}).make()

    def made(name: str = "app", role: str = "reader", **more: Any) -> str:
        with writing(engine) as connection:
            return keys.create(connection, pepper, OLD, "cli:ana", Wish(name, role, **more))[1]

    return made


@pytest.fixture
def client(url: str) -> FlaskClient:
    """The application, asked without a network: so that a request may come from another machine."""
    return create_app(Settings(database_url=url)).test_client()


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _trail(server: Server, admin: str, **query: str) -> list[dict[str, Any]]:
    answer = server.get("/v1/audit", headers=_bearer(admin), params={"limit": "200", **query})
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["entries"]
    return entries


# Without any key


def test_without_any_key_programs_of_this_machine_are_answered(start: Start, url: str) -> None:
    with start(database_url=url) as server:
        assert server.get(ASKED).status_code == 200
        assert server.judge(okr_set()).status_code == 200
        assert server.get("/v1/audit").json() == {"entries": [], "next": None}


@pytest.mark.parametrize(
    ("environ", "headers"),
    [
        (REMOTE, {}),
        ({"REMOTE_ADDR": "2001:db8::1"}, {}),
        ({"REMOTE_ADDR": "::ffff:192.0.2.7"}, {}),
        ({"REMOTE_ADDR": ""}, {}),
        ({}, {"X-Forwarded-For": "127.0.0.1"}),
        ({}, {"Forwarded": "for=127.0.0.1"}),
        ({}, {"Host": "rebound.example.com"}),
        ({}, {"Host": "[::bad"}),
        ({}, {"Origin": "https://example.com"}),
        ({}, {"Origin": "null"}),
        (REMOTE, {"Authorization": "Bearer okrv_0123456789abcdef_" + "0" * 64}),
    ],
    ids=[
        "another machine", "by IPv6", "by IPv4 in IPv6", "no address", "by a proxy", "by another proxy",
        "a page that rebound its name", "a host that cannot be read", "a page from elsewhere", "a page in a sandbox",
        "a key that nobody made",
    ],
)  # fmt: skip
def test_without_any_key_all_others_are_refused_and_that_is_audited(
    client: FlaskClient, environ: dict[str, str], headers: dict[str, str]
) -> None:
    answer = client.get(ASKED, environ_overrides=environ, headers=headers)
    assert (answer.status_code, answer.get_json()["type"]) == (401, "urn:okr-validator:problem:unauthorized")
    (entry,) = client.get("/v1/audit").get_json()["entries"]
    assert (entry["action"], entry["target_id"]) == ("refuse", f"GET {ASKED}")
    assert entry["after"]["reason"] == "not from this machine, and there is no key yet"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "okr-validator"])
def test_this_machine_has_several_addresses_and_names(client: FlaskClient, address: str, host: str) -> None:
    headers = {"Host": host, "Origin": "http://localhost:3000"}
    assert client.get(ASKED, environ_overrides={"REMOTE_ADDR": address}, headers=headers).status_code == 200


def test_a_service_without_a_database_answers_this_machine_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    client = create_app(Settings()).test_client()
    assert client.get(ASKED).status_code == 200
    assert client.get(ASKED, environ_overrides=REMOTE).status_code == 401
    assert client.get("/v1/keys").get_json()["type"] == "urn:okr-validator:problem:no-store"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/docs", "/openapi.json"])
def test_health_and_documentation_are_open_to_all(client: FlaskClient, make: Callable[..., str], path: str) -> None:
    assert client.get(path, environ_overrides=REMOTE, buffered=True).status_code == 200
    make()
    assert client.get(path, environ_overrides=REMOTE, buffered=True).status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/v1/nothing", "/nothing", "/v1/validations"])
def test_nothing_else_is_not_even_whether_it_is_there(client: FlaskClient, path: str) -> None:
    assert client.get(path, environ_overrides=REMOTE).status_code == 401


# With keys


@pytest.fixture
def refused(make: Callable[..., str], engine: Engine) -> dict[str, str | None]:
    """What may be presented in vain, by the reason that the audit trail gives."""
    revoked = make("revoked")
    with writing(engine) as connection:
        keys.revoke(connection, OLD, "cli:ana", revoked.split("_")[1])
    valid = make("valid")
    wrong = valid[:-1] + ("0" if valid[-1] != "0" else "1")
    return {
        "no key": None,
        "not a key": "ghp_not-one-of-ours",
        "unknown key": "okrv_0123456789abcdef_" + "0" * 64,
        "unknown key, wrong secret": wrong,
        "revoked key": revoked,
        "expired key": make("expired", expires_at=OLD + datetime.timedelta(days=1)),
    }


def test_a_refused_key_is_never_told_why_and_the_trail_knows(
    start: Start, url: str, make: Callable[..., str], refused: dict[str, str | None]
) -> None:
    admin = make("admin", "admin")
    with start(database_url=url) as server:
        answers = [
            server.get(ASKED, headers={} if text is None else _bearer(text), params={"n": str(number)})
            for number, text in enumerate(refused.values())
        ]
        trail = _trail(server, admin, action="refuse")
    assert len({_said(answer) for answer in answers}) == 1
    assert problem(answers[0], 401)["detail"] == "This request needs a key that is valid here."
    assert [entry["after"]["reason"] for entry in reversed(trail)] == [reason.split(",")[0] for reason in refused]
    assert {entry["actor"] for entry in trail} == {"anonymous"}
    assert {entry["after"]["from"] for entry in trail} == {"127.0.0.1"}
    assert {entry["after"]["request_id"] for entry in trail} == {answer.headers["X-Request-Id"] for answer in answers}


def _said(answer: requests.Response) -> bytes:
    """Everything that an answer says but its own id and time."""
    body = {**answer.json(), "request_id": "", "instance": ""}
    headers = {name: value for name, value in answer.headers.items() if name not in {"X-Request-Id", "Date"}}
    return orjson.dumps([answer.status_code, headers, body])


def test_from_another_machine_a_key_opens_and_without_one_nothing_does(
    client: FlaskClient, make: Callable[..., str]
) -> None:
    key = make()
    assert client.get(ASKED, environ_overrides=REMOTE, headers=_bearer(key)).status_code == 200
    assert client.get(ASKED, environ_overrides=REMOTE).status_code == 401
    assert client.get(ASKED).status_code == 401


def test_once_the_last_key_is_revoked_the_service_stays_closed(
    client: FlaskClient, make: Callable[..., str], engine: Engine
) -> None:
    key = make()
    with writing(engine) as connection:
        keys.revoke(connection, OLD, "cli:ana", key.split("_")[1])
    assert client.get(ASKED).status_code == 401


@pytest.mark.parametrize(
    "header", ["bearer {}", "BEARER  {}", "Basic {}", "{}", "Bearer", "Bearer {0} {0}", "Bearer {0}, Bearer {0}"]
)
def test_the_key_comes_as_a_bearer_token_and_in_no_other_way(
    client: FlaskClient, make: Callable[..., str], header: str
) -> None:
    answer = client.get(ASKED, headers={"Authorization": header.format(make())})
    assert (answer.status_code == 200) is (header.lower().split() == ["bearer", "{}"])
    assert client.get(ASKED, query_string={"key": make("other")}).status_code == 401


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_is_meant_for_it_and_no_more(
    client: FlaskClient, make: Callable[..., str], role: str
) -> None:
    headers = _bearer(make("app", role))
    may_read = client.get(ASKED, headers=headers).status_code
    may_submit = client.post("/v1/validations", json=okr_set(), headers=headers).status_code
    may_rule = client.get("/v1/keys", headers=headers).status_code
    rank = ROLES.index(role)
    assert (may_read, may_submit, may_rule) == (200, 200 if rank >= 1 else 403, 200 if rank >= 4 else 403)


@pytest.fixture
def probed(client: FlaskClient) -> FlaskClient:
    """The application with a view of a connection, whichever it is, and one that belongs to none."""
    application = client.application
    application.add_url_rule("/v1/connections/<connection_id>/probe", "probe", lambda connection_id: {})
    application.add_url_rule("/v1/rulesets/<name>/publish", "publish", lambda name: {}, methods=["POST"])
    return client


@pytest.mark.parametrize("path", ["/v1/connections/{}/probe", "/v1/rulesets?connection={}"])
def test_a_key_of_one_connection_opens_no_other_whether_that_is_there_or_not(
    probed: FlaskClient, make: Callable[..., str], path: str
) -> None:
    scoped, whole = _bearer(make("scoped", "admin", connections=["acme"])), _bearer(make("whole", "admin"))
    found = {id: probed.get(path.format(id), headers=scoped) for id in ("acme", "zeta", "nowhere")}
    assert [answer.status_code for answer in found.values()] == [200, 403, 403]
    told = [{**found[id].get_json(), "request_id": "", "instance": ""} for id in ("zeta", "nowhere")]
    assert told[0] == told[1]
    assert probed.get(path.format("zeta"), headers=whole).status_code == 200
    entries = probed.get("/v1/audit?action=refuse", headers=whole).get_json()["entries"]
    assert [(entry["actor"], entry["after"]["reason"]) for entry in entries] == [
        ("scoped", "another connection's key")
    ] * 2


def test_wrong_role_and_wrong_connection_are_refused_in_the_same_words(
    probed: FlaskClient, make: Callable[..., str]
) -> None:
    reader = _bearer(make("scoped", "publisher", connections=["acme"]))
    asked = [("GET", "/v1/keys"), ("GET", "/v1/connections/zeta/probe"), ("POST", "/v1/rulesets/base/publish")]
    answers = [probed.open(path, method=method, headers=reader) for method, path in asked]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert {answer.get_json()["detail"] for answer in answers} == {"This key does not allow that."}


def test_an_admin_of_one_connection_makes_no_keys_and_reads_no_trail(
    client: FlaskClient, make: Callable[..., str]
) -> None:
    headers = _bearer(make("scoped", "admin", connections=["acme"]))
    assert client.post("/v1/keys", json={"name": "more", "role": "admin"}, headers=headers).status_code == 403
    assert client.get("/v1/audit", headers=headers).status_code == 403


def test_every_route_has_its_role_in_the_table(client: FlaskClient) -> None:
    routes = [(method, rule.rule) for rule in client.application.url_map.iter_rules() for method in rule.methods or ()]
    assert len(routes) > 20
    assert [route for route in routes if not is_known(*route)] == []


def test_what_the_table_does_not_know_needs_an_admin_of_everything() -> None:
    assert needed("POST", "/v1/something-new") == ("admin", True)
    assert needed("PURGE", "/v1/rulesets") == ("admin", True)


def test_the_use_of_a_key_is_noted(client: FlaskClient, make: Callable[..., str], engine: Engine) -> None:
    key = make()
    began = datetime.datetime.now(datetime.UTC)
    assert client.get(ASKED, headers=_bearer(key)).status_code == 200
    with reading(engine) as connection:
        (used,) = keys.listed(connection)
    assert used.last_used_at is not None
    assert began <= used.last_used_at <= datetime.datetime.now(datetime.UTC)


# How often


def test_a_key_that_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up(
    url: str, engine: Engine, make: Callable[..., str]
) -> None:
    hasty, calm = _bearer(make("hasty")), _bearer(make("calm"))
    app = Service("slow")
    exchange.install(app, 1_000)
    authentication.install(app, engine, Pepper(None, url, {}), per_key=Rate(per_second=0.01, burst=3))
    openapi.describe(app)
    app.add_url_rule(ASKED, "asked", dict)
    client = app.test_client()
    answers = [client.get(ASKED, headers=hasty) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].get_json()["type"].endswith("too-many-requests")
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 100
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"3"}
    assert client.get(ASKED, headers=calm).status_code == 200


def test_a_flood_of_refusals_from_one_address_does_not_fill_the_trail(
    client: FlaskClient, make: Callable[..., str]
) -> None:
    admin = make("admin", "admin")
    statuses = [client.get(ASKED, environ_overrides=REMOTE).status_code for _ in range(400)]
    assert set(statuses) == {401, 429}
    assert 300 <= statuses.count(401) < 350
    assert client.get(ASKED, environ_overrides={"REMOTE_ADDR": "192.0.2.8"}).status_code == 401
    assert client.get(ASKED, environ_overrides=REMOTE, headers=_bearer(admin)).status_code == 200


# Keys and the trail as resources


def test_a_key_is_made_used_shown_and_revoked_and_the_trail_says_so(
    start: Start, url: str, make: Callable[..., str]
) -> None:
    admin = _bearer(make("admin", "admin"))
    with start(database_url=url) as server:
        wish = {"name": "nightly", "role": "submitter", "connections": ["acme"], "expires_at": "2999-01-01T00:00:00Z"}
        made = requests.post(f"{server.url}/v1/keys", json=wish, headers=admin, timeout=30)
        assert made.status_code == 201
        key, place = made.json()["key"], made.headers["Location"]
        shown = {name: value for name, value in made.json().items() if name != "key"}
        assert place == f"/v1/keys/{shown['id']}"
        assert server.get(place, headers=admin).json() == shown
        assert server.get(ASKED, headers=_bearer(key)).status_code == 200
        revoked = requests.delete(server.url + place, headers=admin, timeout=30)
        assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
        assert server.get(ASKED, headers=_bearer(key)).status_code == 401
        trail = _trail(server, admin["Authorization"].split()[1], target_kind="key", target_id=shown["id"])
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
    client: FlaskClient, make: Callable[..., str]
) -> None:
    headers = {**_bearer(make("admin", "admin")), "Idempotency-Key": "order-7"}
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
def test_a_list_is_read_in_pages_to_its_end(client: FlaskClient, make: Callable[..., str], resource: str) -> None:
    headers = _bearer(make("key 0", "admin"))
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


def test_the_trail_is_exported_as_json_lines(start: Start, url: str, make: Callable[..., str]) -> None:
    admin = make("admin", "admin")
    make("other")
    with start(database_url=url) as server:
        answer = server.get("/v1/audit/export", headers=_bearer(admin), params={"action": "create"})
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [orjson.loads(line)["after"]["name"] for line in answer.content.splitlines()] == ["admin", "other"]


# Secrets


def test_neither_keys_nor_pepper_are_found_in_store_log_or_answers(
    start: Start, url: str, tmp_path: Path, make: Callable[..., str], refused: dict[str, str | None]
) -> None:
    admin = make("admin", "admin")
    secrets = {text.rpartition("_")[2] for text in (admin, *filter(None, refused.values()))} - {"0" * 64}
    with start(database_url=url) as server:
        headers = {**_bearer(admin), "Idempotency-Key": "one"}
        made = requests.post(f"{server.url}/v1/keys", json={"name": "x", "role": "reader"}, headers=headers, timeout=30)
        secrets |= {made.json()["key"].rpartition("_")[2], (tmp_path / "okr.db.pepper").read_text()}
        sent = [_bearer(text) for text in refused.values() if text] + [_bearer(made.json()["key"])]
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
        assert server.get("/v1/keys", headers=_bearer(made.stdout.strip())).status_code == 200


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


def test_a_service_that_remembers_nothing_answers_other_machines_where_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for allowed, status in ((True, 200), (False, 401)):
        client = create_app(Settings(allow_remote=allowed)).test_client()
        assert client.get("/v1/rulesets", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == status
