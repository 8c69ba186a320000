"""What can be wrong with the store as a whole.

OkrValidatorError
├── BadStore          set up in a way that cannot work: address, driver, schema, a damaged row; stops the start
└── StoreUnavailable  busy or out of reach: the same request may pass a moment later
"""

from __future__ import annotations

from validator.errors import Fault, OkrValidatorError


class BadStore(OkrValidatorError):
    """The store cannot be used as it is."""


class StoreUnavailable(OkrValidatorError):
    """The store cannot be used at this moment; nothing of the transaction was kept."""


def bad_store(message: str, hint: str = "") -> BadStore:
    """The error with one fault."""
    return BadStore([Fault("", message, hint)])


def unavailable(message: str, hint: str = "") -> StoreUnavailable:
    """The error with one fault."""
    return StoreUnavailable([Fault("", message, hint)])
