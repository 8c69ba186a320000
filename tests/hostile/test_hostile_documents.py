"""Malformed documents: always a report or BadInput with a place, never another exception, never for long."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest

from tests.okr_sets import Document, rich, small
from validator.errors import BadInput
from validator.pipeline import judge
from validator.rules.ruleset import Ruleset

SECONDS = 5


def _deep(levels: int, make: Callable[[Any], Any]) -> Any:
    value: Any = None
    for _ in range(levels):
        value = make(value)
    return value


def _cyclic() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["self"] = [value]
    return value


ODD: dict[str, Any] = {
    "null": None, "true": True, "false": False, "zero": 0, "minus one": -1, "a fraction": 1.5, "infinity": float("inf"), "not a number": float("nan"),
    "1e400": json.loads("1e400"), "a huge number": 10**400, "a number past 64 bits": 2**64, "an empty text": "", "a blank": " \t\n", "a text": "text",
    "a number as text": "12", "a null byte": "\x00", "half a character": "\ud800", "other half": "x\udfff", "a long text": "x" * 200_000,
    "very long digits": "9" * 1_000_000, "an empty list": [], "a list": [1, "a", None], "a list of lists": [[[]]], "an empty object": {},
    "an object": {"id": "O1"}, "a deep list": _deep(10_000, lambda inner: [inner]), "a deep object": _deep(10_000, lambda inner: {"a": inner}),
    "a circle": _cyclic(), "bytes": b"bytes", "a set": {"a"}, "a tuple": ("a",), "an object of python": object(), "a right-to-left text": "\u202eabc",
    "a key of no text": {1: 2, None: 3}, "a million in a list": [0] * 1_000_000, "a date of no year": "0000-00-00", "a formula": "=1+1", "NaN": "NaN",
}  # fmt: skip


def judged(document: object, ruleset: Ruleset, overlays: Sequence[object] = ()) -> dict[str, Any] | BadInput:
    """The report or the refusal; every fault of it can be written down and points somewhere."""
    began = time.process_time()
    outcome = _outcome(document, ruleset, overlays)
    assert time.process_time() - began < SECONDS
    if isinstance(outcome, BadInput):
        assert outcome.faults
        assert all(fault.message and (not fault.pointer or fault.pointer.startswith("/")) for fault in outcome.faults)
        assert all(str(fault).encode() for fault in outcome.faults)
    return outcome


def _outcome(document: object, ruleset: Ruleset, overlays: Sequence[object]) -> dict[str, Any] | BadInput:
    try:
        return judge(document, ruleset, overlays=overlays)
    except BadInput as error:
        return error


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inner for found in _paths(part, (*path, key)))]


PLACES = sorted(
    {
        tuple(0 if isinstance(step, int) else step for step in path)
        for seed in range(12)
        for path in _paths(rich(seed, 8))
        if path
    },
    key=str,
)


def _with(document: Document, path: tuple[Any, ...], value: Any) -> bool:
    """Put a value at a place, where the place is there."""
    holder: Any = document
    try:
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return False
    return True


@pytest.mark.parametrize("name", ODD)
def test_an_odd_value_at_any_place_is_judged_or_refused_with_a_place(base: Ruleset, name: str) -> None:
    document, random = rich(5, size=4), Random(name)
    for path in random.sample(PLACES, 25):
        mutant = copy.deepcopy(document)
        if _with(mutant, path, ODD[name]):
            judged(mutant, base)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_value_instead_of_the_document_is_refused(base: Ruleset, name: str) -> None:
    assert isinstance(judged(ODD[name], base), BadInput)


@pytest.mark.parametrize("seed", range(60))
def test_a_document_with_many_faults_is_judged_or_refused_with_places(base: Ruleset, seed: int) -> None:
    random = Random(seed)
    document = copy.deepcopy(rich(seed, size=6))
    for path in random.sample(PLACES, 8):
        _with(document, path, ODD[random.choice(list(ODD))])
    judged(document, base)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in ODD
        if name not in ("null", "an empty object", "an object", "a key of no text", "a list", "a list of lists")
    ],
)
def test_an_odd_value_under_extra_is_kept_or_refused(base: Ruleset, name: str) -> None:
    outcome = judged(small({"id": "O", "extra": {"deep": [{"a": ODD[name]}]}}), base)
    refused = {
        "a huge number",
        "a number past 64 bits",
        "half a character",
        "other half",
        "a deep list",
        "a deep object",
        "a circle",
        "a million in a list",
    }
    if name in refused:
        assert isinstance(outcome, BadInput)
        assert outcome.faults[0].pointer == "/objectives/0/extra"
    else:
        assert not isinstance(outcome, BadInput)


def _many(count: int, **wrong: Any) -> Document:
    return {"objectives": [{"id": f"O{n}", "title": "t", **wrong} for n in range(count)]}


LARGE: dict[str, Document] = {
    "fifty thousand titles that are numbers": _many(50_000, title=1),
    "fifty thousand unknown fields": _many(50_000, titel="t"),
    "ten thousand misspelt levels and dates": _many(10_000, level="compny", end="soon", start="31 nonsense 2026"),
    "fifty thousand times the same id": {"objectives": [{"id": "O", "title": "t"}] * 50_000},
    "more objectives than may be": {"objectives": [{"id": "O", "title": "t"}] * 200_001},
    "a text of ten million characters": small({"id": "O", "title": "x" * 10_000_000}),
    "a number of ten million digits": small({"id": "O", "progress": "1" * 10_000_000}),
    "a date of ten million characters": small({"id": "O", "end": "1." * 5_000_000}),
    "an object of a hundred thousand unknown fields": {**small({"id": "O"}), **{f"field {n}": 1 for n in range(100_000)}},
    "an unknown field of a million characters": {**small({"id": "O"}), "x" * 1_000_000: 1},
}  # fmt: skip


@pytest.mark.parametrize("document", LARGE.values(), ids=LARGE.keys())
def test_a_large_malformed_document_is_refused_within_seconds(base: Ruleset, document: Document) -> None:
    assert isinstance(judged(document, base), BadInput)


@pytest.mark.parametrize("seed", range(20))
def test_odd_overlays_are_laid_over_or_refused_with_a_place(base: Ruleset, seed: int) -> None:
    random = Random(seed)
    overlay = copy.deepcopy(rich(seed, size=5))
    for path in random.sample(PLACES, 4):
        _with(overlay, path, ODD[random.choice(list(ODD))])
    outcome = judged(rich(5, size=4), base, [overlay])
    if isinstance(outcome, BadInput):
        assert all(fault.place == "overlay 1" or fault.pointer.startswith("/") for fault in outcome.faults)
