"""The described API under generated requests: it never fails, and answers nothing that is not described."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.api_server import Server

pytest.importorskip("schemathesis", reason="Schemathesis is not installed")


@pytest.mark.timeout(120)
def test_generated_requests_find_no_failure_and_no_undescribed_answer(server: Server, tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("schemathesis"), "run", f"{server.url}/openapi.json", "--checks", "all"]
    # The document has rules that no schema can tell: a set without objectives, a date that could be two.
    command += ["--exclude-checks", "positive_data_acceptance"]
    # What is remembered needs a database, which this server has not: only what judges is asked here.
    command += ["--include-path-regex", r"^/(v1/(validations|rulesets|vocabulary|failure-table)$|livez|readyz|openapi)"]
    limits = ["--max-examples", "25", "--phases", "examples,coverage,fuzzing", "--seed", "7"]
    done = subprocess.run(
        [*command, *limits, "--no-color"], capture_output=True, text=True, timeout=110, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-1_000:]
