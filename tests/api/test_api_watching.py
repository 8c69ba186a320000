"""What those who run the service see: health, counts and the log."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

from tests.api.api_server import Server, okr_set

SECRET = "project-zebra"


def test_a_process_that_lives_and_can_judge_says_so(server: Server) -> None:
    assert server.get("/livez").json() == {"status": "ok"}
    assert server.get("/readyz").json() == {"status": "ok", "attention": []}


def test_counts_are_right_across_processes(start: Callable[..., AbstractContextManager[Server]]) -> None:
    with start(workers=2) as server:
        with ThreadPoolExecutor(4) as pool:
            reports = [answer.json() for answer in pool.map(server.judge, [okr_set(5)] * 30)]
        counts = _counts(server)
        served = 'okr_validator_http_requests_total{method="POST",route="/v1/validations",status="200"}'
        seconds = (
            'okr_validator_http_request_duration_seconds_count{method="POST",route="/v1/validations",status="200"}'
        )
        judged = f'okr_validator_validations_total{{ruleset="base",verdict="{reports[0]["status"]}"}}'
        assert [counts[served], counts[seconds], counts[judged]] == [30, 30, 30]
        assert counts['okr_validator_items_judged_total{kind="objective"}'] == 30 * 5
        for severity in ("error", "warning", "info"):
            expected = sum(report["summary"][severity] for report in reports)
            assert counts[f'okr_validator_findings_total{{severity="{severity}"}}'] == expected


def test_what_stands_in_the_store_is_counted_once_however_many_processes_there_are(
    start: Callable[..., AbstractContextManager[Server]], empty_store: Path, tmp_path: Path
) -> None:
    shutil.copyfile(empty_store, tmp_path / "okr.db")
    with start(workers=1, database_url=f"sqlite:///{tmp_path}/okr.db") as server:
        server.get("/metrics")
        lines = server.get("/metrics").text.splitlines()
    assert [line for line in lines if line.startswith("okr_validator_silent_sources")] == [
        "okr_validator_silent_sources 0.0"
    ]


def test_labels_are_templates_and_fixed_words_never_what_was_sent(server: Server) -> None:
    server.get(f"/v1/rulesets/{SECRET}")
    server.get(f"/{SECRET}?q={SECRET}")
    text = server.get("/metrics").text
    assert SECRET not in text
    assert 'route="/v1/rulesets/<name>",status="404"' in text
    assert 'route="none",status="404"' in text


def test_an_unusual_method_does_not_make_a_label(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(b"ZEBRAS /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert b" 405 " in connection.makefile("rb").readline()
    assert "ZEBRAS" not in server.get("/metrics").text


def test_the_log_tells_of_a_judgement_in_numbers_and_names(server: Server) -> None:
    answer = server.judge(okr_set(4), ruleset="base")
    line = server.logged(answer.headers["X-Request-Id"])
    assert (line["method"], line["route"], line["status"], line["ruleset"]) == ("POST", "/v1/validations", 200, "base")
    assert (line["findings"], line["verdict"]) == (len(answer.json()["findings"]), answer.json()["status"])
    assert line["bytes_out"] == len(answer.content)
    assert line["bytes_in"] > 100
    assert line["ms"] > 0


def test_the_log_holds_nothing_of_what_was_sent(server: Server) -> None:
    server.judge({"objectives": [{"id": SECRET, "title": SECRET, "owners": [{"person": SECRET}]}]})
    server.judge({"objectives": [{"id": SECRET, SECRET: SECRET}]})
    server.post(f'{{"{SECRET}": nope}}'.encode())
    server.judge(okr_set(), ruleset=SECRET)
    server.judge(okr_set(), as_of=SECRET)
    server.upload({"file": (f"{SECRET}.json", f'{{"objectives": "{SECRET}"}}')}, {SECRET: SECRET})
    with server.connect() as connection:
        connection.sendall(f"{SECRET} /{SECRET} HTTP/1.1\r\n{SECRET}\r\n\r\n".encode())
        connection.makefile("rb").read()
    last = server.get(f"/{SECRET}", headers={"Referer": SECRET, "User-Agent": SECRET})
    server.logged(last.headers["X-Request-Id"])
    assert SECRET not in server.err.read_text(encoding="utf-8")


def test_every_line_of_the_log_is_an_event_with_a_time_and_a_level(server: Server) -> None:
    server.logged(server.get("/livez").headers["X-Request-Id"])
    assert all({"event", "level", "timestamp"} <= set(line) for line in server.log())


def test_the_start_is_one_line_with_the_address_and_the_page(server: Server) -> None:
    said = server.out.read_text(encoding="utf-8")
    assert said.count("\n") == 1
    assert re.search(rf"http://127\.0\.0\.1:{server.port} .*http://127\.0\.0\.1:{server.port}/docs", said)


FAILING = """
from validator.api import validations
from validator.api.app import create_app
from validator.settings import Settings

def fail(*_, **__):
    raise KeyError("project-zebra")

validations.judge = fail
client = create_app(Settings(ruleset="base")).test_client()
answer = client.post("/v1/validations", json={"objectives": []})
print(answer.status_code, answer.content_type, answer.text)
assert client.get("/metrics").status_code == 200
"""


def test_a_failure_of_our_own_is_a_problem_without_detail_and_a_log_without_its_words() -> None:
    done = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("500 application/problem+json ")
    assert '"request_id"' in done.stdout
    assert '"detail"' not in done.stdout
    assert '"exception":"KeyError"' in done.stderr
    assert "validations.py:" in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_a_default_ruleset_that_does_not_exist_is_not_ready(
    start: Callable[..., AbstractContextManager[Server]],
) -> None:
    run = "from validator.api.app import create_app; from validator.settings import Settings\n"
    run += 'print(create_app(Settings(ruleset="nope")).test_client().get("/readyz").status_code)'
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "503"


def _counts(server: Server) -> dict[str, float]:
    lines = [line for line in server.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}
