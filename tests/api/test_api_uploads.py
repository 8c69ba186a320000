"""Judging an uploaded file."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from openpyxl import Workbook

from tests.api.api_server import Server, okr_set, problem

YAML = b"""\
objectives:
  - id: o1
    title: Grow
    ownerz: []
"""


def test_a_json_file_is_judged_like_the_same_json_as_body(server: Server) -> None:
    posted, uploaded = (
        server.judge(okr_set()).json(),
        server.upload({"file": ("okrs.json", json.dumps(okr_set()))}).json(),
    )
    assert uploaded["findings"] == posted["findings"]
    assert uploaded["input"]["digest"] == posted["input"]["digest"]


def test_a_yaml_file_is_judged_and_the_verdict_is_in_the_header(server: Server) -> None:
    answer = server.upload({"file": ("okrs.yaml", YAML.replace(b"ownerz", b"owners"))})
    assert answer.json()["summary"]["items"]["objective"] == 1
    assert answer.headers["OKR-Validator-Status"] == answer.json()["status"]


def test_a_workbook_is_judged(server: Server) -> None:
    answer = server.upload({"file": ("okrs.xlsx", _workbook())})
    assert answer.status_code == 200, answer.text
    assert answer.json()["summary"]["items"]["objective"] == 2


def test_a_fault_in_a_file_is_told_with_its_line(server: Server) -> None:
    found = problem(server.upload({"file": ("okrs.yaml", YAML)}), 422)["errors"]
    assert [(fault["pointer"], fault["place"]) for fault in found] == [("/objectives/0/ownerz", "okrs.yaml, line 4")]


def test_an_overlay_adds_what_the_file_lacks(server: Server) -> None:
    overlay = {"governance": {"tie_breaker": "Retention before growth"}}
    parts = [("file", ("okrs.json", json.dumps(okr_set()))), ("overlay", ("more.json", json.dumps(overlay)))]
    alone = server.upload(parts[:1]).json()["input"]["digest"]
    assert server.upload(parts).json()["input"]["digest"] != alone


def test_two_overlays_of_one_name_are_both_read(server: Server) -> None:
    broken = ("overlay", ("more.yaml", "teams: 3"))
    parts = [("file", ("okrs.json", json.dumps(okr_set()))), ("overlay", ("more.yaml", "teams: []")), broken]
    assert problem(server.upload(parts), 422)["errors_total"] == 1


def test_settings_say_how_dates_are_to_be_read(server: Server) -> None:
    document = okr_set()
    document["objectives"][0]["end"] = "03/04/2026"
    file = {"file": ("okrs.json", json.dumps(document))}
    assert problem(server.upload(file), 422)["errors"][0]["pointer"] == "/objectives/0/end"
    assert server.upload(file, {"dates": "dmy"}).status_code == 200


def test_settings_at_fault_are_refused_by_name(server: Server) -> None:
    for name, value in (("dates", "ymd"), ("sheets", "OKRs")):
        found = problem(server.upload({"file": ("okrs.json", "{}")}, {name: value}), 400)
        assert name in found["errors"][0]["place"]


@pytest.mark.parametrize(
    "parts", [{}, {"files": ("a.json", "{}")}, [("file", ("a.json", "{}")), ("file", ("b.json", "{}"))]]
)
def test_a_request_without_exactly_one_file_is_refused(server: Server, parts: object) -> None:
    problem(server.upload(parts or {"overlay": ("a.json", "{}")}), 400)


def test_parts_that_cannot_be_told_apart_are_refused(server: Server) -> None:
    problem(server.post(b"--a\r\nno part at all", "multipart/form-data; boundary=a"), 400)
    problem(server.post(b"anything", "multipart/form-data"), 400)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/okrs.json",
        "..",
        "C:\\okrs.json",
        "a\u0000.json",
        "x" * 5_000 + ".json",
        "ünï.json",
        "-rf",
    ],
)
def test_a_file_may_bear_any_name(server: Server, name: str) -> None:
    boundary, body = "part", json.dumps(okr_set())
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    answer = server.post(f"{head}{body}\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 200, answer.text


NO_OKRS = {
    "nothing": b"",
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a broken archive": b"PK\x03\x04" + b"\0" * 40,
    "bad JSON": b'{"objectives": [NaN]}',
    "deep JSON": b'{"objectives": ' + b"[" * 5_000,
    "text": b"\xff\xfe\0\0",
}


@pytest.mark.parametrize("data", NO_OKRS.values(), ids=NO_OKRS.keys())
@pytest.mark.parametrize("ending", ["json", "yaml", "csv", "xlsx", "zip", "txt"])
def test_a_file_that_is_no_okr_set_is_at_fault_and_no_path_of_ours_is_told(
    server: Server, data: bytes, ending: str
) -> None:
    answer = server.upload({"file": (f"okrs.{ending}", data)})
    assert problem(answer, 422)["errors"][0]["message"]
    assert "okr-validator-" not in answer.text
    assert "/tmp" not in answer.text


def test_an_archive_that_is_a_bomb_is_refused(server: Server) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 300_000_000)
    for ending in ("xlsx", "zip"):
        problem(server.upload({"file": (f"okrs.{ending}", packed.getvalue())}), 422)


def _workbook() -> bytes:
    workbook, packed = Workbook(), io.BytesIO()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "OKRs"
    for row in (["Objective ID", "Objective", "Owner"], ["o1", "Grow revenue", "Ana"], ["o2", "Keep customers", "Ben"]):
        sheet.append(row)
    workbook.save(packed)
    return packed.getvalue()
