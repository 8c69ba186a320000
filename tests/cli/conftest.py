"""A small OKR set and a ruleset of one's own, so that new rules never break these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.cli_store import empty_store, run

__all__ = ["empty_store", "folder", "run"]

RULES = """\
name: tiny
version: 1.0.0
rules:
  - id: unowned-objective
    title: Objective without an owner
    for: objective
    when: {owner_count: {below: 1}}
    needs: [owners]
    severity: error
    failure: no-delivery-owner
    message: "“{title}” has no owner."
"""

OWNED = """\
objectives:
  - id: C1
    title: Win the north
    level: company
    owners: [{person: Ana}]
"""

UNOWNED = OWNED + "  - id: C2\n    title: Win the south\n    level: company\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with `rules.yaml`, `owned.yaml` (passes) and `unowned.yaml` (fails)."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("rules", RULES), ("owned", OWNED), ("unowned", UNOWNED)):
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path
