"""One question to a tool: asked within bounds, and again where that may help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from connectors.contract import Reach
from connectors.http import budget, waiting
from connectors.http.answers import Download, take
from connectors.http.failures import Failure, of_error, of_status
from connectors.http.faults import HttpFault
from connectors.http.places import on_host
from connectors.http.scrub import Scrubber, shorten

_MOVED = (301, 302, 303, 307, 308)
_REDIRECTS = 3


class Question(NamedTuple):
    """What is asked."""

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    json: Any = None
    headers: Mapping[str, str] = {}


class Bounds(NamedTuple):
    """How long and how often it may be asked; times in seconds."""

    per_minute: int | None
    timeout: tuple[float, float]
    """To connect, and for the next bytes."""
    retry: Retry
    longest_wait: float
    """For all waiting between the tries of one question."""
    largest: int
    """Bytes of an unpacked answer."""


class Asking(NamedTuple):
    """Asks one host."""

    base_url: str
    session: requests.Session
    bounds: Bounds
    scrub: Scrubber
    reach: Reach
    purse: budget.Purse

    def __call__(self, question: Question) -> Download:
        """Ask until it is answered, or until asking again is of no use. Raises HttpFault."""
        left, waited = self.bounds.retry, 0.0
        while True:
            given = self._followed(question)
            if isinstance(given, Download):
                return given
            retry = waiting.spent(left) if given.again else None
            if retry is None:
                raise self.told(given.fault, question)
            seconds = waiting.pause(retry, given.fault, given.headers)
            if waited + seconds > self.bounds.longest_wait:
                raise self.told(given.fault, question, too_long=True)
            self.reach.wait(seconds)
            left, waited = retry, waited + seconds

    def told(self, fault: HttpFault, question: Question, *, too_long: bool = False) -> HttpFault:
        """The fault with what was asked, without the query, and without secrets.

        `too_long` tells of a wait before the next try, without its length: one fault that stays has the same words each time.
        """
        message = f"{question.method} {question.url.partition('?')[0]}: {fault.faults[0].message}"
        if too_long:
            message += (
                f" The wait for the next try is too long: more than {self.bounds.longest_wait:,.0f} seconds in all."
            )
        return HttpFault(fault.kind, self.scrub(message), fault.faults[0].hint, status=fault.status)

    def scrubbed(self, text: str) -> str:
        """A text of the tool's without secrets, cut."""
        return shorten(self.scrub(text))

    def _followed(self, question: Question) -> Download | Failure:
        """What one try came to, after redirects that stay on the host."""
        given = self._once(question)
        for _ in range(_REDIRECTS):
            if isinstance(given, Failure) or given.status not in _MOVED or question.method != "GET":
                break
            try:
                place = on_host(self.base_url, urljoin(question.url, given.headers.get("Location", "")))
            except (HttpFault, ValueError):
                break
            question = question._replace(url=place, params=())
            given = self._once(question)
        if isinstance(given, Failure) or (given.status == 304 and question.headers):
            return given
        return of_status(given, self.scrubbed) or given

    def _once(self, question: Question) -> Download | Failure:
        self._take_place()
        try:
            with self.session.request(
                question.method, question.url, params=question.params, json=question.json, headers=dict(question.headers),
                timeout=self.bounds.timeout, allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                return take(response, self.bounds.largest)
        except HttpFault as fault:
            return Failure(fault, again=False)
        except (requests.RequestException, HTTPError, OSError) as error:
            return of_error(error, self.scrubbed)

    def _take_place(self) -> None:
        if self.bounds.per_minute is None:
            return
        moment = now = self.reach.clock()
        while (free := budget.take(self.purse, self.bounds.per_minute, moment, now)) > moment:
            self.reach.wait(free - moment)
            now = self.reach.clock()
            moment = max(now, free)
