"""The process in which edited texts are compiled and tried, started by `compiling`: it may hang or crash as it likes.

It reads one job as JSON from standard input and answers with `ready`, a line break, and one JSON object: `done` with what
came out, or `faults` (of the text) or `refused` (of what it was tried on).
"""

from __future__ import annotations

import datetime
import functools
import os
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import resources
from typing import Any

import orjson

from validator.errors import BadRuleset, Fault, OkrValidatorError
from validator.pipeline import judge
from validator.proving import problem_of
from validator.rules.examples import Example
from validator.rules.failure_table import read_failure_table
from validator.rules.from_text import DRAFT, Bundle, files_of, load_bundle, load_files, own_examples
from validator.rules.ruleset import Ruleset
from validator.rules.source import parse, plain
from validator.rules.table_texts import METRICS
from validator.service.differing import rules_difference, unified
from validator.service.tables import tables_of

OUT_OF_MEMORY = 71
"""Exit code where there was not enough memory."""
_TRIED = 20
"""Examples whose documents the whole ruleset judges on the engine that it will run on."""

Job = Mapping[str, Any]


def main(jobs: Mapping[str, Callable[[Job], dict[str, Any]]]) -> None:
    """Do one job, of those that there are."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the engine prints is no part of the answer
    answer.write(b"ready\n")
    answer.flush()
    job = orjson.loads(sys.stdin.buffer.read())
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, job["cpu_seconds"])
    _limit(resource.RLIMIT_AS, job["memory"])
    try:
        answer.write(orjson.dumps(_answer(jobs[job["job"]], job)))
        answer.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (least, hard))


def _answer(do: Callable[[Job], dict[str, Any]], job: Job) -> dict[str, Any]:
    try:
        return {"done": do(job)}
    except BadRuleset as error:
        return {"faults": [fault._asdict() for fault in error.faults]}
    except OkrValidatorError as error:
        return {"refused": [fault._asdict() for fault in error.faults]}


def _check_ruleset(job: Job) -> dict[str, Any]:
    """Compile, prove by the examples, and run on the engine that will judge. Raises BadRuleset."""
    bundle = Bundle(**job["bundle"])
    files = files_of(bundle)
    ruleset = load_files(bundle, files)
    judged: Callable[..., Any] = functools.partial(judge, **tables_of(bundle.tables)._asdict())
    own = own_examples(files[-1])
    on = {variant.rule.id for variant in ruleset.variants}
    examples = [example for example in own.examples if example.rule in on]
    faults = [*_unproven(own.to_prove & on, examples), *_failing(ruleset, examples, judged)]
    if faults:
        raise BadRuleset(faults)
    for document, as_of in _documents(examples):
        judged(document, ruleset, as_of=as_of)
    return {"rules": len(ruleset.rules), "examples": len(examples), "digest": ruleset.digest}


def _unproven(rules: Iterable[str], examples: Iterable[Example]) -> Iterator[Fault]:
    for rule in sorted(rules):
        absent = {"report", "accept"} - {example.expect for example in examples if example.rule == rule}
        if absent:
            message = f"The rule “{rule}” has no example that it must {' and none that it must '.join(sorted(absent))}."
            yield Fault("/rules", message, "examples: {report: [{document: …}], accept: [{document: …}]}", rule)


def _failing(ruleset: Ruleset, examples: Iterable[Example], judged: Callable[..., Any]) -> Iterator[Fault]:
    for example in examples:
        problem = problem_of(ruleset, example, judged)
        if problem:
            yield Fault("/rules", f"{example.rule}, “{example.name}”: {problem}.", "", example.place)


def _documents(examples: Iterable[Example]) -> Iterator[tuple[Any, datetime.date | None]]:
    """Sets to try a ruleset on: the example that comes with the service, and some of its own."""
    yield _example(), None
    yield from [(dict(example.document), example.as_of) for example in examples][:_TRIED]


def _example() -> Any:
    text = resources.files("rulesets").joinpath("example.yaml").read_text("utf-8")
    return plain(parse("example.yaml", text).data)


def _check_failure_table(job: Job) -> dict[str, Any]:
    """Read the table; the rules that point to a row must find it. Raises BadRuleset."""
    table, asked = read_failure_table(parse(job["name"], job["text"])), job["rows"]
    lost = [Fault("/rows", f"No row is called “{row}”.", f"the rule {asked[row]} points to it", job["name"])
            for row in sorted(asked) if row not in table]  # fmt: skip
    if lost:
        raise BadRuleset(lost)
    return {"rows": len(table)}


def _check_metrics(job: Job) -> dict[str, Any]:
    """Read the catalogue and judge a set with it. Raises BadRuleset."""
    texts = {f"{METRICS}@{DRAFT}": job["text"]}
    ruleset = load_bundle(Bundle("base", {}, tables=texts))
    judge(_example(), ruleset, **tables_of(texts)._asdict())
    return {"metrics": len(tables_of(texts).catalogue.metrics)}


def _compare(job: Job) -> dict[str, Any]:
    """How one text differs from another, by line and, for rulesets that read, by rule."""
    sides = job["before"], job["after"]
    rules = None
    if job["kind"] == "ruleset":
        try:
            rules = rules_difference(*(plain(parse(side["name"], side["text"]).data) for side in sides))
        except BadRuleset:  # a draft may be half written: its lines differ all the same
            rules = None
    return {"unified": unified(*sides), "rules": rules}


JOBS: dict[str, Callable[[Job], dict[str, Any]]] = {
    "ruleset": _check_ruleset,
    "failure-table": _check_failure_table,
    "metrics": _check_metrics,
    "compare": _compare,
}

if __name__ == "__main__":
    main(JOBS)
