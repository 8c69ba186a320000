"""Secrets in what is asked: names that tell of one, and references that stand for one until it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.http.references import REFERENCE

SECRET_NAME = re.compile(
    r"(^|[_-])(password|passwd|(client[_-]?)?secret|(access[_-]?)?token|credential|((api|access)[_-]?)?key|authorization)s?$",
    re.IGNORECASE,
)


def in_clear(value: Any, name: str = "") -> Iterator[str]:
    """The names that tell of a secret and have one under them, at any depth, that is no reference and no place of a record."""
    if isinstance(value, Mapping):
        for inner, held in value.items():
            yield from in_clear(held, inner if SECRET_NAME.search(inner) else name)
    elif isinstance(value, list):
        for held in value:
            yield from in_clear(held, name)
    elif name and _is_said(value) and not _is_reference(value):
        yield name


def references_in(value: Any) -> Iterator[str]:
    """The references to secrets anywhere in a value."""
    if isinstance(value, Mapping | list):
        for held in value.values() if isinstance(value, Mapping) else value:
            yield from references_in(held)
    elif _is_reference(value):
        yield value.strip()


def with_secrets(value: Any, secrets: Mapping[str, str]) -> Any:
    """A value with the secrets, by their references, in the place of these."""
    if isinstance(value, Mapping):
        return {name: with_secrets(held, secrets) for name, held in value.items()}
    if isinstance(value, list):
        return [with_secrets(held, secrets) for held in value]
    return secrets[value.strip()] if _is_reference(value) else value


def _is_said(value: Any) -> bool:
    """Whether a value is a text or number."""
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and REFERENCE.fullmatch(value.strip()) is not None
