"""Servers that misbehave below HTTP, names that resolve as a test wants, and certificates that nobody vouches for."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@pytest.fixture(autouse=True)
def no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither proxies nor certificates of the machine's own, in the tests of a module that imports this."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@contextmanager
def raw_server(serve: Callable[[socket.socket], Any], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that treats each peer so; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))

    def treat(peer: socket.socket) -> None:
        try:
            with tls.wrap_socket(peer, server_side=True) if tls else peer as talking:
                serve(talking)
        except OSError:
            pass

    def accept() -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=treat, args=[peer], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def dripping(peer: socket.socket, text: bytes) -> None:
    """Send a text byte by byte."""
    for byte in text:
        peer.sendall(bytes([byte]))
        time.sleep(0.01)


def resolving(monkeypatch: pytest.MonkeyPatch, **known: list[list[str]]) -> list[str]:
    """Let names, with _ for a dot, have these addresses: one set a lookup, the last for ever. Gives the lookups made."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        answers = known.get(str(host).replace(".", "_"))
        if answers is None:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry for one in found for entry in real(one, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def self_signed(path: Path, name: str) -> Path:
    """Write a certificate of its own for a host, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def of_certificate(path: Path) -> ssl.SSLContext:
    """How a server shows a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
