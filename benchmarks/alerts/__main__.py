"""Kills workers and the receiver while a thousand events are sent, and looks whether each arrived once, and in order.

    python -m benchmarks.alerts [--runs 20] [--findings 50] [--kills 20] [--database sqlite|postgresql]
                                [--crashes N] [--hurry] [--seed N]

One connection is synced again and again by two workers; each run turns every finding over, from open to resolved and back,
and tells so to a receiver that verifies signatures, refuses some messages and drops the line at others. The workers are
killed (kill -9) at random moments, the receiver for as long as a few runs take, and the database server as often as asked.
Afterwards the receiver must have seen the turns of each finding one by one and in order, each event under one id. The
last waits of messages take some minutes; with --hurry they are cut short. Exits 1 on any fault.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.alerts.examining import Found, examine
from benchmarks.alerts.story import Outcome, Plan, play
from benchmarks.kills.places import KINDS, place
from benchmarks.printing import print_figures
from validator.store.engine import make_engine


def main() -> int:
    """Play the story and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--findings", type=int, default=50, help="that each run turns over")
    parser.add_argument("--kills", type=int, default=20, help="of workers")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--crashes", type=int, default=0, help="of the database server")
    parser.add_argument("--hurry", action="store_true", help="cut the waits before further attempts short")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    plan = Plan(given.runs, given.findings, given.kills, given.crashes, hurry=given.hurry, seed=given.seed)
    with (
        tempfile.TemporaryDirectory(prefix="okr-alerts-", ignore_cleanup_errors=True) as folder,
        place(given.database, Path(folder)) as where,
    ):
        outcome = play(where, plan, lambda told: print(told, file=sys.stderr, flush=True))
        engine = make_engine(where.address)
        found = examine(engine, outcome)
        engine.dispose()
    print_table(given.database, outcome, found, time.monotonic() - began)
    print(*found.faults[:20], *outcome.errors[:20], sep="\n")
    return 1 if found.faults else 0


def print_table(database: str, outcome: Outcome, found: Found, seconds: float) -> None:
    """Print what came of the story."""
    rows = {
        "database": database,
        "kills of a worker": outcome.kills,
        "crashes of the database": outcome.crashes,
        "receiver away": f"{outcome.away:.0f} s",
        "runs": outcome.runs,
        "events": found.events,
        "attempts": found.attempts,
        "messages that came": found.came,
        "of them once more": found.came - found.ids,
        "ids": found.ids,
        "lost": len(found.lost),
        "under several ids": len(found.doubled),
        "out of order": len(found.unordered),
        "with a bad signature": len(found.unsigned),
        "half there": len(found.half),
        "errors in the log": len(outcome.errors),
        "all in all": f"{seconds:.0f} s",
    }
    print_figures(rows)


if __name__ == "__main__":
    sys.exit(main())
