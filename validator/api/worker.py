"""The process that serves requests: gunicorn's threaded worker, with an end to a slow client's patience game.

gunicorn itself waits for ever for the rest of a request once its first byte is there, and holds a thread meanwhile.
"""

from __future__ import annotations

import errno
import signal
import socket
import time
import uuid
from typing import Any

import orjson
from gunicorn.http import errors
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from validator.api import logs

ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
"""Signals to stop."""
_STATUS = {
    errors.LimitRequestLine: (414, "URI Too Long"),
    errors.LimitRequestHeaders: (431, "Request Header Fields Too Large"),
    errors.ExpectationFailed: (417, "Expectation Failed"),
    errors.UnsupportedTransferCoding: (501, "Not Implemented"),
}


class TimedSocket(socket.socket):
    """A connection on which a whole request must arrive in time, and each part of the answer be taken in time."""

    limit = 30.0
    deadline = float("inf")

    def start(self, limit: float) -> None:
        """A request begins: its last byte is due in so many seconds."""
        self.limit, self.deadline = limit, time.monotonic() + limit

    def recv(self, *args: Any) -> bytes:
        """The next bytes; raises TimeoutError where they come too late."""
        left = self.deadline - time.monotonic()
        asked = self.gettimeout()
        if left <= 0:
            raise _too_slow()
        self.settimeout(left if asked is None else min(asked, left))
        try:
            return super().recv(*args)
        except TimeoutError:
            raise _too_slow() from None
        finally:
            self.settimeout(asked)

    def sendall(self, *args: Any) -> None:
        """Send bytes; raises TimeoutError where the client does not take them."""
        self.settimeout(self.limit)
        try:
            super().sendall(*args)
        except TimeoutError:
            raise _too_slow() from None


def _too_slow() -> TimeoutError:
    # With this number gunicorn takes it for a client that has gone, closes, and writes no stack trace.
    return TimeoutError(errno.ECONNRESET, "The client is too slow.")


class Worker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker whose connections have deadlines, and whose refusals are problems like all others."""

    def init_signals(self) -> None:
        """Listen to signals; one that came since the process began is heard now."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)

    def handle(self, conn: Any) -> Any:
        """Serve one request; a connection that has sent nothing yet waits outside the threads."""
        if not isinstance(conn.sock, TimedSocket):
            conn.sock = TimedSocket(fileno=conn.sock.detach())
        if self.alive and not conn.initialized and not conn.wait_for_data(0):
            return _DEFER
        conn.sock.start(self.app.settings.request_timeout)
        return super().handle(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep the connection, put it back to wait, or close it."""
        if not self.alive and not fs.cancelled() and not fs.exception() and fs.result() is _DEFER:
            # It was accepted just before the end; gunicorn would close it, though its request may be on the way.
            self.enqueue_req(conn)
            return
        super().finish_request(conn, fs)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what is not HTTP, so that the application never sees it."""
        status, title = _STATUS.get(type(exc), (400, "Bad Request"))
        if not isinstance(exc, errors.ParseException):
            status, title = 500, "Internal Server Error"
        id = uuid.uuid4().hex
        logs.begin(id)
        logs.refused(status, exc)
        told = {"type": "about:blank", "title": title, "status": status}
        body = orjson.dumps({**told, "instance": f"urn:okr-validator:request:{id}", "request_id": id})
        head = (
            f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
            f"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: {id}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            client.sendall(head.encode("ascii") + body)
        except OSError:
            return
