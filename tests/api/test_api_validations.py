"""Judging a posted OKR set, well or badly formed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.api.api_server import Server, okr_set, problem

DEEP = b'{"objectives": ' + b"[" * 400 + b"]" * 400 + b"}"


def test_a_set_with_findings_is_answered_with_200_and_the_verdict_fail(server: Server) -> None:
    answer = server.judge(okr_set(), fail_on="info")
    assert answer.status_code == 200
    assert answer.headers["OKR-Validator-Status"] == answer.json()["status"] == "fail"
    assert answer.headers["Content-Type"] == "application/json"


def test_a_set_passes_where_nothing_may_fail_it(server: Server) -> None:
    answer = server.judge(okr_set(), fail_on="never")
    assert answer.headers["OKR-Validator-Status"] == answer.json()["status"] == "pass"
    assert answer.json()["gate"]["fail_on"] == "never"


def test_the_day_asked_for_is_the_day_judged(server: Server) -> None:
    assert server.judge(okr_set(), as_of="2026-03-31").json()["input"]["as_of"] == "2026-03-31"


def test_the_ruleset_asked_for_judges(server: Server) -> None:
    for name in ("base", "strict"):
        assert server.judge(okr_set(), ruleset=name).json()["ruleset"]["name"] == name


def test_the_same_request_gives_the_same_bytes(server: Server) -> None:
    assert server.judge(okr_set(20)).content == server.judge(okr_set(20)).content


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "application/vnd.okr.v1+json"])
def test_json_is_taken_under_each_of_its_names(server: Server, kind: str) -> None:
    assert server.post(json.dumps(okr_set()), kind).status_code == 200


def test_a_byte_order_mark_before_the_json_does_no_harm(server: Server) -> None:
    assert server.post(b"\xef\xbb\xbf" + json.dumps(okr_set()).encode()).status_code == 200


BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"objectives: []",
    "the same key twice": b'{"objectives": [{"id": "a", "title": "b"}], "objectives": []}',
    "cut off": b'{"objectives": [',
    "NaN": b'{"objectives": [{"id": "a", "title": "b", "progress": NaN}]}',
    "Infinity": b'{"objectives": [{"id": "a", "title": "b", "progress": Infinity}]}',
    "a number beyond floats": b'{"objectives": [{"id": "a", "title": "b", "progress": 1e400}]}',
    "a whole number beyond 64 bits": b'{"objectives": [{"id": 123456789012345678901234567890, "title": "b"}]}',
    "a whole number just beyond 64 bits": b'{"objectives": [{"id": 18446744073709551616, "title": "b"}]}',
    "five thousand digits": b'{"objectives": [{"id": ' + b"9" * 5000 + b', "title": "b"}]}',
    "bytes that are no UTF-8": b'{"objectives": [{"id": "a", "title": "\xff\xfe"}]}',
    "UTF-16": json.dumps({"objectives": []}).encode("utf-16"),
    "half a surrogate pair": b'{"objectives": [{"id": "a", "title": "\\ud800"}]}',
    "a null byte": b'{"objectives"\x00: []}',
    "deep nesting": DEEP,
    "nesting beyond the parser": b"[" * 100_000,
    "deep nesting and many digits": DEEP[:-1] + b', "a": 1234567890123456789}',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_body_that_is_not_strictly_json_is_refused(server: Server, body: bytes) -> None:
    document = problem(server.post(body), 400)
    assert document["errors"][0]["message"]


def test_json_at_fault_is_located(server: Server) -> None:
    fault = problem(server.post(b'{\n  "objectives": nope\n}'), 400)["errors"][0]
    assert fault["place"].startswith("the body, line 2, column ")


def test_whole_numbers_that_fit_are_taken_as_they_are(server: Server) -> None:
    document = {"objectives": [{"id": 9007199254740993, "title": "Grow", "owners": []}]}
    items = [item for found in server.judge(document).json()["findings"] for item in found["items"]]
    assert "9007199254740993" in {item["id"] for item in items}


@pytest.mark.parametrize("document", [[], 3, "text", {"objectives": {}}, {"objectives": [None]}])
def test_json_that_is_no_okr_set_is_at_fault(server: Server, document: Any) -> None:
    assert problem(server.judge(document), 422)["errors_total"] > 0


def test_every_fault_of_a_set_is_listed_with_its_pointer_and_a_hint(server: Server) -> None:
    document = {"objectives": [{"id": "a"}, {"id": "b", "title": "B", "ownerz": []}], "teams": 3}
    found = problem(server.judge(document), 422)
    faults = {fault["pointer"]: fault for fault in found["errors"]}
    assert set(faults) == {"/objectives/0/title", "/objectives/1/ownerz", "/teams"}
    assert "owners" in faults["/objectives/1/ownerz"]["hint"]
    assert found["errors_total"] == 3


def test_a_problem_lists_a_thousand_faults_and_no_more(server: Server) -> None:
    found = problem(server.judge({"objectives": [{"id": f"o{n}"} for n in range(3_000)]}), 422)
    assert len(found["errors"]) == 1_000
    assert found["errors_total"] > 1_000


def test_characters_of_every_kind_are_judged_and_come_back_whole(server: Server) -> None:
    title = "Größe \u202e \u0007 \U0001f680 \u0000 </script>"
    report = server.judge({"objectives": [{"id": "ä/~\n", "title": title, "owners": []}]})
    assert report.status_code in (200, 422)
    if report.status_code == 200:
        assert report.json()["summary"]["items"]["objective"] == 1


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml", "a", "text/x+json"]
)
def test_a_body_of_another_kind_is_refused_with_those_that_are_taken(server: Server, kind: str) -> None:
    answer = server.post(json.dumps(okr_set()), kind)
    assert "application/json" in answer.headers["Accept-Post"]
    problem(answer, 415)


def test_a_compressed_body_is_refused(server: Server) -> None:
    body = gzip.compress(json.dumps(okr_set()).encode())
    problem(server.post(body, headers={"Content-Encoding": "gzip"}), 415)


def test_a_body_above_the_limit_is_refused_by_its_announced_length(server: Server) -> None:
    problem(server.post(b" " * 1_000_001), 413)


def test_a_body_far_above_the_limit_is_refused_with_an_answer_that_arrives(server: Server) -> None:
    problem(server.post(b" " * 1_900_000), 413)


def test_a_chunked_body_above_the_limit_is_refused(server: Server) -> None:
    problem(server.post(_chunks(1_100)), 413)


def test_a_chunked_body_is_whole_up_to_the_limit(server: Server) -> None:
    text = json.dumps(okr_set(5)).encode()
    assert server.post(iter([text, b" " * (1_000_000 - len(text))])).status_code == 200


def test_an_upload_above_the_limit_is_refused(server: Server) -> None:
    problem(server.upload({"file": ("okrs.json", b" " * 1_200_000)}), 413)


def _chunks(count: int) -> Iterator[bytes]:
    yield from (b" " * 1_000 for _ in range(count))


QUERIES: dict[str, tuple[str, str]] = {
    "an unknown word": ("fail_on=fatal", "fail_on"),
    "no date": ("as_of=tomorrow", "as_of"),
    "a date that never was": ("as_of=2026-02-30", "as_of"),
    "an unknown parameter": ("failon=error", "failon"),
    "the same parameter twice": ("fail_on=never&fail_on=error", "fail_on"),
    "an empty ruleset": ("ruleset=", "ruleset"),
}


@pytest.mark.parametrize(("query", "name"), QUERIES.values(), ids=QUERIES.keys())
def test_query_parameters_at_fault_are_refused_by_name(server: Server, query: str, name: str) -> None:
    answer = requests.post(f"{server.url}/v1/validations?{query}", json=okr_set(), timeout=30)
    found = problem(answer, 400)
    assert name in found["errors"][0]["place"]


@pytest.mark.parametrize(
    "name", ["bas", "../base", "/etc/passwd", "base.yaml", "./base", "a/b", "..%2Fbase", "b\u0000", "BASE"]
)
def test_an_unknown_ruleset_is_not_found_whatever_it_looks_like(server: Server, name: str) -> None:
    found = problem(server.judge(okr_set(), ruleset=name), 404)
    assert found["type"].endswith("unknown-ruleset")
    assert name not in found["errors"][0]["message"]


def test_an_unknown_ruleset_is_answered_with_the_nearest_name(server: Server) -> None:
    assert "“base”" in problem(server.judge(okr_set(), ruleset="baze"), 404)["errors"][0]["hint"]
