"""The pipeline: document, overlays, facts, rules, report. Command line, API and jobs call this and nothing deeper."""

from __future__ import annotations

import datetime
import gc
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from validator.detection.catalogue import Catalogue
from validator.detection.semantic.encoder import Encoder
from validator.document.model import OkrSet
from validator.document.normalise import normalise
from validator.document.overlay import merge
from validator.engine.select import compiled
from validator.errors import BadInput, Fault
from validator.facts.build import build_facts
from validator.facts.index import build_index
from validator.facts.texts import read_texts
from validator.findings.judge import judge_facts
from validator.findings.report import make_report
from validator.rules.failure_table import FailureRow, load_failure_table
from validator.rules.partial import for_part
from validator.rules.ruleset import Ruleset

Progress = Callable[[str], None]


def judge(
    document: object,
    ruleset: Ruleset,
    *,
    overlays: Sequence[object] = (),
    fail_on: str = "error",
    as_of: datetime.date | None = None,
    notes: Sequence[str] = (),
    progress: Progress | None = None,
    engine: str | None = None,
    encoder: Encoder | None = None,
    failure_table: Mapping[str, FailureRow] | None = None,
    catalogue: Catalogue | None = None,
    complete: bool = True,
) -> dict[str, Any]:
    """The report on a document.

    `fail_on` is the least severity that fails the gate (error, warning, info, never). `as_of` is the day of judgement;
    None: the day of the export, or else today in UTC. `notes` are what the reader of a file had to say. `progress` is told
    the stages: load, texts, facts, rules, report. `encoder` adds likeness of meaning to the comparison of key results
    (see `detection.semantic`). `failure_table` and `catalogue` are the tables that the ruleset was compiled with; None: those
    shipped. `complete` is False where the caller knows that part of the set was not read, whatever the document says of itself.
    Raises BadInput with every fault, each with a JSON Pointer into the document.
    """
    tell = progress or _silent
    with _collector_held():
        tell("load")
        whole, remarks = _overlaid(document, overlays)
        okrs = _marked(normalise(whole), complete=complete)
        applied = ruleset if okrs.source.complete else for_part(ruleset)
        tell("texts")
        day = as_of or okrs.source.exported_at or datetime.datetime.now(datetime.UTC).date()
        index = build_index(okrs, day)
        texts = read_texts(index, encoder, catalogue)
        tell("facts")
        facts = build_facts(index, texts)
        tell("rules")
        judgement = judge_facts(index, facts, applied, compiled(applied, engine), failure_table or load_failure_table())
        tell("report")
        return make_report(
            index, ruleset, judgement, fail_on=fail_on, digest=digest_of(whole), notes=[*notes, *remarks]
        )


def _marked(okrs: OkrSet, *, complete: bool) -> OkrSet:
    """The set, marked as one of which part was not read where the caller says so."""
    return okrs if complete else okrs._replace(source=okrs.source._replace(complete=False))


def _silent(_: str) -> None:
    """Nobody watches."""


def _overlaid(document: object, overlays: Sequence[object]) -> tuple[object, list[str]]:
    if not overlays:
        return document, []
    mappings = [part for part in (document, *overlays) if isinstance(part, Mapping)]
    if len(mappings) <= len(overlays):
        raise BadInput([Fault("", "A document or overlay is not an object.", 'it looks like {"governance": {...}}')])
    merged = merge(mappings[0], mappings[1:])
    return merged.document, [f"The overlay replaced {pointer}." for pointer in merged.conflicts]


def digest_of(document: object) -> str:
    """The SHA-256 of a document's canonical JSON: keys sorted, dates as text."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return f"sha256:{hashlib.sha256(orjson.dumps(document, default=str, option=options)).hexdigest()}"


COLLECT_EVERY = 64
"""Runs that end while others go on: without a pause between them nothing else would ever collect."""
_holders = _runs = 0
_holding = threading.Lock()


@contextmanager
def _collector_held() -> Iterator[None]:
    """Hold the cyclic collector: a run makes much that lives and no cycles, and scanning it again and again costs most."""
    global _holders, _runs  # noqa: PLW0603  the collector is one for the process, so is the count of those who hold it
    with _holding:
        _holders += 1
        if _holders == 1:
            gc.disable()
    try:
        yield
    finally:
        with _holding:
            _holders -= 1
            if _holders == 0:
                gc.enable()
            elif (_runs := _runs + 1) % COLLECT_EVERY == 0:
                gc.collect()
