"""Settings of connectors: references to secrets, addresses, and what is said of wrong ones."""

from __future__ import annotations

import base64
import os
from urllib.parse import quote, quote_plus

import pytest
from marshmallow import Schema, ValidationError, fields

from connectors import registry
from connectors.contract import SourceError
from connectors.http.fields import BaseUrl, HttpsUrl, Secret, reveal
from connectors.http.scrub import Scrubber, shorten
from connectors.http.secrets import in_headers


class Given(Schema):
    secret = Secret()
    base_url = BaseUrl()
    url = HttpsUrl()


def said(**given: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Given().load(given)
    return str(caught.value.messages_dict)


@pytest.mark.parametrize("reference", ["env:ASANA_TOKEN", "file:/run/secrets/token", " env:A "])
def test_a_reference_to_a_secret_is_kept_as_it_is(reference) -> None:
    assert Given().load({"secret": reference})["secret"] == reference.strip()


@pytest.mark.parametrize("value", ["s3cr3t-value", "env:", "file:", "env:A B", "env:A\nB", "ENV:A", 7, None, ["env:A"]])
def test_anything_else_than_a_reference_is_refused_without_being_repeated(value) -> None:
    told = said(secret=value)
    assert "s3cr3t" not in told
    if value is not None:
        assert "env:NAME" in told


@pytest.mark.parametrize(
    ("given", "kept"),
    [("https://a.example/api/", "https://a.example/api"), ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
     (" https://a.example ", "https://a.example"), ("https://[::1]:8/x", "https://[::1]:8/x")],
)  # fmt: skip
def test_the_address_of_a_tool_is_kept_without_a_slash_at_its_end(given, kept) -> None:
    assert Given().load({"base_url": given})["base_url"] == kept


@pytest.mark.parametrize(
    "value",
    ["a.example", "ftp://a.example", "https://", "https://me:pw@a.example", "https://me@a.example", "https://a.example?x=1",
     "https://a.example/#x", "https://a.example:99999", "https://a.example:x", "https://[::1", "https://a.exa mple",
     "https://a.example\\@b.example", "https://a.example/\nx", "", 7],
)  # fmt: skip
def test_what_is_no_address_of_a_tool_is_refused(value) -> None:
    assert "base_url" in said(base_url=value)


def test_a_file_has_an_https_address_that_may_have_a_query() -> None:
    assert Given().load({"url": "https://a.example/okrs.csv?v=2"})["url"] == "https://a.example/okrs.csv?v=2"
    assert "https://" in said(url="http://a.example/okrs.csv")


def test_a_secret_is_read_at_the_time_of_use_and_stripped(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("OKR_TEST_SECRET", " abc \n")
    assert reveal("env:OKR_TEST_SECRET") == "abc"
    (tmp_path / "secret").write_text("abc\r\n")
    assert reveal(f"file:{tmp_path / 'secret'}") == "abc"
    (tmp_path / "secret").write_text("new")
    assert reveal(f"file:{tmp_path / 'secret'}") == "new"


def test_a_key_file_may_have_lines_where_that_is_asked_for(tmp_path) -> None:
    (tmp_path / "key").write_text("one\ntwo\n")
    assert reveal(f"file:{tmp_path / 'key'}", lines=True) == "one\ntwo"


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "cannot be read"), (b"", "empty"), (b" \n ", "empty"), (b"geheim\ngeheim", "several lines"),
     (b"geheim\x00", "control"), (b"\xff\xfe", "cannot be read"), (b"g" * 70_000, "longer than")],
)  # fmt: skip
def test_a_secret_that_cannot_be_used_is_told_by_its_reference(tmp_path, content, why) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    with pytest.raises(SourceError) as caught:
        reveal(f"file:{tmp_path / 'secret'}")
    assert why in str(caught.value)
    assert str(tmp_path / "secret") in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert caught.value.faults[0].hint


