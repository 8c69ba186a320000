"""Sources on the command line: connected, tried, scheduled, read at once, rehearsed and left to a worker."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.contract import Missing
from tests.history.histories import entry
from tests.service.sync_sources import Tableau, refused
from validator.cli.main import main
from validator.service import sync_rows
from validator.store.engine import make_engine, reading, writing
from validator.store.schema import upgrade
from validator.store.tables import sync_states


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tableau:
    """A tool, and a store with nothing in it."""
    tool = Tableau()
    monkeypatch.setattr(registry, "all_sources", lambda: {"tableau": tool})
    monkeypatch.setenv("OKR_VALIDATOR_DATABASE_URL", f"sqlite:///{tmp_path}/okr.db")
    monkeypatch.chdir(tmp_path)
    upgrade(f"sqlite:///{tmp_path}/okr.db")
    return tool


@pytest.fixture
def acme(tool: Tableau) -> Tableau:
    """The same, with a connection to it."""
    settings = ["--connector", "tableau", "--set", "token=env:TOKEN", "--fail-on", "never"]
    assert main(["connections", "add", "acme", *settings]) == 0
    return tool


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What a command prints as JSON, whatever it says besides."""
    capsys.readouterr()
    main([*arguments, "--format", "json"])
    return json.loads(capsys.readouterr().out)


