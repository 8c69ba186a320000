"""The seam to tools over HTTP, against real sockets: what is asked again, what ends, and what is never said."""

from __future__ import annotations

import base64
import html
import logging
import pickle
import random
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from connectors.contract import Missing, Reach, Unchanged
from connectors.http import budget
from connectors.http.answers import records
from connectors.http.client import Answer, Client
from connectors.http.faults import HttpFault
from connectors.http.paging import in_query, next_link, pages
from tests.connectors.fake_tool import LOOPBACK, SECRET, Asked, FakeTool, Flavour, Listing, Reply, Single, Trouble
from tests.connectors.trouble import assert_clean

HEADERS = {"Authorization": f"Bearer {SECRET}"}
ITEMS = [{"id": str(number)} for number in range(25)]


def flavour(**more: Any) -> Flavour:
    items = Listing(
        "/api/items",
        lambda _asked: ITEMS,
        lambda served: {"data": list(served.records), "next": served.token, "link": served.link},
        size=10,
        headers=lambda served: {"Link": f'<{served.link}>; rel="next"'} if served.link else {},
    )
    routes = [items, Single("/api/items/{id}", lambda asked: {"id": asked.parts["id"]}), *more.pop("routes", ())]
    return Flavour(routes, ("Authorization", f"Bearer {SECRET}"), "/api/items", **more)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(waits: list[float], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Client]:
    monkeypatch.setattr(budget, "_taken", {})  # ports are used again
    now = time.monotonic()  # stands still: nobody really waits

    def make(tool: FakeTool, **settings: Any) -> Client:
        reach = settings.pop("reach", Reach(LOOPBACK, wait=waits.append, clock=lambda: now, patience=20))
        return Client(f"{tool.url}/api", reach, **{"headers": HEADERS, **settings})

    return make


@pytest.fixture
def fault(client) -> Callable[..., HttpFault]:
    """The fault that a question of a tool in trouble ends in."""

    def ask(trouble: Trouble, path: str = "/items", *, of: Flavour | None = None, **settings: Any) -> HttpFault:
        with (
            FakeTool(of or flavour(), trouble) as tool,
            client(tool, **settings) as asking,
            pytest.raises(HttpFault) as caught,
        ):
            asking.get(path)
        assert caught.value.__context__ is None
        return caught.value

    return ask


def all_ids(found: list[Answer | Missing]) -> list[str]:
    return [record["id"] for answer in found if isinstance(answer, Answer) for record in records(answer, "data")]


def test_an_answer_is_json_with_its_headers_in_any_case(client) -> None:
    with FakeTool(flavour()) as tool, client(tool) as asking:
        answer = asking.get("/items/7", {"q": "x"})
    assert (answer.status, answer.data, answer.url) == (200, {"id": "7"}, f"{tool.url}/api/items/7")
    assert answer.headers["CONTENT-TYPE"] == "application/json"


def test_parameters_are_sent_as_tools_read_them(client) -> None:
    with FakeTool(flavour()) as tool, client(tool) as asking:
        asking.get("/items", {"done": False, "none": None, "tag": ["a", "b&c"], "limit": 5})
    assert tool.asked[0].target == "/api/items?done=false&tag=a&tag=b%26c&limit=5"


def test_a_post_is_sent_with_its_body_and_tried_again_as_a_get_is(client) -> None:
    route = Single("/api/search", lambda asked: {"got": asked.body}, "POST")
    with FakeTool(flavour(routes=[route]), Trouble("status", 1, 2, "/api/search")) as tool, client(tool) as asking:
        assert asking.post("/search", {"query": "é"}).data == {"got": {"query": "é"}}
    assert tool.paths() == ["/api/search"] * 3


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 520])
def test_a_tool_in_trouble_is_asked_again_ever_later(client, waits, status) -> None:
    with FakeTool(flavour(), Trouble("status", 1, 4, status=status)) as tool, client(tool) as asking:
        assert len(asking.get("/items").data["data"]) == 10
    assert len(tool.asked) == 5
    assert waits[0] == 0
    assert 2 <= waits[1] <= 3
    assert 4 <= waits[2] <= 5
    assert 8 <= waits[3] <= 9


