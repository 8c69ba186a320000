"""Kills the real server at random moments while people write, and looks whether anything is half there, lost or doubled.

    python -m benchmarks.kills [--kills 200] [--database sqlite|postgresql] [--seed N] [--kill-database] [--hurry]

Starts `okr-validator serve` with two worker processes on a fresh database, and six people who send runs, waivers, decisions,
acknowledgements, baselines, keys, overlays, connections and rulesets as fast as they are answered. The whole group of
processes is killed (kill -9) some time after the first write, started again, and every answer that was received whole is
looked for in the store and over HTTP. What nobody answered is sent again under its Idempotency-Key, and must end as one thing.
`--kill-database` crashes PostgreSQL instead, while the service goes on. Exits 1 on any fault.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.kills import server
from benchmarks.kills.examining import Examiner
from benchmarks.kills.places import KINDS, place
from benchmarks.kills.rounds import Outcome, play
from benchmarks.kills.striking import Plan
from benchmarks.printing import print_figures


def main() -> int:
    """Play the rounds and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kill-database", action="store_true", help="crash PostgreSQL, not the service")
    parser.add_argument("--hurry", action="store_true", help="make claims of dead processes older, rather than wait")
    given = parser.parse_args()
    if given.kill_database and given.database == "sqlite":
        parser.error("SQLite has no server that could be killed: add --database postgresql")
    plan = Plan(given.kills, given.seed, of_database=given.kill_database, wait=not given.hurry)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leaving this way ends what was started
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="okr-kills-", ignore_cleanup_errors=True) as folder,
        place(given.database, Path(folder)) as where,
    ):
        outcome = play(where, plan, _progress)
        errors = server.errors(where.folder)
    print_table(given.database, outcome, time.monotonic() - began)
    if outcome.examiner.faults:
        print(*errors[:20], sep="\n")
    return 1 if outcome.examiner.faults else 0


def _progress(number: int, examiner: Examiner) -> None:
    if number % 20 == 0:
        print(f"{number} kills, {len(examiner.faults)} faults", file=sys.stderr, flush=True)


def print_table(database: str, outcome: Outcome, seconds: float) -> None:
    """Print what came of all rounds."""
    ledgers = [person.ledger for person in outcome.people]
    kinds = Counter(request.kind for ledger in ledgers for request, _ in ledger.acknowledged.values())
    refused = Counter(f"{request.kind} {status}" for ledger in ledgers for request, status in ledger.refused.values())
    answers = (answer for ledger in ledgers for _, answer in ledger.acknowledged.values())
    replays = sum("Idempotency-Replayed" in answer.headers for answer in answers)
    restarts, found = [kill.restart for kill in outcome.kills], outcome.examiner
    rows = {
        "database": database,
        "kills": len(outcome.kills),
        "that interrupted a request": sum(kill.interrupted > 0 for kill in outcome.kills),
        "requests under way at a kill, never answered": sum(kill.interrupted for kill in outcome.kills),
        "requests acknowledged": sum(kinds.values()),
        "made before a kill, acknowledged after it": replays + sum(len(ledger.applied) for ledger in ledgers),
        "requests that waited for a dead one's claim": f"{len(outcome.waited)}, at most {max(outcome.waited, default=0):.1f} s",
        "runs in the store": found.runs,
        "half there": len(found.half),
        "lost": len(found.lost),
        "doubled": len(found.doubled),
        "wrong otherwise": len(found.other),
        "until it was ready again": f"{statistics.median(restarts):.2f} s median, {max(restarts):.2f} s at most",
        "all in all": f"{seconds:.0f} s",
    }
    print_figures(rows)
    print("acknowledged: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    print("refused: " + (", ".join(f"{what} ({count})" for what, count in refused.most_common()) or "none"))
    print(*found.faults[:40], sep="\n")


if __name__ == "__main__":
    sys.exit(main())
