"""Runs the API with gunicorn, as a library: processes that share one port, and a clean end."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from validator.api import logs, upkeep
from validator.api.companion import Companion
from validator.api.stored import open_store
from validator.api.worker import ENDINGS, Worker
from validator.service.pepper import Pepper
from validator.service.pepper import check as check_pepper
from validator.settings import Settings, checked, is_loopback, read_settings
from validator.store.engine import reading
from validator.store.faults import bad_store
from validator.store.schema import COMMAND

_METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
_COUNTS = re.compile(r"(counter|gauge_\w+|histogram|summary)_\d+\.db")
_STALLED = 120


def serve(
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    threads: int | None = None,
    *,
    allow_remote: bool | None = None,
    beside: Sequence[str] | None = None,
) -> None:
    """Serve until told to stop; what is None comes from the environment. `beside`: a command that runs as long.

    Raises BadSettings at the start, and SystemExit at the end.
    """
    given: dict[str, Any] = {
        "host": host,
        "port": port,
        "workers": workers,
        "threads": threads,
        "allow_remote": allow_remote,
    }
    settings = read_settings()._replace(**{name: value for name, value in given.items() if value is not None})
    run(checked(settings), beside)


def run(settings: Settings, beside: Sequence[str] | None = None) -> None:
    """Serve with these settings until told to stop, with a command that runs as long.

    Raises BadStore where the database is not this version's, and BadPepper where it holds keys that nobody could check.
    """
    logs.configure(settings.log_level)
    if not _checked_store(settings) and beside is not None:
        raise bad_store("There is no database yet, and so no work beside the server.", f"make it with: {COMMAND}")
    if not is_loopback(settings.host):
        logs.exposed(settings.host)
    folder = settings.metrics_dir or Path(tempfile.mkdtemp(prefix="okr-validator-metrics-"))
    _empty(folder)
    os.environ[_METRICS_DIR] = str(folder)
    server = _Server(settings._replace(metrics_dir=folder), None if beside is None else Companion(beside))
    if settings.metrics_dir is None:
        # No context manager: each process leaves through this function when it ends, and would take the folder along.
        server.cfg.set("on_exit", lambda _: shutil.rmtree(folder, ignore_errors=True))
    server.run()


def _checked_store(settings: Settings) -> bool:
    """Whether there is a store, which is then found to be one that can be used."""
    store = open_store(settings.database_url)
    if store is None:
        return False
    with reading(store) as connection:
        check_pepper(connection, Pepper(settings.pepper, settings.database_url, os.environ))
    store.dispose()  # each process opens its own, after the fork
    return True


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if _COUNTS.fullmatch(file.name):
            file.unlink()


class ServerLogger(Logger):  # type: ignore[misc]
    """What gunicorn says, as events like our own."""

    def setup(self, cfg: Any) -> None:
        """Write through our own log."""
        self.cfg = cfg
        self.error_log.handlers = [logs.LibraryLog("server")]
        self.error_log.setLevel(logging.WARNING)


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Starts processes that hear each signal to stop, even one that comes while they start; and keeps a companion."""

    def __init__(self, app: _Server) -> None:
        super().__init__(app)
        self._companion = app.companion

    def manage_workers(self) -> None:
        """Keep as many processes as there should be; called every second."""
        super().manage_workers()
        if self._companion is not None:
            self._companion.keep()

    def stop(self, graceful: bool = True) -> None:
        """End every process."""
        until = time.monotonic() + self.cfg.graceful_timeout
        if self._companion is not None:
            self._companion.tell_to_stop()
        super().stop(graceful)
        if self._companion is not None:
            self._companion.end(until)

    def spawn_worker(self) -> Any:
        """Start a process; a signal for it waits until it has its own ears (Worker.init_signals)."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
        try:
            return super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, set up by our settings alone."""

    def __init__(self, settings: Settings, companion: Companion | None) -> None:
        self.settings, self.companion = settings, companion
        super().__init__()

    def load_config(self) -> None:
        """Translate our settings into gunicorn's."""
        for name, value in _config(self.settings).items():
            self.cfg.set(name, value)

    def run(self) -> None:
        """Serve until told to stop."""
        _Arbiter(self).run()

    def load(self) -> Callable[..., Any]:
        """The application; called in each process."""
        # prometheus_client chooses where counts are kept when first imported: by now the folder is there.
        from validator.api.app import create_app

        app = create_app(self.settings)
        upkeep.start(app)
        return app


def _config(settings: Settings) -> dict[str, Any]:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": f"{host}:{settings.port}",
        "worker_class": Worker,
        "workers": settings.workers,
        "threads": settings.threads,
        "max_requests": settings.max_requests,
        "max_requests_jitter": settings.max_requests // 10,
        "timeout": _STALLED,
        "graceful_timeout": settings.graceful_timeout,
        "keepalive": 5,
        "sendfile": False,  # it would wait for a client that does not read
        "control_socket_disable": True,
        "logger_class": ServerLogger,
        "when_ready": _announce,
        "child_exit": _forget,
        "proc_name": "okr-validator",
    }


def _announce(arbiter: Any) -> None:
    host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    sys.stdout.write(f"OKR Validator listens on {address} — documentation: {address}/docs\n")
    sys.stdout.flush()


def _forget(_: Any, worker: Any) -> None:
    from prometheus_client.multiprocess import mark_process_dead  # see load

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
