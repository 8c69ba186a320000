"""The commands that edit what is stored: draft, check, compare, publish, go back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.service.stored_rulesets import RULE, STRICTER
from validator.cli.main import main
from validator.cli.texts import command
from validator.service.faults import NotFound, Outdated
from validator.store.schema import upgrade


@pytest.fixture
def address(tmp_path: Path) -> str:
    """The address of an empty database."""
    address = f"sqlite:///{tmp_path}/okr.db"
    upgrade(address)
    return address


def run(address: str, *words: str, text: str = "") -> Result:
    return CliRunner().invoke(command, [*words, "--database-url", address], input=text)


def said(address: str, *words: str, text: str = "") -> str:
    """What a command prints that ends well."""
    result = run(address, *words, text=text)
    assert result.exception is None, result.exception
    return result.stdout


def test_a_ruleset_goes_from_draft_to_version_and_back(address: str) -> None:
    assert said(address, "draft", "ours", "-", text=RULE) == "ours: draft saved, version 1.\n"
    assert said(address, "check", "ours") == "ours: 1 rule, 2 examples, no fault.\n"
    assert said(address, "publish", "ours") == "ours: version 1 is in force.\n"
    said(address, "draft", "ours", "-", text=STRICTER)
    assert said(address, "diff", "ours").endswith("\nrule changed: no-key-result (severity)\n")
    assert json.loads(said(address, "publish", "ours", "--note", "Stricter.", "--format", "json"))["version"] == 2
    assert said(address, "rollback", "ours", "1") == "ours: version 3 is in force, which is version 1 again.\n"
    assert said(address, "show", "ours", "--version", "3") == RULE
    found = json.loads(said(address, "versions", "ours", "--format", "json"))["versions"]
    assert [(one["version"], one["restored_from"], one["note"]) for one in found] == [
        (3, 1, ""),
        (2, None, "Stricter."),
        (1, None, ""),
    ]
    assert json.loads(said(address, "list", "--format", "json"))["texts"] == [
        {"kind": "ruleset", "name": "ours", "version": 3, "draft": 5}
    ]


def test_a_draft_that_somebody_saved_meanwhile_is_not_overwritten(address: str) -> None:
    said(address, "draft", "ours", "-", text=RULE)
    said(address, "draft", "ours", "-", "--edited", "1", text=STRICTER)
    assert isinstance(run(address, "draft", "ours", "-", "--edited", "1", text=RULE).exception, Outdated)
    assert said(address, "show", "ours") == STRICTER


def test_a_file_that_cannot_be_read_is_a_fault_of_the_input(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    (tmp_path / "ours.yaml").write_text(RULE, encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", fails)
    assert main(["texts", "draft", "ours", f"{tmp_path}/ours.yaml", "--database-url", address]) == 2
    assert "Input/output error" in capfd.readouterr().err


def test_a_draft_is_deleted(address: str) -> None:
    said(address, "draft", "ours", "-", text=RULE)
    said(address, "draft", "ours", "-", text=STRICTER)
    assert isinstance(run(address, "discard", "ours", "--edited", "1").exception, Outdated)
    assert said(address, "discard", "ours") == "ours: the draft, version 2, is deleted.\n"
    assert json.loads(said(address, "list", "--format", "json")) == {"texts": []}
    assert isinstance(run(address, "discard", "ours").exception, NotFound)


def test_a_preview_without_connections_tries_the_draft_alone(address: str) -> None:
    said(address, "draft", "ours", "-", text=RULE)
    assert "The draft is good" in said(address, "preview", "ours")


def test_what_is_shipped_is_a_text_to_begin_from(address: str) -> None:
    text = said(address, "show", "failure-table", "--version", "shipped")
    said(address, "draft", "failure-table", "-", text=f"{text}# ours\n")
    assert "+# ours" in said(address, "diff", "failure-table")
