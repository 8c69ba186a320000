"""Judging a stored run again: the same document by the same rules gives the same bytes, or else it says so."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, Row

from validator.detection.semantic.encoder import Encoder
from validator.document.overlay import Merged, merge
from validator.errors import Fault
from validator.findings.report import NOTHING_JUDGED
from validator.pipeline import judge
from validator.service.faults import Gone
from validator.service.judged import report_bytes
from validator.service.past_runs import a_run
from validator.service.rules import Rules, from_bytes, ruleset_of
from validator.service.tables import tables_of
from validator.store.engine import reading
from validator.store.snapshots import get, pack


class Replay(NamedTuple):
    """What judging a run again came to."""

    same: bool
    """Whether the report is the stored one, byte for byte."""
    expected: str
    """Digest of the stored report."""
    digest: str
    """Digest of the report that was made now."""
    program: str
    """Version of the validator that judged then."""
    report: dict[str, Any]


class _Stored(NamedTuple):
    """All that a run was made from."""

    run: Row[Any]
    rules: Rules
    document: Any
    overlays: tuple[Any, ...]
    report: dict[str, Any]


def replay(engine: Engine, run_id: str, *, encoder: Encoder | None = None) -> Replay:
    """Judge a stored run again, storing nothing; `encoder` is needed where one was used then.

    Raises NotFound, and Gone where names were erased from what it was made from, where retention has removed that, or where
    the encoder is missing; BadRuleset where this version of the service no longer reads its rules.
    """
    with reading(engine) as connection:
        stored = _stored(connection, run_id)
    if stored.rules.semantic and encoder is None:
        raise _gone(run_id, "the model that gives likeness of meaning", "give the model directory that was used then")
    report = judge(
        stored.document,
        ruleset_of(stored.rules),
        overlays=stored.overlays,
        fail_on=stored.report["gate"]["fail_on"],
        as_of=stored.run.as_of,
        notes=_given_notes(stored),
        engine=stored.run.engine,
        encoder=encoder if stored.rules.semantic else None,
        complete=stored.run.complete,
        **tables_of(stored.rules.tables)._asdict(),
    )
    digest = pack(report_bytes(report)).digest
    expected = stored.run.report_digest
    return Replay(digest == expected, expected, digest, stored.rules.program, report)


def _stored(connection: Connection, run_id: str) -> _Stored:
    run = a_run(connection, run_id)
    if run.erased_at is not None:
        hint = "its report can still be read, without them"
        message = f"The run “{run_id}” cannot be judged again: names were erased from it on {run.erased_at:%Y-%m-%d}."
        raise Gone([Fault("", message, hint)])
    overlays = [] if run.overlay_digest is None else [_content(connection, run_id, run.overlay_digest, "its overlay")]
    return _Stored(
        run=run,
        rules=from_bytes(_content(connection, run_id, run.ruleset_digest, "its rules")),
        document=orjson.loads(_content(connection, run_id, run.document_digest, "its document")),
        overlays=tuple(orjson.loads(overlay) for overlay in overlays),
        report=orjson.loads(_content(connection, run_id, run.report_digest, "its report")),
    )


def _given_notes(stored: _Stored) -> tuple[str, ...]:
    """What the reader of a file had to say: in the report it stands between the document's own notes and the pipeline's."""
    merged = merge(stored.document, stored.overlays) if stored.overlays else Merged(stored.document, ())
    own = len((merged.document.get("source") or {}).get("notes") or ())
    noted = stored.report["input"]["notes"]
    remarks = len(merged.conflicts) + (noted[-1:] == [NOTHING_JUDGED])
    return tuple(noted[own : len(noted) - remarks])


def _content(connection: Connection, run_id: str, digest: str, what: str) -> bytes:
    content = get(connection, digest)
    if content is None:
        raise _gone(run_id, what, "retention removes what is older than it was told to keep")
    return content


def _gone(run_id: str, what: str, hint: str) -> Gone:
    return Gone([Fault("", f"The run “{run_id}” cannot be judged again: {what} is not there.", hint)])
