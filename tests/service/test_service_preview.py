"""A draft tried on what is stored: what would appear, vanish and change, and nothing is stored."""

from __future__ import annotations

import datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, delete, func, select

from tests.history.histories import START
from tests.service.service_runs import add_connection, at
from tests.service.stored_rulesets import PATIENT, RULE, publish_text, rule, save
from validator.errors import BadInput, BadRuleset
from validator.history.difference import Count
from validator.service.faults import NotFound
from validator.service.preview import MOST_CONNECTIONS, Preview, preview
from validator.service.runs import run_document
from validator.store.columns import metadata
from validator.store.engine import reading, writing
from validator.store.snapshots import pack, put
from validator.store.tables import snapshots

TEAMS = [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}]

RUNNING = """\
name: ours
rules:
  - id: still-running
    title: Objective still running
    for: objective
    when: {days_past_end: {below: 0}}
    severity: info
    failure: isolated-okrs
    message: "“{title}”: {days_past_end} days"
    examples:
      report: [{as_of: 2026-01-01, document: {objectives: [{id: O1, title: Grow, end: 2026-01-02}]}}]
      accept: [{as_of: 2026-01-03, document: {objectives: [{id: O1, title: Grow, end: 2026-01-02}]}}]
"""


def _set(*bare: str) -> dict[str, Any]:
    """Two objectives of two teams; those named have no key result."""
    measured = {"O1": "north", "O2": "south"}
    return {
        "teams": TEAMS,
        "objectives": [
            {
                "id": id,
                "title": f"Grow in the {team}",
                "team": team,
                "key_results": [] if id in bare else [{"id": f"K{id}", "title": "Steps", "target": 4}],
            }
            for id, team in measured.items()
        ],
    }


def _record(engine: Engine, id: str, document: dict[str, Any]) -> None:
    run_document(engine, id, document, now=at(START), actor="Ana", as_of=START)


def _rows(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        counted = {name: select(func.count()).select_from(table) for name, table in metadata.tables.items()}
        return {name: connection.execute(statement).scalar_one() for name, statement in counted.items()}


def _preview(engine: Engine, *connections: str) -> Preview:
    return preview(engine, "ours", connections, limits=PATIENT)


@pytest.fixture
def judged(database: Engine) -> Engine:
    """Two connections judged by the published ruleset `ours`: one objective of `acme` and both of `beta` have no key result."""
    publish_text(database, RULE)
    for id, bare in (("acme", ("O1",)), ("beta", ("O1", "O2"))):
        add_connection(database, id, ruleset="ours")
        _record(database, id, _set(*bare))
    return database


def test_a_draft_says_what_appears_vanishes_and_changes_by_team_and_severity(judged: Engine) -> None:
    shown = rule("key-results-there").replace("below: 1", "at_least: 1").partition("rules:\n")[2]
    shown = (
        shown.replace("      report:", "      _:")
        .replace("      accept:", "      report:")
        .replace("      _:", "      accept:")
    )
    shown = shown.replace("{name: without any, items: [O1], document", "{document")
    save(judged, RULE.replace("severity: warning", "severity: error") + shown, version=2)
    before = _rows(judged)
    found = _preview(judged, "acme", "beta")
    assert [(one.connection, one.status_before, one.status_after) for one in found.tried] == [
        ("acme", "pass", "fail"),
        ("beta", "pass", "fail"),
    ]
    acme, beta = (one.difference for one in found.tried)
    assert [(f["rule"], f["items"][0]["id"]) for f in acme.appeared] == [("key-results-there", "O2")]
    assert [(pair.after["items"][0]["id"], pair.fields) for pair in beta.changed] == [
        ("O1", ("severity",)),
        ("O2", ("severity",)),
    ]
    assert found.counts == (
        Count("north", "error", 0, 0, 2),
        Count("south", "error", 0, 0, 1),
        Count("south", "warning", 1, 0, 0),
    )
    assert _rows(judged) == before


def test_a_rule_that_the_draft_drops_makes_its_findings_vanish(judged: Engine) -> None:
    save(judged, rule("another-id").replace("below: 1", "below: 1, above: -1"), version=2)
    (acme,) = _preview(judged, "acme").tried
    assert [finding["rule"] for finding in acme.difference.vanished] == ["no-key-result"]
    assert [finding["rule"] for finding in acme.difference.appeared] == ["another-id"]


def test_a_connection_is_compared_with_the_ruleset_that_it_has_in_force(judged: Engine) -> None:
    add_connection(judged, "gamma", ruleset="base")
    _record(judged, "gamma", _set("O1"))
    save(judged, RULE + "# edited\n", version=2)
    acme, gamma = _preview(judged, "acme", "gamma").tried
    assert (acme.ruleset, acme.difference) == ("ours@1", ((), (), ()))
    assert gamma.ruleset == "base"
    assert "no-key-result" in {finding["rule"] for finding in gamma.difference.appeared}


def test_a_set_is_judged_with_its_overlay_as_of_the_day_of_its_run(judged: Engine) -> None:
    end = START + datetime.timedelta(days=90)
    overlay = pack(orjson.dumps({"objectives": [{"id": "O1", "end": str(end)}]}))
    with writing(judged) as connection:
        put(connection, overlay, at(START))
    add_connection(judged, "delta", ruleset="ours", overlay_digest=overlay.digest)
    _record(judged, "delta", _set())
    save(judged, RUNNING, version=2)
    (delta,) = _preview(judged, "delta").tried
    assert delta.as_of == START
    assert [finding["message"] for finding in delta.difference.appeared] == ["“Grow in the north”: -90 days"]


def test_connections_without_a_stored_set_are_named(judged: Engine) -> None:
    add_connection(judged, "empty", ruleset="ours")
    with writing(judged) as connection:
        connection.execute(delete(snapshots).where(snapshots.c.digest.in_(_documents(judged, "acme"))))
    found = _preview(judged, "acme", "beta", "empty")
    assert ([one.connection for one in found.tried], found.without_set) == (["beta"], ("acme", "empty"))


def _documents(engine: Engine, id: str) -> list[str]:
    runs = metadata.tables["okr_run"]
    with reading(engine) as connection:
        return list(connection.scalars(select(runs.c.document_digest).where(runs.c.connection_id == id)))


def test_a_draft_that_could_not_be_published_is_refused(judged: Engine) -> None:
    save(judged, RULE.replace("below: 1", "below: 0"), version=2)
    with pytest.raises(BadRuleset, match="expected fail, was pass"):
        _preview(judged, "acme")
    with pytest.raises(BadRuleset, match="expected fail, was pass"):
        _preview(judged)


def test_what_is_not_there_is_not_found(judged: Engine) -> None:
    with pytest.raises(NotFound, match="connection “nowhere”"):
        _preview(judged, "nowhere")
    with pytest.raises(NotFound, match="draft of a ruleset “theirs”"):
        preview(judged, "theirs", ["acme"])
    with pytest.raises(BadInput, match="51 connections are too many"):
        _preview(judged, *(f"c{number}" for number in range(MOST_CONNECTIONS + 1)))
    assert _preview(judged).tried == ()