def test_it_waits_as_long_as_the_tool_asks_and_a_little_more_by_chance(client, waits) -> None:
    trouble = Trouble("status", 1, 2, status=429, headers={"Retry-After": "7"})
    with FakeTool(flavour(), trouble) as tool, client(tool) as asking:
        asking.get("/items")
    assert all(7 <= seconds < 8 for seconds in waits)
    assert len(set(waits)) == 2


def test_a_date_in_retry_after_is_understood(client, waits) -> None:
    at = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 40))
    with (
        FakeTool(flavour(), Trouble("status", 1, 1, status=503, headers={"Retry-After": at})) as tool,
        client(tool) as asking,
    ):
        asking.get("/items")
    assert 35 < waits[0] < 42


@pytest.mark.parametrize("reset", ["30", "in seconds", "in milliseconds"])
def test_a_reset_header_is_understood_as_seconds_or_as_a_point_in_time(client, waits, reset) -> None:
    moment = int(time.time()) + 30
    value = {"in seconds": str(moment), "in milliseconds": f"{moment}000"}.get(reset, reset)
    with (
        FakeTool(flavour(), Trouble("status", 1, 1, status=429, headers={"X-RateLimit-Reset": value})) as tool,
        client(tool) as asking,
    ):
        asking.get("/items")
    assert 27 < waits[0] <= 31


def test_without_a_word_on_the_wait_a_used_up_allowance_is_not_tried_at_once(client, waits) -> None:
    with (
        FakeTool(flavour(), Trouble("status", 1, 1, status=429, headers={"Retry-After": "soon"})) as tool,
        client(tool) as asking,
    ):
        asking.get("/items")
    assert waits == [2.0]


@pytest.mark.parametrize("reset", ["86401", "1" * 10 + "9" * 10, "9" * 5000, "99999999999", "4102444800"])
def test_a_reset_that_is_further_away_than_any_tool_means_is_not_followed(client, waits, reset) -> None:
    with (
        FakeTool(flavour(), Trouble("status", 1, 1, status=429, headers={"X-RateLimit-Reset": reset})) as tool,
        client(tool) as asking,
    ):
        asking.get("/items")
    assert waits == [2.0]


def test_all_waiting_for_one_question_is_bounded(fault, waits) -> None:
    told = fault(Trouble("status", status=429, headers={"Retry-After": "200"}))
    assert sum(waits) <= 300
    assert told.kind == "rate"
    assert "The wait for the next try is too long: more than 300 seconds in all." in str(told)


def test_a_wait_that_is_too_long_is_told_in_the_same_words_however_long_it_is(client) -> None:
    told = set()
    with FakeTool(flavour()) as tool, client(tool) as asking:
        for seconds in ("301", "302", "7000"):
            tool.trouble = Trouble("status", status=503, headers={"Retry-After": seconds})
            with pytest.raises(HttpFault) as caught:
                asking.get("/items")
            told.add(str(caught.value))
    assert len(told) == 1


def test_json_that_is_cut_off_is_told_in_the_same_words_wherever_it_ends(served) -> None:
    told = set()
    for length in (12, 30):
        with pytest.raises(HttpFault) as caught:
            served(Reply(200, {}, b'{"data": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}'[:length]))
        told.add(str(caught.value).partition("/api/odd")[2])
    assert len(told) == 1


def test_tries_are_bounded(fault, waits) -> None:
    told = fault(Trouble("status", status=500), retries=2)
    assert (told.kind, told.status, len(waits)) == ("server", 500, 2)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, "credential"), (402, "permission"), (403, "permission"), (404, "not_found"), (410, "not_found"),
     (400, "request"), (422, "request")],
)  # fmt: skip
def test_what_asking_again_does_not_mend_is_told_at_once(fault, waits, status, kind) -> None:
    told = fault(Trouble("status", status=status))
    assert (told.kind, told.status, waits) == (kind, status, [])
    assert f"GET http://127.0.0.1:{str(told).split(':')[2].split('/')[0]}/api/items: {status}" in str(told)
    assert f"“Fault {status} of the tool”" in str(told)
    assert told.faults[0].hint


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"message": "No such thing", "help": "x"}]},
        {"error": {"code": 3, "message": "No such thing"}},
        {"err": "No such thing", "ECODE": "T_1"},
        {"error": "invalid", "error_description": "No such thing"},
        {"title": "Bad", "detail": "No such thing"},
        "No such thing",
    ],
)
def test_the_tools_own_words_are_found_wherever_tools_put_them(fault, body) -> None:
    assert "“No such thing”" in str(fault(Trouble("status", status=400), of=flavour(error=lambda _status: body)))


