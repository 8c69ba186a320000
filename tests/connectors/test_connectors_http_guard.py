"""Which addresses are asked, over which connections, directly and through a proxy."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Reach
from connectors.http.client import Client
from connectors.http.faults import HttpFault
from connectors.http.guard import Refused, addresses, may_ask
from tests.connectors.fake_tool import LOOPBACK, SECRET, FakeTool, Flavour, Single
from tests.connectors.trouble import assert_clean
from tests.sockets import dripping, no_proxy_of_the_machine, of_certificate, raw_server, resolving, self_signed

__all__ = ["no_proxy_of_the_machine"]
TOOL = Flavour(
    [Single("/x", lambda asked: {"host": asked.headers["host"]})], ("Authorization", f"Bearer {SECRET}"), "/x"
)
HEADERS = {"Authorization": f"Bearer {SECRET}"}


def reach(**more: Any) -> Reach:
    return Reach(LOOPBACK, wait=lambda _seconds: None, patience=1, **more)


def refused(base_url: str, networks: tuple[Any, ...] = ()) -> HttpFault:
    asking = Client(base_url, Reach(networks, wait=lambda _seconds: None), headers=HEADERS)
    with asking, pytest.raises(HttpFault) as caught:
        asking.get("/x")
    assert_clean(str(caught.value))
    return caught.value


# Addresses


@pytest.mark.parametrize(
    "address",
    """0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
    192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1
    255.255.255.255 168.63.129.16 :: ::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:10.0.0.1 ::7f00:1 64:ff9b::7f00:1
    64:ff9b:1::a00:1 100::1 2001::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe:: 3fff::1 5f00::1 fc00::1
    fd00:ec2::254 fe80::1 fec0::1 ff02::1""".split(),
)
def test_private_and_special_addresses_are_not_asked_unless_allowed(address) -> None:
    assert not may_ask(ip_address(address), (), tls=True)
    plain = getattr(ip_address(address), "ipv4_mapped", None) or ip_address(address)
    assert may_ask(ip_address(address), [ip_network(plain)], tls=False)


@pytest.mark.parametrize("address", ["1.1.1.1", "52.0.0.1", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1"])
def test_public_addresses_are_asked_over_tls_only(address) -> None:
    assert may_ask(ip_address(address), (), tls=True)
    assert not may_ask(ip_address(address), LOOPBACK, tls=False)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "[::1]", "[::ffff:127.0.0.1]", "localhost."],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_this_machine_is_refused_under_all_its_names(scheme, host) -> None:
    told = refused(f"{scheme}://{host}:9")
    assert told.kind in ("refused", "network")
    assert "not asked" in str(told) or "unknown" in str(told)


def test_a_network_that_is_allowed_is_asked_and_no_other() -> None:
    with FakeTool(TOOL) as tool:
        with Client(tool.url, reach(), headers=HEADERS) as asking:
            assert asking.get("/x").status == 200
        told = refused(tool.url, (ip_network("10.0.0.0/8"),))
    assert "127.0.0.1, which is private" in str(told)
    assert "allow its network" in told.faults[0].hint
    assert len(tool.asked) == 1


@pytest.fixture
def names(monkeypatch) -> Callable[..., list[str]]:
    """Let names have these addresses, one set a lookup; gives the lookups made."""

    return partial(resolving, monkeypatch)


def test_the_connection_goes_to_the_address_that_was_checked(names) -> None:
    asked = names(tool_example=[["127.0.0.1"], ["10.0.0.1"]])
    with FakeTool(TOOL) as tool:
        port = tool.url.rpartition(":")[2]
        with Client(f"http://tool.example:{port}", reach(), headers=HEADERS) as asking:
            assert asking.get("/x").data == {"host": f"tool.example:{port}"}
    assert asked == ["tool.example"]


def test_of_several_addresses_only_those_that_may_be_asked_are_tried_until_one_answers(names) -> None:
    names(tool_example=[["10.0.0.1", "::1", "127.0.0.1"]])
    both = (*LOOPBACK, ip_network("::1/128"))
    assert addresses("tool.example", 80, both, tls=False) == ["::1", "127.0.0.1"]
    with FakeTool(TOOL) as tool:
        port = tool.url.rpartition(":")[2]
        with Client(f"http://tool.example:{port}", reach()._replace(networks=both), headers=HEADERS) as asking:
            assert asking.get("/x").status == 200


def test_a_public_host_without_tls_is_refused(names) -> None:
    names(tool_example=[["1.1.1.1"]])
    assert "without TLS" in str(refused("http://tool.example"))


def test_a_host_name_that_is_none_is_unknown() -> None:
    with pytest.raises(OSError, match="host name"):
        addresses("a" * 70 + ".example", 80, (), tls=True)


# Time


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate of its own for tool.example, with its key."""
    return self_signed(tmp_path_factory.mktemp("tls") / "tool.pem", "tool.example")


