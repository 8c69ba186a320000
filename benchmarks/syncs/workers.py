"""Worker processes that can be killed at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.kills.places import Place

_ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0


class Worker:
    """One worker on a database, started again after each kill; each life has a log of its own."""

    def __init__(self, where: Place, name: str, settings: Mapping[str, str] = {}) -> None:
        self._where, self._name = where, name
        self._settings = {f"OKR_VALIDATOR_{setting}": value for setting, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self._logs: list[Path] = []

    def start(self) -> None:
        """Start it, where it does not run."""
        if self.is_alive():
            return
        command = [sys.executable, "-m", "benchmarks.syncs.source", "worker"]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("OKR_VALIDATOR_")}
        told = {"OKR_VALIDATOR_DATABASE_URL": self._where.address, "PYTHONPATH": str(_ROOT)} | self._settings
        self._logs.append(self._where.folder / f"{self._name}-{len(self._logs)}.log")
        with self._logs[-1].open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=clean | told, cwd=_ROOT)

    @property
    def pid(self) -> int | None:
        """Of its process."""
        return self._process.pid if self._process is not None else None

    def is_up(self) -> bool:
        """Whether it has begun to work, or has ended before that."""
        return not self.is_alive() or '"event":"worker"' in self._logs[-1].read_text("utf-8", errors="replace")

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it at once and without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_PATIENCE)

    def tell_to_stop(self) -> None:
        """Ask it to finish what it does and stop."""
        if self.is_alive() and self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def stopped(self) -> int:
        """Wait for its end; gives its exit code."""
        if self._process is None:
            return 0
        try:
            return self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return -1

    def errors(self) -> list[str]:
        """What it has written down as errors."""
        lines = [line for log in self._logs for line in log.read_text("utf-8", errors="replace").splitlines()]
        return [line for line in lines if '"level":"error"' in line or not line.startswith("{")]
