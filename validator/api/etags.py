"""What two people edit: each says which version was read, and whoever comes second is told so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Response, request

from validator.api.problems import Problem
from validator.errors import Fault

IF_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "ETag of the version that was read; the change is refused where there is a later one.",
}
"""The header as a parameter of a resource's description."""
ETAG: dict[str, Any] = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}}}
"""The header as part of an answer's description."""
_TAG = re.compile(r'"v([1-9][0-9]{0,9})"')


def tagged(response: Response, version: int) -> Response:
    """The answer with the ETag of the version that it shows."""
    response.headers["ETag"] = f'"v{version}"'
    return response


def version_read() -> int:
    """The version that the request says was read. Raises Problem: 428 where it says none, 412 where none is like it."""
    given = request.headers.get("If-Match", "").strip()
    if given in {"", "*"}:
        detail = "Say which version was read: the header If-Match with the ETag of the answer that showed it."
        raise Problem(428, "version-needed", detail)
    found = _TAG.fullmatch(given)
    if found is None:
        raise outdated()
    return int(found[1])


def must_be(version: int) -> None:
    """Go on if the request says that this version was read; raises Problem (428, 412) if not."""
    if version_read() != version:
        raise outdated(version)


def outdated(version: int | None = None, faults: Sequence[Fault] = ()) -> Problem:
    """The problem of a change to a version that is not the latest; `version` is the one that is, `faults` say more of it."""
    headers = {} if version is None else {"ETag": f'"v{version}"'}
    detail = faults[0].message if faults else "There is another version than the one that was read."
    return Problem(412, "outdated", detail, faults=faults, headers=headers)
