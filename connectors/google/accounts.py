"""A service account of Google: its key, and the token that it signs for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson
import requests
from google.auth import transport
from google.auth.exceptions import GoogleAuthError
from google.oauth2.service_account import Credentials
from urllib3.exceptions import HTTPError

from connectors.contract import Fault, Reach, SourceError
from connectors.http import waiting
from connectors.http.answers import Download, parse, take
from connectors.http.failures import Failure, of_error, of_status
from connectors.http.faults import HttpFault
from connectors.http.fields import reveal
from connectors.http.scrub import Scrubber, shorten
from connectors.http.transport import GuardedSession

SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
_LIBRARY: Any = Credentials
"""The library's methods have no types."""
_TIMEOUT = (10.0, 30.0)
_LARGEST = 1024 * 1024
_RETRIES = 5
_HOW = "Make a key of the type JSON for the service account, and give the whole file."


class Account(NamedTuple):
    """Who reads: the address to share spreadsheets with, and a token for about an hour."""

    email: str
    token: str


def account(reference: str, reach: Reach) -> Account:
    """Sign in with the key file behind a reference. Raises SourceError."""
    credentials = _credentials(reveal(reference, lines=True))
    with GuardedSession(tuple(reach.networks), whole=reach.patience) as session:
        try:
            credentials.refresh(_Transport(session, reach))
        except GoogleAuthError:
            refused = True
        else:
            refused = False
    if refused or not isinstance(credentials.token, str):
        raise HttpFault("credential", "Google gave no token for the service account.", _HOW)
    return Account(str(credentials.service_account_email), credentials.token)


def _credentials(text: str) -> Any:
    """The library's own; its errors may quote the key, so that they are not passed on."""
    try:
        info = orjson.loads(text)
        made = _LIBRARY.from_service_account_info(info, scopes=[SCOPE]) if isinstance(info, Mapping) else None
    except (ValueError, TypeError, GoogleAuthError):
        made = None
    if made is None:
        raise SourceError(Fault("/key", "The secret is no key file of a service account.", _HOW))
    return made


class _Response(transport.Response):
    def __init__(self, download: Download) -> None:
        self._download = download

    @property
    def status(self) -> int:
        return self._download.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._download.headers

    @property
    def data(self) -> bytes:
        return self._download.content


class _Transport(transport.Request):
    """Asks for the library over checked connections, with our own patience: it would wait by itself, and read any size."""

    def __init__(self, session: GuardedSession, reach: Reach) -> None:
        self._session, self._reach = session, reach

    def __call__(
        self, url: str, method: str = "GET", body: Any = None, headers: Any = None, timeout: Any = None, **_: Any
    ) -> _Response:
        signed = parse_qs(body.decode() if isinstance(body, bytes) else "").get("assertion", [])
        scrub, left = Scrubber(signed), waiting.policy(_RETRIES)
        while True:
            given = self._once(url, method, body, headers, scrub)
            if isinstance(given, Download):
                return _Response(_whole(given))
            retry = waiting.spent(left) if given.again else None
            if retry is None:
                raise _told(given.fault, method, url)
            self._reach.wait(waiting.pause(retry, given.fault, given.headers))
            left = retry

    def _once(self, url: str, method: str, body: Any, headers: Any, scrub: Scrubber) -> Download | Failure:
        def clean(text: str) -> str:
            return shorten(scrub(text))

        try:
            with self._session.request(
                method, url, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False, stream=True
            ) as response:
                given = take(response, _LARGEST)
        except HttpFault as fault:
            return Failure(fault, again=False)
        except (requests.RequestException, HTTPError, OSError) as error:
            return of_error(error, clean)
        return of_status(given, clean) or given


def _whole(given: Download) -> Download:
    """The answer, if it is a JSON object. Raises HttpFault."""
    if isinstance(parse(given).data, Mapping):
        return given
    raise HttpFault("format", f"POST {given.url}: answered no token.", "Check `token_uri` in the key file.")


def _told(fault: HttpFault, method: str, url: str) -> HttpFault:
    """The fault with what was asked; a key that Google does not take is a wrong credential, whatever the status."""
    kind = "credential" if fault.status in (400, 401) else fault.kind
    hint = f"The key may have been taken back. {_HOW}" if kind == "credential" else fault.faults[0].hint
    message = f"{method} {url.partition('?')[0]}: {fault.faults[0].message}"
    return HttpFault(kind, message, hint, status=fault.status)
