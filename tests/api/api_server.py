"""The real server as a process of its own, on a free port of this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests


class Server(NamedTuple):
    """A running server, and what it has written."""

    process: subprocess.Popen[bytes]
    port: int
    out: Path
    err: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **more: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=60, allow_redirects=False, **more)

    def judge(self, document: Any, **query: str) -> requests.Response:
        return requests.post(f"{self.url}/v1/validations", params=query, json=document, timeout=120)

    def post(self, data: Any, kind: str = "application/json", **more: Any) -> requests.Response:
        headers = {"Content-Type": kind, **more.pop("headers", {})}
        return requests.post(f"{self.url}/v1/validations", data=data, headers=headers, timeout=60, **more)

    def upload(self, files: Any, data: Any = None) -> requests.Response:
        return requests.post(f"{self.url}/v1/validations", files=files, data=data, timeout=60)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.err.read_text(encoding="utf-8").splitlines()]

    def logged(self, request_id: str) -> dict[str, Any]:
        """The line that tells of a request; it is written after the answer was sent."""
        for _ in range(100):
            found = [line for line in self.log() if line.get("request_id") == request_id and line["event"] == "request"]
            if found:
                return found[0]
            time.sleep(0.02)
        raise AssertionError(f"The log does not tell of request {request_id}.")


@contextmanager
def serving(folder: Path, *arguments: str, **settings: object) -> Iterator[Server]:
    """A server with these settings and arguments, ready to judge; it is stopped at the end."""
    out, err = folder / "out", folder / "err"
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("OKR_VALIDATOR_", "PROMETHEUS_"))}
    environ = clean | {f"OKR_VALIDATOR_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "validator", "serve", "--port", "0", *arguments]
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, env=environ)
    try:
        yield _ready(process, out, err)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def _ready(process: subprocess.Popen[bytes], out: Path, err: Path) -> Server:
    for _ in range(600):
        said = re.search(r"http://127\.0\.0\.1:(\d+)", out.read_text(encoding="utf-8"))
        if process.poll() is not None:
            break
        if said:
            server = Server(process, int(said[1]), out, err)
            assert server.get("/readyz").status_code == 200
            return server
        time.sleep(0.05)
    raise AssertionError(f"The server did not start: {err.read_text(encoding='utf-8')}")


def okr_set(objectives: int = 3, owned: bool = False, **more: Any) -> dict[str, Any]:
    """A small OKR set; its objectives have an owner, or none."""
    owners = [{"person": "Ana", "primary": True}] if owned else []
    return {
        "teams": [{"id": "t1", "name": "Sales", "level": "team"}],
        "objectives": [
            {"id": f"o{n}", "title": f"Grow revenue in region {n}", "level": "team", "team": "t1", "owners": owners}
            for n in range(objectives)
        ],
        **more,
    }


def problem(response: requests.Response, status: int) -> dict[str, Any]:
    """The problem document that a refusal brings, after checks that every one must pass."""
    assert response.status_code == status, response.text[:500]
    assert response.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert document["request_id"] == response.headers["X-Request-Id"]
    assert document["instance"].endswith(document["request_id"])
    assert {"type", "title"} <= set(document)
    return document
