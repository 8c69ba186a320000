"""Who owns what a finding is about: the people whom one finds it by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from validator.history.parts import items_of
from validator.history.views import Views

Person = Mapping[str, str | None]
"""Id, name and e-mail address."""
_MARK = re.compile(r" \((not )?primary\)$")
"""What the view of an objective adds to an owner."""


def owners_of(finding: Mapping[str, Any], views: Views) -> frozenset[str]:
    """Ids of the people who own the items of a finding of a report, or are its items."""
    return frozenset(owner for kind, id in items_of(finding) for owner in _owners(kind, id, views))


def people_of(finding: Mapping[str, Any], views: Views) -> tuple[Person, ...]:
    """The same people with their names and e-mail addresses, where the set says them."""
    return tuple(_person(id, views) for id in sorted(owners_of(finding, views)))


def _person(id: str, views: Views) -> Person:
    fields = views.fields.get(("person", id), {})
    return {"id": id, "name": fields.get("name") or id, "email": fields.get("email")}


def _owners(kind: str, id: str, views: Views) -> Iterator[str]:
    if kind == "person":
        yield id
    fields = views.fields.get((kind, id), {})
    if fields.get("owner") is not None:
        yield fields["owner"]
    yield from (_MARK.sub("", owner) for owner in fields.get("owners") or ())
