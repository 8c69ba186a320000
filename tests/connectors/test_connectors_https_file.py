"""A file at an address: every kind that is read, what is remembered, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors import https_file
from connectors.contract import Page, Reach, Reading, SourceError, Unchanged
from connectors.https_file import File
from connectors.registry import settings_of
from tests.connectors.conftest import zipped
from tests.connectors.fake_tool import LOOPBACK, SECRET, Asked, FakeTool, Flavour, Reply, Single, Trouble
from tests.connectors.trouble import COMPLETE, ERROR, HOLDER, REFERENCE, Case, check_case
from validator.document.load import load

CSV = b"Objective,Owner,Key result,Target\nGrow,Ann,Sell more,5\n"
DOCUMENT = {"objectives": [{"id": "o1", "title": "Grow"}]}
PATH = "/files/okrs%20plan.csv"


def settings(url: str, **more: Any) -> dict[str, Any]:
    """Settings for the fake tool, which speaks no TLS: it lies in a network that is allowed."""
    return {**settings_of("https-file", {"url": "https://files.alder.example/x.csv", **more}), "url": url}


def flavour(
    content: bytes = CSV, headers: Mapping[str, str] = {}, credential: tuple[str, str] = ("Accept", "*/*")
) -> Flavour:
    def answer(asked: Asked) -> Reply:
        known = asked.headers.get("if-none-match"), asked.headers.get("if-modified-since")
        same = any(value and value in headers.values() for value in known)
        return Reply(304, headers, b"") if same else Reply(200, {"Content-Type": "text/csv", **headers}, content)

    return Flavour([Single(PATH, answer)], credential, PATH)


def read(tool: FakeTool, reach: Reach | None = None, path: str = PATH, **more: Any) -> Reading:
    given = settings(f"{tool.url}{path}", **more)
    reading = https_file.to_document(https_file.fetch(given, reach or Reach(LOOPBACK)), given)
    load(reading.document)
    return reading


def made(name: str, content: bytes, **more: Any) -> Reading:
    return https_file.to_document([Page("file", [File(name, content)])], settings("https://x.example", **more))


# What is read


def test_a_file_is_read_by_its_content_and_named_by_its_address() -> None:
    with FakeTool(flavour()) as tool:
        reading = read(tool)
    (objective,) = reading.document["objectives"]
    assert (objective["title"], objective["key_results"][0]["target"]) == ("Grow", "5")
    assert next(iter(reading.places.values())).startswith("okrs_plan.csv")


def test_the_name_that_the_server_gives_is_made_harmless() -> None:
    headers = {"Content-Disposition": 'attachment; filename="..\\\\../etc/.okrs;rm.csv"'}
    with FakeTool(flavour(headers=headers)) as tool:
        assert next(iter(read(tool).places.values())).startswith("okrs_rm.csv")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a", json.dumps(DOCUMENT).encode()), ("a.yaml", b"objectives: [{id: o1, title: Grow}]"), ("a.bin", CSV)],
)
def test_every_kind_that_a_file_connector_reads_is_read(name, content) -> None:
    assert made(name, content).document["objectives"][0]["title"] == "Grow"


def test_an_export_of_viva_goals_is_read_from_its_archive(data) -> None:
    folder: Path = data("viva-goals-export")
    archive = zipped({path.name: path.read_bytes() for path in folder.glob("*.json")})
    assert len(made("export.zip", archive).document["objectives"]) > 10


def test_settings_say_how_the_file_is_read() -> None:
    rows = b"Objective,End\nGrow,02/03/2026\n"
    assert made("a.csv", rows, dates="mdy").document["source"]["reading"]["dates"] == "mdy"
    with pytest.raises(SourceError, match="not an OKR set document"):
        made("a.csv", rows, format="document")


# What is remembered


@pytest.mark.parametrize("headers", [{"ETag": '"v1"'}, {"Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}])
def test_a_file_that_is_as_it_was_is_not_read_again(headers) -> None:
    kept: dict[str, str] = {}
    with FakeTool(flavour(headers=headers)) as tool:
        read(tool, Reach(LOOPBACK, remember=kept.__setitem__))
        with pytest.raises(Unchanged):
            read(tool, Reach(LOOPBACK, known=kept))
        read(tool, Reach(LOOPBACK, known={"digest": "another"}))


# What is refused


CASES: Mapping[str, Case] = {
    "nothing wrong": Case(Trouble("none"), COMPLETE),
    "401": Case(Trouble("status", status=401), ERROR, "401 Unauthorized"),
    "403": Case(Trouble("status", status=403), ERROR, "403 Forbidden"),
    "404": Case(Trouble("status", status=404), ERROR, "404 Not Found"),
    "429 once": Case(Trouble("status", 1, 1, status=429, headers={"Retry-After": "3"}), COMPLETE),
    "a burst of 500": Case(Trouble("status", 1, 3, status=500), COMPLETE),
    "a slow drip": Case(Trouble("drip"), ERROR, "not whole in time"),
    "a connection that breaks off": Case(Trouble("broken", 1, 2), COMPLETE),
    "a login page": Case(Trouble("html"), ERROR, "a web page came instead of a file"),
    "a redirect to another host": Case(
        Trouble("status", status=302, headers={"Location": "https://evil.example/okrs.csv"}), ERROR, "not followed"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_trouble_ends_in_a_document_or_in_one_clear_error(sync, name) -> None:
    made_one = flavour(credential=("Authorization", f"Bearer {SECRET}"))
    auth = {"kind": "bearer", "secret": REFERENCE}
    outcome = sync(https_file, made_one, lambda url: settings(f"{url}{PATH}", auth=auth), CASES[name].trouble)
    check_case(outcome, CASES[name])


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"%PDF-1.7"])
def test_what_is_no_okr_file_is_refused(content) -> None:
    with FakeTool(flavour(content)) as tool, pytest.raises(SourceError):
        read(tool)


def test_a_file_that_is_too_large_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("connectors.https_file.LARGEST", 1000)
    with FakeTool(flavour(CSV * 100)) as tool, pytest.raises(SourceError, match="larger than 1,000 bytes"):
        read(tool)


@pytest.mark.parametrize(
    "url", ["https://169.254.169.254/latest", "https://localhost/x.csv", "http://8.8.8.8/x.csv", "https://[::1]/x"]
)
def test_addresses_that_nobody_allowed_are_not_asked(url) -> None:
    with pytest.raises(SourceError, match="not asked"):
        list(https_file.fetch(settings(url), Reach()))


def test_an_address_that_is_a_secret_is_named_by_a_reference_and_shown_nowhere(monkeypatch, caplog) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("OKR_TEST_URL", "https://127.0.0.1:1/signed-4711/okrs.csv?sig=geheim123")
    assert settings_of("https-file", {"url": " env:OKR_TEST_URL "})["url"] == "env:OKR_TEST_URL"
    with pytest.raises(SourceError) as caught:
        list(https_file.fetch(settings("env:OKR_TEST_URL"), Reach(LOOPBACK, wait=lambda _seconds: None)))
    for text in (str(caught.value), repr(caught.value.faults), caplog.text):
        assert "geheim123" not in text
        assert "signed-4711" not in text
    monkeypatch.setenv("OKR_TEST_URL", "http://files.alder.example/signed-4711")
    with pytest.raises(SourceError, match=r"The address in “env:OKR_TEST_URL” cannot be used") as caught:
        list(https_file.fetch(settings("env:OKR_TEST_URL"), Reach(LOOPBACK)))
    assert "signed-4711" not in repr(caught.value.faults)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://a.example/x"},
        {"url": "a.csv"},
        {"format": "asana"},
        {"dates": "ymd"},
        {"auth": {"kind": "bearer"}},
        {"path": "x"},
    ],
)
def test_settings_at_fault_are_named(wrong) -> None:
    with pytest.raises(SourceError) as caught:
        settings_of("https-file", {"url": "https://a.example/x.csv", **wrong})
    assert {fault.pointer.split("/")[1] for fault in caught.value.faults} == set(wrong)


def test_a_query_is_sent_with_the_address_and_left_out_of_errors(monkeypatch) -> None:
    monkeypatch.setenv(HOLDER, SECRET)
    with FakeTool(flavour()) as tool:
        read(tool, path=f"{PATH}?version=2", auth={"kind": "query", "name": "key", "secret": REFERENCE})
        assert tool.asked[-1].query == {"version": "2", "key": SECRET}
        with pytest.raises(SourceError) as caught:
            read(tool, path="/none?version=2")
    assert "version" not in str(caught.value)
