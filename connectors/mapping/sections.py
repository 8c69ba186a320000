"""Which records are objectives, key results, teams, …, and which of their fields mean what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, cast

from marshmallow import Schema, fields, post_load

from connectors.mapping.fields import ConditionsField, Paths, ValueField
from connectors.mapping.filters import Filter
from connectors.mapping.paths import ABOVE, Path, find
from connectors.mapping.values import Value
from connectors.reading.shape import SHAPES

SECTIONS = {
    "objectives": "objective", "key_results": "key_result", "teams": "team", "people": "person", "cycles": "cycle",
    "initiatives": "initiative",
}  # fmt: skip
"""Sections of the document that can be mapped, and what one entry of each is."""
_MORE = {
    "objective": {"owner": "who", "supports": "[supported]"},
    "key_result": {"objective": "id", "supports": "[supported]"},
}
"""Fields of a mapping that the document writes otherwise."""
_NOT_MAPPED = ("extra", "key_results")
_PROVIDED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "objective": {
        "owner": ("owners", "primary_owner"), "owners": ("owners",), "contributors": ("contributors",),
        "parents": ("parents",), "supports": ("supports",), "level": ("levels",), "team": ("teams",), "cycle": ("cycles",),
        "start": ("dates",), "end": ("dates",), "status": ("statuses",), "progress": ("progress",),
        "updated_at": ("updates",), "created_by": ("created_by",), "strategic_brief": ("strategic_brief",),
    },
    "team": {"function": ("functions",), "level": ("levels",)},
    "key_result": {
        "id": ("key_results",), "start": ("measures",), "target": ("measures",), "owner": ("key_result_owners",),
        "shared_with": ("shared_key_results",),
    },
}  # fmt: skip
"""What a source can express once a field is mapped."""
PROVIDES = tuple(dict.fromkeys(name for told in _PROVIDED.values() for names in told.values() for name in names))
"""What a mapping can express at most."""


class Section(NamedTuple):
    """How entries of one section are made."""

    part: str
    """What an entry is: "objective"."""
    values: Mapping[str, Value]
    records: tuple[Path, ...] = ()
    """Where its records are in the record at hand; none: it is the record itself."""
    filter: Filter = Filter()
    inside: tuple[Section, ...] = ()
    """Key results within an objective."""

    def entries(self, record: Any) -> Iterator[Any]:
        """The records that this section is about, each with the one around it; entries that are no objects as they are."""
        if not self.records:
            found: list[Any] = [record]
        else:
            lists = (
                value if isinstance(value, list) else [value] for path in self.records for value in find(path, record)
            )
            found = [
                {**entry, ABOVE: record} if isinstance(entry, Mapping) else entry
                for listed in lists for entry in listed if entry is not None
            ]  # fmt: skip
        yield from (entry for entry in found if not isinstance(entry, Mapping) or self.filter.fits(entry))

    def provides(self) -> Iterator[str]:
        """What it can express: names of `source.provides`."""
        for name in self.values:
            yield from _PROVIDED.get(self.part, {}).get(name, ())
        for section in self.inside:
            yield from section.provides()


class Sections(fields.Field[tuple[Section, ...]]):
    """One mapping of a section, or a list of them where its records lie in several places."""

    def __init__(self, schema: type[Schema], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.schema = schema()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Section, ...]:
        return tuple(self.schema.load(value, many=True)) if isinstance(value, list) else (self.schema.load(value),)


class _SectionSchema(Schema):
    part: ClassVar[str]

    records = Paths()
    where = ConditionsField()
    unless = ConditionsField()

    @post_load
    def make(self, data: Mapping[str, Any], **_: Any) -> Section:
        """The section."""
        values = {name: value for name, value in data.items() if isinstance(value, Value)}
        meant = Filter(data.get("where", ()), data.get("unless", ()))
        return Section(self.part, values, data.get("records", ()), meant, data.get("key_results", ()))


def _schema(part: str) -> type[_SectionSchema]:
    kinds = {name: kind for name, kind in SHAPES[part].items() if name not in _NOT_MAPPED} | _MORE.get(part, {})
    parts: dict[str, Any] = {name: ValueField(kind, required=name == "id") for name, kind in kinds.items()}
    if part == "objective":
        parts["key_results"] = Sections(_schema("key_result"))
    return cast("type[_SectionSchema]", type(f"{part.title()}Mapping", (_SectionSchema,), {**parts, "part": part}))


MAPPINGS: Mapping[str, type[Schema]] = {name: _schema(part) for name, part in SECTIONS.items()}
"""The schema of the mapping of each section."""
