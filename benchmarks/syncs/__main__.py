"""Kills the workers that sync at random moments, and looks whether anything is half there, lost or doubled.

    python -m benchmarks.syncs [--kills 30] [--database sqlite|postgresql] [--seed N]

Three connections are synced every three seconds by two workers. One of the two is killed (kill -9) again and again, and
started anew. When the schedules are paused, what was begun must come to its end: each tick has one sync, each sync one
run, each run is whole, and no finding comes twice. Exits 1 on any fault.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.kills.places import KINDS, place
from benchmarks.printing import print_figures
from benchmarks.syncs.examining import Found, examine
from benchmarks.syncs.story import Outcome, Plan, play
from validator.store.engine import make_engine


def main() -> int:
    """Play the story and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="okr-syncs-", ignore_cleanup_errors=True) as folder,
        place(given.database, Path(folder)) as where,
    ):
        outcome = play(where, Plan(given.kills, given.seed), _progress)
        engine = make_engine(where.address)
        found = examine(engine, outcome)
        engine.dispose()
    print_table(given.database, outcome, found, time.monotonic() - began)
    print(*found.faults[:20], *outcome.errors[:20], sep="\n")
    return 1 if found.faults else 0


def _progress(kills: int) -> None:
    if kills % 10 == 0:
        print(f"{kills} kills", file=sys.stderr, flush=True)


def print_table(database: str, outcome: Outcome, found: Found, seconds: float) -> None:
    """Print what came of the story."""
    rows = {
        "database": database,
        "kills of a worker": outcome.kills,
        "seconds under the schedule": f"{(outcome.ended - outcome.began).total_seconds():.0f}",
        "syncs, each of one tick": found.ticks,
        "by state": ", ".join(f"{count} {state}" for state, count in sorted(found.states.items())),
        "taken up again after a kill": f"{found.resumes}, one at most {found.most_resumes} times",
        "runs": found.runs,
        "findings": found.findings,
        "half there": len(found.half),
        "lost": len(found.lost),
        "doubled": len(found.doubled),
        "errors in the log": len(outcome.errors),
        "all in all": f"{seconds:.0f} s",
    }
    print_figures(rows)


if __name__ == "__main__":
    sys.exit(main())
