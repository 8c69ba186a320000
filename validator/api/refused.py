"""What the use cases refuse, as problems."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from validator.api.etags import outdated
from validator.api.problems import Problem
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


@contextmanager
def refused() -> Iterator[None]:
    """Raise the Problem that an error of a use case means for the request."""
    try:
        yield
    except Outdated:
        raise outdated() from None
    except (BadInput, BadRuleset) as error:
        raise invalid(error.faults) from None
    except StoreUnavailable as error:
        headers = {"Retry-After": "2"}
        raise Problem(503, "no-store", "The database does not serve.", faults=error.faults, headers=headers) from None
    except tuple(_PROBLEMS) as error:
        status, kind = _PROBLEMS[type(error)]
        raise Problem(status, kind, error.faults[0].message, faults=error.faults) from None