def test_the_tools_own_words_are_scrubbed_and_then_cut(fault) -> None:
    words = {"message": f"{'x' * 180} {SECRET} is unknown, " * 5}
    told = str(fault(Trouble("status", status=401), of=flavour(error=lambda _status: words)))
    assert_clean(told)
    assert "[secret]" in told
    assert len(told) < 300


def test_a_page_instead_of_json_is_no_answer(fault) -> None:
    told = fault(Trouble("html"))
    assert (told.kind, told.status) == ("format", 200)
    assert "web page" in str(told)


def test_json_that_is_cut_off_is_no_answer(fault, waits) -> None:
    told = fault(Trouble("truncated"))
    assert (told.kind, waits) == ("format", [])
    assert "cut off" in str(told)


def test_a_connection_that_breaks_off_in_the_answer_is_asked_again(client) -> None:
    with FakeTool(flavour(), Trouble("broken", 1, 2)) as tool, client(tool) as asking:
        assert asking.get("/items").data["data"]
    assert len(tool.asked) == 3


def test_an_answer_that_drips_ends_at_its_deadline_however_steady_it_is(client) -> None:
    begun = time.monotonic()
    tool = FakeTool(flavour(), Trouble("drip"))
    with tool, client(tool, whole_timeout=0.3) as asking, pytest.raises(HttpFault, match="not whole in time") as caught:
        asking.get("/items")
    assert caught.value.kind == "timeout"
    assert len(tool.asked) == 1
    assert time.monotonic() - begun < 15


def test_an_answer_larger_than_allowed_is_not_read_to_its_end(fault) -> None:
    told = fault(Trouble("html"), largest=1000)
    assert told.kind == "too_large"
    assert "larger than 1,000 bytes" in str(told)


@pytest.fixture
def served(client) -> Callable[[Reply], Answer]:
    """What is read of a reply."""

    def read(reply: Reply) -> Answer:
        with FakeTool(flavour(routes=[Single("/api/odd", lambda _asked: reply)])) as tool, client(tool) as asking:
            return asking.get("/odd")

    return read


def test_an_answer_that_unpacks_to_more_than_allowed_is_not_unpacked_to_its_end(served) -> None:
    bomb = zlib.compress(bytes(200_000_000), wbits=31)
    tracemalloc.start()
    with pytest.raises(HttpFault) as caught:
        served(Reply(200, {"Content-Encoding": "gzip"}, bomb))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.kind == "too_large"
    assert most < 100_000_000


LONG = b'{"id": "1", "text": "' + "".join(f"{number:x}-" for number in range(9_000)).encode() + b'"}' + b" " * 500_000


def gzipped(data: bytes) -> bytes:
    return zlib.compress(data, wbits=31)


PACKED = {
    "gzip": ("gzip", gzipped(LONG)),
    "several members": ("x-gzip", gzipped(LONG[:7]) + gzipped(b"") + gzipped(LONG[7:])),
    "an end that is filled up": ("GZIP", gzipped(LONG) + bytes(100_000)),
    "deflate": ("deflate", zlib.compress(LONG)),
    "bare deflate": ("deflate", zlib.compress(LONG, wbits=-15)),
    "not packed": ("identity", LONG),
}


@pytest.mark.parametrize("name", PACKED)
def test_a_packed_answer_is_unpacked_whole(served, name) -> None:
    way, packed = PACKED[name]
    assert served(Reply(200, {"Content-Encoding": way}, packed)).data["text"].endswith("-2327-")


