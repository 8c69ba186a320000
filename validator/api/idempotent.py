"""Lets a request that creates be sent twice: with the same Idempotency-Key it is served once."""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec

from flask import Response, g, request
from sqlalchemy import Engine

from validator.api.body import read_all
from validator.api.problems import Problem, unreadable
from validator.api.stored import store
from validator.service import idempotency
from validator.service.idempotency import Claim, Refusal, Stored
from validator.store.engine import writing
from validator.store.faults import StoreUnavailable

P = ParamSpec("P")
HEADER = "Idempotency-Key"
PARAMETER: dict[str, Any] = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "A name of your own for this request. Sent again within 24 hours, it is not served again: the answer "
    "is that of the first time, marked by Idempotency-Replayed.",
}
"""The header as a parameter of a resource's description."""
REPLAYED = "Idempotency-Replayed"
_NAME = re.compile(r"[!-~]{1,255}")
_KEPT = ("Content-Type", "Location", "ETag", "OKR-Validator-Status")


def idempotent(
    *, keep: Callable[[bytes], bytes] = lambda body: body
) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Decorator of a view that creates. `keep` takes out of an answer's body what must not be stored.

    An answer from 200 to 299 is kept for a day; any other changed nothing, and the request may be sent again. Raises
    Problem: 409 while the first request is served, 422 where the key came with another request.
    """

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        @functools.wraps(view)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> Response:
            if HEADER not in request.headers:
                return view(*args, **kwargs)
            engine = store()
            claimed = _claimed(engine)
            if isinstance(claimed, Stored):
                return Response(claimed.body, claimed.status, {**claimed.headers, REPLAYED: "true"})
            with _held(engine, claimed):
                response = view(*args, **kwargs)
                _settle(engine, claimed, response, keep)
            return response

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
        detail = "The same request is being served at this moment."
        raise Problem(409, "in-flight", detail, headers={"Retry-After": "1"})
    if outcome is Refusal.MISMATCH:
        raise Problem(422, "idempotency-key-reused", "This Idempotency-Key came before with another request.")
    return outcome


@contextmanager
def _held(engine: Engine, claimed: Claim) -> Iterator[None]:
    """Give the claim back where the view fails."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(StoreUnavailable), writing(engine) as connection:
            idempotency.release(connection, claimed)
        raise


def _settle(engine: Engine, claimed: Claim, response: Response, keep: Callable[[bytes], bytes]) -> None:
    """Keep the answer. Where the store cannot, the answer still goes out, and the claim is given up in time."""
    with contextlib.suppress(StoreUnavailable), writing(engine) as connection:
        if 200 <= response.status_code < 300:
            headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
            idempotency.finish(connection, claimed, Stored(response.status_code, headers, keep(response.get_data())))
        else:
            idempotency.release(connection, claimed)


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
