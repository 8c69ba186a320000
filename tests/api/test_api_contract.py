"""What the description says of each operation beyond its data: who may ask, what it refuses, which headers it wants."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.api_keys import Make
from validator.api.permissions import needed

Operations = dict[tuple[str, str], dict[str, Any]]


def _operations(client: FlaskClient) -> Operations:
    paths = client.get("/openapi.json").get_json()["paths"]
    return {
        (method.upper(), path): told
        for path, parts in paths.items()
        for method, told in parts.items()
        if isinstance(told, dict)
    }


@pytest.fixture
def operations(client: FlaskClient, make: Make) -> Operations:
    """The operations of a service with a key, by method and path."""
    make()
    return _operations(client)


def _rule(path: str) -> str:
    return path.replace("{", "<").replace("}", ">")


def test_every_operation_that_needs_a_role_says_which_and_how_it_refuses(operations: Operations) -> None:
    roles = {place: needed(place[0], _rule(place[1])) for place in operations}
    closed = {place for place, need in roles.items() if need.role is not None}
    assert len(closed) > 60
    assert {place for place, told in operations.items() if told.get("security") == [{"key": []}]} == closed
    for place in closed:
        told, need = operations[place], roles[place]
        assert {"401", "403", "429", "503"} <= set(told["responses"]), place
        assert f"the role {need.role} " in told["description"], place
        assert ("for all connections" in told["description"]) is need.whole, place


def test_only_what_belongs_to_nobody_is_open(operations: Operations) -> None:
    opened = {place for place, told in operations.items() if "security" not in told}
    assert opened == {("GET", "/livez"), ("GET", "/readyz")}
    assert all("401" not in operations[place]["responses"] for place in opened)


def test_until_a_key_is_made_the_description_says_that_none_is_needed(client: FlaskClient, make: Make) -> None:
    before = {place: told.get("security") for place, told in _operations(client).items()}
    make()
    after = {place: told.get("security") for place, told in _operations(client).items()}
    assert before["GET", "/v1/runs/{run_id}"] == [{"key": []}, {}]
    assert {place: told and [*told, {}] for place, told in after.items()} == before


def test_the_scheme_of_keys_is_described(client: FlaskClient) -> None:
    (scheme,) = client.get("/openapi.json").get_json()["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def _headers(told: dict[str, Any]) -> dict[str, bool]:
    given = (parameter for parameter in told.get("parameters", ()) if parameter["in"] == "header")
    return {parameter["name"]: parameter.get("required", False) for parameter in given}


def test_a_header_that_is_required_is_asked_for_and_one_that_is_not_may_be_left_out(
    client: FlaskClient, operations: Operations
) -> None:
    wanted = {place for place, told in operations.items() if "428" in told["responses"]}
    assert wanted == {place for place, told in operations.items() if "If-Match" in _headers(told)}
    optional = {place for place in wanted if not _headers(operations[place])["If-Match"]}
    assert {place[0] for place in optional} == {"PUT"}
    assert all("If-None-Match" in _headers(operations[place]) for place in optional)
    others = {name for told in operations.values() for name, needed in _headers(told).items() if needed}
    assert others == {"If-Match"}


def test_query_and_path_are_described_beside_headers(client: FlaskClient, operations: Operations) -> None:
    names = {given["name"] for given in operations["POST", "/v1/connections/{connection_id}/runs"]["parameters"]}
    assert names == {"as_of", "Idempotency-Key"}
    paths = client.get("/openapi.json").get_json()["paths"]
    in_path = [given for parts in paths.values() for given in parts.get("parameters", ())]
    assert len(in_path) > 20
    assert [given for given in in_path if not given.get("description") or "schema" not in given] == []


@pytest.mark.parametrize("query", ["limit=0", "nothing=1", "limit=1&limit=2"])
def test_a_query_parameter_at_fault_is_a_400_and_so_described(
    url: str, make: Make, client: FlaskClient, query: str
) -> None:
    assert client.get(f"/v1/connections?{query}").status_code == 400
    told = _operations(client)["GET", "/v1/connections"]["responses"]
    assert "400" in told
    assert "422" not in told