def test_settings_come_one_by_one_and_from_a_file_and_are_checked(
    tool: Tableau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("acme.yaml").write_text("workspace: main\ntoken: file:/run/token\n", "utf-8")
    add = ["connections", "add", "acme", "--connector", "tableau", "--settings", "acme.yaml"]
    assert main([*add, "--set", "wrkspace=x"]) == 2
    assert "/settings/wrkspace" in capsys.readouterr().err
    assert main([*add, "--set", "token=env:TOKEN"]) == 0
    assert main(["connections", "change", "acme", "--unset", "workspace"]) == 0
    assert shown(capsys, "connections", "show", "acme")["settings"] == {"token": "env:TOKEN"}
    assert main(["connections", "change", "acme", "--set", "token"]) == 2
    assert main(["connections", "add", "other", "--connector", "tablo"]) == 2
    assert "did you mean “tableau”?" in capsys.readouterr().err


def test_a_connection_is_tried_before_it_is_used(acme: Tableau, capsys: pytest.CaptureFixture[str]) -> None:
    found = shown(capsys, "connections", "test", "acme")
    assert (found["kind"], found["records"], found["mapped"]["objectives"]) == ("goals", 1, 1)
    assert found["mapped"]["key_results"] == 1
    assert found["provides"] == ["objectives", "key_results"]
    acme.fault = refused()
    assert main(["connections", "test", "acme"]) == 2
    assert capsys.readouterr().err == "The tool answered 401: the token is not valid.\n  make a new token\n"


def test_a_source_without_an_objective_is_tried_and_says_so(acme: Tableau, capsys: pytest.CaptureFixture[str]) -> None:
    acme.document["objectives"] = []
    capsys.readouterr()
    assert main(["connections", "test", "acme"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "first pages nothing" in said
    assert "read to its end: no objective came of it" in said


def test_a_schedule_is_set_paused_resumed_and_taken_away(acme: Tableau, capsys: pytest.CaptureFixture[str]) -> None:
    def schedule(*arguments: str) -> Any:
        entry = shown(capsys, "connections", "schedule", "acme", *arguments)
        return entry["schedule"], entry["zone"], entry["paused"], entry["source"]["next_at"] is not None

    assert schedule("0 6 * * 1-5", "--zone", "Europe/Berlin") == ("0 6 * * 1-5", "Europe/Berlin", False, True)
    assert schedule("--pause") == ("0 6 * * 1-5", "Europe/Berlin", True, False)
    assert schedule("--resume") == ("0 6 * * 1-5", "Europe/Berlin", False, True)
    assert schedule("--none") == (None, "Europe/Berlin", False, False)
    for wrong in (["each day"], ["0 0 30 2 *"], ["0 6 * * *", "--zone", "Mars"], [], ["0 6 * * *", "--none"]):
        assert main(["connections", "schedule", "acme", *wrong]) == 2


def test_a_sync_judges_remembers_and_exits_by_the_gate(acme: Tableau, capsys: pytest.CaptureFixture[str]) -> None:
    main(["connections", "change", "acme", "--fail-on", "info"])
    assert main(["sync", "acme", "--quiet"]) == 1
    assert "Run 1 of acme" in capsys.readouterr().err
    main(["connections", "change", "acme", "--fail-on", "never"])
    assert main(["sync", "acme", "--quiet"]) == 0
    (second, first) = shown(capsys, "syncs", "list", "acme")["syncs"]
    assert (first["state"], second["state"]) == ("done", "done")
    assert first["asked_by"].startswith("cli:")
    assert shown(capsys, "syncs", "show", first["id"]) == first
    assert shown(capsys, "runs", "list", "acme")["runs"][0]["id"] == second["run_id"]


def test_a_source_that_cannot_be_read_exits_2_and_says_why(acme: Tableau, capsys: pytest.CaptureFixture[str]) -> None:
    acme.fault = refused()
    assert main(["sync", "acme"]) == 2
    assert capsys.readouterr().err == "The tool answered 401: the token is not valid.\n  make a new token\n"
    assert main(["sync", "nobody"]) == 2
    main(["connections", "add", "sent"])
    assert main(["sync", "sent"]) == 2
    assert "no source to ask" in capsys.readouterr().err


def test_nothing_new_at_the_source_exits_as_the_last_run(acme: Tableau, capsys: pytest.CaptureFixture[str]) -> None:
    acme.etag = "v1"
    main(["connections", "change", "acme", "--fail-on", "info"])
    assert main(["sync", "acme", "--quiet"]) == 1
    assert main(["sync", "acme", "--quiet"]) == 1
    assert "Nothing is new at the source since run 1." in capsys.readouterr().err


def test_a_dry_run_says_what_would_come_and_go_and_stores_nothing(
    acme: Tableau, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["sync", "acme", "--quiet"])
    entry(acme.document, "S1")["owners"] = []
    capsys.readouterr()
    assert main(["sync", "acme", "--dry-run"]) in (0, 1)
    said = capsys.readouterr()
    assert "new       Nobody owns “Goal S1”." in said.out
    assert "Nothing was stored." in said.err
    assert len(shown(capsys, "syncs", "list")["syncs"]) == 1
    assert main(["sync", "acme", "--dry-run", "--enqueue"]) == 2


def test_a_sync_is_left_to_a_worker_or_taken_back_from_none(
    acme: Tableau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["sync", "acme", "--enqueue"]) == 0
    id = capsys.readouterr().out.strip()
    assert shown(capsys, "syncs", "show", id)["state"] == "queued"
    assert main(["sync", "acme", "--quiet"]) == 0  # no worker has it yet: it is run here
    assert shown(capsys, "syncs", "show", id)["state"] == "done"


def test_one_that_runs_elsewhere_is_not_run_twice_and_one_left_by_a_dead_process_is(
    acme: Tableau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["sync", "acme", "--enqueue"])
    id = capsys.readouterr().out.splitlines()[-1]
    now = datetime.datetime.now(datetime.UTC)
    engine = make_engine(f"sqlite:///{tmp_path}/okr.db")
    with writing(engine) as connection:
        sync_rows.begin(connection, now, id, "dead")
    assert main(["sync", "acme", "--quiet"]) == 0
    assert (shown(capsys, "syncs", "show", id)["state"], shown(capsys, "syncs", "show", id)["resumes"]) == ("done", 1)
    main(["sync", "acme", "--enqueue"])
    with writing(engine) as connection:
        sync_rows.hand_over(connection, now)
    engine.dispose()
    assert main(["sync", "acme"]) == 2
    assert "under way already" in capsys.readouterr().err


def test_an_interruption_leaves_nothing_of_the_sync(acme: Tableau, capsys: pytest.CaptureFixture[str]) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    acme.while_reading = press
    assert main(["sync", "acme"]) == 130
    assert shown(capsys, "syncs", "list")["syncs"] == []


def test_silent_sources_are_listed_and_exit_1(
    acme: Tableau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["syncs", "silent"]) == 0
    main(["connections", "schedule", "acme", "0 6 * * *"])
    engine = make_engine(f"sqlite:///{tmp_path}/okr.db")
    with writing(engine) as connection:
        connection.execute(sync_states.update().values(silent_at=datetime.datetime(2026, 1, 1, 7, tzinfo=datetime.UTC)))
    with reading(engine) as connection:
        assert connection.execute(sync_states.select()).one().connection_id == "acme"
    engine.dispose()
    capsys.readouterr()
    assert main(["syncs", "silent"]) == 1
    assert "acme        2026-01-01T07:00  never" in capsys.readouterr().out
    assert shown(capsys, "connections", "show", "acme")["source"]["silent_since"] == "2026-01-01T07:00:00+00:00"


def test_what_is_missing_is_named(acme: Tableau, capsys: pytest.CaptureFixture[str]) -> None:
    acme.missing = (Missing("goals after page 3", "503"),)
    main(["sync", "acme", "--quiet"])
    (sync,) = shown(capsys, "syncs", "list")["syncs"]
    assert sync["missing"] == [{"scope": "goals after page 3", "reason": "503"}]
    main(["syncs", "show", sync["id"]])
    assert "goals after page 3" in capsys.readouterr().out
