"""The mapping language: what is wrong with a mapping, what paths lead to, and what values become."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import SourceError
from connectors.http.client import Answer
from connectors.mapping.fields import ValueField
from connectors.mapping.paths import find, read_path, rows
from connectors.mapping.turning import PagingSchema, Turner
from connectors.reading.yaml_text import parse_yaml
from connectors.registry import settings_of

GOOD: dict[str, Any] = {
    "tool": "x",
    "base_url": "https://x.example",
    "read": [{"get": "/o", "objectives": {"id": "id", "title": "name"}}],
}


def faults(mapping: Any) -> dict[str, tuple[str, str]]:
    with pytest.raises(SourceError) as caught:
        settings_of("http-json", mapping)
    return {fault.pointer: (fault.message, fault.hint) for fault in caught.value.faults}


# Faults


def test_every_fault_of_a_mapping_is_told_at_once_with_its_place_and_what_was_meant() -> None:
    found = faults(
        parse_yaml(
            b"""
tool: x
base_url: https://x.example?y
auth: {kind: header, secret: abc, user: me, nam: x}
headers: {X-Api-Token: abc, Accept-Language: en}
per_minut: 3
read:
  - get: goals
    post: /x
    paging: {kind: cursor, at: a..b, frist: 1}
    objectives:
      id: id
      titel: name
      level: {value: boss}
      owners: {path: a, template: "{b}"}
      start: {path: x, date: epoch}
      progress: {path: x, date: seconds}
      status: {path: s, words: {1: on_track, 2: [x]}, times: 3}
      where: {state: {a: b}}
      key_results: [{title: x}, {id: id, metrik: y, direction: {path: z, words: {a: upp}}}]
  - get: /x/{id}
    query: {access_token: abc}
    body: {}
