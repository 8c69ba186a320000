"""Waivers and baselines over HTTP: what they cover, until when, and who must agree."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.api_keys import bearer
from tests.api.api_remembered import DAY, Document, Remembering, a_set, remembering
from validator.service import keys
from validator.service.key_wishes import Wish
from validator.service.pepper import Pepper
from validator.store.engine import make_engine, writing

WHY = {"reason": "新しい担当者は九月に来ます", "owner": "Zoë Øst"}
LAST = DAY + datetime.timedelta(days=3)
WITHOUT_DATES = a_set(dependencies=[])
"""The set without what is due on a day."""


@pytest.fixture(scope="module")
def app(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Remembering:
    """A service where one person's word is enough."""
    return remembering(empty_store, tmp_path_factory.mktemp("waivers"))


def adopted(app: Remembering, id: str) -> str:
    """A connection that has judged the set once, and fails at warnings; gives its path."""
    path = app.connection(id, fail_on="warning")
    app.run(id, WITHOUT_DATES)
    return path


def counts(report: Document, name: str) -> int:
    return sum(condition[name] for condition in report["gate"]["conditions"])


SCOPES: dict[str, tuple[dict[str, Any], int]] = {
    "item": ({"scope": "item", "rule": "unaligned-objective", "item_kind": "objective", "item_id": "A"}, 1),
    "team": ({"scope": "team", "rule": "unaligned-objective", "team": "東京"}, 2),
}


@pytest.mark.parametrize(("scope", "covered"), SCOPES.values(), ids=SCOPES.keys())
def test_a_waiver_covers_what_it_names_up_to_its_last_day_and_then_it_is_new(
    app: Remembering, scope: dict[str, Any], covered: int
) -> None:
    id = f"scope-{scope['scope']}"
    path = adopted(app, id)
    made = app.answer("POST", f"{path}/waivers", 201, json={**scope, **WHY, "last_day": str(LAST)})
    waiver = made.get_json()
    assert (waiver["status"], waiver["covers"], waiver["reason"]) == ("active", covered, WHY["reason"])
    assert made.headers["Location"] == f"/v1/waivers/{waiver['id']}"
    held = app.run(id, WITHOUT_DATES, LAST)
    assert counts(held, "waived") == covered
    covered_now = [f for f in held["findings"] if f["life"]["waived_by"] is not None]
    assert {f["life"]["waived_by"] for f in covered_now} == {waiver["id"]}
    assert len(covered_now) == covered
    over = app.run(id, WITHOUT_DATES, LAST + datetime.timedelta(days=1))
    assert counts(over, "waived") == 0
    back = [f["life"]["cause"] for f in over["findings"] if f["life"]["state"] == "new"]
    assert back == [{"kind": "waiver_ended", "waiver": waiver["id"]}] * covered
    assert app.ask("GET", f"/v1/waivers/{waiver['id']}")["status"] == "expired"


def test_a_waiver_of_one_finding_is_ended_by_who_has_read_it(app: Remembering) -> None:
    path = adopted(app, "one")
    finding = app.finding("one", "unowned-objective")["id"]
    wish = {"scope": "finding", "finding": finding, **WHY, "last_day": str(LAST)}
    made = app.answer("POST", f"{path}/waivers", 201, json=wish)
    id, tag = made.get_json()["id"], made.headers["ETag"]
    app.ask("POST", f"/v1/waivers/{id}/end", 428)
    app.ask("POST", f"/v1/waivers/{id}/end", 412, headers={"If-Match": '"v9"'})
    ended = app.answer("POST", f"/v1/waivers/{id}/end", headers={"If-Match": tag})
    assert ended.get_json()["status"] == "ended"
    app.ask("POST", f"/v1/waivers/{id}/end", 409, headers={"If-Match": ended.headers["ETag"]})


def test_waivers_are_listed_by_connection_finding_kind_and_status_in_pages(app: Remembering) -> None:
    path = adopted(app, "listed")
    findings = [f["id"] for f in app.all_of("/v1/findings", "findings", connection="listed")][:3]
    for finding in findings:
        wish = {"scope": "finding", "finding": finding, **WHY, "last_day": str(LAST)}
        app.ask("POST", f"{path}/waivers", 201, json=wish)
    listed = list(app.pages("/v1/waivers", "waivers", connection="listed", kind="waiver", status="active", limit=2))
    assert [len(page) for page in listed] == [2, 1]
    assert {waiver["finding_id"] for page in listed for waiver in page} == set(findings)
    (one,) = app.all_of("/v1/waivers", "waivers", finding=findings[0])
    assert one["connection_id"] == "listed"
    assert app.all_of("/v1/waivers", "waivers", connection="listed", status="ended") == []
    assert app.all_of("/v1/waivers", "waivers", connection="listed", kind="baseline") == []


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a day that is past": ({"last_day": "2026-08-02"}, "/last_day"),
    "no reason": ({"reason": " "}, "/reason"),
    "a rule without a name": ({"rule": ""}, "/rule"),
    "a scope that does not exist": ({"scope": "company"}, "/scope"),
    "a field too many": ({"colour": "red"}, "/colour"),
}


