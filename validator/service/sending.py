"""Posting a message once: to a checked address, and its answer read no further than it matters."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util.retry import Retry

from connectors.contract import SourceError
from connectors.http import references
from connectors.http.failures import of_error
from connectors.http.fields import reveal
from connectors.http.guard import Refused
from connectors.http.references import REFERENCE
from connectors.http.scrub import Scrubber, shorten, watch
from connectors.http.transport import GuardedSession
from validator.service.endpoint_wishes import Bounds, url_faults

WHOLE = 20.0
"""Seconds from the start of connecting in which an answer must have come as far as to the end of its headers."""
_CONNECT = 10.0
"""Seconds for one address of a host."""
_GONE = 410
_LONGEST_DATE = 100


class Parcel(NamedTuple):
    """A message ready to be posted."""

    target: str
    """URL, or a reference to one."""
    body: bytes
    headers: Mapping[str, str]


class Outcome(NamedTuple):
    """What became of an attempt."""

    delivered: bool
    status: int | None = None
    """Of the answer; None where there was none."""
    problem: str | None = None
    """Why it was not delivered; holds no secret."""
    milliseconds: int = 0
    gone: bool = False
    """The receiver wants no more of them (410)."""
    wished: float | None = None
    """Seconds that the receiver asked to be left alone for."""
    hopeless: bool = False
    """No other attempt would fare better, and the endpoint is not to blame."""
    ours: bool = False
    """The failure was our own, and says nothing of the endpoint."""
    unready: bool = False
    """Nothing was attempted, as the service lacks what it takes."""


def post(parcel: Parcel, bounds: Bounds) -> Outcome:
    """Post a message once; whatever happens is an outcome. No redirect is followed, and of the answer only its head is read.

    It takes WHOLE seconds at most, and as long besides as the look-up of a name takes, which cannot be cut off.
    """
    begun = time.monotonic()
    try:
        return _posted(parcel, bounds)._replace(milliseconds=_since(begun))
    except SourceError as error:
        return Outcome(False, None, error.faults[0].message, _since(begun))
    except Refused as error:
        return Outcome(False, None, f"{shorten(error.outward)}: not asked.", _since(begun))
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        return Outcome(False, None, of_error(error, shorten).fault.faults[0].message, _since(begun))


def _posted(parcel: Parcel, bounds: Bounds) -> Outcome:
    url = _url(parcel.target, bounds)
    secret = Scrubber([url, urlsplit(url).path.strip("/")] if url != parcel.target else [])
    watch(secret)  # what the HTTP library logs is scrubbed for as long as this is there
    headers = {"Content-Type": "application/json", "User-Agent": "okr-validator", **parcel.headers}
    with (
        GuardedSession(bounds.networks, whole=WHOLE, proxies=_proxies(bounds)) as session,
        session.post(
            url, data=parcel.body, headers=headers, timeout=(_CONNECT, WHOLE), allow_redirects=False, stream=True
        ) as answer,
    ):
        return _answered(answer)


def _proxies(bounds: Bounds) -> dict[str, str]:
    """The operator's proxy for messages, and none that the environment names: it would look the name up once more."""
    return {} if bounds.proxy is None else {"http": bounds.proxy, "https": bounds.proxy}


def _url(target: str, bounds: Bounds) -> str:
    """Where a message goes: what the target refers to, or says. Raises SourceError where that is not allowed, or no address."""
    referred = REFERENCE.fullmatch(target) is not None
    if referred:
        references.check(target, bounds.secrets)
    url = reveal(target) if referred else target
    faults = tuple(url_faults(url, bounds))
    if faults:
        raise SourceError(*faults)
    return url


def _answered(answer: requests.Response) -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:
        return Outcome(True, status)
    problem = f"HTTP {status}{', a redirect, which is not followed' if 300 <= status < 400 else ''}."
    return Outcome(False, status, problem, gone=status == _GONE, wished=_wished(answer.headers.get("Retry-After")))


def _wished(text: str | None) -> float | None:
    """The seconds of a Retry-After, which is a number or a date; None for what is neither."""
    if text is None or len(text) > _LONGEST_DATE:
        return None
    try:
        return Retry().parse_retry_after(text)
    except (InvalidHeader, ValueError, OverflowError):
        return None


def _since(begun: float) -> int:
    return round(1_000 * (time.monotonic() - begun))
