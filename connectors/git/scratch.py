"""A folder to work in that does not outlive its use: what a process that was killed has left is removed by the next."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "okr-validator-git-"


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder for as long as the block lasts. It is locked as long, so that others know that it is in use."""
    _sweep()
    path, lock = _made()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def _made() -> tuple[Path, int]:
    """A folder and its lock; another one where a sweep came between the two."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            lock = _locked(path)
        except (BlockingIOError, FileNotFoundError):
            continue
        if path.exists():
            return path, lock
        os.close(lock)


def _sweep() -> None:
    """Remove the folders whose process is gone: its locks went with it."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            lock = _locked(path)
        except OSError:  # in use, gone, or somebody else's
            continue
        if os.fstat(lock).st_uid == os.geteuid():
            shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def _locked(path: Path) -> int:
    """An open folder that nobody else can lock until it is closed. Raises OSError."""
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