def test_a_secret_is_never_read_from_what_is_no_file(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(SourceError, match="no file"):
            reveal(f"file:{path}")


def test_a_variable_that_is_not_set_is_told_by_its_name(monkeypatch) -> None:
    monkeypatch.delenv("OKR_TEST_SECRET", raising=False)
    with pytest.raises(SourceError, match=r"env:OKR_TEST_SECRET.*not set"):
        reveal("env:OKR_TEST_SECRET")
    with pytest.raises(SourceError, match="no reference"):
        reveal("geheim")


# Scrubbing

TOKEN = "a/b+c=d&e %\"'<é>-0123456789"


@pytest.mark.parametrize(
    "form",
    [TOKEN, TOKEN.upper(), quote(TOKEN), quote(TOKEN, safe=""), quote(TOKEN, safe="").lower(), quote_plus(TOKEN),
     "a/b+c=d&amp;e %&quot;&#x27;&lt;é&gt;-0123456789", r"a/b+c=d&e %\"'<\u00e9>-0123456789", repr(TOKEN)[1:-1]],
)  # fmt: skip
def test_a_secret_is_taken_out_in_every_form(form) -> None:
    assert Scrubber([TOKEN])(f"before {form} after") == "before [secret] after"


@pytest.mark.parametrize("around", [("", ""), ("u:", ""), ("us:", ":x"), ("user@example.com:", "")])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_taken_out_wherever_it_stands_in_base64(around, encode) -> None:
    before, after = around
    encoded = encode(f"{before}{TOKEN}{after}".encode()).decode()
    clean = Scrubber([TOKEN])(f"Basic {encoded}!")
    assert "[secret]" in clean
    kept = clean.replace("Basic ", "").replace("!", "").split("[secret]")
    assert sum(map(len, kept)) <= len(encode(before.encode())) + len(encode(after.encode())) + 4


def test_a_text_without_secrets_stays_as_it_is() -> None:
    assert Scrubber([])("plain") == "plain"
    assert Scrubber(["", TOKEN])("plain") == "plain"


def test_a_text_is_cut_to_one_line() -> None:
    assert shorten(" a\n b ") == "a b"
    assert len(shorten("x" * 500)) == 200


def test_what_is_secret_in_headers_is_known() -> None:
    basic = base64.b64encode(b"me@example.com:pw-123").decode()
    headers = {"Accept": "application/json", "API-Token": "t-1", "Authorization": f"Basic {basic}", "X-Team": "7"}
    assert set(in_headers(headers)) == {"t-1", f"Basic {basic}", basic, "pw-123"}
    assert set(in_headers({"Authorization": "Basic !!"})) == {"Basic !!", "!!"}


# Settings of a connector


class Tool(Schema):
    token = Secret(required=True)
    team = fields.String(required=True, data_key="team-id")
    size = fields.Integer(load_default=7)
    columns = fields.List(fields.Integer())


@pytest.fixture
def tool(monkeypatch):
    """A source connector that is called tool."""
    connector = type("Connector", (), {"SETTINGS": Tool})
    monkeypatch.setattr(registry, "all_sources", lambda: {"tool": connector})


@pytest.mark.usefixtures("tool")
def test_settings_come_checked_and_with_their_defaults() -> None:
    given = {"token": "env:A", "team-id": "x"}
    assert registry.settings_of("tool", given) == {"token": "env:A", "team": "x", "size": 7}


@pytest.mark.usefixtures("tool")
def test_every_fault_of_the_settings_is_told_with_its_place() -> None:
    with pytest.raises(SourceError) as caught:
        registry.settings_of("tool", {"tokn": "env:A", "size": "x", "columns": [1, "a"], "odd/one": 1})
    found = {fault.pointer: fault for fault in caught.value.faults}
    assert set(found) == {"/token", "/tokn", "/team-id", "/size", "/columns/1", "/odd~1one"}
    assert found["/tokn"].hint == "Did you mean “token”?"
    assert found["/odd~1one"].hint == "Known: token, team-id, size, columns."
    assert all(fault.message for fault in caught.value.faults)


@pytest.mark.usefixtures("tool")
def test_a_source_that_nobody_knows_is_answered_with_the_nearest() -> None:
    with pytest.raises(SourceError) as caught:
        registry.settings_of("tol", {})
    assert "Did you mean “tool”?" in caught.value.faults[0].hint
