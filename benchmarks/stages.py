"""What each stage of a validation costs, for sets of several sizes in one run.

    python -m benchmarks.stages [--sizes 500 2000 10000 50000] [--rounds 3]

`texts` reads titles: measures, wording, and key results compared with one another; `facts` is everything that fields give,
the graph included. Prints medians in milliseconds, the ratio of each stage to parsing plus normalising (compare ratios: machines differ), peak
memory, and the growth exponent between the smallest and the largest set. Each size runs in a process of its own, so that
peak memory is that size's. The cyclic collector is held while a stage runs, as the pipeline does.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import json
import math
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

import orjson

from benchmarks.sets import make_set
from validator.document.normalise import normalise
from validator.engine.select import compiled
from validator.facts.build import build_facts
from validator.facts.index import build_index
from validator.facts.texts import read_texts
from validator.findings.judge import judge_facts
from validator.findings.report import make_report
from validator.rules.catalogue import load_ruleset
from validator.rules.failure_table import load_failure_table

STAGES = ("parse", "normalise", "texts", "facts", "rules", "report")
DAY = datetime.date(2026, 11, 15)


def measure(size: int, rounds: int) -> dict[str, Any]:
    """Median milliseconds of each stage, peak memory in MB and the numbers of facts and findings."""
    text = orjson.dumps(make_set(size))
    ruleset = load_ruleset("base")
    evaluate, failures = compiled(ruleset), load_failure_table()
    times: dict[str, list[float]] = {stage: [] for stage in STAGES}
    counts: dict[str, Any] = {}

    def timed(stage: str, run: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        answer = run()
        times[stage].append((time.perf_counter() - started) * 1000)
        return answer

    for _ in range(rounds):
        gc.collect()
        gc.disable()
        document = timed("parse", lambda: orjson.loads(text))
        okrs = timed("normalise", lambda document=document: normalise(document))
        index = build_index(okrs, DAY)
        texts = timed("texts", lambda index=index: read_texts(index))
        index, facts = timed("facts", lambda okrs=okrs, texts=texts: _facts(okrs, texts))
        judged = timed("rules", lambda i=index, f=facts: judge_facts(i, f, ruleset, evaluate, failures))
        timed(
            "report",
            lambda i=index, j=judged: orjson.dumps(make_report(i, ruleset, j, fail_on="error", digest="", notes=())),
        )
        gc.enable()
        counts = {"facts": sum(map(len, facts.values())), "findings": len(judged.findings)}
        del document, okrs, index, texts, facts, judged
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"ms": {stage: statistics.median(taken) for stage, taken in times.items()}, "peak": peak, **counts}


def _facts(okrs: Any, texts: Any) -> tuple[Any, Any]:
    index = build_index(okrs, DAY)
    return index, build_facts(index, texts)


def _send(size: int, rounds: int, connection: Any) -> None:
    connection.send(measure(size, rounds))


def _apart(size: int, rounds: int) -> dict[str, Any]:
    ours, theirs = multiprocessing.Pipe()
    worker = multiprocessing.get_context("spawn").Process(target=_send, args=(size, rounds, theirs))
    worker.start()
    answer: dict[str, Any] = ours.recv()
    worker.join()
    return answer


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2_000, 10_000, 50_000], metavar="OBJECTIVES")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    arguments = parser.parse_args()
    results = {size: _apart(size, arguments.rounds) for size in arguments.sizes}
    print(json.dumps(results) if arguments.json else table(results))


def table(results: dict[int, dict[str, Any]]) -> str:
    """The results as text."""
    lines = [
        f"{'objectives':>10} "
        + " ".join(f"{stage:>17}" for stage in STAGES)
        + f" {'facts+rules':>12} {'peak MB':>8} {'facts':>8} {'findings':>8}"
    ]
    for size, result in results.items():
        floor = result["ms"]["parse"] + result["ms"]["normalise"]
        cells = [f"{ms:9.1f} ({ms / floor:4.2f}x)" for ms in result["ms"].values()]
        judged = (result["ms"]["facts"] + result["ms"]["rules"]) / floor
        lines.append(
            f"{size:>10} "
            + " ".join(f"{c:>17}" for c in cells)
            + f" {judged:>11.2f}x {result['peak']:>8.0f} {result['facts']:>8} {result['findings']:>8}"
        )
    sizes = sorted(results)
    if len(sizes) > 1:
        first, last = sizes[0], sizes[-1]
        growth = {stage: _exponent(results, first, last, [stage]) for stage in STAGES}
        lines.append(
            "growth exponent "
            + ", ".join(f"{s} {e:.2f}" for s, e in growth.items())
            + f", all {_exponent(results, first, last, STAGES):.2f}"
        )
    return "\n".join(["median milliseconds (ratio to parse + normalise)", *lines])


def _exponent(results: dict[int, dict[str, Any]], first: int, last: int, stages: Any) -> float:
    low, high = (sum(results[size]["ms"][stage] for stage in stages) for size in (first, last))
    return math.log(high / low) / math.log(last / first)


if __name__ == "__main__":
    main()
