"""Endpoints on the command line: made, changed, tried, held back, and every message looked at and sent again."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.cli.cli_store import Run
from validator.alerts.events import USUAL
from validator.service.signing import secret_of
from validator.store.engine import make_engine, writing
from validator.store.tables import deliveries, endpoints

TARGET = "https://desk.example.com/hooks/okr"


def _add(run: Run, *more: str) -> str:
    """The id of an endpoint that was made."""
    said = run("webhooks", "add", "Desk", TARGET, "--format", "json", *more)
    assert said.code == 0, said.err
    return str(said.json()["id"])


def _store(folder: Path, table: object, **values: object) -> None:
    engine = make_engine(f"sqlite:///{folder}/okr.db")
    with writing(engine) as connection:
        connection.execute(update(table).values(**values))  # type: ignore[arg-type]
    engine.dispose()


def test_an_endpoint_is_made_and_its_secret_printed_this_once(run: Run, folder: Path) -> None:
    said = run("webhooks", "add", "Desk", TARGET, "--severity", "error", "--team", "sales")
    (shown,) = run("webhooks", "list", "--format", "json").json()["webhooks"]
    pepper = Path(f"{folder}/okr.db.pepper").read_bytes()
    assert said.out == f"{secret_of(pepper, shown['id'], 1)}\n"
    assert "not shown again" in said.err
    assert (shown["severity"], shown["teams"], shown["types"]) == ("error", ["sales"], list(USUAL))
    assert "Desk" in run("webhooks", "list").out
    assert "whsec_" not in run("webhooks", "show", shown["id"]).out


def test_endpoints_of_people_have_no_secret(run: Run) -> None:
    said = run("webhooks", "add", "#strategy", "env:SLACK_HOOK", "--kind", "slack")
    assert said.code == 0
    assert "whsec_" not in said.out + said.err
    assert run("webhooks", "rotate", said.out.strip()).code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x", "desk"), "no web address"),
        (("x", "http://desk.example.com"), "without TLS"),
        (("x", TARGET, "--kind", "teams"), "is a secret and is not stored"),
        (("x", "env:OKR_VALIDATOR_PEPPER"), "one of the service's own"),
        (("x", "nobody", "--kind", "email"), "no e-mail address"),
        (("x", TARGET, "--connection", "nowhere"), "no connection “nowhere”"),
        (("x", TARGET, "--type", "run.done"), "run.done"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(run: Run, arguments: tuple[str, ...], said: str) -> None:
    answer = run("webhooks", "add", *arguments)
    assert answer.code == 2
    assert said in answer.err
    assert "There is no endpoint yet" in run("webhooks", "list").out


def test_a_change_keeps_what_is_not_given(run: Run) -> None:
    id = _add(run, "--team", "sales", "--rule", "unowned-objective", "--type", "run.failed")
    changed = run("webhooks", "change", id, "--severity", "error", "--any", "rules", "--format", "json").json()
    assert (changed["severity"], changed["rules"], changed["teams"]) == ("error", [], ["sales"])
    assert (changed["types"], changed["target"], changed["version"]) == (["run.failed"], TARGET, 2)
    assert run("webhooks", "change", id, "--target", "nowhere").code == 2


def test_a_secret_is_rotated(run: Run) -> None:
    id = _add(run)
    first, second = run("webhooks", "rotate", id).out, run("webhooks", "rotate", id, "--format", "json").json()
    assert first.startswith("whsec_")
    assert second["secret"] not in first
    assert second["rotated_until"] > datetime.datetime.now(datetime.UTC).isoformat()


def test_messages_are_held_back_and_sent_again(run: Run) -> None:
    id = _add(run)
    for step, state in (("pause", "paused"), ("resume", "active")):
        assert run("webhooks", step, id).code == 0
        assert run("webhooks", "show", id, "--format", "json").json()["state"] == state
    delivery = run("webhooks", "ping", id).out.split()[1]
    assert delivery in run("webhooks", "deliveries", id).out
    assert run("webhooks", "deliveries", id, "--state", "dead").out == "There is no such message.\n"
    assert run("webhooks", "delivery", delivery).json()["tried"] == []
    assert run("webhooks", "replay", delivery).out == "1 to be sent again by the worker.\n"
    assert run("webhooks", "replay", id, "--since", "2020-01-01").out.startswith("0 ")


def test_what_a_disabled_endpoint_missed_is_replayed_once_it_is_enabled(run: Run, folder: Path) -> None:
    id, now = _add(run), datetime.datetime.now(datetime.UTC)
    run("webhooks", "ping", id)
    made = now - datetime.timedelta(days=3)
    _store(folder, endpoints, disabled_at=now, disabled_why="Nothing has arrived.", missed_since=made)
    _store(folder, deliveries, created_at=made, state="dead", finished_at=now, next_at=None)
    assert "disabled" in run("webhooks", "list").out
    assert run("webhooks", "replay", id, "--since", f"{now:%Y-%m-%d}").code == 2
    hint = run("webhooks", "enable", id).out.partition("okr-validator ")[2].split()
    assert run(*hint).out == "1 to be sent again by the worker.\n"
    assert run("webhooks", "replay", id, "--state", "dead").code == 2


def test_an_endpoint_is_removed_and_what_is_not_there_is_said_so(run: Run) -> None:
    id = _add(run)
    assert run("webhooks", "remove", id).code == 0
    for step in ("show", "remove", "pause", "ping", "rotate", "deliveries", "delivery", "replay"):
        said = run("webhooks", step, id)
        assert (said.code, "There is no" in said.err) == (2, True), step


def test_without_the_pepper_nothing_is_made_and_the_fault_names_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_VALIDATOR_PEPPER", "env:NOTHING_SET")
    said = run("webhooks", "add", "Desk", TARGET)
    assert said.code == 2
    assert "NOTHING_SET" in said.err
    assert "There is no endpoint yet" in run("webhooks", "list").out
