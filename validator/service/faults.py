"""What a use case refuses, besides bad input.

OkrValidatorError
├── NotFound   there is no such thing
├── Exists     there is one already
├── Outdated   it has changed since the one who changes it looked at it
└── Gone       it was there once, and cannot be had any more
"""

from __future__ import annotations

from collections.abc import Iterable

from validator.errors import Fault, OkrValidatorError


class NotFound(OkrValidatorError):
    """There is no such thing."""


class Exists(OkrValidatorError):
    """There is one already."""


class Outdated(OkrValidatorError):
    """It has changed since the one who changes it looked at it; `version` is the one that it has now, where it has one."""

    def __init__(self, faults: Iterable[Fault], version: int | None = None) -> None:
        super().__init__(faults)
        self.version = version


class Gone(OkrValidatorError):
    """It was there once, and cannot be had any more."""


def not_found(kind: str, id: str, hint: str = "") -> NotFound:
    """The error for a thing that is not there."""
    return NotFound([Fault("", f"There is no {kind} “{id[:100]}”.", hint)])


def outdated(kind: str, id: str, version: int) -> Outdated:
    """The error for a thing that somebody else has changed meanwhile; `version` is the one that it has now."""
    message = f"The {kind} “{id}” has changed: it is at version {version}."
    return Outdated([Fault("", message, "read it again, then change it")], version)
