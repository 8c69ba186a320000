"""Views: each item of an OKR set document as a flat dict of its fields, so that two runs can be compared field by field.

A view holds what is judged, as it stands in the document (with its overlays), but for the order of lists, the spelling of
names and absent values: none of these is a change. URLs, tags and `extra` are left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from validator.history.forms import FORMS, Names
from validator.history.parts import Item
from validator.history.spelling import Entry, entries, spellings

Fields = dict[str, Any]
Table = Mapping[str, str]


class Views(NamedTuple):
    """The items of a document and how they hang together."""

    fields: Mapping[Item, Fields]
    """Fields by item; an item that is only named, such as a team that nothing declares, has none."""
    names: Mapping[Item, frozenset[Item]]
    """Items that an item names."""
    named_by: Mapping[Item, frozenset[Item]]


def _table(**forms: str) -> Table:
    return {field: form for form, fields in forms.items() for field in fields.split()}


_OBJECTIVE = _table(
    plain="title description level strategic_brief status progress", team="team", cycle="cycle", owners="owners",
    contributors="contributors", links="parents", day="start end updated_at", person="created_by",
)  # fmt: skip
_KEY_RESULT = _table(
    plain="title description metric unit direction start target current segment status progress", person="owner created_by",
    team="lead_team", teams="shared_with", day="start_date due updated_at", cycle="cycle", links="parents",
)  # fmt: skip
_LISTS: Mapping[str, tuple[str, Table]] = {
    "cycles": ("cycle", _table(plain="name status", day="start end")),
    "teams": ("team", _table(plain="name level function", team="parent", person="lead", words="segments")),
    "people": ("person", _table(plain="name email", team="team")),
    "objectives": ("objective", _OBJECTIVE),
    "key_results": ("key_result", _KEY_RESULT),
    "initiatives": ("initiative", _table(plain="title status progress", targets="objectives", team="team", person="owner",
                                         cycle="cycle", day="start end")),
    "dependencies": ("dependency", _table(target="from", team="on_team", day="decision_date",
                                          plain="kind need impact decided failure_trigger acknowledged")),
    "reviews": ("review", _table(plain="kind decision_authority", day="date", teams="teams", targets="objectives")),
    "conflicts": ("conflict", _table(targets="objectives", plain="summary status escalate_within_days", person="decision_maker")),
}  # fmt: skip
_GOVERNANCE = _table(plain="conflict_resolver tie_breaker translation_owner")
_ESCALATION = _table(plain="raise_within_days act_within_days")
_FORUM = _table(plain="name decision_authority every_days", people="members", teams="teams", day="next")

NESTED_CYCLES = 8
"""Cycles looked at for the day of a review: quarters lie in halves, halves in years."""
Seen = tuple[Item, Fields, frozenset[Item]]
"""An item, its fields, and the items that it names."""


def views_of(document: Entry) -> Views:
    """The views of a document that the schema accepts; with overlays, give the merged document."""
    names = spellings(document)
    seen = list(_items(document, names))
    if any(spelling.least for spelling in names.values()):
        seen = list(_items(document, names))  # by now the least spelling of every name is known
    fields = {item: own for item, own, _ in seen}
    for _, _, named in seen:
        fields.update((item, {}) for item in named if item[0] in names and item not in fields)
    names_of = {item: named & fields.keys() for item, _, named in seen}
    return _joined(fields, {**names_of, **dict(_cycles_of_reviews(fields, names_of))})


def carried(before: Views, now: Views) -> Views:
    """The views of a run that read only part of its set: what it did not read is as it was."""
    unread = before.fields.keys() - now.fields.keys()
    kept = {item: named | (before.names.get(item, frozenset()) & unread) for item, named in now.names.items()}
    return _joined({**before.fields, **now.fields}, {**before.names, **kept})


def _joined(fields: Mapping[Item, Fields], names: Mapping[Item, frozenset[Item]]) -> Views:
    named_by: dict[Item, set[Item]] = defaultdict(set)
    for item, named in names.items():
        for other in named:
            named_by[other].add(item)
    return Views(fields, names, {item: frozenset(others) for item, others in named_by.items()})


def _cycles_of_reviews(
    fields: Mapping[Item, Fields], names: Mapping[Item, frozenset[Item]]
) -> Iterator[tuple[Item, frozenset[Item]]]:
    """Each dated review with the cycles that its day lies in, besides what it names."""
    cycles = sorted((own["start"], own["end"], item) for item, own in fields.items() if _is_period(item, own))
    for item, own in fields.items():
        if item[0] == "review" and "date" in own:
            place = bisect_right(cycles, own["date"], key=lambda cycle: cycle[0])
            around = cycles[max(0, place - NESTED_CYCLES) : place]
            yield item, names[item] | {cycle for _, end, cycle in around if own["date"] <= end}


def _is_period(item: Item, own: Fields) -> bool:
    return item[0] == "cycle" and "start" in own and "end" in own


def _items(document: Entry, names: Names) -> Iterator[Seen]:
    for field, (kind, table) in _LISTS.items():
        for entry in entries(document, field):
            yield _item(kind, entry, table, names)
    for objective in entries(document, "objectives"):
        for entry in entries(objective, "key_results"):
            item, fields, named = _item("key_result", entry, _KEY_RESULT, names)
            upper = str(objective["id"])
            yield item, {**fields, "objective": upper}, named | {("objective", upper)}
    yield from _wholes(document, names)


def _item(kind: str, entry: Entry, table: Table, names: Names) -> Seen:
    return ((kind, str(entry["id"])), *_formed(entry, table, names))


def _formed(entry: Entry, table: Table, names: Names, prefix: str = "") -> tuple[Fields, frozenset[Item]]:
    fields: Fields = {}
    named: set[Item] = set()
    for field, form in table.items():
        if entry.get(field) is not None:
            value, items = FORMS[form](entry[field], names)
            named.update(items)
            fields.update({prefix + field: value} if value is not None else {})
    return fields, frozenset(named)


def _wholes(document: Entry, names: Names) -> Iterator[Seen]:
    """The organisation, which rests on every objective, and its governance, which concerns every team."""
    organisation = document.get("organisation") or {}
    id = str(organisation.get("id") or "organisation")
    yield ("organisation", id), _formed(organisation, _table(plain="name"), names)[0], _listed(document, "objectives")
    governance = document.get("governance") or {}
    parts = (("", _GOVERNANCE, governance), ("escalation.", _ESCALATION, governance.get("escalation") or {}),
             ("forum.", _FORUM, governance.get("forum") or {}))  # fmt: skip
    formed = [_formed(entry, table, names, prefix) for prefix, table, entry in parts]
    fields = {field: value for own, _ in formed for field, value in own.items()}
    yield ("governance", id), fields, _listed(document, "teams").union(*(named for _, named in formed))


def _listed(document: Entry, field: str) -> frozenset[Item]:
    return _all_of(_LISTS[field][0], entries(document, field))


def _all_of(kind: str, listed: Iterable[Entry]) -> frozenset[Item]:
    return frozenset((kind, str(entry["id"])) for entry in listed)
