"""Every refusal is a problem document, every answer is marked and guarded."""

from __future__ import annotations

import json
import re

import pytest
import requests

from tests.api.api_server import Server, okr_set, problem

PATHS = ("/", "/docs", "/livez", "/v1/rulesets", "/v1/nothing", "/metrics", "/openapi.json")


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/v1", "/v1/", "/v1//rulesets", "/livez/", "/docs/", "/docs/../livez%00", "/docs/x.js", "/%ff%fe"],
)
def test_what_is_not_there_is_not_found(server: Server, path: str) -> None:
    assert problem(server.get(path), 404)["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "GET"])
def test_a_method_that_a_resource_lacks_is_refused_with_those_it_has(server: Server, method: str) -> None:
    answer = requests.request(method, f"{server.url}/v1/validations", timeout=30)
    assert "POST" in answer.headers["Allow"]
    problem(answer, 405)


def test_a_sane_request_id_is_kept_and_another_is_replaced(server: Server) -> None:
    assert server.get("/livez", headers={"X-Request-Id": "build-7/a:1"}).headers["X-Request-Id"] == "build-7/a:1"
    for bad in ("a b", "x" * 129, "<script>", "ä", ""):
        made = server.get("/livez", headers={"X-Request-Id": bad.encode()}).headers["X-Request-Id"]
        assert re.fullmatch("[0-9a-f]{32}", made)


def test_a_problem_bears_the_id_of_its_request(server: Server) -> None:
    assert problem(server.get("/nothing", headers={"X-Request-Id": "mine"}), 404)["request_id"] == "mine"


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_guarded_against_guessing_and_framing(server: Server, path: str) -> None:
    headers = server.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_judgements_and_problems_are_kept_by_nobody(server: Server) -> None:
    for answer in (server.judge(okr_set()), server.get("/nothing")):
        assert answer.headers["Cache-Control"] == "no-store"


HEAD = b"POST /v1/validations HTTP/1.1\r\nHost: a\r\n"
NO_HTTP = {
    "no request line": (b"hello\r\n\r\n", 400),
    "no version": (b"GET /livez HTTP/9.9\r\n\r\n", 400),
    "a bad header": (b"GET /livez HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400),
    "two lengths": (
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        400,
    ),
    "length and chunks": (
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "an endless path": (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "endless headers": (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
    "a broken chunk": (
        HEAD + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnope\r\n{}\r\n0\r\n\r\n",
        400,
    ),
    "a strange host": (b"GET /nothing HTTP/1.1\r\nHost: a b\x00<\r\n\r\n", 400),
    "a secret in the path": (b"GET /\x01grow-revenue HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
}


@pytest.mark.parametrize(("sent", "status"), NO_HTTP.values(), ids=NO_HTTP.keys())
def test_what_is_not_http_is_refused_with_a_problem_too(server: Server, sent: bytes, status: int) -> None:
    with server.connect() as connection:
        connection.sendall(sent)
        answer = connection.makefile("rb").read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer[:300]
    assert b"Content-Type: application/problem+json\r\n" in head
    assert b"X-Request-Id: " + json.loads(body)["request_id"].encode() in head
    assert b"html" not in answer


def test_a_body_cut_off_by_the_client_harms_nobody(server: Server) -> None:
    head = HEAD + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    for _ in range(20):
        with server.connect() as connection:
            connection.sendall(head + b'{"objectives')
    assert server.judge(okr_set()).status_code == 200
