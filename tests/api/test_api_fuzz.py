"""The described API under generated requests: it never fails, and answers nothing that is not described."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fuzz import WAYS, Way, fuzz

pytest.importorskip("schemathesis", reason="Schemathesis is not installed")


@pytest.mark.parametrize(("way", "examples"), [(WAYS[0], 2), (WAYS[1], 1)], ids=["with a key", "without one"])
def test_generated_requests_find_no_failure_and_no_undescribed_answer(way: Way, examples: int, tmp_path: Path) -> None:
    """A few of them: `python -m benchmarks.fuzz` sends many, and the cases at the edges of every schema."""
    outcome = fuzz(way, tmp_path, examples=examples, phases="fuzzing")
    assert outcome.passed, outcome.said[-5_000:]
    assert len(outcome.counts) > 60
