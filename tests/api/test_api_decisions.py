"""Decisions on conflicts, and what is late, over HTTP."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.api.api_remembered import DAY, Remembering, a_set, remembering

RULING = {
    "decider": "Zoë Øst",
    "gives_way": "東京 keeps fewer customers this quarter",
    "rationale": "Выручка идёт первой.",
    "decided_on": str(DAY),
    "tie_breaker": "Existing customers first",
    "forum": "Runde der Leiter",
}


@pytest.fixture(scope="module")
def app(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Remembering:
    return remembering(empty_store, tmp_path_factory.mktemp("decisions"))


def conflicting(app: Remembering, id: str) -> tuple[str, str]:
    """A connection with a conflict; gives its path and the finding's."""
    path = app.connection(id, fail_on="warning")
    app.run(id, a_set())
    return path, f"{path}/findings/{app.finding(id, 'competing-key-results')['id']}"


def later(days: int) -> datetime.date:
    return DAY + datetime.timedelta(days=days)


def test_a_decision_settles_its_conflict_until_a_side_changes(app: Remembering) -> None:
    _, finding = conflicting(app, "settled")
    made = app.answer("POST", f"{finding}/decisions", 201, json=RULING)
    decision = made.get_json()
    assert RULING.items() <= decision.items()
    assert app.ask("GET", made.headers["Location"]) == decision
    same = app.run("settled", a_set(), later(1))
    assert sum(condition["settled"] for condition in same["gate"]["conditions"]) == 1
    changed = a_set()
    changed["objectives"][0]["key_results"][0]["title"] = "Churn rate from 5% to 2%"
    back = app.run("settled", changed, later(2))
    (conflict,) = [f for f in back["findings"] if f["rule"] == "competing-key-results"]
    assert (conflict["life"]["state"], conflict["life"]["cause"]["decision"]) == ("new", decision["id"])
    assert app.ask("GET", f"/v1/decisions/{decision['id']}")["void_since_run"] == back["run"]["id"]


def test_decisions_are_listed_by_connection_finding_and_whether_they_hold(app: Remembering) -> None:
    _, finding = conflicting(app, "again")
    made = []
    for days in range(3):
        app.on(later(days))
        made.append(app.ask("POST", f"{finding}/decisions", 201, json=RULING))
    ids = [decision["id"] for decision in made]
    pages = list(app.pages("/v1/decisions", "decisions", connection="again", limit=2))
    assert [[decision["id"] for decision in page] for page in pages] == [ids[:2], ids[2:]]
    holding = app.all_of("/v1/decisions", "decisions", finding=made[0]["finding_id"], connection="again", holds="true")
    assert [decision["id"] for decision in holding] == ids[2:]
    void = app.all_of("/v1/decisions", "decisions", connection="again", holds="false")
    assert [decision["id"] for decision in void] == ids[:2]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"decider": ""}, "/decider"),
        ({"rationale": None}, "/rationale"),
        ({"decided_on": "2026-13-01"}, "/decided_on"),
        ({"decided_on": "2027-01-01"}, "/decided_on"),
        ({"gives_way": "x" * 100_000}, "/gives_way"),
        ({"colour": "red"}, "/colour"),
    ],
    ids=["nobody", "no reason", "no day", "a day to come", "too long", "unknown field"],
)
def test_a_decision_that_cannot_be_meant_is_refused_with_its_place(
    app: Remembering, change: dict[str, Any], pointer: str
) -> None:
    app.on(DAY)
    if not app.all_of("/v1/findings", "findings", connection="faulty"):
        conflicting(app, "faulty")
    finding = f"/v1/connections/faulty/findings/{app.finding('faulty', 'competing-key-results')['id']}"
    told = app.ask("POST", f"{finding}/decisions", 422, json=RULING | change)
    assert [fault["pointer"] for fault in told["errors"]] == [pointer]


def test_only_a_conflict_is_decided_on(app: Remembering) -> None:
    path, _ = conflicting(app, "other")
    unowned = app.finding("other", "unowned-objective")["id"]
    app.ask("POST", f"{path}/findings/{unowned}/decisions", 409, json=RULING)
    app.ask("POST", f"{path}/findings/none/decisions", 404, json=RULING)


def test_what_is_late_is_told_by_the_day_and_a_decision_ends_it(app: Remembering) -> None:
    path, finding = conflicting(app, "late")

    def late(day: datetime.date | None = None) -> dict[str, str]:
        told = app.ask("GET", f"{path}/notices", query_string={"as_of": str(day)} if day else {})
        assert told["as_of"] == str(day or DAY)
        return {notice["notice"]: notice["since"] for notice in told["notices"]}

    assert late() == {}
    assert late(later(3)) == {"dependency-overdue": str(DAY)}
    assert late(later(5)) == {"dependency-overdue": str(DAY)}
    assert late(later(6)) == {"conflict-overdue": str(DAY), "dependency-overdue": str(DAY)}
    (notice,) = [n for n in app.ask("GET", f"{path}/notices?as_of={later(6)}")["notices"] if n["respond_by"]]
    assert (notice["decision_maker"], notice["respond_by"]) == ("Zoë Øst", str(later(5)))
    assert (notice["escalate_on"], sorted(notice["teams"])) == (str(later(6)), ["süd", "東京"])
    app.ask("POST", f"{finding}/decisions", 201, json=RULING)
    assert late(later(6)) == {"dependency-overdue": str(DAY)}
    app.ask("GET", f"{path}/notices?as_of=tomorrow", 400)
    app.ask("GET", "/v1/connections/nowhere/notices", 404)
