"""`okr-validator db`, called in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from validator.cli.db import command
from validator.store.address import read_address, shown
from validator.store.faults import BadStore
from validator.store.schema import newest


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_the_database_is_made_by_one_command_and_checked_by_another(empty_address: str) -> None:
    given = ("--database-url", empty_address)
    place = shown(read_address(empty_address))
    refused = _run("check", *given)
    assert isinstance(refused.exception, BadStore)
    assert "okr-validator db upgrade" in refused.exception.faults[0].hint
    assert f"{place}: made, with schema {newest()}.\n" == _run("upgrade", *given).output
    assert f"{place}: up to date, with schema {newest()}.\n" == _run("upgrade", *given).output
    assert f"{place}: up to date, with schema {newest()}.\n" == _run("check", *given).output


def test_the_address_is_printed_without_its_password() -> None:
    said = _run("url", "--database-url", "postgres://okr:s3cr3t@db.example.com/okr").output
    assert said == "postgresql+psycopg://okr:***@db.example.com/okr\n"


def test_the_database_of_the_setting_is_meant_where_none_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "set.db"
    monkeypatch.setenv("OKR_VALIDATOR_DATABASE_URL", f"sqlite:///{path}")
    assert _run("upgrade").exit_code == 0
    assert path.is_file()
