"""Receivers that mean harm: none stalls another endpoint, none reaches inside."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.service.receivers import Answer, Desk, Receiver
from tests.service.service_runs import add_connection
from tests.sockets import dripping, no_proxy_of_the_machine, of_certificate, raw_server, resolving, self_signed
from validator.errors import BadInput
from validator.service import draining, sending
from validator.service.endpoint_wishes import Bounds
from validator.store.engine import writing

__all__ = ["no_proxy_of_the_machine"]
pytestmark = pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)
WHOLE = 0.8
METADATA = "http://169.254.169.254/latest/meta-data"


@pytest.fixture
def desk(shared_database: Engine, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A store with the connection `acme`, whose sender has little patience."""
    monkeypatch.setattr(sending, "WHOLE", WHOLE)
    monkeypatch.setattr(sending, "_CONNECT", WHOLE)
    add_connection(shared_database)
    return Desk(shared_database)


def sent(desk: Desk, target: str, **wish: Any) -> Any:
    """The row of a message to that target after one attempt, which took no longer than it may."""
    desk.endpoint(target, **wish)
    desk.tell("F1")
    begun = time.monotonic()
    desk.drain()
    assert time.monotonic() - begun < 25 * WHOLE
    return desk.log()[0]


def hanging(peer: socket.socket) -> None:
    while peer.recv(10_000):
        pass


def dripping_head(peer: socket.socket) -> None:
    dripping(peer, b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 900)


