"""Who owns what a finding is about: the people whom one finds it by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from validator.history.parts import items_of
from validator.history.views import Views

_MARK = re.compile(r" \((not )?primary\)$")
"""What the view of an objective adds to an owner."""


def owners_of(finding: Mapping[str, Any], views: Views) -> frozenset[str]:
    """Ids of the people who own the items of a finding of a report, or are its items."""
    return frozenset(owner for kind, id in items_of(finding) for owner in _owners(kind, id, views))


def _owners(kind: str, id: str, views: Views) -> Iterator[str]:
    if kind == "person":
        yield id
    fields = views.fields.get((kind, id), {})
    if fields.get("owner") is not None:
        yield fields["owner"]
    yield from (_MARK.sub("", owner) for owner in fields.get("owners") or ())