@pytest.mark.parametrize("close", [False, True], ids=["with a length", "to the end of the connection"])
@pytest.mark.parametrize("keep", [1, 12, 0.3, -9, -1])
@pytest.mark.parametrize("name", ["gzip", "several members", "deflate", "bare deflate"])
def test_a_packed_answer_that_is_cut_off_is_no_answer(client, name, keep, close) -> None:
    way, packed = PACKED[name]
    cut = packed[: int(keep * len(packed)) if isinstance(keep, float) else keep]
    headers = {"Content-Encoding": way, **({"Connection": "close"} if close else {})}
    odd = iter([Reply(200, headers, cut), Reply(200, {"Content-Encoding": way}, packed)])
    with (
        FakeTool(flavour(routes=[Single("/api/odd", lambda _asked: next(odd))])) as tool,
        client(tool) as asking,
    ):
        assert asking.download("/odd").content == LONG
    assert len(tool.asked) == 2


@pytest.mark.parametrize("body", [b"{}", gzipped(b"{}") + b"more", gzipped(b"{}")[:-8] + bytes(8)])
def test_what_is_not_packed_as_it_says_is_no_answer(client, body) -> None:
    reply = Reply(200, {"Content-Encoding": "gzip"}, body)
    tool = FakeTool(flavour(routes=[Single("/api/odd", lambda _asked: reply)]))
    with tool, client(tool, retries=1) as asking, pytest.raises(HttpFault) as caught:
        asking.get("/odd")
    assert caught.value.kind == "network"
    assert "broke off" in str(caught.value)


def test_a_way_of_packing_that_was_not_asked_for_is_no_answer(client) -> None:
    reply = Reply(200, {"Content-Encoding": "br"}, b"{}")
    tool = FakeTool(flavour(routes=[Single("/api/odd", lambda _asked: reply)]))
    with tool, client(tool) as asking, pytest.raises(HttpFault, match="was not asked for") as caught:
        asking.get("/odd")
    assert (caught.value.kind, len(tool.asked)) == ("format", 1)
    assert tool.asked[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff\xfe{}", b'{"a": 1}{"b": 2}', b"{'a': 1}"]
)
def test_what_no_json_reader_should_take_is_a_fault_and_nothing_worse(served, text) -> None:
    with pytest.raises(HttpFault) as caught:
        served(Reply(200, {}, text))
    assert caught.value.kind == "format"


@pytest.mark.parametrize("status", [200, 204])
def test_an_answer_without_a_body_is_nothing(served, status) -> None:
    assert served(Reply(status, {}, b"")).data is None


@pytest.mark.parametrize("after", ["-1", "", "Mon, 99 Foo 2026 99:99:99 GMT", "\xb2", "Wed, 01 Jan 2020 00:00:00 GMT"])
def test_a_wish_for_a_wait_that_is_none_is_not_followed(client, waits, after) -> None:
    trouble = Trouble("status", 1, 1, status=503, headers={"Retry-After": after})
    with FakeTool(flavour(), trouble) as tool, client(tool) as asking:
        asking.get("/items")
    assert len(waits) == 1
    assert 0 <= waits[0] <= 1


@pytest.mark.parametrize("after", ["301", "9" * 50, "9" * 5000, "Fri, 31 Dec 9999 00:00:00 GMT"])
def test_a_wish_for_a_wait_without_end_is_not_followed(fault, waits, after) -> None:
    assert "too long" in str(fault(Trouble("status", status=503, headers={"Retry-After": after})))
    assert waits == []


def test_nobody_there_is_told_with_the_address() -> None:
    with FakeTool(flavour()) as tool:
        pass
    with Client(tool.url, Reach(LOOPBACK, wait=lambda _seconds: None)) as asking, pytest.raises(HttpFault) as caught:
        asking.get("/x")
    assert caught.value.kind == "network"
    assert f"GET {tool.url}/x: the connection failed" in str(caught.value)


