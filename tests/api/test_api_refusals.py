"""What a refusal tells: never why, by no word and by no work; and what the audit trail and the log are told instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, insert
from werkzeug.test import TestResponse

from tests.api.api_keys import ASKED, REMOTE, Make, bearer, refusals
from tests.api.api_server import Server, problem
from tests.store.store_rows import NOON, run_row
from validator.api.app import create_app
from validator.api.guard import guard_of_app
from validator.api.permissions import names_by_id
from validator.settings import Settings
from validator.store.engine import writing
from validator.store.tables import decisions, runs, waivers

Start = Callable[..., AbstractContextManager[Server]]
LATE = NOON.date().replace(year=2999)


def _said(answer: requests.Response) -> tuple[Any, ...]:
    """Everything that an answer says but its own id and time."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"X-Request-Id", "Date"}}
    return answer.status_code, headers, answer.content.replace(answer.headers["X-Request-Id"].encode(), b"")


def _bytes(answer: TestResponse) -> bytes:
    return answer.data.replace(answer.headers["X-Request-Id"].encode(), b"")


@contextmanager
def _statements(client: FlaskClient) -> Iterator[list[str]]:
    """What the application asks of its database."""
    with client.application.app_context():
        engine = cast("Engine", guard_of_app().store)
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


# Keys that open nothing


def test_a_refused_key_is_never_told_why_and_the_trail_knows(
    start: Start, url: str, make: Make, refused: dict[str, str | None]
) -> None:
    admin = make("admin", "admin")
    with start(database_url=url) as server:
        answers = [
            server.get(ASKED, headers=bearer(text), params={"n": str(number)})
            for number, text in enumerate(refused.values())
        ]
        trail = server.get("/v1/audit?action=refuse", headers=bearer(admin)).json()["entries"]
        logged = [server.logged(answer.headers["X-Request-Id"])["refused"] for answer in answers]
    assert len({repr(_said(answer)) for answer in answers}) == 1
    assert problem(answers[0], 401)["detail"] == "This request needs a key that is valid here."
    reasons = [reason.split(",")[0] for reason in refused]
    assert [entry["after"]["reason"] for entry in reversed(trail)] == logged == reasons
    assert {entry["actor"] for entry in trail} == {"anonymous"}
    assert {entry["after"]["from"] for entry in trail} == {"127.0.0.1"}
    assert {entry["after"]["request_id"] for entry in trail} == {answer.headers["X-Request-Id"] for answer in answers}


def test_whatever_is_wrong_with_a_key_costs_the_same_work(
    client: FlaskClient, make: Make, refused: dict[str, str | None]
) -> None:
    client.get(ASKED)
    work = {}
    for reason, text in refused.items():
        with _statements(client) as asked:
            assert client.get(ASKED, headers=bearer(text)).status_code == 401
        work[reason] = tuple(asked)
    assert len(set(work.values())) == 1, work
    assert sum("okr_key" in statement for statement in work["no key"]) == 2


def test_a_flood_of_refusals_from_one_address_does_not_fill_the_trail(client: FlaskClient, make: Make) -> None:
    admin = make("admin", "admin")
    statuses = {client.get(ASKED, environ_overrides=REMOTE).status_code for _ in range(400)}
    assert statuses == {401}
    assert client.get(ASKED, environ_overrides={"REMOTE_ADDR": "192.0.2.8"}).status_code == 401
    assert client.get(ASKED, environ_overrides=REMOTE, headers=bearer(admin)).status_code == 200
    lines = client.get("/v1/audit/export?action=refuse", headers=bearer(admin)).data.splitlines()
    told = [b'"192.0.2.7"' in line for line in lines]
    assert 300 <= told.count(True) < 350
    assert told[-1] is False


# Keys that do not open this


def test_a_wrong_role_a_wrong_connection_and_one_that_is_not_there_are_refused_alike(
    client: FlaskClient, make: Make
) -> None:
    scoped = bearer(make("scoped", "publisher", connections=["acme"]))
    asked = [("DELETE", "/v1/connections/zeta"), ("DELETE", "/v1/connections/nowhere"), ("GET", "/v1/keys")]
    client.get("/v1/connections/acme", headers=scoped)
    answers, work = [], []
    for method, path in asked:
        with _statements(client) as statements:
            answers.append(client.open(path, method=method, headers=scoped))
        work.append(tuple(statements))
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert len({_bytes(answer) for answer in answers}) == 1
    assert len(set(work)) == 1
    trail = refusals(client, make("admin", "admin"))
    assert [entry["after"]["reason"] for entry in reversed(trail)] == ["another connection's key"] * 2 + ["wrong role"]


