"""What people say about findings, on the command line: seen, waived, decided, adopted; and what is late."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from tests.api.api_remembered import a_set
from tests.cli.cli_store import Run

SOON = str(datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30))
WHY = ("--owner", "Zoë Øst", "--reason", "新しい担当者は九月に来ます")


@pytest.fixture
def acme(run: Run) -> Run:
    """The command line, where a connection has judged a set with a conflict and failed at warnings."""
    Path("okrs.json").write_bytes(orjson.dumps(a_set()))
    assert run("connections", "add", "acme", "--name", "東京チーム & Søn", "--fail-on", "warning").code == 0
    assert run("runs", "add", "acme", "okrs.json", "--quiet", "--as-of", "2026-08-03").code == 1
    return run


def judged(run: Run) -> int:
    """The exit code of judging the same set again."""
    return run("runs", "add", "acme", "okrs.json", "--quiet", "--as-of", "2026-08-03").code


def finding(run: Run, rule: str) -> str:
    (found,) = run("findings", "list", "--rule", rule, "--format", "json").json()["findings"]
    return str(found["id"])


FILTERS = {
    "state": ("--state", "new", 10),
    "severity": ("--severity", "error", 1),
    "rule": ("--rule", "unaligned-objective", 3),
    "row": ("--row", "no-delivery-owner", 2),
    "team": ("--team", "süd", 3),
    "owner": ("--owner", "zoë", 3),
    "connection": ("--connection", "acme", 10),
}


@pytest.mark.parametrize("option", FILTERS)
def test_findings_are_filtered(acme: Run, option: str) -> None:
    name, value, count = FILTERS[option]
    listed = acme("findings", "list", name, value, "--format", "json").json()["findings"]
    assert len(listed) == count
    shown = acme("findings", "list", name, value)
    assert (shown.code, shown.err) == (0, "")
    assert len(shown.out.splitlines()) == count + 1
    assert acme("findings", "list", name, value, "--connection", "nowhere").out.startswith("There is no such finding")


def test_a_finding_is_acknowledged_and_taken_back(acme: Run) -> None:
    id = finding(acme, "unowned-objective")
    assert acme("acknowledge", "acme", id).code == 0
    shown = acme("findings", "show", "acme", id, "--format", "json").json()
    assert shown["acknowledged_by"].startswith("cli:")
    assert "Раздать всех" in acme("findings", "show", "acme", id).out
    assert judged(acme) == 1
    assert acme("acknowledge", "acme", id, "--withdraw", "--format", "json").json()["acknowledged_by"] is None


def test_a_waiver_is_made_listed_and_ended(acme: Run) -> None:
    target = ("--rule", "unaligned-objective", "--team", "東京")
    made = acme("waivers", "add", "acme", *target, "--until", SOON, *WHY)
    assert made.code == 0
    id = re.fullmatch(rf"Waiver (\S+): holds until {SOON} and covers 2 of today's findings\.\n", made.out)
    assert id is not None
    told = acme("waivers", "list", "--connection", "acme", "--status", "active").out
    assert all(word in told for word in (id[1], "Zoë Øst", "unaligned-objective 東京", "新しい担当者は九月に来ます"))
    assert judged(acme) == 1
    run_shown = acme("runs", "list", "acme", "--format", "json").json()["runs"][0]
    assert run_shown["counts"]["waived"] == 2
    assert acme("waivers", "end", id[1]).out == f"Waiver {id[1]}: ended.\n"
    assert acme("waivers", "list", "--status", "active").out == "There is no such waiver.\n"


def test_who_made_a_waiver_cannot_approve_it(acme: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_VALIDATOR_WAIVER_APPROVAL", "1")
    target = ("--finding", finding(acme, "unowned-objective"))
    made = acme("waivers", "add", "acme", *target, "--until", SOON, *WHY, "--format", "json").json()
    assert made["status"] == "proposed"
    alone = acme("waivers", "approve", made["id"])
    assert (alone.code, alone.out) == (2, "")
    monkeypatch.setenv("LOGNAME", "бруно")
    assert acme("waivers", "approve", made["id"]).code == 2
    monkeypatch.setattr("os.getuid", lambda: 4_711)
    monkeypatch.setattr("pwd.getpwuid", {4_711: SimpleNamespace(pw_name="бруно")}.__getitem__)
    assert acme("waivers", "approve", made["id"], "--format", "json").json()["approved_by"] == "cli:бруно"


def test_a_baseline_lets_the_gate_pass_until_it_ends(acme: Run) -> None:
    adopted = acme("baseline", "adopt", "acme", "--until", SOON, *WHY)
    assert adopted.out == f"acme: 10 of 10 accepted findings are left until {SOON}.\n"
    assert judged(acme) == 0
    assert acme("baseline", "show", "acme", "--format", "json").json()["left"] == 10
    assert acme("baseline", "end", "acme").code == 0
    assert judged(acme) == 1


def test_a_decision_settles_a_conflict_and_is_listed(acme: Run) -> None:
    id = finding(acme, "competing-key-results")
    ruling = ("--decider", "Zoë Øst", "--gives-way", "東京 keeps fewer", "--rationale", "Выручка первой")
    made = acme("decisions", "record", "acme", id, *ruling, "--on", "2026-08-03", "--tie-breaker", "Customers first")
    assert (made.code, made.out.endswith(f"settles {id} until either side changes.\n")) == (0, True)
    judged(acme)
    (listed,) = acme("decisions", "list", "--connection", "acme", "--holds", "--format", "json").json()["decisions"]
    assert (listed["gives_way"], listed["decided_on"]) == ("東京 keeps fewer", "2026-08-03")
    assert "Customers first" in acme("decisions", "list").out
    assert acme("decisions", "list", "--void").out == "There is no such decision.\n"


def test_what_is_late_is_told_by_the_day(acme: Run) -> None:
    assert acme("notices", "acme", "--as-of", "2026-08-04").out == "Nothing is late on 2026-08-04.\n"
    late = acme("notices", "acme", "--as-of", "2026-08-06", "--format", "json").json()
    assert [notice["notice"] for notice in late["notices"]] == ["dependency-overdue"]
    assert "dependency-overdue" in acme("notices", "acme", "--as-of", "2026-08-06").out


REFUSED = {
    "a waiver of nothing": (("waivers", "add", "acme", "--until", SOON, *WHY), "finding"),
    "a waiver of an unknown finding": (("waivers", "add", "acme", "--finding", "none", "--until", SOON, *WHY), "none"),
    "a waiver until yesterday": (
        ("waivers", "add", "acme", "--rule", "r", "--team", "t", "--until", "2020-01-01", *WHY), "2020-01-01"
    ),
    "a day that is none": (("baseline", "adopt", "acme", "--until", "soon", *WHY), "--until"),
    "a waiver that is not there": (("waivers", "end", "none"), "none"),
    "a baseline of nothing": (("baseline", "show", "nowhere"), "nowhere"),
    "a decision on an unknown finding": (
        ("decisions", "record", "acme", "none", "--decider", "a", "--gives-way", "b", "--rationale", "c"), "none"
    ),
    "an acknowledgement of nothing": (("acknowledge", "acme", "none"), "none"),
    "notices of nothing": (("notices", "nowhere"), "nowhere"),
    "an unknown state": (("findings", "list", "--state", "gone"), "gone"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_meant_exits_2_and_names_it(acme: Run, arguments: tuple[str, ...], said: str) -> None:
    refused = acme(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err


COMMANDS = (
    ("findings", "list"), ("waivers", "list"), ("decisions", "list"), ("notices", "acme"), ("keys", "list"),
    ("audit", "export"), ("retention", "show"), ("baseline", "show", "acme"), ("runs", "list", "acme"),
)  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_database_that_nobody_made_is_named_with_what_makes_it(
    run: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    refused = run(*arguments, "--database-url", f"sqlite:///{tmp_path}/nobody.db")
    assert (refused.code, refused.out) == (2, "")
    assert "okr-validator db upgrade" in refused.err
    assert not (tmp_path / "nobody.db").exists()
