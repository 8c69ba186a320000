"""Who is answered: with which key, from where, and for what."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.api.api_keys import ASKED, OLD, REMOTE, Make, bearer, refusals
from tests.api.api_server import okr_set
from validator.api import logs
from validator.api.app import create_app
from validator.api.permissions import is_known, names_by_id, needed
from validator.service import keys
from validator.service.key_wishes import ROLES
from validator.settings import Settings
from validator.store.engine import reading, writing

# Without any key


def test_without_any_key_programs_of_this_machine_are_answered(client: FlaskClient) -> None:
    assert client.get(ASKED).status_code == 200
    assert client.post("/v1/validations", json=okr_set()).status_code == 200
    assert client.get("/v1/audit").get_json() == {"entries": [], "next": None}


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
def test_health_and_documentation_are_open_to_all(client: FlaskClient, make: Make, path: str) -> None:
    assert client.get(path, environ_overrides=REMOTE, buffered=True).status_code == 200
    make()
    assert client.get(path, environ_overrides=REMOTE, buffered=True).status_code == 200


def test_every_other_resource_is_closed_to_other_machines(client: FlaskClient) -> None:
    closed = [(method, rule) for method, rule in _operations(client) if needed(method, rule).role is not None]
    assert len(closed) > 60
    for method, rule in closed:
        answer = client.open(_address(rule), method=method, environ_overrides=REMOTE)
        assert answer.status_code == 401, (method, rule)


@pytest.mark.parametrize("path", ["/v1/nothing", "/nothing", "/v1/connections/acme/nothing", "/v1/runs/a/b/c"])
def test_what_is_not_there_is_not_found_by_anybody_and_the_trail_keeps_quiet(
    client: FlaskClient, make: Make, path: str
) -> None:
    answer = client.get(path, environ_overrides=REMOTE)
    assert (answer.status_code, answer.get_json()["status"]) == (404, 404)
    assert refusals(client, make("admin", "admin")) == []


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "PUT", "DELETE"])
def test_a_method_that_a_resource_lacks_is_answered_before_a_key_is_asked_for(
    client: FlaskClient, make: Make, method: str
) -> None:
    answer = client.open(ASKED, method=method, environ_overrides=REMOTE)
    assert (answer.status_code, answer.get_json()["status"]) == (405, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert refusals(client, make("admin", "admin")) == []


def _operations(client: FlaskClient) -> list[tuple[str, str]]:
    rules = client.application.url_map.iter_rules()
    return [(method, rule.rule) for rule in rules for method in sorted(rule.methods or ())]


def _address(rule: str) -> str:
    return rule.replace("<", "").replace(">", "")


# With keys


def test_from_another_machine_a_key_opens_and_without_one_nothing_does(client: FlaskClient, make: Make) -> None:
    key = make()
    assert client.get(ASKED, environ_overrides=REMOTE, headers=bearer(key)).status_code == 200
    assert client.get(ASKED, environ_overrides=REMOTE).status_code == 401
    assert client.get(ASKED).status_code == 401


def test_once_the_last_key_is_revoked_the_service_stays_closed(client: FlaskClient, make: Make, engine: Engine) -> None:
    key = make()
    with writing(engine) as connection:
        keys.revoke(connection, OLD, "cli:ana", key.split("_")[1])
    assert client.get(ASKED).status_code == 401


@pytest.mark.parametrize(
    "header", ["bearer {}", "BEARER  {}", "Basic {}", "{}", "Bearer", "Bearer {0} {0}", "Bearer {0}, Bearer {0}"]
)
def test_the_key_comes_as_a_bearer_token_and_in_no_other_way(client: FlaskClient, make: Make, header: str) -> None:
    answer = client.get(ASKED, headers={"Authorization": header.format(make())})
    assert (answer.status_code == 200) is (header.lower().split() == ["bearer", "{}"])
    assert client.get(ASKED, query_string={"key": make("other")}).status_code == 401


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_is_meant_for_it_and_no_more(client: FlaskClient, make: Make, role: str) -> None:
    headers = bearer(make("app", role))
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


@pytest.mark.parametrize("path", ["/v1/connections/{}/probe", "/v1/findings?connection={}"])
def test_a_key_of_one_connection_opens_no_other_whether_that_is_there_or_not(
    probed: FlaskClient, make: Make, path: str
) -> None:
    scoped, whole = bearer(make("scoped", "admin", connections=["acme"])), bearer(make("whole", "admin"))
    found = {id: probed.get(path.format(id), headers=scoped) for id in ("acme", "zeta", "nowhere")}
    assert [answer.status_code for answer in found.values()] == [200, 403, 403]
    told = [{**found[id].get_json(), "request_id": "", "instance": ""} for id in ("zeta", "nowhere")]
    assert told[0] == told[1]
    assert probed.get(path.format("zeta"), headers=whole).status_code == 200
    entries = probed.get("/v1/audit?action=refuse", headers=whole).get_json()["entries"]
    assert [(entry["actor"], entry["after"]["reason"]) for entry in entries] == [
        ("scoped", "another connection's key")
    ] * 2


def test_wrong_role_and_wrong_connection_are_refused_in_the_same_words(probed: FlaskClient, make: Make) -> None:
    reader = bearer(make("scoped", "publisher", connections=["acme"]))
    asked = [("GET", "/v1/keys"), ("GET", "/v1/connections/zeta/probe"), ("POST", "/v1/rulesets/base/publish")]
    answers = [probed.open(path, method=method, headers=reader) for method, path in asked]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert {answer.get_json()["detail"] for answer in answers} == {"This key does not allow that."}


def test_an_admin_of_one_connection_makes_no_keys_and_reads_no_trail(client: FlaskClient, make: Make) -> None:
    headers = bearer(make("scoped", "admin", connections=["acme"]))
    assert client.post("/v1/keys", json={"name": "more", "role": "admin"}, headers=headers).status_code == 403
    assert client.get("/v1/audit", headers=headers).status_code == 403


def test_counts_of_all_connections_are_not_for_a_key_of_some(client: FlaskClient, make: Make) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers=bearer(make("all"))).status_code == 200
    assert client.get("/metrics", headers=bearer(make("scoped", "admin", connections=["acme"]))).status_code == 403


def test_every_route_has_its_role_in_the_table(client: FlaskClient) -> None:
    routes = _operations(client)
    assert len(routes) > 60
    assert [route for route in routes if not is_known(*route)] == []


def test_whatever_an_id_in_the_path_names_is_guarded_unless_it_belongs_to_no_connection(client: FlaskClient) -> None:
    named = [(method, rule) for method, rule in _operations(client) if "<" in rule and "<connection_id>" not in rule]
    needs = {(method, rule): needed(method, rule) for method, rule in named}
    unguarded = {rule for (_, rule), need in needs.items() if need.role and not need.whole and not names_by_id(rule)}
    of_nobody = {"/v1/failure-table/versions/<version>", "/v1/metrics/versions/<version>"}
    assert {rule for rule in unguarded if not rule.startswith("/v1/rulesets/<name>")} == of_nobody


def test_what_the_table_does_not_know_needs_an_admin_of_everything() -> None:
    assert needed("POST", "/v1/something-new") == ("admin", True)
    assert needed("PURGE", "/v1/rulesets") == ("admin", True)


def test_the_use_of_a_key_is_noted(client: FlaskClient, make: Make, engine: Engine) -> None:
    key = make()
    began = datetime.datetime.now(datetime.UTC)
    assert client.get(ASKED, headers=bearer(key)).status_code == 200
    with reading(engine) as connection:
        (used,) = keys.listed(connection)
    assert used.last_used_at is not None
    assert began <= used.last_used_at <= datetime.datetime.now(datetime.UTC)


def test_neither_an_answer_nor_a_refusal_waits_for_another_writer(
    client: FlaskClient, make: Make, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(logs, "served", lambda **facts: told.append(facts))
    admin = make("admin", "admin")
    with writing(engine):
        began = time.monotonic()
        assert client.get(ASKED, headers=bearer(admin)).status_code == 200
        assert client.get(ASKED).status_code == 401
        assert time.monotonic() - began < 5
    assert refusals(client, admin) == []
    assert client.get(ASKED).status_code == 401
    assert len(refusals(client, admin)) == 1
    assert [line["status"] for line in told if False in (line.get("use_noted"), line.get("audited"))] == [200, 401]


def test_a_service_that_remembers_nothing_answers_other_machines_where_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for allowed, status in ((True, 200), (False, 401)):
        client = create_app(Settings(allow_remote=allowed)).test_client()
        assert client.get("/v1/rulesets", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == status
