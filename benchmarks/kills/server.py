"""The real server as a group of processes that can be killed at once."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import requests

_PATIENCE = 60.0


class Server(NamedTuple):
    """A running server."""

    process: subprocess.Popen[bytes]
    url: str


def start(folder: Path, settings: Mapping[str, str]) -> Server:
    """Start a server with 2 workers and wait until it is ready to judge. Raises TimeoutError where it never is."""
    began, out = time.monotonic(), folder / "server-out"
    command = [sys.executable, "-m", "validator", "serve", "--port", "0", "--workers", "2"]
    with out.open("wb") as stdout, (folder / "server-log").open("ab") as stderr:
        process = subprocess.Popen(
            command, stdout=stdout, stderr=stderr, env=_environment(folder, settings), start_new_session=True
        )
    try:
        url = _address(process, out, began)
        _wait(url, began)
    except BaseException as error:
        kill(process)
        error.add_note((folder / "server-log").read_text("utf-8")[-2000:])
        raise
    return Server(process, url)


def errors(folder: Path) -> list[str]:
    """What the servers of a folder have written down as errors."""
    lines = (folder / "server-log").read_text("utf-8", errors="replace").splitlines()
    return [line for line in lines if '"level":"error"' in line or not line.startswith("{")]


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the server and every process that it started, at once and without a word: kill -9 of its group."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(_PATIENCE)


def _environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("OKR_VALIDATOR_", "PROMETHEUS_"))}
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    return {**clean, "PYTHONPATH": path, "OKR_VALIDATOR_METRICS_DIR": str(folder / "metrics"), **settings}


def _address(process: subprocess.Popen[bytes], out: Path, began: float) -> str:
    while time.monotonic() - began < _PATIENCE and process.poll() is None:
        said = re.search(r"http://127\.0\.0\.1:\d+", out.read_text("utf-8"))
        if said:
            return said[0]
        time.sleep(0.02)
    raise TimeoutError("The server did not start.")


def _wait(url: str, began: float) -> None:
    while time.monotonic() - began < _PATIENCE:
        try:
            if requests.get(f"{url}/readyz", timeout=_PATIENCE).ok:
                return
        except requests.RequestException:
            time.sleep(0.02)
    raise TimeoutError("The server was never ready.")
