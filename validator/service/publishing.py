"""Publishing a draft, bringing an earlier version back, and comparing versions: whatever compiles a text before it is trusted.

A text is compiled, proven by its examples and tried in a process of its own, outside any transaction. A ruleset is compiled
with the tables in force, and a failure table must have every row that a ruleset in force points to: what a text was tried
beside must still be in force when it is published.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from validator.errors import BadInput, Fault
from validator.rules.files import shipped_text
from validator.rules.from_text import DRAFT, Bundle, key_of
from validator.rules.table_texts import FAILURE_TABLE, SHIPPED, TABLES
from validator.service.compiling import QUICK, Comparison, Limits, check_ruleset, check_table, compare
from validator.service.drafts import Draft, draft_of
from validator.service.faults import outdated
from validator.service.library import bundle_of, draft_bundle
from validator.service.lookups import not_allowed
from validator.service.new_versions import note_faults, publish_again, publish_draft
from validator.service.rows_needed import asking, rows_needed
from validator.service.texts import RULESET, Target, Version, latest, published, text_of
from validator.store.engine import reading, writing

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class _Trial(NamedTuple):
    """A text to be tried, and what it is tried beside."""

    what: Target
    text: str
    bundle: Bundle | None
    """Of a ruleset."""
    rows: Mapping[str, str]
    """Of a failure table: the rows that it must have, each with a rule that points to it."""
    beside: frozenset[Any]
    """What is in force of the other kind: as long as it is the same, so is the outcome."""


class Ready(NamedTuple):
    """A text that was tried, and may be put in force."""

    trial: _Trial
    source: Draft | int
    """The draft that it is, or the number of the earlier version."""
    note: str


def check_draft(engine: Engine, what: Target, *, limits: Limits = QUICK) -> dict[str, Any]:
    """Try the draft as publishing does; gives what was counted. Raises NotFound, and BadRuleset with every fault."""
    with reading(engine) as connection:
        trial = _of_draft(connection, what, draft_of(connection, what))
    return _tried(trial, limits)


def publish(
    engine: Engine,
    now: datetime.datetime,
    actor: str,
    what: Target,
    *,
    version: int,
    note: str = "",
    limits: Limits = QUICK,
) -> Version:
    """Publish the draft whose version the caller has read; raises what `ready_to_publish` and `put_in_force` raise."""
    ready = ready_to_publish(engine, what, version=version, note=note, limits=limits)
    with writing(engine) as connection:
        return put_in_force(connection, now, actor, ready)


def rollback(
    engine: Engine,
    now: datetime.datetime,
    actor: str,
    what: Target,
    number: int,
    *,
    note: str = "",
    limits: Limits = QUICK,
) -> Version:
    """Publish an earlier version again, under a new number; raises what `ready_to_roll_back` and `put_in_force` raise."""
    ready = ready_to_roll_back(engine, what, number, note=note, limits=limits)
    with writing(engine) as connection:
        return put_in_force(connection, now, actor, ready)


def ready_to_publish(engine: Engine, what: Target, *, version: int, note: str = "", limits: Limits = QUICK) -> Ready:
    """Try the draft whose version the caller has read: it must compile, and its examples must be green.

    Raises NotFound, Outdated, BadInput, and BadRuleset with every fault.
    """
    _check_note(note)
    with reading(engine) as connection:
        draft = draft_of(connection, what)
        if draft.version != version:
            raise outdated("draft", what.name, draft.version)
        trial = _of_draft(connection, what, draft)
    _tried(trial, limits)
    return Ready(trial, draft, note)


def ready_to_roll_back(engine: Engine, what: Target, number: int, *, note: str = "", limits: Limits = QUICK) -> Ready:
    """Try an earlier version: it must still compile, and its examples be green.

    Raises NotFound, BadInput, and BadRuleset with every fault.
    """
    _check_note(note)
    with reading(engine) as connection:
        text = text_of(connection, what, number)
        bundle = bundle_of(connection, key_of(what.name, number)) if what.kind == RULESET else None
        trial = _trial(connection, what, text, bundle)
    _tried(trial, limits)
    return Ready(trial, number, note)


def put_in_force(connection: Connection, now: datetime.datetime, actor: str, ready: Ready) -> Version:
    """Publish a text that was tried, as the next version.

    Raises NotFound, Outdated where the store is not as it was tried for, and NotAllowed where it is in force already.
    """
    _check_beside(connection, ready.trial)
    if isinstance(ready.source, Draft):
        return publish_draft(connection, now, actor, ready.trial.what, ready.source, ready.note)
    return publish_again(connection, now, actor, ready.trial.what, ready.source, ready.note)


def difference(engine: Engine, what: Target, before: str | None = None, after: str = DRAFT) -> Comparison:
    """How one version differs from another, each given as a number, `draft` or `shipped`.

    `before` None: the version in force, or else the one shipped. Raises NotFound, BadInput for what is no version, and
    BadRuleset where the texts are such that comparing them does not end.
    """
    with reading(engine) as connection:
        old = _side(connection, what, before or _in_force(connection, what))
        new = _side(connection, what, after)
    return compare(what.kind, old, new)


def _of_draft(connection: Connection, what: Target, draft: Draft) -> _Trial:
    bundle = draft_bundle(connection, what.name) if what.kind == RULESET else None
    return _trial(connection, what, draft.text, bundle)


def _trial(connection: Connection, what: Target, text: str, bundle: Bundle | None) -> _Trial:
    rows = rows_needed(connection) if what.kind == FAILURE_TABLE else {}
    return _Trial(what, text, bundle, rows, _beside(connection, what))


def _tried(trial: _Trial, limits: Limits) -> dict[str, Any]:
    if trial.bundle is not None:
        return check_ruleset(trial.bundle, limits)
    return check_table(trial.what.kind, trial.what.name, trial.text, limits, rows=trial.rows)


def _beside(connection: Connection, what: Target) -> frozenset[Any]:
    """The tables beside which a ruleset was tried, or the rulesets beside which a failure table was."""
    if what.kind == RULESET:
        return frozenset((kind, *published(connection, kind).items()) for kind in TABLES)
    return asking(connection) if what.kind == FAILURE_TABLE else frozenset()


def _check_beside(connection: Connection, trial: _Trial) -> None:
    if _beside(connection, trial.what) != trial.beside:
        message = "Something else was published while this was tried, so that the outcome may be another."
        raise not_allowed(message, "try again")


def _check_note(note: str) -> None:
    faults = note_faults(note)
    if faults:
        raise BadInput(faults)


def _in_force(connection: Connection, what: Target) -> str:
    newest = latest(connection, what)
    return str(newest.version) if newest else SHIPPED


def _side(connection: Connection, what: Target, chosen: str) -> dict[str, str]:
    if chosen == DRAFT:
        text = draft_of(connection, what).text
    elif chosen == SHIPPED:
        text = shipped_text(what.name)
    else:
        text = text_of(connection, what, version_number(chosen))
    return {"name": key_of(what.name, chosen), "text": text}


def version_number(text: str) -> int:
    """The number of a version. Raises BadInput."""
    if not _NUMBER.fullmatch(text):
        message = f"“{text[:100]}” is no version."
        raise BadInput([Fault("", message, "a number such as 3, or draft, or shipped", "version")])
    return int(text)
