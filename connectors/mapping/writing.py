"""Writing a document from the records of a tool, as a mapping says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contract import Missing, Page, Reading
from connectors.mapping.language import Request
from connectors.mapping.sections import PROVIDES, SECTIONS, Section
from connectors.reading.gathering import Gathering
from connectors.reading.items import drop_empty

_LINKS = ("parents", "supports")
_NAMED = {part: section for section, part in SECTIONS.items() if section in ("teams", "people", "cycles")}
_SHOWN = 20


class Writing:
    """Takes records in, in the order in which they come, and keeps what a document is made of."""

    def __init__(self, requests: Sequence[Request], zone: ZoneInfo | None) -> None:
        self._gathering, self._zone = Gathering(), zone
        self._requests = {one.name: one for request in requests for one in request.everything()}
        self._from: dict[tuple[str, str], int] = {}
        """By part and id: the mapping that first told of an item."""
        self._initiatives: dict[str, dict[str, Any]] = {}
        self._taken: Counter[str] = Counter()
        self._unusable: Counter[tuple[str, str]] = Counter()
        """By part and reason: records that no entry could be made of."""
        self._tried: Counter[tuple[str, str]] = Counter()
        self._found: set[tuple[str, str]] = set()

    def take(self, pages: Iterable[Page | Missing]) -> None:
        """Take in what came back, one page after the other."""
        for page in self._gathering.pages(pages):
            for record in page.records:
                for section in self._requests[page.kind].all_sections():
                    self._take_all(section, record)

    def reading(self, tool: str) -> Reading:
        """All of it as a document."""
        for (part, why), count in self._unusable.items():
            plural = next(section for section, one in SECTIONS.items() if one == part).replace("_", " ")
            all_ = count + self._taken[part]
            self._miss(Missing(f"{plural}: {count} of {all_}", f"{why} Check the mapping."))
        mapped = set(self._provides())
        reading = self._gathering.reading(tool, [name for name in PROVIDES if name in mapped])
        reading.document.update(drop_empty({"initiatives": list(self._initiatives.values())}))
        return reading._replace(notes=(*reading.notes, *self._notes()))

    def _miss(self, missing: Missing) -> None:
        for _ in self._gathering.pages([missing]):
            pass

    def _provides(self) -> Iterator[str]:
        for request in self._requests.values():
            for section in request.all_sections():
                yield from section.provides()

    def _notes(self) -> Iterator[str]:
        never = [
            f"{part}.{field} ({count})"
            for (part, field), count in self._tried.items()
            if (part, field) not in self._found
        ]
        if never:
            yield f"Never found in a record, so the mapping may be wrong: {', '.join(never[:_SHOWN])}."

    def _take_all(self, section: Section, record: Any, home: str = "") -> None:
        for entry in section.entries(record):
            if isinstance(entry, Mapping):
                self._take(section, entry, home)
            else:
                self._unusable[section.part, "They are no objects."] += 1

    def _take(self, section: Section, entry: Mapping[str, Any], home: str) -> None:
        values = {name: self._value(section, name, entry) for name in section.values}
        id_ = values.pop("id")
        if not id_:
            self._unusable[section.part, "They have no id."] += 1
            return
        if section.part in _NAMED:
            self._gathering.name(_NAMED[section.part], id_, **values)
        elif not self._keep(section, id_, values, home):
            self._unusable[section.part, "They have no title."] += 1
            return
        self._taken[section.part] += 1
        for inner in section.inside:
            self._take_all(inner, entry, id_)

    def _value(self, section: Section, name: str, entry: Mapping[str, Any]) -> Any:
        value = section.values[name].of(entry, self._gathering.odd, name, self._zone)
        self._tried[section.part, name] += 1
        if value not in (None, "", []):
            self._found.add((section.part, name))
        return value

    def _keep(self, section: Section, id_: str, values: dict[str, Any], home: str) -> bool:
        """Keep an item; one that another mapping told of gets what this one adds. False where it has no title."""
        title = values.pop("title", None) or ""
        links = [link for name in _LINKS for link in values.pop(name, None) or ()]
        fields = {**values, "parents": links}
        first = self._from.get((section.part, id_))
        if first is None and not title:
            # A mapping that has no title only adds to what others tell of, and they may have left it out on purpose.
            return "title" not in section.values
        self._from.setdefault((section.part, id_), id(section))
        if first not in (None, id(section)):
            return self._add(section.part, id_, drop_empty({"title": title, **fields}))
        if not title:
            return False
        if section.part == "objective":
            self._gathering.objective(id_, title, **_with_owner(fields))
        elif section.part == "key_result":
            self._gathering.key_result(
                id_, home or fields.pop("objective", None) or "", title, **_without(fields, "objective")
            )
        else:
            self._initiatives[id_] = {"id": id_, "title": title, **drop_empty(_without(fields, "parents"))}
        return True

    def _add(self, part: str, id_: str, fields: dict[str, Any]) -> bool:
        if part == "objective":
            self._gathering.add(id_, **_with_owner(fields))
        elif part == "key_result":
            self._gathering.complete(id_, **_without(fields, "objective"))
        else:
            self._initiatives[id_].update(fields)
        return True


def _with_owner(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an objective with the one who is accountable among its owners."""
    owner, others = fields.get("owner"), fields.get("owners") or []
    named = [{"person": owner, "primary": True}] if owner else []
    owners = [*named, *(one for one in others if one["person"] != owner)]
    return _without(fields, "owner") | ({"owners": owners} if owners else {})


def _without(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}
