"""The mapping language: what is asked, in which order, and what the answers hold. Every fault of a mapping has its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from connectors.mapping.fields import MOST, ConditionsField, Paths, TemplateField, Whole
from connectors.mapping.filters import Filter
from connectors.mapping.paths import ABOVE, Path, read_path
from connectors.mapping.secrets import in_clear, references_in, with_secrets
from connectors.mapping.sections import MAPPINGS, SECTIONS, Section, Sections
from connectors.mapping.templates import Template, plain, templates_in
from connectors.mapping.turning import Paging, PagingSchema, content
from connectors.reading.shape import NEEDED

_DEEPEST = 3


class Request(NamedTuple):
    """A list that is asked for, and what its records mean."""

    name: str
    """For people; tells it from the others."""
    method: str
    path: Template
    query: Mapping[str, Any]
    body: Mapping[str, Any] | None
    records: tuple[Path, ...]
    paging: Paging
    sections: Mapping[str, tuple[Section, ...]]
    filter: Filter
    """For which records it is asked, where it follows from another."""
    then: tuple[Request, ...]
    """What is asked for each of the records."""

    def everything(self) -> Iterator[Request]:
        """The request itself and all that follow from it."""
        yield self
        for inner in self.then:
            yield from inner.everything()

    def all_sections(self) -> Iterator[Section]:
        """The mappings of its records."""
        for listed in self.sections.values():
            yield from listed

    def asked_with(self) -> Iterator[Template]:
        """The templates in what is asked."""
        yield self.path
        yield from templates_in(self.query)
        yield from templates_in(self.body)

    def references(self) -> Iterator[str]:
        """The references to secrets in what is asked, here and in all that follows."""
        for one in self.everything():
            yield from references_in([one.query, one.body])

    def revealed(self, secrets: Mapping[str, str]) -> Request:
        """The request, and all that follows, with the secrets in the place of their references."""
        query, body = with_secrets(self.query, secrets), with_secrets(self.body, secrets)
        return self._replace(query=query, body=body, then=tuple(one.revealed(secrets) for one in self.then))

    def identity(self, record: Any) -> str:
        """What tells a record of the list from the others: its id, or else all that it holds."""
        if not isinstance(record, Mapping):
            return content(record)
        mapped = (section.values["id"] for section in self.all_sections() if not section.records)
        ids = (plain(value.of(record, Counter(), "id")) for value in mapped)
        return next(filter(None, ids), "") or plain(record.get("id")) or content(record)

    def kept_above(self) -> frozenset[str]:
        """The fields of the record above that are needed once its list has been read."""
        paths = [path for one in self.everything() for path in _paths((one.sections, one.filter))]
        paths += [
            path for inner in self.then for one in inner.everything() for t in one.asked_with() for path in t.paths
        ]
        names = (
            next((step for step in path.steps if step != ABOVE), None) for path in paths if ABOVE in path.steps[:1]
        )
        return frozenset({ABOVE, *(name for name in names if name is not None)})


def _paths(value: Any) -> Iterator[Path]:
    """The paths anywhere in some sections."""
    if isinstance(value, Path):
        yield value
    elif isinstance(value, Mapping | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _paths(inner)


class _RequestSchema(Schema):
    get = TemplateField()
    post = TemplateField()
    name = fields.String(validate=validate.Length(1, 60))
    query = Whole()
    body = Whole()
    records = Paths(load_default=(read_path(""),))
    paging = fields.Nested(PagingSchema)
    where = ConditionsField()
    unless = ConditionsField()
    # The schema is made below, of this class.
    then = fields.List(fields.Nested(lambda: RequestSchema()), validate=validate.Length(1, MOST))  # noqa: PLW0108

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_request(self, data: Mapping[str, Any], given: Mapping[str, Any], **_: Any) -> None:
        """Raise ValidationError where it does not fit together."""
        faults: dict[str, list[str]] = {}
        for place, sentence in _misfits(data, given) if isinstance(given, Mapping) else ():
            faults.setdefault(place, []).append(sentence)
        if faults:
            raise ValidationError(faults)

    @post_load
    def make(self, data: Mapping[str, Any], **_: Any) -> Request:
        """The request."""
        sections = {name: data[name] for name in SECTIONS if name in data}
        method = "GET" if "get" in data else "POST"
        path: Template = data[method.lower()]
        return Request(
            data.get("name") or _name(method, path, sections), method, path, data.get("query", {}), data.get("body"),
            data["records"], data.get("paging", Paging()), sections, Filter(data.get("where", ()), data.get("unless", ())),
            tuple(data.get("then", ())),
        )  # fmt: skip


_PARTS = {name: Sections(schema) for name, schema in MAPPINGS.items()}
RequestSchema: type[Schema] = _RequestSchema.from_dict({**_PARTS}, name="Request")
"""The schema of one entry of the setting `read`."""


def _misfits(data: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for method in [name for name in ("get", "post") if isinstance(data.get(name), Template)]:
        pieces = data[method].pieces
        if not pieces[0].startswith("/") or re.search(r"[?#\s]|//", "|".join(pieces)):
            yield method, "A path below base_url, such as /goals; what comes after “?” is set as “query”."
    if len(given.keys() & {"get", "post"}) != 1:
        yield "_schema", "Give either “get” or “post”, with a path such as /goals."
    if "body" in given and "post" not in given:
        yield "body", "Only a “post” has it."
    if not given.keys() & {*SECTIONS, "then"}:
        yield "_schema", f"It says of nothing what it means: add {', '.join(SECTIONS)} or then."
    for place in ("query", "body"):
        for name in dict.fromkeys(in_clear(data.get(place))):
            yield place, f"“{name[:50]}” looks like a secret: set it as “auth”, or write env:NAME or file:PATH."


def _name(method: str, path: Template, sections: Mapping[str, Any]) -> str:
    """What a request is called: by the last word of its path, or by what it is read as."""
    words = re.findall(r"[^/]+", "/".join(path.pieces))
    return next(iter(sections), "records") if method == "POST" or not words else words[-1][:60]


def faults_of(requests: Sequence[Request]) -> dict[Any, Any]:
    """What is wrong with the requests together, by place."""
    faults: dict[Any, Any] = {}
    for number, request in enumerate(requests):
        if any(template.paths for template in request.asked_with()):
            faults[number] = {"_schema": ["There is no record yet that {…} could come from: only “then” has one."]}
        elif request.filter != Filter():
            faults[number] = {"_schema": ["“where” and “unless” say here for which records “then” is asked."]}
        elif _depth(request) > _DEEPEST:
            faults[number] = {"then": [f"Requests follow each other at most {_DEEPEST} deep."]}
    for section, part in SECTIONS.items():
        made = [one for request in requests for one in _of(request, part)]
        lacks = [name for name in NEEDED[part] if made and all(name not in one.values for one in made)]
        if lacks and not faults:
            faults["_schema"] = [f"The {section} have no “{lacks[0]}”: map it."]
    if not faults and not any(_of(request, "objective") for request in requests):
        faults["_schema"] = ["Nothing is read as “objectives”."]
    return faults


def named_apart(requests: Sequence[Request]) -> tuple[Request, ...]:
    """The requests, with a number after each name that another has as well."""
    seen: Counter[str] = Counter()

    def named(request: Request) -> Request:
        seen[request.name] += 1
        number = seen[request.name]
        name = request.name if number == 1 else f"{request.name} {number}"
        return request._replace(name=name, then=tuple(map(named, request.then)))

    return tuple(map(named, requests))


def _depth(request: Request) -> int:
    return 1 + max(map(_depth, request.then), default=0)


def _of(request: Request, part: str) -> list[Section]:
    """The mappings of one part of the document in a request and all that follow from it."""
    outer = [one for inner in request.everything() for one in inner.all_sections()]
    return [one for section in outer for one in (section, *section.inside) if one.part == part]
