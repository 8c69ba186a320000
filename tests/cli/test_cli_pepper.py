"""What is said where keys cannot be checked any more: by the commands for keys, and at the start of the service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.cli_store import Run

LOST = "There are keys, but the pepper that they were hashed with is not there."
OTHER = "There are keys, but they were hashed with another pepper than this one."
MAKE = ("keys", "create", "Ana", "--role", "admin")


@pytest.fixture
def pepper(run: Run, folder: Path) -> Path:
    """The pepper of a database with a key."""
    assert run(*MAKE).code == 0
    return folder / "okr.db.pepper"


def test_no_key_is_made_beside_keys_that_nobody_could_check(run: Run, pepper: Path) -> None:
    pepper.unlink()
    made = run(*MAKE)
    assert (made.code, made.out, pepper.exists()) == (2, "", False)
    assert LOST in made.err
    assert "OKR_VALIDATOR_PEPPER" in made.err
    listed = run("keys", "list", "--format", "json")
    assert (listed.code, len(listed.json()["keys"]), LOST in listed.err) == (0, 1, True)


def test_who_has_lost_the_pepper_revokes_the_keys_and_makes_new_ones(run: Run, pepper: Path) -> None:
    pepper.unlink()
    (key,) = run("keys", "list", "--format", "json").json()["keys"]
    assert run("keys", "revoke", key["id"]).code == 0
    assert run(*MAKE).code == 0
    assert run("keys", "list").err == ""


@pytest.mark.parametrize(("pepper_is", "said"), [("lost", LOST), ("another", OTHER)])
def test_the_service_does_not_start_where_every_key_would_be_refused(
    run: Run, pepper: Path, folder: Path, pepper_is: str, said: str
) -> None:
    pepper.unlink()
    if pepper_is == "another":
        pepper.write_text("x" * 64)
        pepper.chmod(0o600)
    command = [sys.executable, "-m", "validator", "serve", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert f"put back the file {folder}/okr.db.pepper, or set OKR_VALIDATOR_PEPPER" in done.stderr
