"""Findings over HTTP: every filter, pages to their end, acknowledgements, and names in every script."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.api.api_remembered import DAY, Document, Remembering, a_set, owned, remembering

Holds = Callable[[Document], bool]
NEXT = DAY + datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def app(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Remembering:
    """A service with two connections: in one of them a finding has been resolved, and another came."""
    app = remembering(empty_store, tmp_path_factory.mktemp("findings"))
    for id in ("acme", "zeta"):
        app.connection(id)
        app.run(id, a_set())
    mended = owned(a_set())
    mended["objectives"][2]["owners"] = []
    app.run("acme", mended, NEXT)
    return app


@pytest.fixture(scope="module")
def every(app: Remembering) -> list[Document]:
    """Every finding, as shown one by one with its teams and owners."""
    found = app.all_of("/v1/findings", "findings")
    return [app.ask("GET", f"/v1/connections/{finding['connection_id']}/findings/{finding['id']}") for finding in found]


FILTERS: dict[str, tuple[dict[str, str], Holds]] = {
    "state": ({"state": "resolved"}, lambda f: f["state"] == "resolved"),
    "several states": ({"state": "new,unchanged"}, lambda f: f["state"] in ("new", "unchanged")),
    "severity": ({"severity": "error"}, lambda f: f["severity"] == "error"),
    "rule": ({"rule": "unowned-objective"}, lambda f: f["rule"] == "unowned-objective"),
    "row of the failure table": ({"row": "test-coherence"}, lambda f: f["failure"] == "test-coherence"),
    "team": ({"team": "東京"}, lambda f: "東京" in f["teams"]),
    "owner": ({"owner": "zoë"}, lambda f: "zoë" in f["owners"]),
    "connection": ({"connection": "zeta"}, lambda f: f["connection_id"] == "zeta"),
    "all together": (
        {"connection": "acme", "state": "new", "severity": "warning", "rule": "unowned-objective", "team": "東京",
         "row": "no-delivery-owner"},
        lambda f: f["connection_id"] == "acme" and f["state"] == "new" and f["rule"] == "unowned-objective",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("query", "holds"), FILTERS.values(), ids=FILTERS.keys())
def test_a_filter_gives_what_it_says_and_all_of_it(
    app: Remembering, every: list[Document], query: dict[str, str], holds: Holds
) -> None:
    wanted = [finding["id"] for finding in every if holds(finding)]
    assert 0 < len(wanted) < len(every)
    assert [finding["id"] for finding in app.all_of("/v1/findings", "findings", **query)] == wanted


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_pages_hold_every_finding_once_in_one_order(app: Remembering, every: list[Document], limit: int) -> None:
    pages = list(app.pages("/v1/findings", "findings", limit=limit))
    keys = [(finding["connection_id"], finding["id"]) for page in pages for finding in page]
    assert keys == sorted(keys) == [(finding["connection_id"], finding["id"]) for finding in every]
    assert {len(page) for page in pages[:-1]} <= {limit}


def test_pages_of_a_filter_go_on_where_they_were(app: Remembering) -> None:
    query = {"rule": "unaligned-objective", "connection": "acme"}
    ids = [[f["items"][0]["id"] for f in page] for page in app.pages("/v1/findings", "findings", limit=2, **query)]
    assert [len(page) for page in ids] == [2, 1]
    assert sorted(id for page in ids for id in page) == ["A", "B", "C"]


def test_what_nobody_asked_for_is_an_empty_page(app: Remembering) -> None:
    for query in ({"owner": "nobody"}, {"team": "süd", "rule": "no-forum"}, {"connection": "nowhere"}):
        assert app.ask("GET", "/v1/findings", query_string=query) == {"findings": [], "next": None}


def test_names_in_every_script_come_back_as_they_were_sent(app: Remembering) -> None:
    (found,) = app.all_of("/v1/findings", "findings", connection="zeta", rule="unowned-objective")
    assert found["message"] == "Nobody owns “Раздать всех”."
    assert found["items"][0]["team_name"] == "東京チーム"
    (conflict,) = app.all_of("/v1/findings", "findings", connection="zeta", rule="competing-key-results")
    shown = app.ask("GET", f"/v1/connections/zeta/findings/{conflict['id']}")
    assert (shown["teams"], shown["owners"]) == (["süd", "東京"], ["zoë"])


def test_a_finding_is_acknowledged_once_and_taken_back(app: Remembering) -> None:
    path = f"/v1/connections/zeta/findings/{app.finding('zeta', 'missing-target')['id']}"
    before = app.ask("GET", path)
    app.on(NEXT)
    seen = app.ask("PUT", f"{path}/acknowledgement")
    assert (seen["acknowledged_by"], seen["acknowledged_at"][:10]) == ("anonymous", str(NEXT))
    assert (seen["state"], seen["waived_by"]) == ("new", None)
    app.on(NEXT + datetime.timedelta(days=1))
    assert app.ask("PUT", f"{path}/acknowledgement") == seen
    back = app.ask("DELETE", f"{path}/acknowledgement")
    assert (back["acknowledged_by"], back["acknowledged_at"]) == (None, None)
    happened = app.ask("GET", path)["events"]
    assert [event["event"] for event in happened[len(before["events"]) :]] == ["acknowledged", "unacknowledged"]


@pytest.mark.parametrize("path", ["/v1/connections/zeta/findings/none", "/v1/connections/nowhere/findings/none"])
def test_a_finding_that_is_not_there_can_be_neither_shown_nor_acknowledged(app: Remembering, path: str) -> None:
    told: list[dict[str, Any]] = [app.ask("GET", path, 404), app.ask("PUT", f"{path}/acknowledgement", 404)]
    assert {problem["type"] for problem in told} == {"urn:okr-validator:problem:not-found"}