def test_a_name_that_nobody_knows_is_told_at_once(waits) -> None:
    reach = Reach(LOOPBACK, wait=waits.append)
    with Client("https://nobody.invalid", reach) as asking, pytest.raises(HttpFault, match="unknown") as caught:
        asking.get("/x")
    assert (caught.value.kind, waits) == ("network", [])


def test_a_fault_goes_through_a_queue_whole(fault) -> None:
    told = fault(Trouble("status", status=403))
    copied = pickle.loads(pickle.dumps(told))
    assert (copied.kind, copied.status, copied.faults) == (told.kind, told.status, told.faults)


# Hosts


def test_a_link_to_another_host_is_not_followed(client) -> None:
    with FakeTool(flavour(), Trouble("foreign")) as tool, client(tool) as asking:
        found = list(pages(lambda link: asking.get(link or "/items"), next_link, what="items"))
    assert tool.paths() == ["/api/items"]
    assert isinstance(found[-1], Missing)
    assert found[-1].scope == "items after page 1"
    assert "evil.example" in found[-1].reason


def test_a_link_on_the_host_is_rebuilt_on_the_configured_address(client) -> None:
    with FakeTool(flavour()) as tool, client(tool) as asking:
        port = tool.url.rpartition(":")[2]
        assert asking.get(f"https://anybody:pw@127.0.0.1:{port}/api/items/7?x=1#there").data == {"id": "7"}
    assert tool.asked[0].target == "/api/items/7?x=1"
    assert tool.asked[0].headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("place", ["https://evil.example/x", "//evil.example/x", "http://127.0.0.1:1/x", "/api/items"])
def test_a_redirect_to_another_host_or_in_a_circle_is_not_followed(fault, place) -> None:
    told = fault(Trouble("status", status=302, headers={"Location": place}))
    assert (told.kind, told.status) == ("refused", 302)
    assert "not followed" in str(told)


def test_a_redirect_on_the_host_is_followed(client) -> None:
    trouble = Trouble("status", 1, 1, status=301, headers={"Location": "/api/items/7"})
    with FakeTool(flavour(), trouble) as tool, client(tool) as asking:
        assert asking.get("/items").data == {"id": "7"}


