"""The command line beside a database of its own, called in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from validator.cli.main import main
from validator.store.schema import upgrade


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed, read."""
        return orjson.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables and no rows."""
    path = tmp_path_factory.mktemp("empty") / "okr.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def run(folder: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Call the command line with these arguments, beside an empty database."""
    shutil.copyfile(empty_store, folder / "okr.db")
    monkeypatch.setenv("OKR_VALIDATOR_DATABASE_URL", f"sqlite:///{folder}/okr.db")

    def call(*arguments: str) -> Said:
        code = main(arguments)
        return Said(code, *capfd.readouterr())

    return call
