"""Words for what went wrong: from a status or an exception to a fault that says what would mend it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson
import requests
from requests.exceptions import InvalidProxyURL, ProxyError
from urllib3.exceptions import HTTPError, NameResolutionError
from urllib3.exceptions import SSLError as TlsError

from connectors.http.answers import Download
from connectors.http.faults import HttpFault, Kind
from connectors.http.guard import Refused
from connectors.http.transport import Late

_KINDS: dict[int, Kind] = {
    401: "credential", 402: "permission", 403: "permission", 404: "not_found", 408: "timeout", 410: "not_found", 429: "rate",
}  # fmt: skip
_HINTS: dict[Kind, str] = {
    "credential": "The credential is wrong, has run out or was taken back: make a new one.",
    "permission": "Give the credential's account the right to read it; the connector's page names the least that it needs.",
    "not_found": "Check the address and the ids in the settings, and that the credential's account can see them.",
    "request": "Check the settings; if they are right, the tool may have changed.",
    "rate": "The tool takes no more requests for now: sync less often, or set fewer requests a minute.",
    "server": "The tool has a problem of its own: try again later.",
    "network": "Check the address, the network and the proxy.",
    "timeout": "The tool is slow or out of reach: try again later.",
    "format": "Check that the address is that of the tool's API.",
    "refused": "If it is a tool of your own, allow its network for this service.",
}
_AGAIN = ("rate", "server", "timeout")
_WORDS = ("message", "error_description", "detail", "error", "err", "title", "errors", "reason", "description")
_FAR_ENOUGH = 20_000
"""Bytes of a plain text in which a tool's own words are looked for."""


class Failure(NamedTuple):
    """A fault, and whether asking again may help."""

    fault: HttpFault
    again: bool
    headers: Mapping[str, str] = {}
    """Of the answer, where there was one: it may say when."""


class _Meaning(NamedTuple):
    types: tuple[type[BaseException], ...]
    kind: Kind
    words: str
    again: bool = False


_MEANINGS = (
    _Meaning((Refused,), "refused", "{}: not asked"),
    _Meaning((Late,), "timeout", "the answer was not whole in time"),
    _Meaning((ssl.SSLError, TlsError), "network", "no trusted TLS connection: {}"),
    _Meaning((NameResolutionError,), "network", "the name of the host is unknown"),
    _Meaning((requests.Timeout,), "timeout", "no answer in time", again=True),
    _Meaning((InvalidProxyURL,), "network", "{}"),
    _Meaning((ProxyError,), "network", "the proxy did not connect", again=True),
    _Meaning((requests.ConnectionError, HTTPError), "network", "the connection failed or broke off", again=True),
    _Meaning((Exception,), "network", "it could not be asked"),
)
"""From the most telling to the least: the first that is among the causes counts."""


def of_status(download: Download, clean: Callable[[str], str]) -> Failure | None:
    """What a status means; None where the question was answered. `clean` takes secrets out and cuts."""
    status = download.status
    if 200 <= status < 300:
        return None
    if status < 400:
        message = f"{status}: a redirect that is not followed (to another host, in a circle, or to nowhere)."
        return Failure(HttpFault("refused", message, "Set the address that the tool is at now.", status=status), False)
    kind = _KINDS.get(status, "server" if status >= 500 else "request")
    words = clean(_own_words(download.content)).rstrip(".")
    message = f"{status} {_phrase(status)}{f': “{words}”' if words else ''}."
    return Failure(HttpFault(kind, message, _HINTS[kind], status=status), kind in _AGAIN, download.headers)


def of_error(error: Exception, clean: Callable[[str], str]) -> Failure:
    """What an exception means; `clean` takes secrets out and cuts."""
    causes = _causes(error)
    for meaning in _MEANINGS:
        cause = next((cause for cause in causes if isinstance(cause, meaning.types)), None)
        if cause is not None:
            break
    message = f"{meaning.words.format(clean(str(cause)).rstrip('.'))}."
    return Failure(HttpFault(meaning.kind, message, _HINTS[meaning.kind]), meaning.again)


def _causes(error: BaseException) -> list[BaseException]:
    """An exception and all those inside it, however the libraries wrapped them, innermost first."""
    found: list[BaseException] = []
    queue: list[Any] = [error]
    while queue:
        one = queue.pop(0)
        if isinstance(one, BaseException) and all(one is not known for known in found):
            found.append(one)
            queue += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found[::-1]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "(a status of its own)"


def _own_words(content: bytes) -> str:
    try:
        return _said(orjson.loads(content), 4)
    except orjson.JSONDecodeError:
        plain = content[:_FAR_ENOUGH].decode("utf-8", "replace").strip()
        return "" if plain.startswith("<") else plain


def _said(value: Any, depth: int) -> str:
    """The sentence for a person in the body of an error, wherever tools put it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and depth:
        return _said(value[0], depth - 1)
    if isinstance(value, dict) and depth:
        found = (_said(value[name], depth - 1) for name in _WORDS if value.get(name))
        return next((said for said in found if said), "")
    return ""
