"""A process that runs beside the server: started with it, started again when it dies, and ended with it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence

from validator import logs

SLOWEST = 60.0
"""Seconds between two starts, at most."""
_QUICK = 1.0
_STEADY = 120.0
"""Seconds after which a process counts as one that runs well."""


class Companion:
    """Runs a command, which is to end when its standard input does: so it ends even where this process is killed."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._wait = 0.0

    def keep(self) -> None:
        """Start the process where it does not run; one that dies again and again is started ever less often."""
        if self._process is not None and self._process.poll() is None:
            return
        lived = time.monotonic() - self._started
        if self._process is not None and lived < self._wait:
            return
        if self._process is not None:
            self._wait = _QUICK if lived > _STEADY else min(SLOWEST, max(_QUICK, 2 * self._wait))
            logs.log.error("worker died", again_in=self._wait)
        self._started = time.monotonic()
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - a command of ours

    def tell_to_stop(self) -> None:
        """Ask the process to end what it does and stop."""
        self._send(signal.SIGTERM)

    def end(self, until: float) -> None:
        """Wait for the process to end until a moment of the monotonic clock; then kill it."""
        while self._process is not None and self._process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, number)