@pytest.mark.parametrize(("change", "pointer"), FAULTS.values(), ids=FAULTS.keys())
def test_a_waiver_that_cannot_be_meant_is_refused_with_its_place(
    app: Remembering, change: dict[str, Any], pointer: str
) -> None:
    app.on(DAY)
    if not app.all_of("/v1/findings", "findings", connection="faults"):
        adopted(app, "faults")
    wish = {"scope": "team", "rule": "unaligned-objective", "team": "süd", **WHY, "last_day": str(LAST), **change}
    told = app.ask("POST", "/v1/connections/faults/waivers", 422, json=wish)
    assert pointer in [fault["pointer"] for fault in told["errors"]]
    assert app.all_of("/v1/waivers", "waivers", connection="faults") == []


def test_a_baseline_accepts_what_stands_and_counts_what_is_newer(app: Remembering) -> None:
    path = adopted(app, "adopting")
    standing = len([f for f in app.all_of("/v1/findings", "findings", connection="adopting") if not f["shadow"]])
    wish = {"burn_down": str(LAST), **WHY}
    made = app.ask("POST", f"{path}/baseline", 201, json=wish, headers={"Idempotency-Key": "adopt-1"})
    assert (made["accepted"], made["left"], made["waiting"], made["burn_down"]) == (standing, standing, 0, str(LAST))
    assert app.ask("POST", f"{path}/baseline", 201, json=wish, headers={"Idempotency-Key": "adopt-1"}) == made
    same = app.run("adopting", WITHOUT_DATES, LAST)
    assert (same["status"], counts(same, "count"), counts(same, "baseline")) == ("pass", 0, standing)
    more = a_set(dependencies=[])
    more["objectives"].append({**more["objectives"][1], "id": "N", "title": "Noch eins", "key_results": []})
    worse = app.run("adopting", more, LAST)
    assert worse["status"] == "fail"
    assert {f["items"][0]["id"] for f in worse["findings"] if f["life"]["waived_by"] is None and not f["shadow"]} == {
        "N"
    }
    assert app.ask("DELETE", f"{path}/baseline")["left"] == 0
    assert counts(app.run("adopting", WITHOUT_DATES, LAST), "baseline") == 0


def test_where_two_must_agree_a_waiver_waits_for_the_second_and_the_first_is_not_enough(
    empty_store: Path, tmp_path: Path
) -> None:
    app = remembering(empty_store, tmp_path, waiver_approval=True)
    engine, people = make_engine(app.url), {}
    with writing(engine) as connection:
        for name in ("Ana", "Бруно"):
            pepper = Pepper(None, app.url, {}).make()
            now = datetime.datetime(2026, 8, 1, tzinfo=datetime.UTC)
            people[name] = bearer(keys.create(connection, pepper, now, "cli:root", Wish(name, "editor"))[1])
    engine.dispose()

    def ask(name: str, method: str, path: str, **more: Any) -> TestResponse:
        headers = people[name] | more.pop("headers", {})
        return app.client.open(path, method=method, headers=headers, **more)

    def waived() -> set[str]:
        report = ask("Ana", "POST", "/v1/connections/acme/runs", json=a_set()).get_json()
        return {finding["life"]["waived_by"] for finding in report["findings"]} - {None}

    ask("Ana", "POST", "/v1/connections", json={"id": "acme", "name": "Acme"})
    ask("Ana", "POST", "/v1/connections/acme/runs", json=a_set())
    wish = {"scope": "team", "rule": "unaligned-objective", "team": "süd", **WHY, "last_day": str(LAST)}
    made = ask("Ana", "POST", "/v1/connections/acme/waivers", json=wish)
    path, tag = f"/v1/waivers/{made.get_json()['id']}/approve", {"If-Match": made.headers["ETag"]}
    assert made.get_json()["status"] == "proposed"
    assert not waived()
    assert ask("Ana", "POST", path, headers=tag).status_code == 409
    approved = ask("Бруно", "POST", path, headers=tag).get_json()
    assert (approved["status"], approved["created_by"], approved["approved_by"]) == ("active", "Ana", "Бруно")
    assert waived() == {approved["id"]}
    adopting = ask("Ana", "POST", "/v1/connections/acme/baseline", json={"burn_down": str(LAST), **WHY}).get_json()
    assert adopting["waiting"] == adopting["left"] > 0
    assert ask("Ana", "POST", "/v1/connections/acme/baseline/approve").status_code == 409
    assert ask("Бруно", "POST", "/v1/connections/acme/baseline/approve").get_json()["waiting"] == 0
