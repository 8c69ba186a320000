"""Asking a tool over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from connectors.contract import Reach, Unchanged
from connectors.http import budget, several, waiting
from connectors.http.answers import PACKED, Answer, Download, parse
from connectors.http.asking import Asking, Bounds, Question
from connectors.http.faults import HttpFault
from connectors.http.places import on_host
from connectors.http.scrub import Scrubber, watch
from connectors.http.secrets import in_headers, in_proxies
from connectors.http.transport import GuardedSession

__all__ = ["Answer", "Client", "Download"]

_ALWAYS = {"User-Agent": "okr-validator", "Accept": "application/json", "Accept-Encoding": PACKED}
_MARKS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
"""What a tool calls the state of its answer, and how it is asked for news since."""


class Client:
    """Asks one host. Use it in a `with`; several threads may use it at once.

    `headers` go with every question, and what is secret in them is scrubbed from every error and log record; `secrets`
    names further ones, such as one in a query, or the one that a token was got for. `per_minute` is the most questions to the
    host in any minute, counted over all clients of the process that have the same secrets. Times are in seconds:
    `read_timeout` is for the next bytes, `whole_timeout` for a whole answer (None: the reach's patience), `longest_wait` for
    all waiting between the tries of one question. `largest` is bytes of an unpacked answer.
    A path is joined to the base URL; a full URL (a “next” link) is rebuilt on the base's host, or refused where it names
    another host. Raises HttpFault where a header cannot be sent.
    """

    def __init__(
        self,
        base_url: str,
        reach: Reach,
        *,
        headers: Mapping[str, str] = {},
        secrets: Collection[str] = (),
        per_minute: int | None = None,
        retries: int = 5,
        connect_timeout: float = 10.0,
        read_timeout: float = 30.0,
        whole_timeout: float | None = None,
        longest_wait: float = 300.0,
        largest: int = 64 * 1024 * 1024,
        workers: int = 4,
    ) -> None:
        self._base_url, self._reach, self._workers = base_url, reach, workers
        self._session = GuardedSession(tuple(reach.networks), whole=whole_timeout or reach.patience)
        self._session.headers.update({**_ALWAYS, **headers})
        timeout = (connect_timeout, read_timeout)
        bounds = Bounds(per_minute, timeout, waiting.policy(retries), longest_wait, largest)
        self._asking = Asking(
            base_url, self._session, bounds, _scrubber(headers, secrets), reach, _purse(base_url, headers, secrets)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def get(self, path: str = "", params: Mapping[str, Any] = {}, *, conditional: bool = False) -> Answer:
        """Ask for JSON. A parameter that is None is left out; a list is sent as several.

        `conditional` sends along what `reach.known` has of the last answer, raises Unchanged where the tool says that
        nothing is new, and remembers the new state otherwise. Raises HttpFault.
        """
        return self._parsed(*self._downloaded(path, params, conditional=conditional))

    def post(self, path: str, json: Any, params: Mapping[str, Any] = {}) -> Answer:
        """Ask for JSON with a body (GraphQL, a search): a post that only reads, for it is repeated as a get is.

        Raises HttpFault.
        """
        question = Question("POST", self._url(path), _sent(params), json)
        return self._parsed(question, self._asking(question))

    def download(self, path: str = "", params: Mapping[str, Any] = {}, *, conditional: bool = False) -> Download:
        """Ask for bytes, such as an exported file; otherwise as `get`. Raises HttpFault, and Unchanged."""
        return self._downloaded(path, params, conditional=conditional)[1]

    def each(self, asked: Iterable[str | Callable[[], Answer]]) -> Iterator[Answer | HttpFault]:
        """Ask for several paths (or call what asks), some at a time; the answers come in the order of the questions.

        Nothing more is asked after a wrong credential, or after several faults in a row that tell of a tool that is down
        or of a used-up allowance: the questions left then have that fault.
        """
        calls = (partial(self.get, one) if isinstance(one, str) else one for one in asked)
        return several.in_order(calls, self._workers)

    def scrubbed(self, text: str) -> str:
        """A text of the tool's without this client's secrets, on one line of at most 200 characters, for a message."""
        return self._asking.scrubbed(text)

    def _downloaded(self, path: str, params: Mapping[str, Any], *, conditional: bool) -> tuple[Question, Download]:
        known = self._reach.known if conditional else {}
        marks = {ask: known.get(f"{mark} {path}") for mark, ask in _MARKS.items()}
        headers = {ask: value for ask, value in marks.items() if value}
        question = Question("GET", self._url(path), _sent(params), headers=headers)
        given = self._asking(question)
        if given.status == 304:
            raise Unchanged
        for mark in _MARKS if conditional else ():
            if value := given.headers.get(mark):
                self._reach.remember(f"{mark} {path}", value)
        return question, given

    def _url(self, path: str) -> str:
        try:
            return on_host(self._base_url, path)
        except HttpFault as fault:
            refused = fault
        raise self._asking.told(refused, Question("GET", self._base_url))

    def _parsed(self, question: Question, given: Download) -> Answer:
        try:
            return parse(given)
        except HttpFault as fault:
            problem = fault
        raise self._asking.told(problem, question)


def _scrubber(headers: Mapping[str, str], given: Collection[str]) -> Scrubber:
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            message = f"The value of the header “{name}” has characters that no header may hold."
            raise HttpFault("credential", message, "Check that the secret was copied whole, and nothing else with it.")
    scrubber = Scrubber([*given, *in_headers(headers), *in_proxies()])
    watch(scrubber)
    return scrubber


def _purse(base_url: str, headers: Mapping[str, str], given: Collection[str]) -> budget.Purse:
    """By the secrets that are named, if any: a token in a header may be a new one at every sync."""
    return budget.purse_of(urlsplit(base_url).netloc, given or tuple(in_headers(headers)))


def _sent(params: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    lists = ((name, value if isinstance(value, (list, tuple)) else [value]) for name, value in params.items())
    return tuple((name, _text(value)) for name, values in lists for value in values if value is not None)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
