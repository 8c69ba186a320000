"""Taking one person out of plain data: every mention becomes a pseudonym, the same one everywhere, so that history holds.

Names and e-mail addresses are found as whole words in any text; ids only in fields that name people, since another thing
may have the same id.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from validator.history.spelling import fold

PEOPLE_FIELDS = frozenset(
    "person owner owners created_by lead decision_maker members conflict_resolver translation_owner acknowledged_by asked_by "
    "approved_by ended_by decider recorded_by actor published_by updated_by".split()
)
"""Fields of documents, reports and tables whose whole value is a person."""
_KEPT = ("team", "count", "severities", "causes")
"""What an entry says that names nobody."""
_ENTRIES = frozenset({"people", "person", "owners"})
"""Fields whose objects are people, where they have an id: entries of documents, owners in events and their messages."""
ERASED = "Names of people were erased from this report."
"""A note in a report that was rewritten."""
_MARK = re.compile(r" \((?:not )?primary\)$")
"""What history adds to the owners of an objective."""


class Terms(NamedTuple):
    """Whom to look for in the data of one connection."""

    pattern: re.Pattern[str]
    """Their names and addresses, in a text."""
    whole: frozenset[str]
    """The same, folded, as whole values."""
    ids: frozenset[str]
    pseudonym: str


def terms_of(names: Iterable[str], ids: Iterable[str], pseudonym: str) -> Terms:
    """What to look for; without a name, only ids in fields that name people."""
    spelled = {unicodedata.normalize(form, name) for name in names for form in ("NFC", "NFD")}
    listed = sorted(spelled, key=lambda name: (-len(name), name))
    words = "|".join(r"\s+".join(re.escape(word) for word in name.split()) for name in listed) or "(?!)"
    # A longer word, a name with a hyphen more, or a longer address is somebody else's.
    pattern = re.compile(rf"(?<!\w)(?<!\w[-.+])(?:{words})(?!\w)(?!-\w)(?!\.\w+@)", re.IGNORECASE)
    return Terms(pattern, frozenset(map(fold, spelled)), frozenset(ids), pseudonym)


def without(value: Any, terms: Terms, field: str = "") -> Any:
    """The value with the person taken out of it; `field` is what it is called where it stands."""
    if isinstance(value, dict):
        return _object(value, terms, field)
    if isinstance(value, list):
        return [without(entry, terms, field) for entry in value]
    if isinstance(value, str):
        return _text(value, terms, field)
    named = isinstance(value, int) and not isinstance(value, bool) and field in PEOPLE_FIELDS
    return terms.pseudonym if named and str(value) in terms.ids else value


def differences(before: Any, after: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Where a person stood, as a JSON Pointer, and what was there."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            yield from differences(value, after.get(key), f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(before, list) and isinstance(after, list):
        for place, (value, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(value, other, f"{pointer}/{place}")
    elif before != after:
        yield pointer, before


def is_them(entry: Mapping[str, Any], terms: Terms) -> bool:
    """Whether an entry of a document's `people` is the person: by id, or by an address, which is nobody else's."""
    return str(entry.get("id")) in terms.ids or fold(str(entry.get("email"))) in terms.whole


def _object(value: dict[str, Any], terms: Terms, field: str) -> dict[str, Any]:
    if field in _ENTRIES and "id" in value:
        return _entry(value, terms)
    if value.get("kind") == "person" and _names_them(str(value.get("id")), terms):
        rest = {key: without(entry, terms, key) for key, entry in value.items()}
        own = {"id": terms.pseudonym, "title": terms.pseudonym, "url": None}
        return {**rest, **{key: entry for key, entry in own.items() if key in value}}
    if {"item", "field", "from", "to"} <= value.keys():
        return _change(value, terms)
    return {_text(key, terms, ""): without(entry, terms, key) for key, entry in value.items()}


def _entry(value: dict[str, Any], terms: Terms) -> dict[str, Any]:
    """Somebody with an id: the person's own entry keeps nothing but team and numbers; a namesake's stays as it is."""
    nameless = value.get("name") in (None, value["id"])
    if is_them(value, terms) or (nameless and _names_them(str(value["id"]), terms)):
        kept = {key: without(value[key], terms, key) for key in _KEPT if key in value}
        return {"id": terms.pseudonym, "name": terms.pseudonym, **kept}
    own = ("id", "name", "email")
    return {key: entry if key in own else without(entry, terms, key) for key, entry in value.items()}


def _change(value: dict[str, Any], terms: Terms) -> dict[str, Any]:
    """A change as a cause tells it: its field says what its values are."""
    item, field = value["item"], value["field"].rpartition(".")[2]
    if field == "id" and item.get("kind") == "person":
        field = "person"
    sides = {side: without(value[side], terms, field) for side in ("from", "to")}
    return {**value, "item": without(item, terms, "item"), **sides}


def _text(value: str, terms: Terms, field: str) -> str:
    if field in PEOPLE_FIELDS:
        mark = _MARK.search(value)
        bare = value[: mark.start()] if mark else value
        if _names_them(bare, terms):
            return terms.pseudonym + (mark[0] if mark else "")
    return terms.pattern.sub(terms.pseudonym, value)


def _names_them(value: str, terms: Terms) -> bool:
    return value in terms.ids or fold(value) in terms.whole
