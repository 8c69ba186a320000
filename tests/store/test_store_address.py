"""Addresses of databases: which are understood, and what is never said aloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from validator.store.address import read_address, shown
from validator.store.engine import make_engine, reading, writing
from validator.store.faults import BadStore, StoreUnavailable
from validator.store.schema import upgrade

SECRET = "s3cr3t-w0rd"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_one_driver(scheme: str) -> None:
    url = read_address(f"{scheme}://okr:{SECRET}@db.example.com:5433/okr?sslmode=require")
    assert (url.drivername, url.password, url.port) == ("postgresql+psycopg", SECRET, 5433)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"postgresql://okr:{SECRET}@host/okr", "postgresql+psycopg://okr:***@host/okr"),
        (f"postgresql://host/okr?password={SECRET}&sslmode=require", "***&sslmode=require"),
        (f"postgresql://host/okr?sslpassword={SECRET}", "***"),
        ("sqlite:////var/lib/okr/okr.db", "sqlite:////var/lib/okr/okr.db"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, said: str) -> None:
    text = shown(read_address(address)).replace("%2A", "*")
    assert text.endswith(said)
    assert SECRET not in text


@pytest.mark.parametrize(
    "address",
    [
        SECRET,
        "",
        f"postgresql://okr:{SECRET}@host:port/okr",
        f"postgresql://okr:with@{SECRET}@host/okr",
        f"mysql://okr:{SECRET}@host/okr",
        f"postgresql+asyncpg://okr:{SECRET}@host/okr",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///okr.db?mode=ro",
        "sqlite://okr.db",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_a_hint_and_not_repeated(address: str) -> None:
    with pytest.raises(BadStore) as caught:
        make_engine(address)
    assert all(fault.hint for fault in caught.value.faults)
    assert SECRET not in f"{caught.value}{caught.value.faults}{caught.value.__cause__}"


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    engine = make_engine(f"postgresql://okr:{SECRET}@127.0.0.1:1/okr")
    for transaction in (reading, writing):
        with (
            pytest.raises(StoreUnavailable, match=r"okr:\*\*\*@127\.0\.0\.1:1/okr does not serve: .*refused") as caught,
            transaction(engine),
        ):
            pytest.fail("there is no server")
        assert SECRET not in f"{caught.value}"
        assert caught.value.__suppress_context__


def test_a_file_in_a_folder_that_is_not_there_is_said_to_need_it(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'missing' / 'okr.db'}"
    with pytest.raises(BadStore, match="No such file or directory") as caught:
        upgrade(address)
    assert "folder must exist" in caught.value.faults[0].hint
    with pytest.raises(BadStore, match="cannot be opened"), reading(make_engine(address)):
        pytest.fail("there is no file")


def test_a_file_of_something_else_is_not_taken_for_a_database(tmp_path: Path) -> None:
    path = tmp_path / "okr.db"
    path.write_text("objectives: [] # this is no database\n" * 100)
    with pytest.raises(BadStore, match="no SQLite file"):
        upgrade(f"sqlite:///{path}")
    assert path.read_text().startswith("objectives")