def test_headers_that_drip_end_at_the_deadline_too() -> None:
    with raw_server(lambda peer: dripping(peer, b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 400)) as url:
        begun = time.monotonic()
        with Client(url, reach(), whole_timeout=0.3) as asking, pytest.raises(HttpFault, match="not whole in time"):
            asking.get("/x")
    assert time.monotonic() - begun < 15


@pytest.fixture
def silent(names) -> Iterator[str]:
    """The address of a host with three addresses of which none answers: who comes waits behind others, who filled the queue."""
    names(silent_example=[["127.0.0.2", "127.0.0.3", "127.0.0.4"]])
    with ExitStack() as stack:
        port = 0
        for last in (2, 3, 4):
            taken = socket.create_server((f"127.0.0.{last}", port), backlog=0)
            port = stack.enter_context(taken).getsockname()[1]
            for _ in range(4):
                filling = stack.enter_context(socket.socket())
                filling.setblocking(False)
                filling.connect_ex((f"127.0.0.{last}", port))
        yield f"http://silent.example:{port}"


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"])
def test_all_addresses_together_have_one_deadline(silent) -> None:
    begun = time.monotonic()
    asking = Client(silent, reach(), connect_timeout=2, whole_timeout=2, retries=0)
    with asking, pytest.raises(HttpFault, match="no answer in time"):
        asking.get("/x")
    assert 2 <= time.monotonic() - begun < 4


def test_keys_and_answer_together_have_one_deadline(certificate, names, monkeypatch) -> None:
    def late(peer: socket.socket) -> None:
        time.sleep(1.5)
        with of_certificate(certificate).wrap_socket(peer, server_side=True) as talking:
            talking.recv(10_000)
            dripping(talking, b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 400)

    names(tool_example=[["127.0.0.1"]])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with raw_server(late) as url:
        begun = time.monotonic()
        asking = Client(url.replace("http://127.0.0.1", "https://tool.example"), reach(), whole_timeout=2)
        with asking, pytest.raises(HttpFault, match="not whole in time"):
            asking.get("/x")
    assert time.monotonic() - begun < 3


def test_what_is_taken_drop_by_drop_ends_at_the_deadline_too(certificate, names, monkeypatch) -> None:
    def sipping(peer: socket.socket) -> None:
        while peer.recv(16_384):
            time.sleep(0.02)

    names(tool_example=[["127.0.0.1"]])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with raw_server(sipping, of_certificate(certificate)) as url:
        begun = time.monotonic()
        asking = Client(url.replace("127.0.0.1", "tool.example"), reach(), whole_timeout=1, retries=0)
        with asking, pytest.raises(HttpFault, match="not whole in time"):
            asking.post("/x", "x" * 20_000_000)
    assert time.monotonic() - begun < 6


@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
def test_each_question_over_one_connection_has_the_whole_time(secured, certificate, names, monkeypatch) -> None:
    peers: list[int] = []

    def slowly(peer: socket.socket) -> None:
        peers.append(1)
        while peer.recv(10_000):
            time.sleep(0.8)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    names(tool_example=[["127.0.0.1"]])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with (
        raw_server(slowly, of_certificate(certificate) if secured else None) as url,
        Client(url.replace("127.0.0.1", "tool.example"), reach(), whole_timeout=2, retries=0) as asking,
    ):
        assert [asking.get("/x").status for _ in range(3)] == [200] * 3
    assert len(peers) == 1


def test_silence_ends_after_the_read_timeout_and_is_asked_again() -> None:
    peers: list[int] = []
    with (
        raw_server(lambda peer: (peers.append(1), peer.recv(1000), time.sleep(0.3))) as url,
        Client(url, reach(), read_timeout=0.1, retries=1) as asking,
        pytest.raises(HttpFault) as caught,
    ):
        asking.get("/x")
    assert (caught.value.kind, len(peers)) == ("timeout", 2)
    assert "no answer in time" in str(caught.value)


def answering(peer: socket.socket) -> None:
    peer.recv(10_000)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")


