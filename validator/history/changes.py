"""What changed in an OKR set between two runs, and what lies near it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from validator.history.parts import Item, shown
from validator.history.views import Fields, Views

WHOLES = frozenset({"organisation", "governance", "cycle", "team", "person"})
"""Kinds that many items name: a change reaches them, and goes on through them only if it is theirs or a review's."""
REACH = 3
"""Steps from a changed item within which it may explain a finding: a company objective, a department's, a team's, a person."""
MOST_ORIGINS = 5
"""Changed items at one distance that are told of an item."""
CHECK_IN = frozenset({"current", "progress", "updated_at"})
"""Fields that move with every check-in: they explain little, and nothing but their own item."""
MOST_TEXT = 200
"""Characters of a text in a change."""
_PLURALS = {"dependency": "dependencies", "person": "people"}

Counts = Callable[[str], bool]
"""Whether a change of a field counts."""


class Change(NamedTuple):
    """One field of one item that differs; the field `id` for an item that came or went."""

    item: Item
    field: str
    before: Any
    after: Any

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "item": shown([self.item])[0],
            "field": self.field,
            "from": _short(self.before),
            "to": _short(self.after),
        }


class Near(NamedTuple):
    """The changed items that are nearest to an item, and how many steps away they are."""

    distance: int
    origins: tuple[Item, ...]
    """At most MOST_ORIGINS of them."""


class Changes(NamedTuple):
    """Every change between two runs."""

    before: Views
    now: Views
    by_item: Mapping[Item, tuple[Change, ...]]
    nearest: Mapping[Item, Near]


def compare(before: Views, now: Views) -> Changes:
    """The changes from one run to another; linear in the size of both documents."""
    items = before.fields.keys() | now.fields.keys()
    found = ((item, tuple(_differences(item, before.fields.get(item), now.fields.get(item)))) for item in sorted(items))
    by_item = {item: changes for item, changes in found if changes}
    telling = [item for item, listed in by_item.items() if any(is_telling(change.field) for change in listed)]
    return Changes(before, now, by_item, _nearest(telling, before, now))


def is_telling(field: str) -> bool:
    """Whether a change of a field is more than a check-in."""
    return field not in CHECK_IN


def own_changes(changes: Changes, items: Iterable[Item], counts: Counts) -> tuple[Change, ...]:
    """Changes of these items themselves, in fields that count."""
    return tuple(change for item in items for change in changes.by_item.get(item, ()) if counts(change.field))


def changed_members(changes: Changes, whole: Item) -> tuple[Change, ...]:
    """What joined or left a whole such as a team: by kind, the ids that name it no longer, and those that name it now."""
    before, now = changes.before.named_by.get(whole, frozenset()), changes.now.named_by.get(whole, frozenset())
    kinds = sorted({kind for kind, _ in before ^ now})
    return tuple(
        Change(whole, _PLURALS.get(kind, f"{kind}s"), _ids(kind, before - now), _ids(kind, now - before))
        for kind in kinds
    )


def nearby_changes(changes: Changes, items: Iterable[Item]) -> tuple[Change, ...]:
    """Changes of whatever lies nearest to these items, where that is near enough."""
    near = [changes.nearest[item] for item in items if item in changes.nearest]
    least = min((one.distance for one in near), default=0)
    origins = {origin for one in near if one.distance == least for origin in one.origins}
    return own_changes(changes, sorted(origins), is_telling)


def _differences(item: Item, before: Fields | None, now: Fields | None) -> Iterator[Change]:
    if before == now or not (before or now):
        return
    if before is None or now is None:
        yield Change(item, "id", None if before is None else item[1], None if now is None else item[1])
        return
    for field in sorted(before.keys() | now.keys()):
        if before.get(field) != now.get(field):
            yield Change(item, field, before.get(field), now.get(field))


def _nearest(sources: Iterable[Item], before: Views, now: Views) -> dict[Item, Near]:
    """What is near to every item within reach of a change, by one walk outward from all changes at once."""
    found = {item: Near(0, (item,)) for item in sources}
    layer = list(found)
    for distance in range(1, REACH + 1):
        reached: dict[Item, set[Item]] = defaultdict(set)
        for item in layer:
            passed = [origin for origin in found[item].origins if _passes(item, origin)]
            for other in _neighbours(item, before) | _neighbours(item, now) if passed else ():
                if other not in found:
                    reached[other].update(passed)
        found.update((item, Near(distance, tuple(sorted(origins)[:MOST_ORIGINS]))) for item, origins in reached.items())
        layer = list(reached)
    return found


def _passes(item: Item, origin: Item) -> bool:
    """Whether a change goes on through an item."""
    return item == origin or item[0] not in WHOLES or origin[0] == "review"


def _neighbours(item: Item, views: Views) -> frozenset[Item]:
    return views.names.get(item, frozenset()) | views.named_by.get(item, frozenset())


def _ids(kind: str, items: Iterable[Item]) -> list[str]:
    return sorted(id for of, id in items if of == kind)


def _short(value: Any) -> Any:
    return value[: MOST_TEXT - 1] + "…" if isinstance(value, str) and len(value) > MOST_TEXT else value
