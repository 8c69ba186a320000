"""What the use cases refuse, as problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response

from validator.api.etags import outdated
from validator.api.problems import Problem, answer
from validator.api.sent import invalid
from validator.errors import BadInput, BadRuleset, OkrValidatorError
from validator.service.faults import Exists, Gone, NotFound, Outdated
from validator.service.lookups import NotAllowed
from validator.store.faults import StoreUnavailable

_PROBLEMS: dict[type[OkrValidatorError], tuple[int, str]] = {
    NotFound: (404, "not-found"),
    Exists: (409, "exists"),
    NotAllowed: (409, "not-allowed"),
    Gone: (410, "gone"),
}


def not_served(error: StoreUnavailable) -> Response:
    """The answer wherever the store fails: it may serve the same request a moment later."""
    headers = {"Retry-After": "2"}
    return answer(Problem(503, "no-store", "The database does not serve.", faults=error.faults, headers=headers))


@contextmanager
def refused() -> Iterator[None]:
    """Raise the Problem that an error of a use case means for the request."""
    try:
        yield
    except Outdated as error:
        raise outdated(error.version, error.faults) from None
    except (BadInput, BadRuleset) as error:
        raise invalid(error.faults) from None
    except tuple(_PROBLEMS) as error:
        status, kind = _PROBLEMS[type(error)]
        raise Problem(status, kind, error.faults[0].message, faults=error.faults) from None
