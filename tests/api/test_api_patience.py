"""Slow clients, crowds, and the beginning and end of the service."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from tests.api.api_server import Server, okr_set, problem, serving

Start = Callable[..., AbstractContextManager[Server]]
LONG = 20.0
"""Seconds that a busy machine may take; what would not end in time takes longer by far."""
BODY = json.dumps(okr_set()).encode()
HEAD = (
    b"POST /v1/validations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY)
)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One process with four threads that gives a request a second and a half to arrive."""
    with serving(tmp_path_factory.mktemp("hasty"), workers=1, threads=4, request_timeout=1.5) as running:
        yield running


def test_a_body_that_drips_is_refused_in_time(hasty: Server) -> None:
    with hasty.connect() as connection:
        connection.sendall(HEAD)
        began = time.monotonic()
        _drip(connection, BODY)
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert time.monotonic() - began < LONG


def test_headers_that_drip_end_the_connection_in_time(hasty: Server) -> None:
    with hasty.connect() as connection:
        began = time.monotonic()
        _drip(connection, b"GET /livez HTTP/1.1\r\nX-Slow: " + b"a" * 600)
        with suppress(ConnectionError):
            assert connection.recv(100) == b""
    assert time.monotonic() - began < LONG


def test_more_slow_clients_than_threads_do_not_stop_the_others_for_long(hasty: Server) -> None:
    slow = [hasty.connect() for _ in range(8)]
    for connection in slow:
        connection.sendall(HEAD[:40])
    began = time.monotonic()
    assert hasty.get("/livez").status_code == 200
    assert time.monotonic() - began < LONG
    for connection in slow:
        connection.close()


def test_clients_that_say_nothing_take_no_thread(hasty: Server) -> None:
    silent = [hasty.connect() for _ in range(160)]
    began = time.monotonic()
    assert hasty.get("/livez").status_code == 200
    assert time.monotonic() - began < LONG
    for connection in silent:
        connection.close()


def test_a_client_that_does_not_read_its_answer_is_left(hasty: Server) -> None:
    ask = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n"
    deaf = []
    for _ in range(8):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_024)
        connection.connect(("127.0.0.1", hasty.port))
        connection.sendall(ask)
        deaf.append(connection)
    began = time.monotonic()
    assert hasty.get("/livez").status_code == 200
    assert time.monotonic() - began < LONG
    for connection in deaf:
        connection.close()


def test_requests_on_one_connection_each_have_their_own_time(hasty: Server) -> None:
    with hasty.connect() as connection:
        answers = connection.makefile("rb")
        for _ in range(3):
            connection.sendall(b"HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
            while answers.readline() != b"\r\n":
                pass
            time.sleep(0.8)


def test_slow_clients_leave_no_stack_in_the_log(hasty: Server) -> None:
    assert [line for line in hasty.log() if line["event"] == "failure"] == []


def test_a_crowd_is_asked_to_come_back_while_health_is_still_told(start: Start) -> None:
    with start(workers=1, threads=8, judgements=1, queue=1) as server:
        large = okr_set(4_000)
        with ThreadPoolExecutor(6) as pool:
            waiting = [pool.submit(server.judge, large) for _ in range(6)]
            time.sleep(0.3)
            assert server.get("/livez").status_code == 200
            answers = [each.result() for each in waiting]
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {200, 503}
        turned_away = next(answer for answer in answers if answer.status_code == 503)
        assert int(turned_away.headers["Retry-After"]) > 0
        assert problem(turned_away, 503)["type"].endswith("busy")
        assert server.judge(okr_set()).status_code == 200


def test_a_running_request_is_answered_after_the_sign_to_stop(start: Start) -> None:
    with start(workers=2) as server, server.connect() as connection:
        connection.sendall(HEAD + BODY[:50])
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(BODY[50:])
        answer = connection.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["summary"]["items"]["objective"] == 3
        assert server.process.wait(20) == 0


def test_an_interruption_ends_the_service_at_once(start: Start) -> None:
    # Eight processes, most of which are still starting when the first answers.
    with start(workers=8) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 0


def test_a_process_that_dies_is_replaced_and_its_counts_stay(start: Start) -> None:
    with start(workers=2) as server:
        assert [server.judge(okr_set()).status_code for _ in range(10)] == [200] * 10
        worker = _children(server.process.pid)[0]
        os.kill(worker, signal.SIGKILL)
        _wait_until(lambda: len(_children(server.process.pid)) == 2 and worker not in _children(server.process.pid))
        assert [server.judge(okr_set()).status_code for _ in range(5)] == [200] * 5
        assert 'route="/v1/validations",status="200"} 15.0' in server.get("/metrics").text


def test_processes_are_replaced_in_their_time_and_no_request_is_lost(start: Start) -> None:
    with start(workers=2, max_requests=20) as server:
        first = set(_children(server.process.pid))
        assert {server.get("/livez").status_code for _ in range(80)} == {200}
        _wait_until(lambda: first.isdisjoint(_children(server.process.pid)))


def test_counts_of_an_earlier_run_are_dropped_from_a_folder_and_nothing_else(tmp_path: Path, start: Start) -> None:
    folder = tmp_path / "counts"
    folder.mkdir()
    for name in ("counter_1.db", "histogram_22.db", "gauge_livesum_3.db", "notes.db", "counter_1.db.bak"):
        (folder / name).touch()
    with start(metrics_dir=folder) as server:
        assert server.judge(okr_set()).status_code == 200
        names = {path.name for path in folder.iterdir()}
    assert names & {"counter_1.db", "histogram_22.db", "gauge_livesum_3.db"} == set()
    assert {"notes.db", "counter_1.db.bak"} < names


def test_a_folder_made_for_counts_is_gone_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "server").mkdir()
    with serving(tmp_path / "server") as server:
        made = [path for path in tmp_path.iterdir() if path.name.startswith("okr-validator-metrics-")]
        assert len(made) == 1
        os.kill(_children(server.process.pid)[0], signal.SIGTERM)
        time.sleep(1)
        assert made[0].exists()
    assert not made[0].exists()


def _drip(connection: socket.socket, data: bytes) -> None:
    """Send a byte every tenth of a second, until the other side has had enough or a minute has passed."""
    connection.settimeout(0.1)
    for n in range(min(600, len(data))):
        try:
            connection.sendall(data[n : n + 1])
            if connection.recv(1, socket.MSG_PEEK) is not None:
                break
        except TimeoutError:
            continue
        except ConnectionError:
            return
    connection.settimeout(10)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        threading.Event().wait(0.05)
    raise AssertionError("It did not come to pass within ten seconds.")
