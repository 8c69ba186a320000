"""The commands that remember: connections, runs and findings, on a database of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.cli_store import Run


def test_a_set_is_judged_for_a_connection_and_remembered(run: Run) -> None:
    assert run("connections", "add", "acme", "--name", "Acme", "--fail-on", "never").code == 0
    first = run("runs", "add", "acme", "unowned.yaml", "--format", "json", "--as-of", "2026-08-03")
    second = run("runs", "add", "acme", "owned.yaml", "--as-of", "2026-08-04")
    assert (first.code, second.code) == (0, 0)
    assert "Run 2 of acme" in second.err
    ids = [finding["id"] for finding in first.json()["findings"] if finding["rule"] == "unowned-objective"]
    listed = run("findings", "list", "--connection", "acme", "--rule", "unowned-objective", "--format", "json").json()
    assert [(entry["id"], entry["state"]) for entry in listed["findings"]] == [(ids[0], "resolved")]
    shown = run("findings", "show", "acme", ids[0])
    assert "resolved" in shown.out
    assert "item_removed" in shown.out


def test_runs_are_listed_compared_shown_and_judged_again(run: Run) -> None:
    run("connections", "add", "acme")
    failed = run("runs", "add", "acme", "unowned.yaml", "--quiet", "--as-of", "2026-08-03")
    assert (failed.code, failed.out) == (1, "")
    run("runs", "add", "acme", "owned.yaml", "--quiet", "--as-of", "2026-08-03")
    runs = run("runs", "list", "acme", "--format", "json").json()["runs"]
    assert [entry["number"] for entry in runs] == [2, 1]
    assert "cli:" in run("runs", "list", "acme").out
    told = run("runs", "diff", runs[0]["id"])
    assert "item removed: objective C2" in told.out
    assert run("runs", "diff", runs[0]["id"], "--format", "json").json()["before"]["id"] == runs[1]["id"]
    plain = run("runs", "show", runs[1]["id"], "--format", "json").json()
    stateless = run("validate", "unowned.yaml", "--format", "json", "--as-of", "2026-08-03").json()
    assert plain == stateless
    assert "Win the south" in run("runs", "show", runs[1]["id"]).out
    again = run("runs", "replay", runs[1]["id"])
    assert (again.code, again.out) == (0, f"The same, byte for byte: {runs[1]['report_digest']}\n")


def test_part_of_a_set_resolves_nothing(run: Run) -> None:
    run("connections", "add", "acme")
    run("runs", "add", "acme", "unowned.yaml", "--quiet")
    run("runs", "add", "acme", "owned.yaml", "--quiet", "--partial")
    found = run("findings", "list", "--state", "stale", "--rule", "unowned-objective", "--format", "json").json()
    assert [entry["items"][0]["id"] for entry in found["findings"]] == ["C2"]


def test_a_connection_is_changed_overlaid_listed_and_removed(run: Run) -> None:
    run("connections", "add", "acme")
    Path("overlay.yaml").write_text("governance: {conflict_resolver: Ana}\n", "utf-8")
    assert run("connections", "overlay", "acme", "overlay.yaml").code == 0
    assert run("connections", "change", "acme", "--ruleset", "strict", "--name", "Acme Ltd").code == 0
    shown = run("connections", "show", "acme", "--format", "json").json()
    assert (shown["name"], shown["ruleset"], shown["version"]) == ("Acme Ltd", "strict", 3)
    assert shown["overlay_digest"] is not None
    assert run("connections", "overlay", "acme", "--remove").code == 0
    assert "Acme Ltd" in run("connections", "list").out
    assert run("connections", "remove", "acme", "--yes").code == 0
    assert "no connection yet" in run("connections", "list").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("runs", "add", "nowhere", "owned.yaml"), "There is no connection “nowhere”"),
        (("runs", "show", "nothing"), "There is no run “nothing”"),
        (("findings", "show", "nowhere", "nothing"), "There is no finding “nothing”"),
        (("connections", "add", "Not An Id"), "is no id of a connection"),
        (("connections", "add", "acme", "--ruleset", "none-such"), "none-such"),
        (("connections", "overlay", "acme"), "Give a FILE, or --remove"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_not_there_is_said_and_exits_2(run: Run, arguments: tuple[str, ...], said: str) -> None:
    answer = run(*arguments)
    assert answer.code == 2
    assert said in answer.err
