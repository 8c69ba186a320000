"""Sending a message once: made, signed, posted to a checked address, and its answer read no further than it matters."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Mapping
from email.message import EmailMessage
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

import requests
from urllib3.exceptions import HTTPError

from connectors.contract import SourceError
from connectors.http.fields import reveal
from connectors.http.transport import GuardedSession

WHOLE = 20.0
"""Seconds that one attempt may take from the connection to the end of the answer's headers."""
_CONNECT = 10.0
_GONE = 410
_WISHES = (429, 503)


class Parcel(NamedTuple):
    """A message ready to be posted."""

    target: str
    """URL, or a reference to one."""
    body: bytes
    headers: Mapping[str, str]


class Outcome(NamedTuple):
    """What became of an attempt."""

    delivered: bool
    status: int | None
    """Of the answer; None where there was none."""
    problem: str | None
    """Why it was not delivered; holds no secret."""
    milliseconds: int
    gone: bool = False
    """The receiver wants no more of them (410)."""
    wished: float | None = None
    """Seconds that the receiver asked to be left alone for."""


Networks = tuple[IPv4Network | IPv6Network, ...]


def post(parcel: Parcel, networks: Networks) -> Outcome:
    """Post a message once; whatever happens is an outcome. No redirect is followed, and of the answer only its head is read."""
    begun = time.monotonic()
    try:
        with GuardedSession(networks, whole=WHOLE) as session:
            answer = session.post(
                reveal(parcel.target) if parcel.target.startswith(("env:", "file:")) else parcel.target,
                data=parcel.body,
                headers={"Content-Type": "application/json", "User-Agent": "okr-validator", **parcel.headers},
                timeout=(_CONNECT, WHOLE),
                allow_redirects=False,
                stream=True,
            )
            with answer:
                return _answered(answer, _since(begun))
    except SourceError as error:
        return Outcome(False, None, error.faults[0].message, _since(begun))
    except (requests.RequestException, HTTPError, OSError) as error:
        return Outcome(False, None, _why(error), _since(begun))


def _answered(answer: requests.Response, spent: int) -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:
        return Outcome(True, status, None, spent)
    problem = f"HTTP {status}" + (", a redirect, which is not followed" if 300 <= status < 400 else "")
    wished = _seconds(answer.headers.get("Retry-After", "")) if status in _WISHES else None
    return Outcome(False, status, problem, spent, status == _GONE, wished)


def _seconds(text: str) -> float | None:
    """Retry-After, as seconds; a date is as good as none: the table of waits is kept then."""
    return float(text) if text.strip().isdecimal() and len(text) < 10 else None


def _why(error: Exception) -> str:
    """The innermost reason, in the words of its kind: addresses may hold secrets and are not repeated."""
    inner: BaseException = error
    while (under := _under(inner)) is not None:
        inner = under
    words = {"Refused": str(inner), "Late": "no whole answer in time"}
    kind = type(inner).__name__
    return words.get(kind, kind)


def _under(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None) or next((arg for arg in error.args if isinstance(arg, Exception)), None)
    return reason if isinstance(reason, BaseException) else None


class Post(NamedTuple):
    """The server that takes e-mail."""

    host: str
    port: int
    security: str
    """tls: from the first byte; starttls; none: for a server of one's own machine."""
    user: str | None
    password: str | None
    """A reference: env:NAME or file:PATH."""
    sender: str


def mail(message: EmailMessage, by: Post, *, timeout: float = WHOLE) -> Outcome:
    """Send an e-mail once; whatever happens is an outcome."""
    begun = time.monotonic()
    try:
        with _connected(by, timeout) as server:
            if by.user is not None:
                server.login(by.user, reveal(by.password or ""))
            server.send_message(message)
        return Outcome(True, 250, None, _since(begun))
    except SourceError as error:
        return Outcome(False, None, error.faults[0].message, _since(begun))
    except smtplib.SMTPResponseException as error:
        return Outcome(False, error.smtp_code, f"SMTP {error.smtp_code}", _since(begun))
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(False, None, type(error).__name__, _since(begun))


def _connected(by: Post, timeout: float) -> smtplib.SMTP:
    if by.security == "tls":
        return smtplib.SMTP_SSL(by.host, by.port, timeout=timeout, context=ssl.create_default_context())
    server = smtplib.SMTP(by.host, by.port, timeout=timeout)
    if by.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    return server


def _since(begun: float) -> int:
    return round(1_000 * (time.monotonic() - begun))
