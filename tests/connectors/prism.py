"""Prism: serves a vendor's own OpenAPI document, and refuses what the document does not allow."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

FOLDER = "OKR_VALIDATOR_TEST_PRISM"
_READY = 60.0


@pytest.fixture(scope="session")
def prism() -> Iterator[Callable[..., str]]:
    """Serve an OpenAPI document; gives the address. One server a document, mode and session.

    `dynamic`: answers are random, instead of the document's examples.
    """
    running: dict[tuple[Path, bool], str] = {}
    with ExitStack() as stack:

        def serve(document: Path, *, dynamic: bool = False) -> str:
            mode = (document, dynamic)
            if mode not in running:
                running[mode] = stack.enter_context(_serving(_command(), document, ["-d"] if dynamic else []))
            return running[mode]

        yield serve


def _command() -> str:
    folder = os.environ.get(FOLDER)
    inside = Path(folder or ".") / "node_modules" / ".bin" / "prism"
    found = str(inside) if folder and inside.exists() else shutil.which("prism")
    if found is None:
        pytest.skip(f"no Prism here: npm install @stoplight/prism-cli in a folder, and name the folder in {FOLDER}")
    return found


@contextmanager
def _serving(command: str, document: Path, options: list[str]) -> Iterator[str]:
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            [command, "mock", "-h", "127.0.0.1", "-p", str(port), *options, str(document)],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(server, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(10)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _READY
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("Prism did not start")


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port: int = chosen.getsockname()[1]
        return port