@pytest.fixture
def foreign(engine: Engine) -> dict[str, str]:
    """Ids of what belongs to the connection zeta, by kind."""
    of_zeta = {"id": "of-zeta", "connection_id": "zeta"}
    said = {"reason": "Why not", "owner": "Ana", "last_day": LATE, "created_by": "Ana", "created_at": NOON}
    ruling = {"decider": "Ana", "gives_way": "o2", "rationale": "So.", "decided_on": NOON.date(), "recorded_by": "Ana"}
    with writing(engine) as connection:
        connection.execute(insert(runs), run_row(**of_zeta))
        what = {"scope": "finding", "finding_id": "f1", "kind": "waiver", "version": 1}
        connection.execute(insert(waivers), {**of_zeta, **said, **what})
        made = {"finding_id": "f1", "sides_digest": "sha256:0", "recorded_at": NOON}
        connection.execute(insert(decisions), {**of_zeta, **ruling, **made})
    return {"runs": "of-zeta", "waivers": "of-zeta", "decisions": "of-zeta"}


def _named_by_id(client: FlaskClient) -> list[tuple[str, str]]:
    rules = [rule for rule in client.application.url_map.iter_rules() if names_by_id(rule.rule)]
    return [(method, rule.rule) for rule in rules for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]


def test_the_id_of_another_connections_thing_is_answered_as_one_that_is_not_there(
    client: FlaskClient, make: Make, foreign: dict[str, str]
) -> None:
    scoped = bearer(make("scoped", "admin", connections=["acme"])) | {"If-Match": '"v1"'}
    operations = _named_by_id(client)
    assert len(operations) >= 8
    client.get("/v1/connections/acme", headers=scoped)
    for method, rule in operations:
        told = []
        for id in ("of-zeta", "nowhere"):
            path = rule.replace(rule[rule.index("<") : rule.index(">") + 1], id)
            with _statements(client) as asked:
                answer = client.open(path, method=method, headers=scoped)
            told.append((answer.status_code, _bytes(answer).replace(id.encode(), b""), tuple(asked)))
        assert told[0] == told[1], (method, rule)
        assert told[0][0] == 404
    trail = refusals(client, make("admin", "admin"))
    assert [entry["target_id"] for entry in reversed(trail)] == [
        f"{method} {rule}" for method, rule in operations for _ in "12"
    ]
    assert {(entry["actor"], entry["after"]["status"]) for entry in trail} == {("scoped", 404)}


def test_a_key_of_the_connection_reaches_it_by_id_and_one_for_all_is_not_written_down(
    client: FlaskClient, make: Make, foreign: dict[str, str]
) -> None:
    own, whole = bearer(make("own", connections=["zeta"])), bearer(make("whole", "admin"))
    assert [client.get(f"/v1/{kind}/{id}", headers=own).status_code for kind, id in foreign.items()] == [200, 200, 200]
    assert client.get("/v1/runs/nowhere", headers=whole).status_code == 404
    assert client.get("/v1/connections/zeta/findings/nowhere", headers=own).status_code == 404
    assert refusals(client, make("admin", "admin")) == []


# How often


def _limited(url: str, **settings: Any) -> FlaskClient:
    return create_app(Settings(database_url=url, **settings)).test_client()


def test_a_key_that_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up(url: str, make: Make) -> None:
    hasty, calm = bearer(make("hasty")), bearer(make("calm"))
    client = _limited(url, rate=0.01, burst=3)
    answers = [client.get(ASKED, headers=hasty) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].get_json()["type"].endswith("too-many-requests")
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 100
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"3"}
    assert client.get(ASKED, headers=calm).status_code == 200


def test_a_rate_of_0_lets_a_key_ask_as_often_as_it_likes(url: str, make: Make) -> None:
    client, key = _limited(url, rate=0.0, burst=1), bearer(make())
    answers = [client.get("/v1/vocabulary", headers=key) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit-Limit" not in answers[0].headers
