"""Bodies of messages, and when they are sent again."""

from __future__ import annotations

import datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.alerts.payloads import MOST_BYTES, Message, body_of
from validator.alerts.retries import ATTEMPTS, WAITS, wait_after

AT = datetime.datetime(2026, 8, 3, 6, 30, tzinfo=datetime.UTC)


def message(data: dict[str, Any], name: str = "Acme") -> Message:
    return Message("evt_7", "finding.opened", AT, {"id": "acme", "name": name}, data, "/v1/runs/r1")


def test_a_body_has_the_layout_of_standard_webhooks() -> None:
    body = orjson.loads(body_of(message({"finding": {"id": "f"}})))
    assert body == {
        "type": "finding.opened",
        "timestamp": "2026-08-03T06:30:00Z",
        "data": {
            "version": "1",
            "event": "evt_7",
            "connection": {"id": "acme", "name": "Acme"},
            "finding": {"id": "f"},
            "truncated": False,
            "more": "/v1/runs/r1",
        },
    }


def test_a_body_that_is_too_long_keeps_what_it_is_about_and_says_that_it_was_cut() -> None:
    items = [{"id": str(number), "title": "🎯" * 500} for number in range(500)]
    body = body_of(message({"finding": {"id": "f", "items": items, "message": "m" * 90_000}}))
    read = orjson.loads(body)["data"]
    assert len(body) < MOST_BYTES
    assert (read["truncated"], read["finding"]["id"], read["more"]) == (True, "f", "/v1/runs/r1")
    assert read["finding"]["items"]


def test_what_names_a_thing_is_never_cut_and_a_link_is_whole_or_not_there() -> None:
    url = "https://tool.example/" + "x" * 1_500
    items = [{"id": "i" * 250, "title": "t" * 900, "url": url} for _ in range(500)]
    read = orjson.loads(body_of(message({"finding": {"id": "f" * 250, "items": items}})))["data"]["finding"]
    assert read["id"] == "f" * 250
    assert {(item["id"], item["url"]) for item in read["items"]} <= {("i" * 250, url), ("i" * 250, None)}
    assert read["items"][0]["title"].endswith("…")


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=40_000),
    lambda inner: st.lists(inner, max_size=60) | st.dictionaries(st.text(max_size=30), inner, max_size=40),
    max_leaves=60,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["finding", "run", "findings"]), values), st.text(max_size=3_000))
def test_every_body_is_small_enough_and_json(data: dict[str, Any], name: str) -> None:
    clean = orjson.loads(orjson.dumps(data, default=str)) if _utf8(data, name) else {}
    body = body_of(message(clean, name if _utf8({}, name) else "x"))
    assert len(body) < MOST_BYTES
    assert orjson.loads(body)["data"]["event"] == "evt_7"


def _utf8(data: object, name: str) -> bool:
    try:
        orjson.dumps([data, name])
    except TypeError:
        return False
    return True


def test_the_waits_are_those_of_the_standard_with_a_tenth_of_jitter() -> None:
    hours = 3_600
    assert (5, 300, 1_800, 2 * hours, 5 * hours, 10 * hours, 14 * hours, 20 * hours, 24 * hours) == WAITS
    for attempt, wait in enumerate(WAITS, 1):
        waits = [wait_after(attempt, f"msg_{number}") for number in range(50)]
        seconds = [found.total_seconds() for found in waits if found is not None]
        assert len(seconds) == 50
        assert wait <= min(seconds) < max(seconds) <= 1.1 * wait
        assert wait_after(attempt, "msg_1") == waits[1]


@pytest.mark.parametrize("attempt", [0, ATTEMPTS, ATTEMPTS + 1])
def test_after_the_last_attempt_there_is_no_other(attempt: int) -> None:
    assert wait_after(attempt, "msg") is None


def test_a_receiver_that_asks_for_time_gets_it_within_a_day() -> None:
    asked = wait_after(1, "msg", wished=600)
    beyond = wait_after(1, "msg", wished=10**9)
    assert asked is not None
    assert asked.total_seconds() >= 600
    assert beyond is not None
    assert beyond.total_seconds() <= 1.1 * 24 * 3_600