""",
            "m.yaml",
        ).data
    )
    first = "/read/0/objectives"
    assert set(found) == {
        "/base_url", "/auth/secret", "/auth/nam", "/auth/name", "/auth/user", "/headers/X-Api-Token", "/per_minut", "/read/0/get",
        "/read/0", "/read/0/paging/at", "/read/0/paging/frist", "/read/0/paging/send", f"{first}/titel", f"{first}/level/value",
        f"{first}/owners", f"{first}/start/date", f"{first}/progress/date", f"{first}/status/words/2", f"{first}/where",
        f"{first}/key_results/0/id", f"{first}/key_results/1/metrik", f"{first}/key_results/1/direction/words/a", "/read/1",
        "/read/1/query", "/read/1/body",
    }  # fmt: skip
    assert found[f"{first}/titel"][1] == "Did you mean “title”?"
    assert found[f"{first}/key_results/1/metrik"][1] == "Did you mean “metric”?"
    assert found["/read/0/paging/frist"][1] == "Did you mean “first”?"
    assert found["/per_minut"][1] == "Did you mean “per_minute”?"
    assert "company, department, team, individual" in found[f"{first}/level/value"][0]
    assert "abc" not in str(found)


@pytest.mark.parametrize(
    ("read", "pointer", "says"),
    [
        ([{"get": "/o/{id}", "objectives": {"id": "id", "title": "t"}}], "/read/0", "only “then” has one"),
        ([{"get": "/o", "where": {"a": 1}, "objectives": {"id": "id", "title": "t"}}], "/read/0", "for which records “then” is asked"),
        ([{"get": "/o", "objectives": {"id": "id"}}], "/read", "The objectives have no “title”"),
        ([{"get": "/o", "people": {"id": "id"}}], "/read", "Nothing is read as “objectives”"),
        ([{"get": "/o?x=1", "objectives": {"id": "id", "title": "t"}}], "/read/0/get", "A path below base_url"),
        ([{"get": "//evil.example/o", "objectives": {"id": "id", "title": "t"}}], "/read/0/get", "A path below base_url"),
        ([{"get": "/o", "then": [{"get": "/a", "then": [{"get": "/b", "then": [{"get": "/c", "objectives": {"id": "id", "title": "t"}}]}]}]}],
         "/read/0/then", "at most 3 deep"),
        ([], "/read", "Length"),
        ("objectives", "/read", "Not a valid list"),
    ],
)  # fmt: skip
def test_requests_that_do_not_fit_together_are_told(read, pointer, says) -> None:
    found = faults(GOOD | {"read": read})
    assert says in found[pointer][0]


@pytest.mark.parametrize(
    "value",
    [None, 7, [], [None], {}, {"path": 7}, {"value": []}, {"template": ""}, "a..b", "/a~2", "x" * 301, "a" + ".b" * 20],
)
def test_what_is_no_source_of_a_field_is_refused(value) -> None:
    found = faults(GOOD | {"read": [{"get": "/o", "objectives": {"id": "id", "title": value}}]})
    assert all(pointer.startswith("/read/0/objectives/title") for pointer in found)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["get", "post", "records", "objectives", "then", "id", "title", "path", "words", "paging", "kind", "at", "where", "key_results", "x"]), inner, max_size=5), max_leaves=15))  # fmt: skip
def test_whatever_stands_in_a_mapping_it_is_read_or_refused(read) -> None:
    found: tuple[Any, ...] = ()
    try:
        settings_of("http-json", GOOD | {"read": [read, read]})
    except SourceError as error:
        found = error.faults
    assert all(fault.pointer.startswith("/read") for fault in found)


# Paths


RECORD = {"a": {"b": [{"c": 1}, {"c": 2}, {}]}, "x.y": {"*": 3}, "list": [[1, 2], [3]], "n": None}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b.*.c", [1, 2]), ("a.b.1.c", [2]), ("a.b.7.c", []), ("a.b.c", []), ("a.*.c", []), ("/x.y/*", [3]), ("/a/b/0/c", [1]),
        ("list.*.*", [1, 2, 3]), ("n", [None]), ("n.x", []), ("", [RECORD]), (".", [RECORD]),
    ],
)  # fmt: skip
def test_what_a_path_leads_to(path, found) -> None:
    assert find(read_path(path), RECORD) == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", [{"c": 1}, {"c": 2}, {}]),
        ("a", [RECORD["a"]]),
        ("a.b.*.c", [1, 2]),
        ("a.z", None),
        ("a.z.*.c", None),
        ("n", None),
        ("a.*.c", None),
    ],
)
def test_records_that_are_not_there_are_told_from_none(path, found) -> None:
    assert rows(read_path(path), RECORD) == found


def test_a_hostile_path_takes_no_longer_than_walking_the_record() -> None:
    wide: Any = [[[[0] * 10] * 10] * 10] * 10
    begun = time.process_time()
    assert len(find(read_path(".".join("*" * 4)), wide)) == 10_000
    assert find(read_path(".".join("*" * 20)), wide) == []
    assert time.process_time() - begun < 1


# Values


@pytest.mark.parametrize(
    ("kind", "source", "record", "value"),
    [
        ("text", "t", {"t": " a "}, "a"),
        ("text", "t", {"t": 12}, "12"),
        ("text", {"template": "{a} {b}"}, {"a": "Ida", "b": None}, "Ida"),
        ("text", {"template": "{a} {b}"}, {}, ""),
        ("text", {"template": "https://x/{a}/{b}"}, {"a": "p/q", "b": 7}, "https://x/p%2Fq/7"),
        ("text", {"template": "https://x/{a}/{b}"}, {"a": "p"}, ""),
        ("id", ["a", "b"], {"a": "", "b": 7}, "7"),
        ("number", "n", {"n": "1e3"}, 1000),
        ("number", "n", {"n": "40 %"}, 40),
        ("number", {"path": "n", "times": 100}, {"n": "0.29"}, 29),
        ("day", "d", {"d": "2026-12-31T23:59:59Z"}, "2026-12-31"),
        ("day", {"path": "d", "date": "seconds"}, {"d": 1_798_675_200}, "2026-12-31"),
        ("day", {"path": "d", "date": "milliseconds"}, {"d": 1_798_675_200_000.0}, "2026-12-31"),
        ("day", {"path": "d", "date": "milliseconds"}, {"d": "1798675200000"}, "2026-12-31"),
        ("status", "s", {"s": "On track"}, "on_track"),
        ("status", {"path": "s", "words": {1: "at_risk", "*": None}}, {"s": 1}, "at_risk"),
        ("status", {"path": "s", "words": {1: "at_risk", "*": None}}, {"s": 2}, ""),
        ("status", {"path": "s", "words": {"true": "closed"}}, {"s": True}, "closed"),
        ("level", "l", {"l": "Squad"}, "team"),
        ("direction", {"value": "maintain"}, {}, "maintain"),
        ("texts", "t", {"t": ["a", "b", "a", None]}, ["a", "b"]),
        ("texts", "t.*.n", {"t": [{"n": "a"}, {}]}, ["a"]),
        ("[owner]", "o.*.id", {"o": [{"id": 1}, {"id": 2}]}, [{"person": "1"}, {"person": "2"}]),
        ("[contributor]", "o", {"o": "care"}, [{"team": "care"}]),
        ("[supported]", "o", {"o": ["x"]}, [{"id": "x", "kind": "supports"}]),
    ],
)  # fmt: skip
def test_what_a_field_becomes(kind, source, record, value) -> None:
    odd: Counter[str] = Counter()
    assert ValueField(kind).deserialize(source).of(record, odd, "field") == value
    assert not odd


def test_zero_is_an_id_but_names_no_other_record() -> None:
    value, odd = ValueField("id").deserialize("n"), Counter[str]()
    assert (value.of({"n": 0}, odd, "id"), value.of({"n": 0}, odd, "team")) == ("0", "")


@pytest.mark.parametrize(
    ("kind", "source", "raw"),
    [("number", "n", "many"), ("number", "n", True), ("day", "n", "soon"), ("level", "n", "boss"), ("text", "n", {}), ("id", "n", 1.5),
     ("day", {"path": "n", "date": "seconds"}, "2026-12-31"), ("[owner]", "n", [{"id": 1}])],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out_and_counted(kind, source, raw) -> None:
    odd: Counter[str] = Counter()
    assert ValueField(kind).deserialize(source).of({"n": raw}, odd, "field") in (None, "", [])
    assert odd == {"field": 1}


# Secrets


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"get": "/o", "query": {"key": "abc"}}, "query"),
        ({"get": "/o", "query": {"filter": {"deep": [{"api_key": "abc"}]}}}, "query"),
        ({"get": "/o", "query": {"x-credentials": ["abc"]}}, "query"),
        ({"post": "/o", "body": {"variables": {"accessToken": "abc"}}}, "body"),
        ({"post": "/o", "body": {"password": {"value": "abc"}}}, "body"),
        ({"post": "/o", "body": {"login": {"secret": 1234}}}, "body"),
    ],
)
def test_a_secret_in_the_clear_is_refused_wherever_it_stands_and_not_repeated(asked, place) -> None:
    found = faults(GOOD | {"read": [{**asked, "objectives": {"id": "id", "title": "t"}}]})
    then = faults(GOOD | {"read": [{**GOOD["read"][0], "then": [{**asked, "people": {"id": "id"}}]}]})
    assert list(found) == [f"/read/0/{place}"]
    assert list(then) == [f"/read/0/then/0/{place}"]
    assert "looks like a secret" in found[f"/read/0/{place}"][0]
    assert "abc" not in f"{found}{then}"
    assert "1234" not in f"{found}{then}"


def test_references_places_of_a_record_and_flags_are_no_secrets_in_the_clear() -> None:
    asked = {"key": "env:A", "token": None, "keys": [True, ""], "monkey": "x", "a": {"secret": " file:/run/secrets/a "}}
    then = [{"post": "/k", "query": {"key": "{id}"}, "body": asked, "people": {"id": "id"}}]
    (request,) = settings_of("http-json", GOOD | {"read": [{**GOOD["read"][0], "query": asked, "then": then}]})["read"]
    assert list(request.references()) == ["env:A", "file:/run/secrets/a"] * 2
    revealed = request.revealed({"env:A": "1", "file:/run/secrets/a": "2"})
    assert revealed.query == revealed.then[0].body == {**asked, "key": "1", "a": {"secret": "2"}}


# Paging


def turning(paging: dict[str, Any], pages: list[dict[str, Any]]) -> tuple[Turner, list[str | None], list[Any]]:
    """A turner after these pages, each token that it gave, and the records that it took."""
    turner, tokens, taken = Turner(PagingSchema().load(paging), str), [], []
    for page in pages:
        taken += turner.take(Answer(200, {}, page, "https://x.example/o"), page["r"])
        tokens.append(turner.next)
    return turner, tokens, taken


@pytest.mark.parametrize(
    ("paging", "pages", "tokens"),
    [
        ({"kind": "offset"}, [{"r": [1, 2]}, {"r": [2, 3]}, {"r": [3]}], ["1", "2", None]),
        ({"kind": "offset"}, [{"r": [1]}, {"r": []}], ["1", None]),
        ({"kind": "offset"}, [{"r": []}], [None]),
        ({"kind": "offset", "total": "n"}, [{"r": [1, 2], "n": 3}, {"r": [3], "n": "3"}], ["2", None]),
        ({"kind": "page", "first": 0}, [{"r": [1]}, {"r": []}], ["1", None]),
        ({"kind": "page", "total": "n"}, [{"r": [1], "n": 2}, {"r": [2], "n": 2}], ["2", None]),
        ({"kind": "page", "pages": "n"}, [{"r": [1], "n": 2}, {"r": [2], "n": 2}], ["2", None]),
        ({"kind": "cursor", "at": "c", "send": "c"}, [{"r": [1], "c": 7}, {"r": [2], "c": None}], ["7", None]),
        ({"kind": "cursor", "at": "c", "send": "c"}, [{"r": [1], "c": 7}, {"r": [2]}], ["7", None]),
        ({"kind": "cursor", "at": "c", "send": "c", "more": "m"}, [{"r": [], "c": "x", "m": True}, {"r": [], "c": "x", "m": False}], ["x", None]),
        ({"kind": "cursor", "at": "c", "send": "c", "more": "m"}, [{"r": [], "c": "x", "m": True}, {"r": []}], ["x", None]),
        ({"kind": "next", "at": "c"}, [{"r": [], "c": "?page=2"}, {"r": []}], ["https://x.example/o?page=2", None]),
        ({"kind": "relay", "at": "p"}, [{"r": [], "p": {"hasNextPage": True, "endCursor": "e"}}, {"r": [], "p": {"hasNextPage": False, "endCursor": "e"}}], ["e", None]),
        ({"kind": "none"}, [{"r": [1]}], [None]),
    ],
)  # fmt: skip
def test_how_a_list_goes_on_to_its_end(paging, pages, tokens) -> None:
    turner, given, taken = turning(paging, pages)
    assert given == tokens
    assert taken == list(dict.fromkeys(entry for page in pages for entry in page["r"]))
    assert (turner.cut, turner.untold) == ("", "")


@pytest.mark.parametrize(
    ("paging", "pages", "says"),
    [
        ({"kind": "relay", "at": "p"}, [{"r": [1], "p": {"hasNextPage": True, "endCursor": None}}], "gives no way to it"),
        ({"kind": "relay", "at": "p"}, [{"r": [1], "p": {"hasNextPage": "true"}}], "gives no way to it"),
        ({"kind": "relay", "at": "p"}, [{"r": [1], "p": {"hasNextPage": True, "endCursor": "e"}}, {"r": [2], "p": None}], "does not say"),
        ({"kind": "cursor", "at": "c", "send": "c", "more": "m"}, [{"r": [1], "c": None, "m": True}], "gives no way to it"),
        ({"kind": "cursor", "at": "c", "send": "c", "more": "m"}, [{"r": [1], "m": {"url": "?page=2"}}], "gives no way to it"),
        ({"kind": "cursor", "at": "c", "send": "c"}, [{"r": [1], "c": [7, 8]}], "gives no way to it"),
        ({"kind": "next", "at": "c"}, [{"r": [1], "c": {"href": "?page=2"}}], "gives no way to it"),
        ({"kind": "page", "total": "n"}, [{"r": [1, 2], "n": 4}, {"r": [4], "n": 3}], "got shorter"),
        ({"kind": "page", "pages": "n"}, [{"r": [1, 2], "n": 3}, {"r": [4, 5], "n": 2}], "got shorter"),
        ({"kind": "page", "total": "n"}, [{"r": [1, 2], "n": 4}, {"r": [], "n": 4}], "counts 4 and answered no more after 2"),
        ({"kind": "page", "pages": "n"}, [{"r": [1, 2], "n": 3}, {"r": [], "n": 3}], "counts more pages"),
        ({"kind": "offset", "total": "n"}, [{"r": [1, 2], "n": 4}, {"r": [], "n": 4}], "counts 4 and answered no more after 2"),
        ({"kind": "offset"}, [{"r": [1, 2, 3]}, {"r": [4, 5]}, {"r": [5]}], "list changed"),
        ({"kind": "offset"}, [{"r": [1, 2, 3]}, {"r": []}], "list changed"),
        ({"kind": "offset"}, [{"r": [1, 2, 3]}, {"r": [1, 2, 3]}], "list changed"),
        ({"kind": "offset"}, [{"r": [1]}, {"r": [2]}], "Pages of one record"),
    ],
)  # fmt: skip
def test_a_list_of_which_something_may_be_left_out_says_why(paging, pages, says) -> None:
    turner, _, taken = turning(paging, pages)
    assert says in turner.cut
    assert {entry for page in pages for entry in page["r"]} == set(taken)


@pytest.mark.parametrize(
    ("paging", "page", "path"),
    [
        ({"kind": "cursor", "at": "c", "send": "c", "more": "meta.mroe"}, {"r": [1], "c": "x", "meta": {"more": True}}, "meta.mroe"),
        ({"kind": "relay", "at": "page"}, {"r": [1], "pageInfo": {"hasNextPage": True}}, "page"),
        ({"kind": "relay", "at": "p"}, {"r": [1], "p": {"hasNext": True}}, "p"),
        ({"kind": "cursor", "at": "c", "send": "c"}, {"r": [1]}, ""),
        ({"kind": "next", "at": "c"}, {"r": [1]}, ""),
    ],
)  # fmt: skip
def test_a_place_that_must_tell_whether_there_is_more_and_is_in_no_answer_is_named(paging, page, path) -> None:
    assert Turner(PagingSchema().load(paging), str).untold == ""
    assert turning(paging, [page])[0].untold == path


def test_without_a_total_the_page_before_is_asked_for_once_more() -> None:
    turner, tokens, _ = turning({"kind": "page", "pages": "n"}, [{"r": [1, 2], "n": 2}])
    assert (tokens, turner.again) == (["2"], None)
    turner.take(Answer(200, {}, {"n": 2}, ""), [4])
    assert turner.again == "1"
    turner.compare([1, 2])
    assert turner.cut == ""
    turner.compare([2, 3])
    assert "list changed" in turner.cut


@given(st.integers(0, 30), st.integers(2, 6), st.lists(st.sets(st.integers(0, 29), max_size=2), max_size=10))
def test_whatever_goes_from_a_list_without_a_total_nothing_that_stays_is_lost_silently(length, size, removed) -> None:
    """By offsets: what is not seen is told; and where nothing goes, all is seen and nothing told."""
    turner, entries, seen, token = Turner(PagingSchema().load({"kind": "offset"}), str), list(range(length)), [], "0"
    changes = any(gone & set(entries) for gone in removed)
    for _ in range(2 * length + 4):
        page = entries[int(token) : int(token) + size]
        seen += turner.take(Answer(200, {}, {}, ""), page)
        token = turner.next
        if token is None:
            break
        gone = removed.pop() if removed else set()
        entries = [entry for entry in entries if entry not in gone]
    assert token is None
    assert set(seen) >= set(entries) or turner.cut
    assert changes or (seen == entries and not turner.cut)
