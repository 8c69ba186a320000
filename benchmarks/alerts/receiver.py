"""`python -m benchmarks.alerts.receiver PORT FILE SECRET [--trouble]`: takes messages, and writes a line for each to the file.

It verifies signatures by the package of the standard. With --trouble it refuses some messages when they come first, and
drops the line at some that it has taken.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from standardwebhooks import Webhook, WebhookVerificationError

from benchmarks.waiting import until

_ROOT = Path(__file__).parents[2]
_PATIENCE = 30.0
_REFUSED, _DROPPED = 3, 6
"""Percent of the messages that are refused; and up to which the line is dropped."""
_TAKES = 0.02
"""Seconds that an answer takes."""


class Arrival(NamedTuple):
    """A message that was taken."""

    id: str
    event: str
    type: str
    item: str
    verified: bool


class Receiver:
    """The receiver as a process of its own, which can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "arrivals"
        self._file.touch()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/hook"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, secret: str, *, trouble: bool = False) -> None:
        """Take messages."""
        command = [sys.executable, "-m", "benchmarks.alerts.receiver", str(self._port), str(self._file), secret]
        command += ["--trouble"] if trouble else []
        self._process = subprocess.Popen(command, cwd=_ROOT)
        if not until(self._listens, _PATIENCE):
            raise TimeoutError("The receiver does not start.")

    def _listens(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self._port)) == 0

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_PATIENCE)

    def arrivals(self) -> Iterator[Arrival]:
        """What it has taken so far, in that order."""
        for line in self._file.read_text("utf-8").splitlines():
            yield Arrival(**json.loads(line))


def _serve(port: int, file: int, secret: str, *, trouble: bool) -> None:
    webhook, seen = Webhook(secret), set[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body, headers = self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers.items())
            id = self.headers["webhook-id"]
            lot = zlib.crc32(id.encode()) % 100 if trouble and id not in seen else 100
            seen.add(id)
            time.sleep(_TAKES)
            if lot < _REFUSED:
                self._answer(500)
                return
            os.write(file, json.dumps(_arrival(webhook, id, headers, body)).encode() + b"\n")
            if lot < _DROPPED:
                self.close_connection = True
            else:
                self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    Server(("127.0.0.1", port), Handler).serve_forever()


def _arrival(webhook: Webhook, id: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    try:
        webhook.verify(body, headers)
        verified = True
    except WebhookVerificationError:
        verified = False
    told = json.loads(body)
    item = told["data"]["finding"]["items"][0]["id"]
    return Arrival(id, told["data"]["event"], told["type"], item, verified)._asdict()


if __name__ == "__main__":
    _serve(
        int(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND), sys.argv[3], trouble="--trouble" in sys.argv
    )
