"""The description of the API, and the page that shows it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.api_server import Server, okr_set

EXPORT = Path(__file__).parents[3] / "shared/data/viva-goals-export"
ELSEWHERE = re.compile(r"(https?:)?//(?!/)[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)


def test_the_description_is_openapi_3_1(openapi: dict[str, Any]) -> None:
    assert openapi["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(openapi).iter_errors()) == []


def test_every_resource_is_described(server: Server, openapi: dict[str, Any]) -> None:
    described = {path for path in openapi["paths"] if server.get(path.replace("{name}", "base")).status_code != 404}
    assert described == set(openapi["paths"])
    assert {"/v1/validations", "/v1/rulesets/{name}", "/livez", "/readyz", "/metrics"} <= described


def test_every_refusal_is_described_as_a_problem(openapi: dict[str, Any]) -> None:
    answers = [
        (status, answer)
        for path in openapi["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
        for status, answer in operation["responses"].items()
    ]
    described = openapi["components"]["responses"]
    refusals = [described[answer["$ref"].rpartition("/")[2]] for status, answer in answers if int(status) >= 400]
    assert refusals
    assert all(set(answer["content"]) == {"application/problem+json"} for answer in refusals)


def test_the_body_is_described_by_the_schema_that_judges_it(openapi: dict[str, Any]) -> None:
    schema = _validator(openapi, "OkrSet")
    assert schema.is_valid(okr_set())
    assert not schema.is_valid(okr_set(ownerz=[]))


CHECKED = {
    "/v1/rulesets": "RulesetList",
    "/v1/rulesets/base": "Ruleset",
    "/v1/failure-table": "FailureTable",
    "/v1/vocabulary": "Vocabulary",
    "/livez": "Health",
    "/readyz": "Readiness",
    "/nothing": "Problem",
}


@pytest.mark.parametrize(("path", "schema"), CHECKED.items())
def test_an_answer_is_as_described(server: Server, openapi: dict[str, Any], path: str, schema: str) -> None:
    _validator(openapi, schema).validate(server.get(path).json())


@pytest.mark.parametrize(
    "document", [okr_set(), okr_set(owned=True), {"objectives": []}], ids=["unowned", "owned", "empty"]
)
def test_a_report_is_as_described(server: Server, openapi: dict[str, Any], document: dict[str, Any]) -> None:
    answer = server.judge(document)
    _validator(openapi, "Report" if answer.status_code == 200 else "Problem").validate(answer.json())


def test_a_report_with_conflicts_and_the_way_to_decide_them_is_as_described(
    server: Server, openapi: dict[str, Any]
) -> None:
    document = okr_set(
        2,
        True,
        conflicts=[{"id": "c1", "objectives": ["o0", "o1"], "status": "open", "summary": "Price against volume"}],
        governance={"tie_breaker": "Retention first", "forum": {"name": "Monday", "next": "2026-12-01"}},
    )
    report = server.judge(document, as_of="2026-11-22").json()
    assert [found["decision"] for found in report["findings"] if found["decision"]] != []
    _validator(openapi, "Report").validate(report)


@pytest.mark.skipif(not EXPORT.is_dir(), reason="the export of a real tool is not at hand")
def test_the_report_on_a_real_export_is_as_described(server: Server, openapi: dict[str, Any]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(EXPORT.iterdir()):
            archive.write(path, path.name)
    report = server.upload({"file": ("export.zip", packed.getvalue())}).json()
    assert report["summary"]["items"]["objective"] > 0
    assert report["findings"] != []
    _validator(openapi, "Report").validate(report)


def test_the_described_report_has_no_room_for_what_is_not_described(openapi: dict[str, Any], server: Server) -> None:
    report = server.judge(okr_set()).json()
    assert not _validator(openapi, "Report").is_valid({**report, "more": 1})
    assert not _validator(openapi, "Report").is_valid({key: report[key] for key in report if key != "gate"})


def test_the_front_door_leads_to_the_page(server: Server) -> None:
    answer = server.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/docs")


def test_the_page_and_its_parts_come_from_this_server_alone(server: Server) -> None:
    page = server.get("/docs")
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert page.headers["Content-Type"].startswith("text/html")
    assert {"docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/docs.js"} <= set(parts)
    assert [part for part in parts if server.get(f"/{part}").status_code != 200] == []
    assert ELSEWHERE.findall(page.text + server.get("/docs/docs.js").text) == []


def test_the_page_may_load_and_run_nothing_but_what_this_server_gives(server: Server) -> None:
    page = server.get("/docs")
    policy = dict(rule.strip().split(" ", 1) for rule in page.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=", page.text) is None


def test_styles_and_scripts_of_the_page_have_their_types(server: Server) -> None:
    assert server.get("/docs/swagger-ui.css").headers["Content-Type"].startswith("text/css")
    assert "javascript" in server.get("/docs/swagger-ui-bundle.js").headers["Content-Type"]


def _validator(openapi: dict[str, Any], name: str) -> Draft202012Validator:
    root = {"$ref": f"#/components/schemas/{name}", "components": openapi["components"]}
    return Draft202012Validator(root)
