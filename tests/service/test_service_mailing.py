"""E-mail through the operator's server: to whom it is for, under TLS, and never with a password in the clear."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.history.histories import company, entry
from tests.service.post_office import PostOffice, running
from tests.service.receivers import PUBLIC, Desk
from tests.service.service_runs import add_connection, record, small
from tests.sockets import of_certificate, raw_server, resolving, self_signed
from validator.alerts.letter import Letter
from validator.alerts.mail import mail_message
from validator.service.endpoint_rows import endpoint_shown
from validator.service.mailing import Post, mail
from validator.service.sending import Outcome

NOW = datetime.datetime(2026, 8, 3, 6, tzinfo=datetime.UTC)
LETTER = Letter("Acme: 1 new", "Something is new.", (), 0, None)
HOST = "post.example"


def mailed(by: Post, *to: str) -> Outcome:
    message = mail_message(LETTER, id="msg_1", sender=by.sender, to=to or ("zoe@acme.example",), at=NOW)
    return mail(message, by, timeout=0.5)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A certificate of the mail server, which is found under its name."""
    resolving(monkeypatch, post_example=[["127.0.0.1"]])
    return self_signed(tmp_path / "post.pem", HOST)


def test_a_server_of_this_machine_takes_letters_without_tls() -> None:
    office = PostOffice()
    with running(office) as post:
        assert mailed(post())._replace(milliseconds=0) == Outcome(True, 250)
    (taken,) = office.taken
    assert (taken.message["Subject"], taken.to, taken.secure) == ("Acme: 1 new", ("zoe@acme.example",), False)


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "mail.example"])
def test_no_other_machine_is_asked_without_tls(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    resolving(monkeypatch, mail_example=[["10.0.0.1"]])
    outcome = mailed(Post(host, 25, "none", "okr@acme.example"))
    assert (outcome.delivered, outcome.problem) == (False, "The mail server could not be asked: Refused.")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_with_tls_the_password_and_the_letter_go_to_who_holds_the_certificate(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("MAIL_PASSWORD", "plugh")
    context = of_certificate(certificate)
    office = PostOffice(context, offers=("STARTTLS", "AUTH PLAIN"))
    with running(office, context if security == "tls" else None) as post:
        assert mailed(post(security, host=HOST, user="okr", password="env:MAIL_PASSWORD")).delivered
    assert office.taken[0].secure
    assert any(said.startswith("AUTH PLAIN") for said in office.said)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_gets_neither(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "plugh")
    context = of_certificate(certificate)
    office = PostOffice(context, offers=("STARTTLS", "AUTH PLAIN"))
    with running(office, context if security == "tls" else None) as post:
        outcome = mailed(post(security, host=HOST, user="okr", password="env:MAIL_PASSWORD"))
    assert (outcome.delivered, outcome.problem) == (False, "There was no trusted TLS connection to the mail server.")
    assert office.taken == []
    assert not any(said.startswith("AUTH") for said in office.said)


def test_a_server_that_offers_no_tls_gets_neither(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "plugh")
    office = PostOffice(offers=("AUTH PLAIN",))
    with running(office) as post:
        outcome = mailed(post("starttls", host=HOST, user="okr", password="env:MAIL_PASSWORD"))
    assert not outcome.delivered
    assert "SMTPNotSupportedError" in (outcome.problem or "")
    assert not any(said.startswith(("AUTH", "MAIL")) for said in office.said)


def test_what_the_server_refuses_is_told_in_words_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "plugh")
    office = PostOffice(offers=("AUTH PLAIN",), refuses=("AUTH", "zoe"))
    with running(office) as post:
        denied = mailed(post(user="okr", password="env:MAIL_PASSWORD"))
        unset = mailed(post(user="okr", password="env:NOTHING_SET"))
        nobody, some = mailed(post()), mailed(post(), "zoe@acme.example", "bruno@acme.example")
    assert (denied.status, denied.problem) == (535, "The mail server answered 535.")
    assert "env:NOTHING_SET" in (unset.problem or "")
    assert unset.unready
    assert (nobody.delivered, nobody.hopeless, nobody.problem) == (False, True, "The mail server refused the address.")
    assert (some.delivered, some.problem) == (True, "The mail server refused 1 of the addresses.")


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    begun = time.monotonic()
    with raw_server(lambda peer: time.sleep(60)) as url:
        port = int(url.rpartition(":")[2])
        assert not mailed(Post("127.0.0.1", port, "none", "okr@acme.example")).delivered
    assert time.monotonic() - begun < 20


# As messages of endpoints


@pytest.fixture
def desk(shared_database: Engine) -> Desk:
    add_connection(shared_database)
    return Desk(shared_database)


@pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)
def test_each_owner_gets_a_letter_about_their_own_with_links(desk: Desk, tmp_path: Path) -> None:
    people = [{"id": id, "name": id.title(), "email": f"{id}@acme.example"} for id in ("bruno", "felix")]
    rules, worse = small(tmp_path), {**company(), "people": people}
    record(desk.engine, {**company(), "people": people}, rules)
    entry(worse, "S1")["parents"].append({"id": "X9"})
    entry(worse, "S1")["url"] = "https://okrs.example.com/S1"
    entry(worse, "L1")["parents"].append({"id": "X9"})
    office = PostOffice()
    with running(office) as post:
        desk.sender = desk.sender._replace(smtp=post())
        desk.endpoint("owners", kind="email")
        record(desk.engine, worse, rules)
        desk.drain()
    letters = {taken.to[0]: taken.message for taken in office.taken}
    assert letters.keys() == {"bruno@acme.example", "felix@acme.example"}
    text = letters["bruno@acme.example"].get_body(("plain",)).get_content()
    assert "links to nothing" in text
    assert "Goal L1" not in text
    assert f"{PUBLIC}/v1/" in text
    ids = {f"<{row.id}@acme.example>" for row in desk.log()}
    assert {letter["Message-ID"] for letter in letters.values()} == ids


@pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)
def test_without_a_mail_server_letters_wait_and_the_log_says_what_is_missing(desk: Desk) -> None:
    desk.endpoint("zoe@acme.example, ana@acme.example", kind="email")
    desk.tell("F1")
    desk.drain()
    assert "OKR_VALIDATOR_SMTP" in desk.log()[0].problem
    office = PostOffice()
    with running(office) as post:
        desk.sender = desk.sender._replace(smtp=post(), public_url=None)
        desk.later(minutes=5)
        desk.drain()
    assert sorted(taken.to for taken in office.taken) == [("ana@acme.example",), ("zoe@acme.example",)]
    assert "All of it" not in office.taken[0].message.as_string()
    assert desk.states() == ["delivered"] * 2


@pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)
def test_a_letter_to_what_is_no_address_is_given_up_and_the_endpoint_is_not_to_blame(desk: Desk) -> None:
    id = desk.endpoint("owners", kind="email").row.id
    desk.sender = desk.sender._replace(smtp=Post("127.0.0.1", 9, "none", "okr@acme.example"))
    desk.tell("F1", people=({"id": "zoe", "name": "Zoe", "email": "person-1234"},))
    desk.drain()
    assert (desk.states(), endpoint_shown(desk.row(id))["state"]) == (["dead"], "active")


@pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)
def test_an_address_that_the_server_refuses_keeps_the_letter_from_nobody_else(desk: Desk) -> None:
    id = desk.endpoint("zoe@acme.example, ana@acme.example", kind="email").row.id
    desk.tell("F1")
    office = PostOffice(refuses=("zoe",))
    with running(office) as post:
        desk.sender = desk.sender._replace(smtp=post())
        desk.drain()
    assert {row.person["email"]: row.state for row in desk.log()} == {
        "zoe@acme.example": "dead",
        "ana@acme.example": "delivered",
    }
    assert endpoint_shown(desk.row(id))["state"] == "active"
