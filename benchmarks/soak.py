"""A minute of different documents, from threads inside one process and over HTTP to a real server with several workers.

    python -m benchmarks.soak [--seconds 60] [--threads 16] [--workers 4]

Every answer is compared with the one that a single thread gave before; memory is read from the system at a quarter of the
time and at the end. Exits 1 when an answer differs or memory grew by more than a tenth.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import requests

from benchmarks.sets import make_set
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset

DOCUMENTS = 40
GROWTH = 1.10

Ask = Callable[[bytes], bytes | None]
"""The canonical bytes of the report on a document; None where the service asked to come back later."""


def main() -> None:
    """Soak threads, then the server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    documents = [orjson.dumps(make_set(5 + n * 3 % 120, seed=n)) for n in range(DOCUMENTS)]
    expected = {text: _in_process(text) for text in documents}
    fine = _soak("threads in one process", _in_process, expected, options, lambda: _memory([os.getpid()]))
    with _server(options.workers) as (url, pid):
        family = _family(pid)
        fine &= _soak(
            f"{options.workers} worker processes",
            lambda t: _over_http(url, t),
            expected,
            options,
            lambda: _memory(family),
        )
    sys.exit(0 if fine else 1)


def _in_process(text: bytes) -> bytes:
    return orjson.dumps(judge(orjson.loads(text), load_ruleset("base")), option=orjson.OPT_SORT_KEYS)


def _over_http(url: str, text: bytes) -> bytes | None:
    answer = requests.post(f"{url}/v1/validations", data=text, headers={"Content-Type": "application/json"}, timeout=60)
    if answer.status_code == 503:
        time.sleep(0.05)
        return None
    answer.raise_for_status()
    return orjson.dumps(orjson.loads(answer.content), option=orjson.OPT_SORT_KEYS)


def _soak(
    name: str, ask: Ask, expected: dict[bytes, bytes | None], options: argparse.Namespace, memory: Callable[[], float]
) -> bool:
    started, counts, early = time.monotonic(), {"same": 0, "different": 0, "later": 0}, 0.0
    lock, documents = threading.Lock(), list(expected)

    def work(first: int) -> None:
        place = first
        while time.monotonic() - started < options.seconds:
            text = documents[place % len(documents)]
            answer = ask(text)
            outcome = "later" if answer is None else "same" if answer == expected[text] else "different"
            with lock:
                counts[outcome] += 1
            place += options.threads + 1

    threads = [threading.Thread(target=work, args=(n,)) for n in range(options.threads)]
    for thread in threads:
        thread.start()
    time.sleep(options.seconds / 4)
    early = memory()
    for thread in threads:
        thread.join()
    late = memory()
    print(f"{name}: {counts['same']} answers equal, {counts['different']} different, {counts['later']} asked to come back; "
          f"memory {early:.0f} MB at a quarter, {late:.0f} MB at the end ({late / early:.2f}x)", flush=True)  # fmt: skip
    return not counts["different"] and counts["same"] > 0 and late <= early * GROWTH


def _memory(pids: list[int]) -> float:
    """Resident memory of processes in MB."""
    return (
        sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids) * os.sysconf("SC_PAGE_SIZE") / 2**20
    )


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


@contextmanager
def _server(workers: int) -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "validator", "serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    for _ in range(100):
        try:
            if requests.get(f"{url}/readyz", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise TimeoutError(url)


if __name__ == "__main__":
    main()
