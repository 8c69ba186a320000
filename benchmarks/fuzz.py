"""Generated requests to every resource of a served API, by its own description: Schemathesis against a real server.

    python -m benchmarks.fuzz [--examples 50] [--seed 7]

Three ways, each with a server and a store of its own that holds something: with the key of an admin, without a key where
one is needed, and without a key on the machine of a service that has none yet. Prints for each operation how often it
answered with which status, as the server counted it. Exits 1 where an answer is none that is described, or a 500.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.fuzz_seed import Ids, seed
from benchmarks.fuzz_settings import settings_for
from tests.api.api_server import Server, serving
from validator.store.schema import upgrade

PHASES = "examples,coverage,fuzzing,stateful"
Counts = Mapping[tuple[str, str], Mapping[str, int]]
"""Answers by method and route, by status."""


class Way(NamedTuple):
    """How the requests come."""

    name: str
    closed: bool
    """Whether a key was made, so that every request needs one."""
    sends_key: bool
    pinned: bool
    """Whether all ids are those of what is there."""


WAYS = (
    Way("with the key of an admin", closed=True, sends_key=True, pinned=True),
    Way("without a key, where one is needed", closed=True, sends_key=False, pinned=True),
    Way("without a key, where none was made", closed=False, sends_key=False, pinned=False),
)


class Filled(NamedTuple):
    """A running service whose store holds something."""

    server: Server
    folder: Path
    key: str | None
    """An admin's; None where none was made."""
    ids: Ids


class Outcome(NamedTuple):
    """What came of a run."""

    passed: bool
    said: str
    """What Schemathesis wrote."""
    counts: Counts


def main() -> None:
    """Fuzz in all three ways."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=50, help="generated requests for each operation, at least")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    passed = True
    for way in WAYS:
        with tempfile.TemporaryDirectory() as folder, filled(Path(folder), closed=way.closed) as service:
            outcome = fuzz(way, service, examples=options.examples, seed_number=options.seed)
        passed &= outcome.passed
        _tell(way, outcome)
    sys.exit(0 if passed else 1)


@contextmanager
def filled(folder: Path, *, closed: bool) -> Iterator[Filled]:
    """A service in that folder whose store holds something; `closed`: a key too, so that every request needs one."""
    database = f"sqlite:///{folder}/okr.db"
    upgrade(database)
    key = _make_key(database) if closed else None
    with serving(folder, database_url=database, rate=0, log_level="error") as server:
        yield Filled(server, folder, key, seed(server.url, database, key))


def fuzz(way: Way, service: Filled, *, examples: int, seed_number: int = 7, phases: str = PHASES) -> Outcome:
    """Send what Schemathesis makes up: about so many requests for each operation."""
    key = service.key if way.sends_key else None
    settings = settings_for(service.ids, key, pinned=way.pinned)
    (service.folder / "schemathesis.toml").write_text(settings)
    before = _counted(service)
    command = _command(service, way, examples, seed_number, phases)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=service.folder)
    said = done.stdout + done.stderr
    try:
        after = _counted(service)
    except requests.HTTPError as error:
        return Outcome(False, f"The key did not last: {error}\n{said}", {})
    counts = {place: statuses - before[place] for place, statuses in after.items()}
    failed = sum(statuses["500"] for statuses in counts.values())
    return Outcome(done.returncode == 0 and not failed, said, counts)


def _make_key(database: str) -> str:
    validator = [sys.executable, "-m", "validator"]
    command = [*validator, "keys", "create", "fuzz", "--role", "admin", "--database-url", database]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _command(service: Filled, way: Way, examples: int, seed_number: int, phases: str) -> list[str]:
    # The first key would close the service to all that follows.
    left_out = [] if way.closed else ["--exclude-name", "POST /v1/keys"]
    return [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", "schemathesis.toml",
        "run", f"{service.server.url}/openapi.json", "--no-color", "--continue-on-failure", "--max-examples", str(examples),
        "--seed", str(seed_number), "--phases", phases, *left_out,
    ]  # fmt: skip


def _counted(service: Filled) -> defaultdict[tuple[str, str], Counter[str]]:
    """Answers until now. Raises HTTPError where the key opens nothing any more."""
    headers = {"Authorization": f"Bearer {service.key}"} if service.key else {}
    answer = service.server.get("/metrics", headers=headers)
    answer.raise_for_status()
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for sample in _samples(answer):
        if sample.name == "okr_validator_http_requests_total":
            label = sample.labels
            found[label["method"], label["route"]][label["status"]] += int(sample.value)
    return found


def _samples(answer: requests.Response) -> Iterator[Any]:
    return (sample for family in text_string_to_metric_families(answer.text) for sample in family.samples)


def _tell(way: Way, outcome: Outcome) -> None:
    print(f"\n{way.name}: {'passed' if outcome.passed else 'FAILED'}")
    if not outcome.passed:
        print(outcome.said)
    for (method, route), statuses in sorted(outcome.counts.items(), key=lambda one: (one[0][1], one[0][0])):
        told = "  ".join(f"{status}: {count}" for status, count in sorted(statuses.items()) if count)
        print(f"  {method:7} {route:65} {statuses.total():6}   {told}")
    total: Counter[str] = sum((Counter(statuses) for statuses in outcome.counts.values()), Counter())
    print(f"  {total.total()} requests   " + "  ".join(f"{status}: {count}" for status, count in sorted(total.items())))


if __name__ == "__main__":
    main()
