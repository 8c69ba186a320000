"""Lets a request that creates be sent twice: with the same Idempotency-Key it is served once.

The answer is kept in the transaction of what it tells of: whenever the process dies, both are there, or neither is.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec

from flask import Response, g, request
from sqlalchemy import Connection, Engine

from validator.api.body import read_all
from validator.api.problems import Problem, unreadable
from validator.api.stored import store
from validator.service import idempotency
from validator.service.idempotency import Claim, Refusal, Stored
from validator.store.engine import writing
from validator.store.faults import StoreUnavailable

P = ParamSpec("P")
Keep = Callable[[Connection, Response], Response]
"""Keeps an answer within the transaction that makes what it tells of, as the last thing there; gives it back."""
HEADER = "Idempotency-Key"
PARAMETER: dict[str, Any] = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "A name of your own for this request. Sent again within 24 hours, it is not served again: the answer "
    "is that of the first time, marked by Idempotency-Replayed. While the first is served the answer is 409; where the service "
    "died over it, for a minute at most.",
}
"""The header as a parameter of a resource's description."""
REPLAYED = "Idempotency-Replayed"
_NAME = re.compile(r"[!-~]{1,255}")
_KEPT = ("Content-Type", "Location", "ETag", "OKR-Validator-Status")


def idempotent(
    *, stored: Callable[[bytes], bytes] = lambda body: body
) -> Callable[[Callable[Concatenate[Keep, P], Response]], Callable[P, Response]]:
    """Decorator of a view that creates: its first argument keeps its answer, which stays for a day.

    `stored` takes out of an answer's body what must not be stored. A view that fails has changed nothing, and the request
    may be sent again. Raises Problem: 409 while the first request is served, 422 where the key came with another request.
    """

    def decorate(view: Callable[Concatenate[Keep, P], Response]) -> Callable[P, Response]:
        @wraps(view)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> Response:
            if HEADER not in request.headers:
                return view(_as_it_is, *args, **kwargs)
            engine = store()
            claimed = _claimed(engine)
            if isinstance(claimed, Stored):
                return Response(claimed.body, claimed.status, {**claimed.headers, REPLAYED: "true"})
            with _held(engine, claimed):
                return view(partial(_kept, claimed, stored), *args, **kwargs)

        return wrapped

    return decorate


def _claimed(engine: Engine) -> Claim | Stored:
    name = request.headers[HEADER]
    if not _NAME.fullmatch(name):
        raise unreadable("It needs 1 to 255 visible ASCII characters.", "a UUID will do", f"header {HEADER}")
    digest = _digest()
    with writing(engine) as connection:
        outcome = idempotency.claim(connection, datetime.datetime.now(datetime.UTC), _actor(), name, digest)
    if outcome is Refusal.IN_FLIGHT:
        raise _in_flight()
    if outcome is Refusal.MISMATCH:
        raise Problem(422, "idempotency-key-reused", "This Idempotency-Key came before with another request.")
    return outcome


@contextmanager
def _held(engine: Engine, claimed: Claim) -> Iterator[None]:
    """Give the claim back where the view fails; one whose answer was kept stays as it is."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(StoreUnavailable), writing(engine) as connection:
            idempotency.release(connection, claimed)
        raise


def _kept(claimed: Claim, stored: Callable[[bytes], bytes], connection: Connection, response: Response) -> Response:
    """Keep the answer. Raises Problem, so that nothing of the transaction stays, where another serves the request by now."""
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    answer = Stored(response.status_code, headers, stored(response.get_data()))
    if not idempotency.finish(connection, claimed, answer):
        raise _in_flight()
    return response


def _as_it_is(_: Connection, response: Response) -> Response:
    """The answer to a request that nobody will send again under its key."""
    return response


def _in_flight() -> Problem:
    detail = "The same request is being served at this moment."
    return Problem(409, "in-flight", detail, headers={"Retry-After": "1"})


def _actor() -> str:
    """Whose requests these are: of one key, or of those without one; names of keys may come again."""
    return f"key:{g.key_id}" if g.key_id else "anonymous"


def _digest() -> str:
    """Digest of what the request asks; its body is read, and put back for the view.

    The boundary between the parts of an upload counts for nothing: clients make a new one each time.
    """
    body = read_all(request)
    request.stream = io.BytesIO(body)
    boundary = request.mimetype_params.get("boundary", "").encode()
    asked = "\n".join((request.method, request.full_path, request.mimetype, "")).encode(errors="replace")
    return f"sha256:{hashlib.sha256(asked + (body.replace(boundary, b'') if boundary else body)).hexdigest()}"
