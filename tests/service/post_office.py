"""A mail server over a real socket, which takes letters and says no where a test wants."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import IO, NamedTuple

from tests.sockets import raw_server
from validator.service.mailing import Post


class Taken(NamedTuple):
    """A letter, and how it came."""

    message: EmailMessage
    to: tuple[str, ...]
    secure: bool


class PostOffice:
    """Takes letters; `said` is all that it was told, `taken` what it took."""

    def __init__(
        self, tls: ssl.SSLContext | None = None, *, offers: Collection[str] = (), refuses: Collection[str] = ()
    ) -> None:
        self.said: list[str] = []
        self.taken: list[Taken] = []
        self._tls, self._offers, self._refuses = tls, offers, refuses

    def serve(self, peer: socket.socket) -> None:
        """Talk to one peer until it ends."""
        peer.sendall(b"220 post.example\r\n")
        self.serve_on(peer)

    def serve_on(self, peer: socket.socket) -> None:
        """The same once it has been greeted."""
        with peer.makefile("rb") as lines:
            self._talk(peer, lines, [])

    def _talk(self, peer: socket.socket, lines: IO[bytes], to: list[str]) -> None:
        for line in lines:
            word, _, rest = line.decode().strip().partition(" ")
            word = word.upper()
            self.said.append(f"{word} {rest}".strip())
            if word == "STARTTLS" and self._tls is not None:
                peer.sendall(b"220 go on\r\n")
                with self._tls.wrap_socket(peer, server_side=True) as secure:
                    self.serve_on(secure)
                return
            if word == "RCPT" and not self._is_refused(rest):
                to.append(rest.partition("<")[2].partition(">")[0])
            peer.sendall(self._answer(word, rest))
            if word == "DATA":
                self._take(b"".join(iter(lines.readline, b".\r\n")), to, peer)
                peer.sendall(b"250 taken\r\n")

    def _take(self, content: bytes, to: list[str], peer: socket.socket) -> None:
        message = email.message_from_bytes(content, policy=email.policy.default)
        self.taken.append(Taken(message, tuple(to), isinstance(peer, ssl.SSLSocket)))

    def _is_refused(self, rest: str) -> bool:
        return any(name in rest for name in self._refuses)

    def _answer(self, word: str, rest: str) -> bytes:
        if word == "EHLO":
            names = ("post.example", *self._offers)
            return b"".join(b"250-%s\r\n" % name.encode() for name in names) + b"250 SIZE\r\n"
        if word == "DATA":
            return b"354 go on\r\n"
        if word == "AUTH":
            return b"535 no\r\n" if "AUTH" in self._refuses else b"235 yes\r\n"
        return b"550 no\r\n" if word == "RCPT" and self._is_refused(rest) else b"250 yes\r\n"


@contextmanager
def running(office: PostOffice, tls: ssl.SSLContext | None = None) -> Iterator[Callable[..., Post]]:
    """A server of that office; gives what makes the settings that reach it. `tls`: from the first byte."""
    with raw_server(office.serve, tls) as url:
        port = int(url.rpartition(":")[2])
        yield lambda security="none", **more: Post(
            **{"host": "127.0.0.1", "port": port, "security": security, "sender": "okr@acme.example"} | more
        )
