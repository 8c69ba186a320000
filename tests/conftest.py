"""What every test may use. Sets to judge are made in `okr_sets`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from validator.rules.catalogue import load_ruleset
from validator.rules.ruleset import Ruleset

# A busy machine is no fault of what is tried.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def base() -> Ruleset:
    """The base ruleset."""
    return load_ruleset("base")


@pytest.fixture
def ruleset_file(tmp_path: Path) -> Callable[..., str]:
    """Writes a ruleset and gives its path."""

    def write(text: str, name: str = "rules.yaml") -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return str(path)

    return write
