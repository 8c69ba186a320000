"""What must hold over a whole document, beyond each field: ids used once, something to judge, cycles that run forward."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from validator.errors import Fault

Values = Mapping[str, Any]


def faults_of(loaded: Values) -> Iterator[Fault]:
    """Every fault of a document that its schema accepted."""
    yield from _duplicates(loaded)
    yield from _emptiness(loaded)
    yield from _reversed_cycles(loaded)


def _all(loaded: Values, field: str) -> Iterable[Values]:
    return loaded[field] or ()


def _duplicates(loaded: Values) -> Iterator[Fault]:
    lists = ("objectives", "initiatives", "cycles", "teams", "people", "dependencies", "reviews", "conflicts")
    for field in lists:
        yield from _repeated((f"/{field}/{n}/id", entry["id"]) for n, entry in enumerate(_all(loaded, field)))
    yield from _repeated(
        (f"/{place}/{n}/id", entry["id"])
        for place, entries in (
            *(
                (f"objectives/{o}/key_results", entry["key_results"])
                for o, entry in enumerate(_all(loaded, "objectives"))
            ),
            ("key_results", loaded["key_results"]),
        )
        for n, entry in enumerate(entries or ())
    )


def _repeated(ids: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for pointer, id in ids:
        if id in first:
            yield Fault(
                pointer,
                f"The id “{id}” is used twice.",
                f"it stands first at {first[id]}; ids are unique in their list",
            )
        else:
            first[id] = pointer


def _emptiness(loaded: Values) -> Iterator[Fault]:
    if not any(loaded[field] for field in ("objectives", "key_results", "initiatives")):
        yield Fault("/objectives", "The set holds no objective and no key result: nothing to judge.",
                    "check that the source is the right one and that its objectives may be read")  # fmt: skip


def _reversed_cycles(loaded: Values) -> Iterator[Fault]:
    for n, cycle in enumerate(_all(loaded, "cycles")):
        if cycle["start"] and cycle["end"] and cycle["start"] > cycle["end"]:
            yield Fault(f"/cycles/{n}/end", f"The cycle ends on {cycle['end']}, before it starts on {cycle['start']}.")