def endless_head(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
    while True:
        peer.sendall(b"x" * 65_536)


def always_continuing(peer: socket.socket) -> None:
    while True:
        peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def breaking_off(peer: socket.socket) -> None:
    peer.recv(10)
    peer.sendall(b"HTTP/1.1 2")


def no_http(peer: socket.socket) -> None:
    peer.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
    peer.recv(10_000)


def dripping_keys(peer: socket.socket) -> None:
    peer.recv(10_000)
    dripping(peer, b"\x16\x03\x03\x3f\x00" + b"\x02" * 900)


HOSTILE: dict[str, tuple[Callable[[socket.socket], None], str]] = {
    "hangs": (hanging, "time"),
    "drips its headers": (dripping_head, "time"),
    "sends headers without an end": (endless_head, "broke off"),
    "says for ever that it goes on": (always_continuing, "time"),
    "breaks off": (breaking_off, "broke off"),
    "speaks something else": (no_http, "broke off"),
    "drips its keys": (dripping_keys, "time"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_receiver_that_misbehaves_is_tried_again_later_and_stalls_no_other(desk: Desk, name: str) -> None:
    serve, said = HOSTILE[name]
    with raw_server(serve) as url, Receiver() as other:
        target = url.replace("http:", "https:") if serve is dripping_keys else url
        hostile = desk.endpoint(f"{target}/hook").row.id
        healthy = desk.endpoint(other.url).row.id
        desk.tell("F1")
        with writing(desk.engine) as connection:
            jobs = {claim.endpoint: claim.job for claim in draining.claim(connection, desk.now)}
        stalled = threading.Thread(target=draining.drain, args=(desk.sender, jobs[hostile]))
        stalled.start()
        draining.drain(desk.sender, jobs[healthy])
        assert desk.states(healthy) == ["delivered"]
        assert desk.states(hostile) == ["waiting"] or said != "time"
        stalled.join(25 * WHOLE)
        assert not stalled.is_alive()
    (row,) = desk.log(hostile)
    assert row.state == "retrying"
    assert said in row.problem


def test_of_a_gigabyte_only_the_head_is_read(desk: Desk) -> None:
    written = 0

    def flood(peer: socket.socket) -> None:
        nonlocal written
        peer.recv(65_536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while written < 1_000_000_000:
            written += peer.send(b"x" * 65_536)

    with raw_server(flood) as url:
        row = sent(desk, url)
        time.sleep(0.1)
        stopped = written
        time.sleep(0.1)
    assert (row.state, row.status) == ("delivered", 200)
    assert written == stopped < 50_000_000


def test_a_body_that_drips_is_not_waited_for(desk: Desk) -> None:
    def drip(peer: socket.socket) -> None:
        peer.recv(65_536)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        dripping(peer, b"x" * 900)

    with raw_server(drip) as url:
        assert sent(desk, url).state == "delivered"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    asked = resolving(monkeypatch, **{"169_254_169_254": [["169.254.169.254"]]})
    with Receiver(lambda _: Answer(status, {"Location": METADATA})) as receiver:
        row = sent(desk, receiver.url)
    assert (row.state, row.status, asked) == ("retrying", status, [])


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00:ec2::254"])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_name_that_leads_inside_is_not_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, scheme: str, address: str
) -> None:
    resolving(monkeypatch, hooks_example=[[address]])
    row = sent(desk, f"{scheme}://hooks.example/hook")
    assert row.state == "retrying"
    assert row.problem == "“hooks.example” is at an address that is private or reserved: not asked."


def test_a_name_that_leads_elsewhere_the_next_moment_gains_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sender = desk.sender._replace(bounds=Bounds(networks=(ip_network("127.0.0.1/32"),)))
    asked = resolving(monkeypatch, hooks_example=[["127.0.0.1"], ["127.0.0.2"]])
    with Receiver() as receiver:
        row = sent(desk, receiver.url.replace("127.0.0.1", "hooks.example"))
        assert (row.state, asked) == ("delivered", ["hooks.example"])
        desk.tell("F2")
        desk.drain()
    assert len(receiver.received) == 1
    assert "private or reserved" in desk.log()[1].problem


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that takes every message itself, named by the environment, too; its address, and what it was sent."""
    told: list[bytes] = []

    def serve(peer: socket.socket) -> None:
        told.append(peer.recv(65_536))
        peer.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    with raw_server(serve) as url:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, url)
        yield url, told


def through(desk: Desk, url: str) -> None:
    """Let messages go through a proxy."""
    desk.sender = desk.sender._replace(bounds=desk.sender.bounds._replace(proxy=url))


def test_a_proxy_of_the_environment_does_not_get_messages(desk: Desk, proxy: tuple[str, list[bytes]]) -> None:
    with Receiver() as receiver:
        assert sent(desk, receiver.url).state == "delivered"
    assert (len(receiver.received), proxy[1]) == (1, [])
    desk.endpoint("https://nobody.invalid/hook")
    desk.tell("F2")
    desk.drain()
    assert proxy[1] == []
    assert "unknown" in desk.log()[-1].problem


def test_messages_go_through_the_proxy_that_the_operator_names_for_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, proxy: tuple[str, list[bytes]]
) -> None:
    monkeypatch.setenv("NO_PROXY", "hooks.example")
    resolving(monkeypatch, hooks_example=[["127.0.0.1"]])
    through(desk, proxy[0])
    assert sent(desk, "http://hooks.example/hook").state == "delivered"
    assert proxy[1][0].startswith(b"POST http://hooks.example/hook HTTP/1.1\r\n")


def test_a_name_that_only_the_proxy_knows_is_left_to_it_over_tls(desk: Desk, proxy: tuple[str, list[bytes]]) -> None:
    through(desk, proxy[0])
    sent(desk, "https://nobody.invalid/hook")
    assert [told.partition(b" HTTP")[0] for told in proxy[1]] == [b"CONNECT nobody.invalid:443"]


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_what_leads_inside_is_no_matter_for_the_proxy_either(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, proxy: tuple[str, list[bytes]], scheme: str
) -> None:
    resolving(monkeypatch, hooks_example=[["10.0.0.1"]])
    through(desk, proxy[0])
    row = sent(desk, f"{scheme}://hooks.example/hook")
    assert "private or reserved" in row.problem
    assert proxy[1] == []


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "0.0.0.0"])
def test_an_address_that_is_never_asked_is_refused_when_the_endpoint_is_made(desk: Desk, host: str) -> None:
    with pytest.raises(BadInput, match="private or reserved"):
        desk.endpoint(f"https://{host}/hook")


@pytest.mark.parametrize("url", [METADATA, "http://127.1:9/", "ftp://127.0.0.1/", "https://me:secret@x.example/", "no"])
def test_what_a_reference_leads_to_is_held_to_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    desk.sender = desk.sender._replace(bounds=Bounds())
    monkeypatch.setenv("HOOK", url)
    row = sent(desk, "env:HOOK")
    assert row.state == "retrying"
    assert row.problem
    assert "secret" not in row.problem


def test_what_the_operator_does_not_allow_is_neither_stored_nor_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKR_VALIDATOR_PEPPER", "env:HIDDEN")
    desk.sender = desk.sender._replace(bounds=Bounds(secrets=("env:HOOK_*", "env:HIDDEN")))
    for reference in ("env:OKR_VALIDATOR_SMTP_PASSWORD", "env:HIDDEN", "env:PATH", "file:/etc/passwd"):
        with pytest.raises(BadInput, match=r"cannot be used|not one that"):
            desk.endpoint(reference)
    with Receiver() as receiver:
        monkeypatch.setenv("HOOK_DESK", receiver.url)
        desk.endpoint("env:HOOK_DESK")
        desk.tell("F1")
        desk.sender = desk.sender._replace(bounds=Bounds(secrets=("env:OTHER_*",)))
        desk.drain()
    assert receiver.received == []
    assert "OKR_VALIDATOR_SECRETS" in desk.log()[0].problem


def test_an_address_that_is_secret_is_in_no_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Receiver(lambda _: Answer(500)) as receiver:
        monkeypatch.setenv("HOOK", f"{receiver.url}/T0000/B0000/XyZzY?token=plugh")
        row = sent(desk, "env:HOOK", kind="slack")
    assert (row.state, len(receiver.received)) == ("retrying", 1)
    for text in (caplog.text, str(row), str(desk.row(row.endpoint_id))):
        assert "XyZzY" not in text
        assert "plugh" not in text


@pytest.mark.parametrize("name", ["hooks.example", "other.example"])
def test_a_certificate_that_nobody_vouches_for_or_of_another_is_not_accepted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    path = self_signed(tmp_path / "hooks.pem", "hooks.example")
    resolving(monkeypatch, hooks_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]])
    if name == "other.example":
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with raw_server(hanging, of_certificate(path)) as url:
        row = sent(desk, url.replace("127.0.0.1", name))
    assert row.state == "retrying"
    assert "no trusted TLS connection" in row.problem


def test_a_receiver_that_fails_for_a_day_gets_all_of_it_in_order_once_it_is_back(desk: Desk) -> None:
    with Receiver() as other, Receiver(lambda _: Answer(500)) as receiver:
        down, healthy = desk.endpoint(receiver.url).row.id, desk.endpoint(other.url).row.id
        for hour in range(24):
            desk.tell(f"F{hour % 4}")
            desk.drain()
            assert desk.states(healthy) == ["delivered"] * (hour + 1)
            desk.later(hours=1)
        receiver.answer = lambda _: Answer()
        receiver.received.clear()
        for _ in range(3):
            desk.drain()
            desk.later(hours=12)
    assert set(desk.states(down)) == {"delivered"}
    arrived = [message.json()["data"] for message in receiver.received]
    told = {id: [data["number"] for data in arrived if data["finding"]["id"] == id] for id in ("F0", "F1", "F2", "F3")}
    assert [len(numbers) for numbers in told.values()] == [6] * 4
    assert all(numbers == sorted(numbers) for numbers in told.values())
