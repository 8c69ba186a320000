"""The described API under generated requests: it never fails, and answers nothing that is not described."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.fuzz import WAYS, Filled, Way, filled, fuzz

pytest.importorskip("schemathesis", reason="Schemathesis is not installed")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A service that asks for a key, and whose store holds something."""
    with filled(tmp_path_factory.mktemp("fuzzed"), closed=True) as running:
        yield running


@pytest.mark.parametrize(("way", "examples"), [(WAYS[0], 2), (WAYS[1], 1)], ids=["with a key", "without one"])
def test_generated_requests_find_no_failure_and_no_undescribed_answer(service: Filled, way: Way, examples: int) -> None:
    """A few of them: `python -m benchmarks.fuzz` sends many, and the cases at the edges of every schema."""
    outcome = fuzz(way, service, examples=examples, phases="fuzzing")
    assert outcome.passed, outcome.said[-5_000:]
    assert sum(any(statuses.values()) for statuses in outcome.counts.values()) > 60
