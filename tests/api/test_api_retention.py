"""How long runs are kept: shown and applied over HTTP, and by a service that nobody tells to."""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from tests.api.api_remembered import DAY, Remembering, a_set, remembering
from tests.api.api_server import Server
from tests.store.store_rows import NOON
from validator.api import upkeep
from validator.service.retention import Limits

Start = Callable[..., AbstractContextManager[Server]]


def aged(app: Remembering) -> Remembering:
    """The service with a run of each of three days."""
    app.connection("acme")
    for days in range(3):
        app.run("acme", a_set(), DAY + datetime.timedelta(days=days))
    return app


def numbers(app: Remembering) -> list[int]:
    return [run["number"] for run in app.all_of("/v1/connections/acme/runs", "runs")]


def test_what_is_kept_and_when_that_was_seen_to_is_shown(empty_store: Path, tmp_path: Path) -> None:
    app = aged(remembering(empty_store, tmp_path, retention_days=30, retention_mb=5))
    before = app.ask("GET", "/v1/retention")
    assert (before["days"], before["most_bytes"], before["last_applied"]) == (30, 5_000_000, None)
    assert before["stored_bytes"] > 1_000
    app.on(DAY + datetime.timedelta(days=31, hours=12))
    assert app.ask("POST", "/v1/retention", json={})["runs"] == 1
    after = app.ask("GET", "/v1/retention")
    last = after["last_applied"]
    assert last["at"].startswith("2026-09-03T06:00")
    assert (last["actor"], last["days"], last["runs"]) == ("anonymous", 30, 1)
    assert last["bytes_left"] == after["stored_bytes"] < before["stored_bytes"]


def test_limits_of_one_request_stand_in_for_those_of_the_service(empty_store: Path, tmp_path: Path) -> None:
    app = aged(remembering(empty_store, tmp_path))
    app.on(DAY + datetime.timedelta(days=4))
    assert app.ask("POST", "/v1/retention", json={})["runs"] == 0
    assert app.ask("POST", "/v1/retention", json={"days": 2})["runs"] == 2
    assert numbers(app) == [3]
    assert app.all_of("/v1/findings", "findings", connection="acme")


@pytest.mark.parametrize("limits", [{"days": 0}, {"days": "30"}, {"days": 2.5}, {"most_mb": -1}, {"weeks": 1}], ids=str)
def test_limits_that_cannot_be_meant_are_refused(empty_store: Path, tmp_path: Path, limits: dict[str, Any]) -> None:
    remembering(empty_store, tmp_path).ask("POST", "/v1/retention", 422, json=limits)


def test_a_service_applies_its_limits_by_itself(empty_store: Path, tmp_path: Path, start: Start) -> None:
    app = aged(remembering(empty_store, tmp_path))
    assert numbers(app) == [3, 2, 1]
    with start(database_url=app.url, retention_days=30, workers=2) as server:
        for _ in range(200):
            if len(server.get("/v1/connections/acme/runs").json()["runs"]) == 1:
                break
            time.sleep(0.05)
        last = server.get("/v1/retention").json()["last_applied"]
        assert (last["actor"], last["days"]) == ("retention", 30)
        told = [line for line in server.log() if line["event"] == "retention"]
        assert sum(line["runs"] for line in told) == 2


def test_a_look_at_a_database_that_is_gone_is_written_down_and_the_next_one_goes_on(
    engine: Engine, tmp_path: Path
) -> None:
    database = Path(str(engine.url.database))
    engine.dispose()
    away = tmp_path / "away"
    shutil.move(database, away)
    database.mkdir()
    with capture_logs() as failed:
        upkeep.look(engine, Limits(days=1), NOON)
    database.rmdir()
    shutil.move(away, database)
    with capture_logs() as mended:
        upkeep.look(engine, Limits(days=1), NOON)
    assert [entry["event"] for entry in (*failed, *mended)] == ["failure", "retention"]