# TLS


@pytest.fixture
def secure(certificate, names) -> Iterator[str]:
    """A server with that certificate; gives its port."""
    names(tool_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]])
    with raw_server(answering, of_certificate(certificate)) as url:
        yield url.rpartition(":")[2]


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(secure) -> None:
    told = refused(f"https://tool.example:{secure}", LOOPBACK)
    assert told.kind == "network"
    assert "no trusted TLS connection" in str(told)


def test_a_talk_about_keys_that_drips_ends_at_the_deadline() -> None:
    with raw_server(lambda peer: (peer.recv(10_000), dripping(peer, b"\x16\x03\x03\x3f\x00" + b"\x02" * 4_000))) as url:
        begun = time.monotonic()
        told = Client(url.replace("http:", "https:"), reach(), whole_timeout=0.3)
        with told, pytest.raises(HttpFault, match="not whole in time"):
            told.get("/x")
    assert time.monotonic() - begun < 15


def test_the_companys_own_certificates_are_accepted_for_the_name_that_they_carry(
    secure, certificate, monkeypatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with Client(f"https://tool.example:{secure}", reach(), headers=HEADERS) as asking:
        assert asking.get("/x").data == {}
    assert "no trusted TLS connection" in str(refused(f"https://other.example:{secure}", LOOPBACK))
    assert "no trusted TLS connection" in str(refused(f"https://127.0.0.1:{secure}", LOOPBACK))


# Proxies


@pytest.fixture
def proxy(monkeypatch) -> Iterator[list[bytes]]:
    """A proxy that answers everything itself, named by the environment; gives what it was sent."""
    sent: list[bytes] = []

    def serve(peer: socket.socket) -> None:
        sent.append(peer.recv(10_000))
        if sent[-1].startswith(b"CONNECT"):
            peer.sendall(b"HTTP/1.1 502 No\r\n\r\n")
        elif b"/denied" in sent[-1]:
            said = "me:pr0xyPasswörd is wrong".encode()
            peer.sendall(b"HTTP/1.1 407 No\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))
        else:
            peer.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{"via":1}')

    with raw_server(serve) as url:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, url.replace("://", "://me:pr0xyPassw%C3%B6rd@"))
        yield sent


def test_the_proxy_of_the_environment_is_used(proxy, names) -> None:
    names(tool_example=[["127.0.0.9"]])
    with Client("http://tool.example", reach(), headers=HEADERS) as asking:
        assert asking.get("/x").data == {"via": 1}
    assert proxy[0].startswith(b"GET http://tool.example/x HTTP/1.1")


def test_a_proxy_that_repeats_its_password_does_not_bring_it_into_the_error(proxy, names) -> None:
    names(tool_example=[["127.0.0.9"]])
    with Client("http://tool.example", reach(), headers=HEADERS) as asking, pytest.raises(HttpFault) as caught:
        asking.get("/denied")
    assert "407" in str(caught.value)
    assert "me:[secret] is wrong" in str(caught.value)


def test_hosts_that_the_environment_excepts_are_asked_directly(proxy, monkeypatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeTool(TOOL) as tool, Client(tool.url, reach(), headers=HEADERS) as asking:
        assert asking.get("/x").status == 200
    assert proxy == []


@pytest.mark.parametrize("base_url", ["https://127.0.0.1", "https://169.254.169.254", "https://localhost", "http://nobody.invalid"])  # fmt: skip
def test_a_proxy_is_no_way_round_the_guard(proxy, base_url) -> None:
    assert refused(base_url).kind == "refused"
    assert proxy == []


def test_a_name_that_only_the_proxy_knows_is_left_to_it_over_tls_without_the_credential(proxy) -> None:
    told = refused("https://nobody.invalid")
    assert proxy[0].startswith(b"CONNECT nobody.invalid:443 ")
    assert SECRET.encode() not in b"".join(proxy)
    assert told.kind == "network"
    assert "pr0xyPassw" not in str(told)


def test_a_socks_proxy_is_refused_with_a_word(monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://me:pr0xyPassword@127.0.0.1:9")
    told = str(refused("https://nobody.invalid"))
    assert "SOCKS" in told
    assert "pr0xyPassword" not in told


def test_refused_is_told_apart_from_an_unknown_host() -> None:
    with pytest.raises(Refused):
        addresses("127.0.0.1", 80, (), tls=True)
    with pytest.raises(socket.gaierror):
        addresses("nobody.invalid", 80, (), tls=True)
