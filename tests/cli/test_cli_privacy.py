"""Privacy, retention, keys and the audit trail on the command line."""

from __future__ import annotations

import datetime
import io
import re
from pathlib import Path

import orjson
import pytest

from tests.api.api_remembered import a_set
from tests.cli.cli_store import Run

PERSON = "Ünal Öztürk"


@pytest.fixture
def acme(run: Run) -> Run:
    """The command line, where a connection has judged a set that names somebody."""
    Path("okrs.json").write_bytes(orjson.dumps(a_set()))
    run("connections", "add", "acme", "--fail-on", "never")
    assert run("runs", "add", "acme", "okrs.json", "--quiet").code == 0
    return run


def test_a_connection_is_exported_to_the_terminal_or_a_file(acme: Run) -> None:
    told = acme("privacy", "export-connection", "acme").json()
    assert told["connection"]["id"] == "acme"
    assert PERSON in orjson.dumps(told).decode()
    saved = acme("privacy", "export-connection", "acme", "--output", "データ.json")
    assert (saved.code, saved.out) == (0, "")
    assert orjson.loads(Path("データ.json").read_bytes())["findings"] == told["findings"]


def test_a_person_is_exported_and_erased_and_the_name_is_gone(acme: Run) -> None:
    assert acme("privacy", "export-person", PERSON).json()["snapshots"]
    erased = acme("privacy", "erase-person", "unal@example.com", "--also", PERSON, "--yes")
    assert erased.code == 0
    assert re.match(r"The person is now called person-[0-9a-f]{12}\.\n", erased.out)
    for arguments in (("privacy", "export-connection", "acme"), ("audit", "export"), ("findings", "list")):
        assert "Ünal" not in acme(*arguments).out
    assert acme("privacy", "export-person", PERSON).json()["snapshots"] == []


def test_nothing_is_erased_without_a_yes(acme: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n" * 2))
    for arguments in (("erase-person", PERSON), ("erase-connection", "acme")):
        assert acme("privacy", *arguments).code == 130
    assert acme("connections", "show", "acme").code == 0
    assert acme("privacy", "export-person", PERSON).json()["snapshots"]


def test_a_connection_is_erased(acme: Run) -> None:
    erased = acme("privacy", "erase-connection", "acme", "--yes", "--format", "json")
    assert erased.json()["changed"]["okr_run"] == 1
    assert acme("connections", "show", "acme").code == 2
    assert acme("findings", "list").out.startswith("There is no such finding")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export-connection", "nowhere"), "nowhere"),
        (("erase-connection", "nowhere", "--yes"), "nowhere"),
        (("export-person", "x"), "too short"),
        (("erase-person", "x", "--yes"), "too short"),
        (("export-person", "a\udcff"), "no text"),
        (("erase-person", "a\udcff", "--yes"), "no text"),
        (("export-connection", "acme", "--output", "no/such/folder.json"), "no/such/folder.json"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_exported_or_erased_exits_2_and_says_why(
    acme: Run, arguments: tuple[str, ...], said: str
) -> None:
    refused = acme("privacy", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err


def test_retention_is_shown_applied_and_shown_again(acme: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = acme("retention", "show").out.splitlines()
    assert (before[0], before[2]) == ("Kept: every run, for ever.", "Last applied: never.")
    monkeypatch.setenv("OKR_VALIDATOR_RETENTION_DAYS", "30")
    monkeypatch.setenv("OKR_VALIDATOR_RETENTION_MB", "1")
    applied = acme("retention", "apply")
    assert re.fullmatch(r"Removed 0 runs and \d+ snapshots?; \d\.\d MB are left\.\n", applied.out)
    after = acme("retention", "show").out.splitlines()
    assert after[0] == "Kept: runs of the last 30 days, at most 1.0 MB."
    today = datetime.datetime.now(datetime.UTC)
    assert re.match(rf"Last applied: {today:%Y-%m-%d} \d\d:\d\d UTC by cli:\S+; 0 runs removed\.", after[2])
    told = acme("retention", "show", "--format", "json").json()
    assert (told["days"], told["most_bytes"], told["last_applied"]["runs"]) == (30, 1_000_000, 0)


def test_a_key_with_a_name_in_any_script_is_made_listed_revoked_and_stands_in_the_trail(acme: Run) -> None:
    made = acme("keys", "create", "夜間エクスポート", "--role", "submitter", "--connection", "acme", "--days", "30")
    assert made.code == 0
    secret = made.out.strip()
    id = secret.split("_")[1]
    told = acme("keys", "list").out
    assert all(word in told for word in (id, "夜間エクスポート", "submitter", "acme"))
    assert secret.split("_")[2] not in told
    assert acme("keys", "revoke", id).code == 0
    (key,) = acme("keys", "list", "--format", "json").json()["keys"]
    assert key["revoked_at"] is not None
    trail = [orjson.loads(line) for line in acme("audit", "export", "--target-kind", "key").out.splitlines()]
    assert [entry["action"] for entry in trail] == ["create", "revoke"]
    assert trail[0]["after"]["name"] == "夜間エクスポート"


def test_a_key_whose_name_is_no_text_is_refused(acme: Run) -> None:
    refused = acme("keys", "create", "a\udcff", "--role", "admin")
    assert (refused.code, refused.out) == (2, "")
    assert "A key needs a name" in refused.err


def test_the_trail_is_filtered_by_time_and_actor_and_written_to_a_file(acme: Run) -> None:
    everything = acme("audit", "export").out.splitlines()
    assert len(everything) == 2
    assert acme("audit", "export", "--until", "2020-01-01").out == ""
    assert acme("audit", "export", "--actor", "nobody").out == ""
    assert acme("audit", "export", "--action", "record").out.splitlines() == everything[1:]
    assert acme("audit", "export", "--since", "2020-01-01T00:00:00", "--output", "trail.jsonl").code == 0
    assert Path("trail.jsonl").read_text("utf-8").splitlines() == everything
