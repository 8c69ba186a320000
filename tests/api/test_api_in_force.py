"""What was published judges: rulesets, the failure table and the metric catalogue, without a run being recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests.api.api_server import okr_set
from tests.service.stored_rulesets import RULE, STRICTER, put_in_force
from tests.service.test_service_tables import CATALOGUE, FAILURES, METRICS, TABLE, WIDGETS
from validator.api.app import create_app
from validator.api.schemas import FailureTableSchema, MetricCatalogueSchema, RulesetListSchema, RulesetSchema
from validator.api.services import KEY
from validator.rules.catalogue import load_ruleset
from validator.service.texts import Target
from validator.settings import Settings
from validator.store.engine import make_engine
from validator.store.schema import upgrade

BARE = {"objectives": [{"id": "O1", "title": "Grow", "key_results": []}]}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    address = f"sqlite:///{tmp_path}/okr.db"
    upgrade(address)
    engine = make_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture
def client(engine: Engine, tmp_path: Path) -> FlaskClient:
    """A service with that database."""
    return create_app(Settings(database_url=f"sqlite:///{tmp_path}/okr.db")).test_client()


def judged(client: FlaskClient, document: Any = BARE, **query: str) -> dict[str, Any]:
    answer = client.post("/v1/validations", json=document, query_string={"as_of": "2026-08-03", **query})
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.get_json()
    return report


def test_a_published_ruleset_judges_by_its_name_and_each_of_its_versions_for_ever(
    client: FlaskClient, engine: Engine
) -> None:
    assert client.post("/v1/validations", json=BARE, query_string={"ruleset": "ours"}).status_code == 404
    put_in_force(engine, RULE)
    assert judged(client, ruleset="ours")["findings"][0]["severity"] == "warning"
    put_in_force(engine, STRICTER)
    for name, version, severity in (("ours", "2", "error"), ("ours@1", "1", "warning"), ("ours@2", "2", "error")):
        report = judged(client, ruleset=name)
        assert (report["ruleset"]["version"], report["findings"][0]["severity"]) == (version, severity)
    found = client.post("/v1/validations", json=BARE, query_string={"ruleset": "ours@7"})
    assert (found.status_code, found.get_json()["type"]) == (404, "urn:okr-validator:problem:unknown-ruleset")


def test_a_ruleset_published_under_a_shipped_name_judges_in_its_place(client: FlaskClient, engine: Engine) -> None:
    put_in_force(engine, RULE.replace("name: ours", "name: base"), Target("ruleset", "base"))
    assert [rule["id"] for rule in judged(client)["rules"]] == ["no-key-result"]
    assert client.get("/readyz").status_code == 200


def test_the_rulesets_listed_are_those_in_force_in_pages(client: FlaskClient, engine: Engine) -> None:
    put_in_force(engine, RULE)
    put_in_force(engine, STRICTER)
    put_in_force(engine, "rules: 3\n", Target("ruleset", "unread"))
    first = client.get("/v1/rulesets?limit=2").get_json()
    rest = client.get("/v1/rulesets", query_string={"cursor": first["next"]}).get_json()
    assert RulesetListSchema().validate(first) == RulesetListSchema().validate(rest) == {}
    listed = [*first["rulesets"], *rest["rulesets"]]
    assert [(one["name"], one["published"]) for one in listed] == [
        ("base", False), ("ours", True), ("relaxed", False), ("strict", False), ("unread", True),
    ]  # fmt: skip
    assert (listed[1]["version"], listed[1]["rule_count"], listed[1]["problem"]) == ("2", 1, None)
    assert "“rules” is a list" in listed[4]["problem"]
    assert (first["next"] is None, rest["next"]) == (False, None)


def test_a_ruleset_is_shown_as_it_is_in_force_or_in_a_version(client: FlaskClient, engine: Engine) -> None:
    put_in_force(engine, RULE)
    put_in_force(engine, STRICTER)
    found = {name: client.get(f"/v1/rulesets/{name}").get_json() for name in ("ours", "ours@1", "base")}
    assert [RulesetSchema().validate(one) for one in found.values()] == [{}, {}, {}]
    assert [(one["published"], one["version"]) for one in found.values()][:2] == [(True, "2"), (True, "1")]
    assert found["base"]["digest"] == load_ruleset("base").digest
    assert found["ours"]["digest"] == judged(client, ruleset="ours")["ruleset"]["digest"]


def test_what_this_release_cannot_use_is_told_and_the_rest_judges(client: FlaskClient, engine: Engine) -> None:
    put_in_force(engine, "rules: 3\n")
    for answer in (client.get("/v1/rulesets/ours"), client.post("/v1/validations?ruleset=ours", json=BARE)):
        assert (answer.status_code, answer.get_json()["type"]) == (503, "urn:okr-validator:problem:bad-ruleset")
        assert "publish it again" in answer.get_json()["detail"]
    assert judged(client)["ruleset"]["name"] == "base"


def test_the_failure_table_in_force_is_listed_and_judges(client: FlaskClient, engine: Engine) -> None:
    before = client.get("/v1/failure-table").get_json()
    assert before["version"] == "shipped"
    digest = judged(client)["ruleset"]["digest"]
    put_in_force(engine, TABLE.replace("problem: ", "problem: Here, "), FAILURES)
    after = client.get("/v1/failure-table").get_json()
    assert FailureTableSchema().validate(after) == {}
    assert (after["version"], len(after["failures"])) == ("1", len(before["failures"]) + 1)
    report = judged(client, okr_set())
    assert report["ruleset"]["digest"] != digest
    assert {finding["failure"]["problem"][:6] for finding in report["findings"]} == {"Here, "}


def test_the_metric_catalogue_in_force_is_listed_and_judges(client: FlaskClient, engine: Engine) -> None:
    shipped = client.get("/v1/metrics")
    assert MetricCatalogueSchema().validate(shipped.get_json()) == {}
    assert (shipped.get_json()["version"], len(shipped.get_json()["metrics"]) > 700) == ("shipped", True)
    again = client.get("/v1/metrics", headers={"If-None-Match": shipped.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    rules = [{finding["rule"] for finding in judged(client, WIDGETS)["findings"]}]
    put_in_force(engine, CATALOGUE, METRICS)
    found = client.get("/v1/metrics").get_json()
    assert (found["version"], [metric["id"] for metric in found["metrics"]]) == ("1", ["widget-speed", "widget-care"])
    assert found["trade_offs"][0]["moves"] == ["increase", "increase"]
    rules.append({finding["rule"] for finding in judged(client, WIDGETS)["findings"]})
    assert rules[1] - rules[0] == {"trade-off-key-results"}


def test_a_store_that_no_longer_answers_is_told_for_every_name(client: FlaskClient) -> None:
    assert judged(client)["ruleset"]["name"] == "base"
    parts = client.application.extensions
    parts[KEY] = parts[KEY]._replace(store=make_engine("postgresql://okr@127.0.0.1:1/okr"))
    for answer in (client.post("/v1/validations", json=BARE), client.get("/v1/rulesets"), client.get("/readyz")):
        assert (answer.status_code, answer.get_json()["type"]) == (503, "urn:okr-validator:problem:no-store")
    assert client.get("/livez").status_code == 200


def test_a_draft_is_deleted_by_who_has_read_it(client: FlaskClient) -> None:
    path = "/v1/rulesets/ours/draft"
    client.put(path, json={"text": RULE}, headers={"If-None-Match": "*"})
    client.put(path, json={"text": STRICTER}, headers={"If-Match": '"v1"'})
    assert client.delete(path).status_code == 428
    late = client.delete(path, headers={"If-Match": '"v1"'})
    assert (late.status_code, late.headers["ETag"]) == (412, '"v2"')
    assert late.get_json()["detail"] == "The draft “ours” has changed: it is at version 2."
    gone = client.delete(path, headers={"If-Match": '"v2"'})
    assert (gone.status_code, gone.get_json()["text"]) == (200, STRICTER)
    assert client.get(path).status_code == 404
    assert client.put(path, json={"text": RULE}, headers={"If-None-Match": "*"}).headers["ETag"] == '"v3"'
    assert client.delete("/v1/metrics/draft", headers={"If-Match": '"v1"'}).status_code == 404


def test_who_comes_second_is_told_the_version_that_there_is(client: FlaskClient) -> None:
    path = "/v1/rulesets/ours/draft"
    client.put(path, json={"text": RULE}, headers={"If-None-Match": "*"})
    begun = client.put(path, json={"text": RULE}, headers={"If-None-Match": "*"}).get_json()
    assert (begun["status"], begun["detail"]) == (412, "There is a draft of “ours”, at version 1.")
    client.post("/v1/connections", json={"id": "acme", "name": "Acme"})
    for version in (1, 1):
        told = client.patch("/v1/connections/acme", json={"name": "A"}, headers={"If-Match": f'"v{version}"'})
    assert (told.status_code, told.headers["ETag"]) == (412, '"v2"')
    assert told.get_json()["detail"] == "The connection “acme” has changed: it is at version 2."
