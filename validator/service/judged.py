"""Judging a document for a run: everything that needs no database, made before the transaction that stores it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import orjson

from validator.detection.semantic.encoder import Encoder
from validator.document.load import load
from validator.document.overlay import merge
from validator.engine.select import ENGINES, engine
from validator.errors import BadInput, Fault
from validator.history.views import Views, views_of
from validator.pipeline import judge
from validator.service.rules import Loaded, Rules, packed, rules_of, to_bytes
from validator.store.snapshots import Packed, pack

Timer = Callable[[], float]
"""Seconds from any moment on."""


class Request(NamedTuple):
    """What is to be judged, and how."""

    document: Any
    overlay: bytes | None
    """The overlay as it is stored: JSON."""
    loaded: Loaded
    fail_on: str
    as_of: datetime.date | None
    notes: tuple[str, ...] = ()
    complete: bool = True
    """Whether all of the set was read, as far as the caller knows."""


class Judged(NamedTuple):
    """A judged document, ready to be stored."""

    report: dict[str, Any]
    document: Packed
    overlay: Packed | None
    report_bytes: Packed
    rules: Rules
    rules_bytes: Packed
    engine: str
    views: Views
    says_whole: bool
    """Whether the document does not say that part of the set is missing."""
    timings: dict[str, float]
    """Milliseconds by stage, and altogether as `total`."""


def judged(request: Request, *, today: datetime.date, timer: Timer, encoder: Encoder | None = None) -> Judged:
    """Judge a document. Raises BadInput with every fault, and BadRuleset for a table that this release cannot read.

    A document that does not say when it was exported is judged as of `today`, unless the request names a day.
    """
    content = as_stored(request.document)
    document = orjson.loads(content)
    overlays = [] if request.overlay is None else [orjson.loads(request.overlay)]
    dated = request.as_of is not None or any(map(_says_its_day, (document, *overlays)))
    name = engine_name()
    marks: list[tuple[str, float]] = []

    def stage(name: str) -> None:
        marks.append((name, timer()))

    report = judge(
        document,
        request.loaded.ruleset,
        overlays=overlays,
        fail_on=request.fail_on,
        as_of=request.as_of if dated else today,
        notes=request.notes,
        progress=stage,
        engine=name,
        encoder=encoder,
        complete=request.complete,
        **request.loaded.tables._asdict(),
    )
    stage("views")
    overlaid = whole(document, overlays)
    views = views_of(overlaid)
    stage("")
    rules = rules_of(request.loaded, semantic=encoder is not None)
    return Judged(
        report=report,
        document=pack(content),
        overlay=None if request.overlay is None else pack(request.overlay),
        report_bytes=pack(report_bytes(report)),
        rules=rules,
        rules_bytes=packed(to_bytes(rules)),
        engine=name,
        views=views,
        says_whole=(overlaid.get("source") or {}).get("complete") is not False,
        timings=_timings(marks),
    )


def as_stored(document: Any) -> bytes:
    """A document as it is stored: JSON in its own order; bytes are that already. Raises BadInput for what no JSON can hold."""
    if isinstance(document, bytes):
        return document
    try:
        return orjson.dumps(document, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError as error:
        load(document)  # says it better, where it can
        raise BadInput([Fault("", f"The document cannot be written as JSON: {error}.")]) from None


def report_bytes(report: Mapping[str, Any]) -> bytes:
    """A report as it is stored, whose digest a replay must meet."""
    return orjson.dumps(report)


def whole(document: Mapping[str, Any], overlays: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The document with its overlays laid over it."""
    return merge(document, overlays).document if overlays else document


def engine_name() -> str:
    """The name of the engine that judges where none is asked for."""
    return next(name for name, module in ENGINES.items() if module == engine().__name__)


def _says_its_day(document: Any) -> bool:
    source = document.get("source") if isinstance(document, Mapping) else None
    return isinstance(source, Mapping) and bool(str(source.get("exported_at") or "").strip())


def _timings(marks: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Milliseconds of each stage, from the moments at which they began; the last mark ends the last stage."""
    spent = {name: round(1000 * (after - at), 1) for (name, at), (_, after) in pairwise(marks)}
    return {**spent, "total": round(1000 * (marks[-1][1] - marks[0][1]), 1)}
