"""The process in which edited texts are compiled and tried, started by `compiling`: it may hang or crash as it likes.

It reads one job as JSON from standard input and answers with `ready`, a line break, and one JSON object: `done` with what
came out, or `faults` (of the ruleset) or `refused` (of the OKR set).
"""

from __future__ import annotations

import datetime
import os
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import resources
from typing import Any

import orjson

from validator.detection.catalogue import read_catalogue
from validator.errors import BadInput, BadRuleset, Fault
from validator.pipeline import judge
from validator.proving import _problem
from validator.rules.catalogue import load_ruleset, shipped
from validator.rules.examples import Example
from validator.rules.failure_table import read_failure_table
from validator.rules.from_text import Bundle, files_of, load_bundle, load_files, own_examples
from validator.rules.ruleset import Ruleset
from validator.rules.source import parse, plain
from validator.service.differing import rules_difference, unified

OUT_OF_MEMORY = 71
"""Exit code where there was not enough memory."""
_TRIED = 20
"""Examples whose documents the whole ruleset judges on the engine that it will run on."""

Job = Mapping[str, Any]


def main() -> None:
    """Do one job."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the engine prints is no part of the answer
    answer.write(b"ready\n")
    answer.flush()
    job = orjson.loads(sys.stdin.buffer.read())
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, job["cpu_seconds"])
    _limit(resource.RLIMIT_AS, job["memory"])
    try:
        answer.write(orjson.dumps(_answer(job)))
        answer.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (least, hard))


def _answer(job: Job) -> dict[str, Any]:
    try:
        return {"done": JOBS[job["job"]](job)}
    except BadRuleset as error:
        return {"faults": [fault._asdict() for fault in error.faults]}
    except BadInput as error:
        return {"refused": [fault._asdict() for fault in error.faults]}


def _check_ruleset(job: Job) -> dict[str, Any]:
    """Compile, prove by the examples, and run on the engine that will judge. Raises BadRuleset."""
    bundle = Bundle(**job["bundle"])
    files = files_of(bundle)
    ruleset = load_files(bundle, files)
    own = own_examples(files[-1])
    on = {variant.rule.id for variant in ruleset.variants}
    examples = [example for example in own.examples if example.rule in on]
    faults = [*_unproven(own.to_prove & on, examples), *_failing(ruleset, examples)]
    if faults:
        raise BadRuleset(faults)
    for document, as_of in _documents(examples):
        judge(document, ruleset, as_of=as_of)
    return {"rules": len(ruleset.rules), "examples": len(examples), "digest": ruleset.digest}


def _unproven(rules: Iterable[str], examples: Iterable[Example]) -> Iterator[Fault]:
    for rule in sorted(rules):
        absent = {"report", "accept"} - {example.expect for example in examples if example.rule == rule}
        if absent:
            message = f"The rule “{rule}” has no example that it must {' and none that it must '.join(sorted(absent))}."
            yield Fault("/rules", message, "examples: {report: [{document: …}], accept: [{document: …}]}", rule)


def _failing(ruleset: Ruleset, examples: Iterable[Example]) -> Iterator[Fault]:
    for example in examples:
        problem = _problem(ruleset, example)
        if problem:
            yield Fault("/rules", f"{example.rule}, “{example.name}”: {problem}.", "", example.place)


def _documents(examples: Iterable[Example]) -> Iterator[tuple[Any, datetime.date | None]]:
    """Sets to try a ruleset on: the example that comes with the service, and some of its own."""
    yield (
        plain(parse("example.yaml", resources.files("rulesets").joinpath("example.yaml").read_text("utf-8")).data),
        None,
    )
    yield from [(dict(example.document), example.as_of) for example in examples][:_TRIED]


def _check_failure_table(job: Job) -> dict[str, Any]:
    """Read the table; every rule shipped must find its row. Raises BadRuleset."""
    table = read_failure_table(parse(job["name"], job["text"]))
    asked = {rule.failure: rule.id for name in shipped() for rule in load_ruleset(name).rules}
    lost = [Fault("/rows", f"No row is called “{row}”.", f"the rule “{asked[row]}” points to it", job["name"])
            for row in sorted(asked) if row not in table]  # fmt: skip
    if lost:
        raise BadRuleset(lost)
    return {"rows": len(table)}


def _check_metrics(job: Job) -> dict[str, Any]:
    return {"metrics": len(read_catalogue(job["text"]).metrics)}


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


def _preview(job: Job) -> dict[str, Any]:
    """What the ruleset in force and the draft say of one set. Raises BadRuleset and BadInput."""
    return {
        side: _verdict(judge(
            job["document"],
            load_bundle(Bundle(**job[side])),
            overlays=job["overlays"],
            fail_on=job["fail_on"],
            as_of=datetime.date.fromisoformat(job["as_of"]),
        ))
        for side in ("before", "after")
    }  # fmt: skip


def _verdict(report: Mapping[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in ("status", "ruleset", "findings")}


JOBS: dict[str, Callable[[Job], dict[str, Any]]] = {
    "ruleset": _check_ruleset,
    "failure-table": _check_failure_table,
    "metrics": _check_metrics,
    "compare": _compare,
    "preview": _preview,
}

if __name__ == "__main__":
    main()
