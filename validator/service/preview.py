"""A draft tried on what is stored: which findings would appear, vanish or change. Nothing is stored.

Each set is judged anew by the ruleset that its connection has in force and by the draft, as of the day of its last run, so
that all that differs is the ruleset.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine

from validator.errors import BadInput, Fault
from validator.history.difference import Count, Difference, counts, difference
from validator.rules.from_text import Bundle
from validator.service.compiling import MEBIBYTE, QUICK, Limits, check_ruleset, verdicts
from validator.service.last_run import last_run
from validator.service.library import bundle_of, draft_bundle
from validator.service.lookups import a_connection
from validator.store.engine import reading
from validator.store.snapshots import get

MOST_CONNECTIONS = 50
LIMITS = Limits(seconds=60.0, memory=1024 * MEBIBYTE)
"""For judging one set; the seconds are shared by all of them."""
Timer = Callable[[], float]
"""Seconds from any moment on."""


class Tried(NamedTuple):
    """What the draft makes of one connection."""

    connection: str
    run: str
    """The run whose set was judged again."""
    as_of: datetime.date
    ruleset: str
    """The ruleset in force, as NAME@VERSION or the name of a shipped one."""
    status_before: str
    status_after: str
    difference: Difference


class Preview(NamedTuple):
    """What the draft makes of the connections asked for."""

    tried: tuple[Tried, ...]
    without_set: tuple[str, ...]
    """Connections of which no set is stored: never run, or removed since."""
    semantic: bool
    """Whether likeness of meaning was used."""

    @property
    def counts(self) -> tuple[Count, ...]:
        """Findings that appear, vanish or change by team and severity, over all connections."""
        return counts(*(one.difference for one in self.tried))


class _Trial(NamedTuple):
    """What every set is tried with."""

    draft: Bundle
    model: Path | None
    until: float
    """When the time for all of them is over."""
    timer: Timer


class _Stored(NamedTuple):
    """The last set of a connection, and what judges it."""

    run: str
    as_of: datetime.date
    in_force: Bundle
    judged: dict[str, Any]


def preview(
    engine: Engine,
    name: str,
    connections: Sequence[str],
    *,
    model: Path | None = None,
    timer: Timer = time.monotonic,
    limits: Limits = QUICK,
) -> Preview:
    """Try the draft of a ruleset on the last sets of connections; with none of them, only on its own examples.

    `model` is the folder of the encoder, where one is set. `limits` are for trying the draft before any set is judged.

    Raises NotFound, BadInput for too many connections, and BadRuleset for a draft that could not be published.
    """
    if len(set(connections)) > MOST_CONNECTIONS:
        hint = f"choose at most {MOST_CONNECTIONS}"
        raise BadInput([Fault("/connections", f"{len(set(connections)):,} connections are too many.", hint)])
    with reading(engine) as connection:
        draft = draft_bundle(connection, name)
        for id in connections:
            a_connection(connection, id)
    check_ruleset(draft, limits)
    until = timer() + LIMITS.seconds
    trial = _Trial(draft, model, until, timer)
    tried = {id: _tried(engine, trial, id) for id in dict.fromkeys(connections)}
    found = tuple(one for one in tried.values() if one is not None)
    return Preview(found, tuple(id for id, one in tried.items() if one is None), model is not None)


def _tried(engine: Engine, trial: _Trial, id: str) -> Tried | None:
    with reading(engine) as connection:
        stored = _stored(connection, id)
    if stored is None:
        return None
    limits = LIMITS._replace(seconds=max(1.0, trial.until - trial.timer()))
    judged = {**stored.judged, "model": None if trial.model is None else str(trial.model.absolute())}
    before, after = verdicts(stored.in_force, trial.draft, judged, limits)
    return Tried(
        id, stored.run, stored.as_of, stored.in_force.key, before["status"], after["status"], difference(before, after)
    )


def _stored(connection: Connection, id: str) -> _Stored | None:
    row, run = a_connection(connection, id), last_run(connection, id)
    if run is None:
        return None
    digests = [digest for digest in (run.document_digest, run.overlay_digest) if digest is not None]
    contents = [content for digest in digests if (content := get(connection, digest)) is not None]
    if len(contents) != len(digests):
        return None
    judged = {
        "document": orjson.Fragment(contents[0]),
        "overlays": [orjson.Fragment(content) for content in contents[1:]],
        "as_of": str(run.as_of),
        "fail_on": row.fail_on,
        "complete": bool(run.complete),
    }
    return _Stored(run.id, run.as_of, bundle_of(connection, row.ruleset), judged)
