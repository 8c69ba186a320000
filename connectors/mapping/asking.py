"""Asking a tool as a mapping says: list after list, and for each record what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from connectors.contract import Missing, Page, Progress, Reach
from connectors.graphql import asking as graphql
from connectors.http.client import Answer, Client
from connectors.http.faults import HttpFault
from connectors.http.one_by_one import one_by_one
from connectors.http.paging import pages
from connectors.mapping.language import Request
from connectors.mapping.paths import ABOVE, rows
from connectors.mapping.templates import filled
from connectors.mapping.turning import Turner

_WORD, _NUMBERED = ("next", "link"), ("offset", "page")


class Asked(NamedTuple):
    """One list as it is asked for."""

    path: str
    query: Mapping[str, Any]
    body: Mapping[str, Any] | None
    above: Mapping[str, Any]
    """What is kept of the record for which it is asked."""


class Asker(NamedTuple):
    """Asks one tool."""

    client: Client
    params: Mapping[str, str]
    """What goes with every request: a credential in the query."""
    reach: Reach

    def read(self, request: Request, *, needed: bool) -> Iterator[Page | Missing]:
        """The records of a list page by page, then what follows from each. Raises HttpFault where not even one is read."""
        follow = _Follow(request)
        asked, _ = _prepared(request, {})
        turner, done = Turner(request.paging, request.identity), 0
        for part in self._pages(request, asked, turner, needed=needed):
            if isinstance(part, Missing):
                yield part
                continue
            done += len(part)
            self.reach.progress(Progress(request.name, done))
            follow.note(part)
            yield Page(request.name, part)
        if turner.untold:
            yield _untold(request, turner.untold)
        yield from self._following(follow)

    def _following(self, follow: _Follow) -> Iterator[Page | Missing]:
        for request, todo in zip(follow.request.then, follow.todo, strict=True):
            yield from self._one_by_one(request, todo)
        yield from follow.without_place()

    def _one_by_one(self, request: Request, todo: Sequence[Asked]) -> Iterator[Page | Missing]:
        def ask(number: str) -> Answer:
            return self._whole(request, todo[int(number)])

        ids = [str(number) for number in range(len(todo))]
        follow, untold = _Follow(request), list[str]()
        cuts: Counter[str] = Counter()
        for part in one_by_one(self.client, ids, ask, what=request.name, reach=self.reach, needed=False):
            if isinstance(part, Missing):
                # The numbers are no ids of anything: nobody knows which items it concerns.
                yield part._replace(ids=None)
                continue
            follow.note(part.data["records"])
            yield Page(request.name, part.data["records"])
            cuts.update(filter(None, [part.data["cut"]]))
            untold.append(part.data["untold"])
        for reason, count in cuts.items():
            yield Missing(f"more {request.name}: {count} of {len(todo)}", reason)
        if untold and all(untold):
            yield _untold(request, untold[0])
        yield from self._following(follow)

    def _whole(self, request: Request, asked: Asked) -> Answer:
        """All pages of a list as one answer, with the reason if it is not all. Raises HttpFault."""
        turner = Turner(request.paging, request.identity)
        found: list[Any] = []
        cut = ""
        for part in self._pages(request, asked, turner, needed=True):
            if isinstance(part, Missing):
                cut = part.reason
            else:
                found += ({**one, ABOVE: asked.above} if isinstance(one, Mapping) else one for one in part)
        return Answer(200, {}, {"records": found, "cut": cut, "untold": turner.untold}, "")

    def _pages(
        self, request: Request, asked: Asked, turner: Turner, *, needed: bool
    ) -> Iterator[Sequence[Any] | Missing]:
        taken: Sequence[Any] = ()

        def ask(token: str | None) -> Answer:
            nonlocal taken
            answer = self._asked(request, asked, token)
            taken = turner.take(answer, _records(request, answer))
            if turner.again is not None:
                turner.compare(_records(request, self._asked(request, asked, turner.again)))
            return answer

        for part in pages(ask, lambda _: turner.next, what=request.name, needed=needed):
            if isinstance(part, Missing):
                yield part
                return
            yield taken
        if turner.cut:
            yield Missing(f"more {request.name}", turner.cut)

    def _asked(self, request: Request, asked: Asked, token: str | None) -> Answer:
        kind, send = request.paging.kind, request.paging.send
        if request.method == "GET":
            if token is not None and kind in _WORD:
                return self.client.get(token, self.params)
            turned = {} if token is None or kind in _WORD else {send: token}
            return self.client.get(asked.path, {**asked.query, **turned, **self.params})
        body: Any = asked.body or {}
        if token is not None:
            body = _with(body, send.split("."), int(token) if kind in _NUMBERED else token)
        if "{" in str(body.get("query", "")):
            return self._graphql(asked, body)
        return self.client.post(asked.path, body, {**asked.query, **self.params})

    def _graphql(self, asked: Asked, body: Mapping[str, Any]) -> Answer:
        """Data without any errors beside them, as a mapping does not say what would be missing."""
        variables = body.get("variables")
        given = variables if isinstance(variables, Mapping) else {}
        reply = graphql.ask(graphql.Endpoint(self.client, asked.path, self.reach), body["query"], given)
        if reply.errors:
            raise reply.errors[0]
        return Answer(200, {}, {"data": reply.data}, reply.url)


class _Follow:
    """What follows from the records of a list, gathered while they come in: of each record only what is needed is kept."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.todo: list[list[Asked]] = [[] for _ in request.then]
        self._absent: dict[tuple[str, str], int] = {}
        self._kept = [inner.kept_above() for inner in request.then]

    def note(self, records: Sequence[Any]) -> None:
        for record in (one for one in records if isinstance(one, Mapping)):
            for inner, todo, kept in zip(self.request.then, self.todo, self._kept, strict=True):
                if not inner.filter.fits(record):
                    continue
                asked, absent = _prepared(inner, record)
                if absent:
                    self._absent[inner.name, absent] = self._absent.get((inner.name, absent), 0) + 1
                    continue
                above = {name: value for name, value in record.items() if name in kept}
                todo.append(asked._replace(above=above))

    def without_place(self) -> Iterator[Missing]:
        for (name, path), count in self._absent.items():
            yield Missing(f"{name}: {count}", f"{count} of the {self.request.name} have no “{path}” to ask by.")


def _untold(request: Request, path: str) -> Missing:
    """What is missing where a mapping leads nowhere to look for more."""
    reason = f"No answer has “{path}”, which is to tell whether there is more: check “paging” in the mapping."
    return Missing(f"more {request.name}", reason)


def _prepared(request: Request, record: Any) -> tuple[Asked, str]:
    """A list as it is asked for a record, and the path that led to nothing, if any."""
    path, absent = request.path.fill(record, lambda value: quote(value, safe=""))
    return Asked(path, filled(request.query, record), filled(request.body, record), {}), next(iter(absent), "")


def _records(request: Request, answer: Answer) -> list[Any]:
    found: list[Any] = []
    for path in request.records:
        listed = rows(path, answer.data)
        if listed is None:
            where = f" under “{path.text}”" if path.text else ""
            message = f"The answer of {answer.url} holds no records{where}."
            raise HttpFault("format", message, "Check “records” in the mapping.", status=answer.status)
        found += listed
    return found


def _with(body: Mapping[str, Any], steps: Sequence[str], value: Any) -> dict[str, Any]:
    """The body with a value set at a path of names."""
    name, *rest = steps
    inner = body.get(name)
    return {**body, name: _with(inner if isinstance(inner, Mapping) else {}, rest, value) if rest else value}
