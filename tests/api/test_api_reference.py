"""Rulesets, failure table and vocabulary, as the API shows them."""

from __future__ import annotations

import pytest
import requests

from tests.api.api_server import Server, problem
from validator.facts.vocabulary import VOCABULARY
from validator.rules.catalogue import load_ruleset, shipped
from validator.rules.failure_table import load_failure_table

DATA = ("/v1/rulesets", "/v1/rulesets/base", "/v1/failure-table", "/v1/vocabulary", "/openapi.json")


def test_the_rulesets_listed_are_those_shipped(server: Server) -> None:
    assert {entry["name"] for entry in server.get("/v1/rulesets").json()["rulesets"]} == set(shipped())


def test_a_ruleset_is_shown_with_its_rules(server: Server) -> None:
    shown, real = server.get("/v1/rulesets/base").json(), load_ruleset("base")
    assert shown["digest"] == real.digest
    assert [rule["id"] for rule in shown["rules"]] == [rule.id for rule in real.rules]
    assert len(shown["rules"]) == shown["rule_count"] > 0


def test_the_conditions_of_every_rule_ask_attributes_of_the_vocabulary(server: Server) -> None:
    known = {(entry["kind"], entry["name"]) for entry in server.get("/v1/vocabulary").json()["attributes"]}
    rules = server.get("/v1/rulesets/base").json()["rules"]
    asked = {(rule["kind"], name) for rule in rules for name in _attributes(rule["conditions"])}
    assert asked
    assert asked <= known


def test_every_rule_names_a_row_of_the_failure_table(server: Server) -> None:
    rows = {row["id"] for row in server.get("/v1/failure-table").json()["failures"]}
    assert rows == set(load_failure_table())
    assert {rule["failure"] for rule in server.get("/v1/rulesets/base").json()["rules"]} <= rows


def test_the_vocabulary_is_whole(server: Server) -> None:
    assert len(server.get("/v1/vocabulary").json()["attributes"]) == len(VOCABULARY)


@pytest.mark.parametrize(
    "name", ["bas", "base.yaml", "..", "%2e%2e%2fbase", "..%2f..%2fetc%2fpasswd", "a%00", "%ff", "x" * 3_000]
)
def test_an_unknown_ruleset_is_not_found(server: Server, name: str) -> None:
    problem(server.get(f"/v1/rulesets/{name}"), 404)


@pytest.mark.parametrize("path", DATA)
def test_unchanged_data_is_not_sent_again(server: Server, path: str) -> None:
    first = server.get(path)
    again = server.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert server.get(path, headers={"If-None-Match": '"other"'}).content == first.content


@pytest.mark.parametrize("path", [*DATA, "/livez", "/readyz", "/metrics", "/docs"])
def test_head_and_options_are_answered_without_a_body(server: Server, path: str) -> None:
    head = requests.head(server.url + path, timeout=30)
    assert (head.status_code, head.content) == (200, b"")
    options = requests.options(server.url + path, timeout=30)
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", "))


def _attributes(condition: dict[str, object]) -> set[str]:
    for join in ("all", "any", "none"):
        if join in condition:
            parts = condition[join]
            assert isinstance(parts, list)
            return set().union(*(_attributes(part) for part in parts))
    return {str(condition["attribute"])}
