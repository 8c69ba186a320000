"""A service with keys, asked without a network: so that a request may come from another machine."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert

from tests.store.store_rows import connection_row
from validator.api.app import create_app
from validator.service import keys
from validator.service.key_wishes import Wish
from validator.service.pepper import Pepper
from validator.settings import Settings
from validator.store.engine import make_engine, writing
from validator.store.schema import upgrade
from validator.store.tables import connections

Make = Callable[..., str]
OLD = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
REMOTE = {"REMOTE_ADDR": "192.0.2.7"}
ASKED = "/v1/rulesets"


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables and no rows."""
    path = tmp_path_factory.mktemp("empty") / "okr.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def url(empty_store: Path, tmp_path: Path) -> str:
    """The address of a database with all tables and no rows."""
    shutil.copyfile(empty_store, tmp_path / "okr.db")
    return f"sqlite:///{tmp_path}/okr.db"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """That database, with the connections acme and zeta."""
    engine = make_engine(url)
    with writing(engine) as connection:
        connection.execute(insert(connections), [connection_row("acme"), connection_row("zeta")])
    yield engine
    engine.dispose()


@pytest.fixture
def make(engine: Engine, url: str) -> Make:
    """Make a key in the database; gives its text."""
    pepper = Pepper(None, url, {}).make()

    def made(name: str = "app", role: str = "reader", **more: Any) -> str:
        with writing(engine) as connection:
            return keys.create(connection, pepper, OLD, "cli:ana", Wish(name, role, **more))[1]

    return made


@pytest.fixture
def client(url: str) -> FlaskClient:
    """The application on that database."""
    return create_app(Settings(database_url=url)).test_client()


@pytest.fixture
def refused(make: Make, engine: Engine) -> dict[str, str | None]:
    """What may be presented in vain, by the reason that the audit trail gives."""
    revoked = make("revoked")
    with writing(engine) as connection:
        keys.revoke(connection, OLD, "cli:ana", revoked.split("_")[1])
    valid = make("valid")
    wrong = valid[:-1] + ("0" if valid[-1] != "0" else "1")
    return {
        "no key": None,
        "not a key": "ghp_not-one-of-ours",
        "unknown key": "okrv_0123456789abcdef_" + "0" * 64,
        "unknown key, wrong secret": wrong,
        "revoked key": revoked,
        "expired key": make("expired", expires_at=OLD + datetime.timedelta(days=1)),
    }


def bearer(key: str | None) -> dict[str, str]:
    """The header that brings a key."""
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def refusals(client: FlaskClient, admin: str) -> list[dict[str, Any]]:
    """What the audit trail tells of refusals, the newest first."""
    answer = client.get("/v1/audit?action=refuse&limit=200", headers=bearer(admin))
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.get_json()["entries"]
    return entries