def test_cookies_are_not_kept_and_a_netrc_file_takes_no_part(client, tmp_path, monkeypatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    trouble = Trouble("status", 1, 1, status=503, headers={"Set-Cookie": "session=1"})
    with FakeTool(flavour(), trouble) as tool, client(tool) as asking:
        asking.get("/items")
    assert all("cookie" not in asked.headers for asked in tool.asked)
    assert tool.asked[1].headers["authorization"] == f"Bearer {SECRET}"


# News only


class Changing:
    """A thing with a mark of its state, served conditionally."""

    def __init__(self, mark: str) -> None:
        self.mark, self.asked_with = mark, []

    def __call__(self, asked: Asked) -> Reply:
        self.asked_with.append(asked.headers.get("if-none-match"))
        return (
            Reply(304, {}, None) if self.asked_with[-1] == self.mark else Reply(200, {"ETag": self.mark}, {"id": "1"})
        )


def test_what_is_unchanged_since_the_last_sync_is_said_by_its_mark(client) -> None:
    kept: dict[str, str] = {}
    thing = Changing('"a1"')
    with FakeTool(flavour(routes=[Single("/api/thing", thing)])) as tool:
        first = Reach(LOOPBACK, remember=kept.__setitem__)
        with client(tool, reach=first) as asking:
            assert asking.get("/thing", conditional=True).data == {"id": "1"}
        assert kept == {"ETag /thing": '"a1"'}
        with client(tool, reach=Reach(LOOPBACK, known=kept)) as asking, pytest.raises(Unchanged):
            asking.get("/thing", conditional=True)
        thing.mark = '"a2"'
        with client(tool, reach=Reach(LOOPBACK, known=kept)) as asking:
            assert asking.get("/thing", conditional=True).status == 200
    assert thing.asked_with == [None, '"a1"', '"a1"']


# Pages


def through(client, trouble: Trouble, **settings: Any) -> tuple[list[Answer | Missing], FakeTool]:
    with FakeTool(flavour(), trouble) as tool, client(tool) as asking:
        ask = lambda token: asking.get("/items", {"offset": token})  # noqa: E731
        return list(pages(ask, lambda answer: answer.data["next"], what="items", **settings)), tool


def test_pages_come_one_after_the_other_to_the_end(client) -> None:
    found, tool = through(client, Trouble("none"))
    assert all_ids(found) == [item["id"] for item in ITEMS]
    assert [asked.query.get("offset") for asked in tool.asked] == [None, "after-10", "after-20"]


def test_a_tool_that_answers_the_same_page_to_every_number_is_not_asked_for_ever(client) -> None:
    route = Single("/api/same", lambda _asked: {"data": [{"id": "1"}]})
    with FakeTool(flavour(routes=[route])) as tool, client(tool) as asking:
        numbers = iter(map(str, range(2, 100)))
        found = list(
            pages(lambda page: asking.get("/same", {"page": page}), lambda _answer: next(numbers), what="items")
        )
    assert len(tool.asked) == 2
    assert found[-1] == Missing("items after page 1", "The tool sent the same page again.")


@pytest.mark.parametrize(
    "link", ["http://[broken", "https://evil.example:x/", "https://user@evil.example/", "//evil.example"]
)
def test_no_link_breaks_the_reading_or_leads_elsewhere(client, link) -> None:
    with FakeTool(flavour()) as tool, client(tool) as asking:
        ask = lambda token: asking.get(token or "/items")  # noqa: E731
        follow = lambda answer: next_link(answer._replace(headers={"Link": f'<{link}>; rel="next"'}))  # noqa: E731
        found = list(pages(ask, follow, what="items"))
    assert isinstance(found[-1], Missing)
    assert "not followed" in found[-1].reason
    assert len(tool.asked) == 1


def test_links_in_a_header_are_tokens_too(client) -> None:
    with FakeTool(flavour()) as tool, client(tool) as asking:
        found = list(pages(lambda link: asking.get(link or "/items"), next_link, what="items"))
    assert all_ids(found) == [item["id"] for item in ITEMS]


def test_a_link_in_a_header_may_be_relative() -> None:
    headers = {"Link": '<?page=2>; rel="next", </first>; rel="first"'}
    assert next_link(Answer(200, headers, None, "https://a.example/x/items")) == "https://a.example/x/items?page=2"
    assert next_link(Answer(200, {}, None, "https://a.example/x")) is None
    assert in_query("https://other.example/x?cursor=a%2Bb&n=1", "cursor") == "a+b"
    assert in_query(None, "cursor") is None


def test_a_token_that_comes_again_ends_the_reading(client) -> None:
    found, tool = through(client, Trouble("repeating"))
    assert isinstance(found[-1], Missing)
    assert found[-1] == Missing("items after page 2", "The tool sent the same page again.")
    assert len(tool.asked) == 2


def test_pages_are_capped(client) -> None:
    found, _ = through(client, Trouble("none"), most=2)
    assert found[-1] == Missing("items after page 2", "More than 2 pages are not read.")
    assert len(found) == 3


def test_a_later_page_that_fails_is_missing_with_the_reason(client) -> None:
    found, _ = through(client, Trouble("status", 3, status=403))
    assert isinstance(found[-1], Missing)
    assert found[-1].scope == "items after page 2"
    assert "403 Forbidden" in found[-1].reason
    assert len(all_ids(found)) == 20


def test_a_first_page_that_fails_is_raised_only_where_it_is_needed(client) -> None:
    with pytest.raises(HttpFault):
        through(client, Trouble("status", status=403))
    (missing,), _ = through(client, Trouble("status", status=403), needed=False)
    assert missing.scope == "items"


# Several at a time


def test_answers_come_in_the_order_of_the_questions_though_several_are_asked_at_once(client) -> None:
    inside, most, lock = [0], [0], threading.Lock()

    def slow(number: int) -> Answer:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.02 if number % 2 else 0.001)
        with lock:
            inside[0] -= 1
        return Answer(200, {}, number, "")

    with FakeTool(flavour()) as tool, client(tool, workers=4) as asking:
        answers = list(asking.each(lambda number=number: slow(number) for number in range(40)))
        paths = list(asking.each([f"/items/{number}" for number in range(20)]))
    assert [answer.data for answer in answers] == list(range(40))
    assert 2 <= most[0] <= 4
    assert [answer.data["id"] for answer in paths] == [str(number) for number in range(20)]


