"""Publishing a draft, bringing an earlier version back, and comparing versions: whatever compiles a text before it is trusted.

A text is compiled, proven by its examples and tried in a process of its own, outside any transaction.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from sqlalchemy import Connection, Engine

from validator.errors import BadInput, Fault
from validator.rules.from_text import DRAFT, Bundle, key_of
from validator.service.compiling import QUICK, Comparison, Limits, check_ruleset, check_table, compare
from validator.service.faults import outdated
from validator.service.library import bundle_of, draft_bundle, shipped_text
from validator.service.texts import (
    RULESET,
    Target,
    Version,
    draft_of,
    latest,
    note_faults,
    publish_again,
    publish_draft,
    text_of,
)
from validator.store.engine import reading, writing

SHIPPED = "shipped"
"""What stands for the version that comes with the service; "" is its text where none does."""
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def check_draft(engine: Engine, what: Target, *, limits: Limits = QUICK) -> dict[str, Any]:
    """Try the draft as publishing does; gives what was counted. Raises NotFound, and BadRuleset with every fault."""
    with reading(engine) as connection:
        text = draft_of(connection, what).text
        bundle = draft_bundle(connection, what.name) if what.kind == RULESET else None
    return _check(what, text, bundle, limits)


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
    """Publish the draft whose version the caller has read; it must compile, and its examples must be green.

    Raises NotFound, Outdated, NotAllowed, BadInput, and BadRuleset with every fault.
    """
    _check_note(note)
    with reading(engine) as connection:
        draft = draft_of(connection, what)
        bundle = draft_bundle(connection, what.name) if what.kind == RULESET else None
    if draft.version != version:
        raise outdated("draft", what.name, draft.version)
    _check(what, draft.text, bundle, limits)
    with writing(engine) as connection:
        return publish_draft(connection, now, actor, what, draft, note)


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
    """Publish an earlier version again, under a new number; it must still compile, and its examples be green.

    Raises NotFound, NotAllowed where that version is in force, BadInput, and BadRuleset with every fault.
    """
    _check_note(note)
    with reading(engine) as connection:
        text = text_of(connection, what, number)
        bundle = bundle_of(connection, key_of(what.name, number)) if what.kind == RULESET else None
    _check(what, text, bundle, limits)
    with writing(engine) as connection:
        return publish_again(connection, now, actor, what, number, note)


def difference(engine: Engine, what: Target, before: str | None = None, after: str = DRAFT) -> Comparison:
    """How one version differs from another, each given as a number, `draft` or `shipped`.

    `before` None: the version in force, or else the one shipped. Raises NotFound, BadInput for what is no version, and
    BadRuleset where the texts are such that comparing them does not end.
    """
    with reading(engine) as connection:
        old = _side(connection, what, before or _in_force(connection, what))
        new = _side(connection, what, after)
    return compare(what.kind, old, new)


def _check(what: Target, text: str, bundle: Bundle | None, limits: Limits) -> dict[str, Any]:
    return check_table(what.kind, what.name, text, limits) if bundle is None else check_ruleset(bundle, limits)


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
