"""Every error that the service expects, as one small tree.

OkrValidatorError
├── BadInput      the OKR set (or a file that holds one) is at fault
└── BadRuleset    a ruleset, its examples or the failure table is at fault
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.contract import Fault

__all__ = ["BadInput", "BadRuleset", "Fault", "OkrValidatorError"]


class OkrValidatorError(Exception):
    """An expected error; `faults` lists everything found, each with its place and, where there is one, a hint."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))


class BadInput(OkrValidatorError):
    """The input cannot be judged."""


class BadRuleset(OkrValidatorError):
    """The ruleset cannot be used."""