def test_one_that_fails_does_not_end_the_others(client) -> None:
    route = Single("/api/odd/{id}", lambda asked: None if int(asked.parts["id"]) % 2 else {"id": asked.parts["id"]})
    with FakeTool(flavour(routes=[route])) as tool, client(tool) as asking:
        found = list(asking.each(f"/odd/{number}" for number in range(30)))
    assert [isinstance(one, HttpFault) for one in found] == [bool(number % 2) for number in range(30)]


@pytest.mark.parametrize(("status", "asked_at_most"), [(401, 13), (500, 20)])
def test_a_wrong_credential_or_a_tool_that_is_down_is_not_asked_for_everything(client, status, asked_at_most) -> None:
    with (
        FakeTool(flavour(), Trouble("status", path="/api/items/{id}", status=status)) as tool,
        client(tool, workers=4, retries=0) as asking,
    ):
        found = list(asking.each(f"/items/{number}" for number in range(500)))
    assert len(found) == 500
    assert {one.status for one in found} == {status}
    assert len(tool.asked) <= asked_at_most


def test_leaving_early_asks_nothing_more(client) -> None:
    begun: list[int] = []

    def slow(number: int) -> Answer:
        begun.append(number)
        time.sleep(0.05)
        return Answer(200, {}, number, "")

    with FakeTool(flavour()) as tool, client(tool, workers=1) as asking:
        answers = asking.each(lambda number=number: slow(number) for number in range(500))
        next(answers)
        answers.close()
    assert begun in ([0], [0, 1])


# The rate


def test_no_minute_has_more_questions_than_allowed_over_all_clients_of_the_process(client, waits) -> None:
    with FakeTool(flavour()) as tool, client(tool, per_minute=6) as one, client(tool, per_minute=6) as other:
        for asking in [one, other] * 7:
            asking.get("/items/1")
    assert len(tool.asked) == 14
    assert waits == [60.0] * 6 + [120.0] * 2


def taken(purse: budget.Purse, per_minute: int, now: float) -> float:
    """The moment at which a question asked now gets its place."""
    moment = now
    while (free := budget.take(purse, per_minute, moment, now)) > moment:
        moment = free
    return moment


@pytest.fixture
def purse(monkeypatch: pytest.MonkeyPatch) -> budget.Purse:
    monkeypatch.setattr(budget, "_taken", {})
    return budget.purse_of("a.example", [SECRET])


def test_places_of_a_minute_are_free_again_after_it(purse) -> None:
    assert [taken(purse, 2, now) for now in (0, 10, 20)] == [0, 10, 60]
    assert [taken(purse, 2, now) for now in (75, 200)] == [75, 200]
    assert taken(budget.purse_of("b.example", [SECRET]), 2, 20) == 20


@pytest.mark.parametrize("headers", [{"X-Api-Key": "another"}, {}], ids=["another credential", "the same credential"])
def test_a_low_limit_does_not_hold_up_others_who_ask_the_same_host(client, waits, headers) -> None:
    with FakeTool(flavour()) as tool, client(tool, per_minute=1) as low:
        for _ in range(5):
            low.get("/items/1")
        waits.clear()
        with client(tool, per_minute=50, headers={**HEADERS, **headers}) as high:
            for _ in range(45):
                high.get("/items/1")
    assert waits == []


def test_no_limit_is_exceeded_by_questions_under_it_and_under_lower_ones(purse) -> None:
    moments: list[tuple[float, int]] = []
    chance = random.Random(7)
    for step in range(1500):
        now, limit = step / 8, chance.choice([1, 1, 5, 40])
        if budget.take(purse, limit, now, now) == now:
            moments.append((now, limit))
    for limit, least in ((1, 3), (5, 10), (40, 100)):
        counted = [moment for moment, under in moments if under <= limit]
        assert len(counted) >= least
        assert all(later - first >= 60 for first, later in zip(counted, counted[limit:], strict=False))


