"""Requests that come twice, and changes to what somebody else changed meanwhile: as any view may use them."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from validator.api import etags
from validator.api.app import create_app
from validator.api.idempotent import Keep, idempotent
from validator.api.problems import Problem
from validator.api.stored import store
from validator.service.idempotency import GIVEN_UP
from validator.settings import Settings
from validator.store.engine import make_engine, reading, writing
from validator.store.faults import unavailable
from validator.store.schema import upgrade
from validator.store.tables import idempotency


class Shop:
    """What the views below do: they sell, one thing a request, and keep a sign that has a version."""

    def __init__(self) -> None:
        self.sold, self.version = 0, 1
        self.began, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()

    def join(self, app: Flask) -> None:
        app.add_url_rule("/v1/validations/sell", "sell", idempotent()(self.sell), methods=["POST"])
        app.add_url_rule("/v1/connections/shop/sign", "sign", self.sign, methods=["GET", "PUT"])

    def sell(self, keep: Keep) -> Response:
        self.began.set()
        assert self.may_end.wait(30)
        wanted = request.files["what"].read() if request.files else request.get_data()
        if wanted == b"nothing":
            raise Problem(422, "nothing", "Nothing cannot be sold.")
        if wanted == b"trouble":
            raise OSError
        if wanted == b"what the store cannot say now":
            raise unavailable("The database is busy.")
        headers = {"Location": f"/sales/{self.sold + 1}", "X-Till": "3"}
        response = Response(b"%d %s" % (self.sold + 1, wanted), 201, headers, content_type="text/plain")
        with writing(store()) as connection:
            keep(connection, response)
            if wanted == b"what breaks at the till":
                raise OSError
        self.sold += 1
        return response

    def sign(self) -> Response:
        if request.method == "PUT":
            etags.must_be(self.version)
            self.version += 1
        return etags.tagged(Response(), self.version)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/okr.db"
    upgrade(address)
    return address


@pytest.fixture
def client(url: str, shop: Shop) -> Iterator[FlaskClient]:
    app = create_app(Settings(database_url=url))
    shop.join(app)
    yield app.test_client()
    shop.may_end.set()


def _sell(client: FlaskClient, what: Any = b"bread", key: str | None = "k1", **more: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/v1/validations/sell", data=what, headers=headers, **more)


def test_what_is_asked_twice_is_done_once_and_answered_the_same(client: FlaskClient, shop: Shop) -> None:
    first, second = _sell(client), _sell(client)
    assert (first.status_code, first.data, shop.sold) == (201, b"1 bread", 1)
    for name in ("Location", "Content-Type"):
        assert second.headers[name] == first.headers[name]
    assert (second.status_code, second.data) == (201, b"1 bread")
    assert (second.headers["Idempotency-Replayed"], "X-Till" in second.headers) == ("true", False)
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def test_without_a_key_each_request_is_served(client: FlaskClient, shop: Shop) -> None:
    assert [_sell(client, key=None).data for _ in range(2)] == [b"1 bread", b"2 bread"]


@pytest.mark.parametrize("change", [{"what": b"cake"}, {"query_string": "big=1"}, {"content_type": "text/html"}])
def test_another_request_under_the_key_of_the_first_is_refused(client: FlaskClient, change: dict[str, Any]) -> None:
    assert _sell(client).status_code == 201
    answer = _sell(client, **change)
    assert (answer.status_code, answer.get_json()["type"]) == (422, "urn:okr-validator:problem:idempotency-key-reused")


def test_while_the_first_is_served_the_second_is_told_to_come_back(client: FlaskClient, shop: Shop) -> None:
    shop.may_end.clear()
    other = client.application.test_client()
    thread = threading.Thread(target=_sell, args=(other,))
    thread.start()
    assert shop.began.wait(30)
    early = _sell(client)
    shop.may_end.set()
    thread.join()
    assert (early.status_code, early.headers["Retry-After"]) == (409, "1")
    assert (_sell(client).status_code, shop.sold) == (201, 1)


@pytest.mark.parametrize(
    ("what", "status"),
    [(b"nothing", 422), (b"trouble", 500), (b"what the store cannot say now", 503), (b"what breaks at the till", 500)],
    ids=["refused", "failed", "busy", "failed once its answer was kept"],
)
def test_what_came_to_nothing_may_be_asked_again_or_mended(
    client: FlaskClient, shop: Shop, what: bytes, status: int
) -> None:
    assert [_sell(client, what).status_code for _ in range(2)] == [status, status]
    assert (_sell(client, b"bread").status_code, shop.sold) == (201, 1)


def test_who_was_taken_for_dead_and_comes_back_late_makes_nothing(client: FlaskClient, shop: Shop, url: str) -> None:
    shop.may_end.clear()
    late: list[Any] = []
    thread = threading.Thread(target=lambda: late.append(_sell(client.application.test_client())))
    thread.start()
    assert shop.began.wait(30)
    engine = make_engine(url)
    with writing(engine) as connection:
        begun = connection.scalars(select(idempotency.c.created_at)).one()
        connection.execute(update(idempotency).values(created_at=begun - GIVEN_UP))
    engine.dispose()
    second = threading.Thread(target=lambda: late.append(_sell(client)))
    second.start()
    while not _claimed_after(url, begun):
        time.sleep(0.01)
    shop.may_end.set()
    thread.join()
    second.join()
    assert sorted(answer.status_code for answer in late) == [201, 409]
    assert (_sell(client).data, shop.sold) == (b"1 bread", 1)


def _claimed_after(url: str, moment: datetime.datetime) -> bool:
    engine = make_engine(url)
    with reading(engine) as connection:
        claimed = connection.scalars(select(idempotency.c.created_at)).one() >= moment
    engine.dispose()
    return claimed


def test_an_upload_sent_again_has_another_boundary_and_is_the_same(client: FlaskClient, shop: Shop) -> None:
    bodies = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="what"; filename="f"\r\n\r\nsalt\r\n--{boundary}--\r\n'
        for boundary in ("one", "two")
    ]
    kinds = [f"multipart/form-data; boundary={boundary}" for boundary in ("one", "two")]
    answers = [_sell(client, body, content_type=kind) for body, kind in zip(bodies, kinds, strict=True)]
    assert [answer.data for answer in answers] == [b"1 salt", b"1 salt"]
    assert shop.sold == 1


def test_a_request_without_a_key_leaves_nothing_in_the_store(client: FlaskClient, url: str) -> None:
    _sell(client, key=None)
    _sell(client, b"nothing")
    engine = make_engine(url)
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(idempotency)) == 0
    engine.dispose()


def test_of_two_who_change_what_both_have_read_the_second_is_refused(client: FlaskClient) -> None:
    read = client.get("/v1/connections/shop/sign").headers["ETag"]
    first = client.put("/v1/connections/shop/sign", headers={"If-Match": read})
    second = client.put("/v1/connections/shop/sign", headers={"If-Match": read})
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.headers["ETag"] == first.headers["ETag"] != read
    assert client.put("/v1/connections/shop/sign", headers={"If-Match": second.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("given", [None, "", "*"])
def test_who_does_not_say_what_was_read_is_asked_to(client: FlaskClient, given: str | None) -> None:
    headers = {} if given is None else {"If-Match": given}
    assert client.put("/v1/connections/shop/sign", headers=headers).status_code == 428


@pytest.mark.parametrize("given", ["v1", 'W/"v1"', '"v01"', '"v1", "v2"', '"1"', '"v99999999999"', '"v²"'])
def test_a_tag_that_was_never_given_matches_nothing(client: FlaskClient, given: str) -> None:
    assert client.put("/v1/connections/shop/sign", headers={"If-Match": given}).status_code == 412