def test_a_question_that_is_given_up_takes_no_place(purse) -> None:
    assert taken(purse, 1, 0) == 0
    assert [budget.take(purse, 1, 10, 10) for _ in range(5)] == [60] * 5
    assert taken(purse, 1, 60) == 60


def test_a_new_token_for_the_same_secret_is_the_same_credential(client, waits) -> None:
    with FakeTool(flavour()) as tool:
        for token in ("first", "second"):
            with client(tool, per_minute=1, headers={**HEADERS, "X-Token": token}, secrets=(SECRET,)) as asking:
                asking.get("/items/1")
    assert waits == [60.0]


def test_what_was_counted_is_forgotten_after_its_minute_and_never_holds_a_secret(purse) -> None:
    taken(purse, 2, 0)
    assert_clean(repr(budget._taken))
    taken(budget.purse_of("a.example", ["other"]), 2, 60)
    assert list(budget._taken) == [budget.purse_of("a.example", ["other"])]


def test_tries_count_as_questions(client, waits) -> None:
    with FakeTool(flavour(), Trouble("status", 1, 3)) as tool, client(tool, per_minute=2) as asking:
        asking.get("/items")
    assert sum(seconds > 50 for seconds in waits) == 2


# Secrets


@pytest.fixture
def everything_logged(caplog) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_a_secret_in_a_query_is_in_no_log_record_and_no_error(everything_logged) -> None:
    reach = Reach(LOOPBACK, wait=lambda _seconds: None)
    tool = FakeTool(flavour(routes=[Single("/token", lambda _asked: {"token": "t"})], open_paths=["/token"]))
    with tool, Client(tool.url, reach, secrets=[SECRET]) as asking:
        assert asking.get("/token", {"secret": SECRET}).data == {"token": "t"}
        with pytest.raises(HttpFault) as caught:
            asking.get("/nothing", {"secret": SECRET})
    with Client(tool.url, reach, secrets=[SECRET], retries=1) as asking, pytest.raises(HttpFault) as down:
        asking.get("/token", {"secret": SECRET})
    assert tool.asked[0].query == {"secret": SECRET}
    assert "GET /token?… HTTP/1.1" in everything_logged.text
    assert_clean(everything_logged.text)
    assert_clean(str(caught.value))
    assert_clean(str(down.value))


@pytest.mark.parametrize("path", [f"/{SECRET}/x", "/nothing?secret=unknown-to-the-client"])
def test_neither_a_query_nor_a_secret_in_a_path_is_in_an_error(client, path) -> None:
    with FakeTool(flavour()) as tool, client(tool) as asking, pytest.raises(HttpFault) as caught:
        asking.get(path)
    assert "unknown-to-the-client" not in str(caught.value)
    assert_clean(str(caught.value))


@pytest.mark.parametrize("header", [{"Authorization": f"Bearer {SECRET}"}, {"API-Token": SECRET}])
@pytest.mark.parametrize("echo", [SECRET, "url", "base64", "html", "json"])
def test_a_tool_that_repeats_the_credential_does_not_bring_it_into_the_error(fault, header, echo) -> None:
    made = {"url": quote(SECRET, safe=""), "base64": base64.b64encode(f"me:{SECRET}:x".encode()).decode(),
            "html": html.escape(SECRET), "json": repr(SECRET)}.get(echo, echo)  # fmt: skip
    of = flavour(error=lambda _status: {"message": f"Unknown credential {made} here"})
    told = str(fault(Trouble("status", status=401), of=of, headers=header))
    assert "Unknown credential" in told
    assert "[secret]" in told
    assert_clean(told)


def test_a_header_that_cannot_be_sent_is_told_without_its_value() -> None:
    with pytest.raises(HttpFault, match="X-Key") as caught:
        Client("https://a.example", Reach(), headers={"X-Key": "geheim\nGeheim"})
    assert "eheim" not in str(caught.value)
