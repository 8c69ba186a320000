"""A stateful fake of an OKR tool over real sockets: serves a tree over pages in the shapes of one tool, and misbehaves on demand.

A tool's tests say how it answers, as a `Flavour`: the lists that it serves in pages, and its single things. What goes wrong
is a `Trouble` (tests/connectors/trouble.py has the table). Every question is kept with its headers.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = "s3cr3t+Wert/fur=all&Zeiten%21'"
"""A credential with the characters that encodings change."""


class Node(NamedTuple):
    """An objective or key result, told in nobody's words."""

    id: str
    title: str
    kind: Literal["objective", "key_result"]
    parent: str | None
    depth: int
    owner: str
    team: str
    cycle: str
    start: float
    target: float
    current: float


PEOPLE = tuple((f"90{number:02}", f"Person {number}", f"person{number}@example.com") for number in range(12))
"""Id, name and e-mail address of each person."""
TEAMS = tuple((f"70{number:02}", f"Team {number}") for number in range(6))
CYCLES = (("5001", "Q4 FY26", "2026-10-01", "2026-12-31"), ("5002", "Q1 FY27", "2027-01-01", "2027-03-31"))
"""Id, name, first and last day of each cycle."""


def tree(objectives: int = 320, key_results: int = 160) -> tuple[Node, ...]:
    """A tree of objectives, five below each but the last, with key results below the last of them; always the same."""
    nodes = [_node(number, "objective", None if number < 4 else (number - 4) // 5) for number in range(objectives)]
    leaves = range(objectives - key_results, objectives)
    return (*nodes, *(_node(objectives + n, "key_result", leaf) for n, leaf in enumerate(leaves)))


def _node(number: int, kind: Literal["objective", "key_result"], parent: int | None) -> Node:
    depth = 0 if number < 4 else 1 if number < 24 else 2
    return Node(
        id=str(100_000 + number),
        title=f"{'Raise' if kind == 'key_result' else 'Win'} number {number} “é”",
        kind=kind,
        parent=None if parent is None else str(100_000 + parent),
        depth=depth,
        owner=PEOPLE[number % len(PEOPLE)][0],
        team=TEAMS[number % len(TEAMS)][0],
        cycle=CYCLES[0][0],
        start=float(number),
        target=float(number + 100),
        current=float(number + 40),
    )


class Asked(NamedTuple):
    """A question that the tool got."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The JSON value, None where there was none."""
    parts: Mapping[str, str] = {}
    """What stood for the {names} of the path."""
    target: str = ""
    """Path and query as they came."""


class Reply(NamedTuple):
    """An answer that is more than a value; data that are bytes are sent as they are."""

    status: int
    headers: Mapping[str, str]
    data: Any


class Served(NamedTuple):
    """One page, before it takes the tool's shape."""

    records: Sequence[Any]
    token: str | None
    """Of the next page; None at the end."""
    link: str | None
    """URL of the next page; None at the end."""
    total: int
    asked: Asked


class Listing(NamedTuple):
    """A list that the tool serves in pages."""

    path: str
    """"/goals" or "/teams/{team}/goals"."""
    records: Callable[[Asked], Sequence[Any]]
    """All records, in the tool's shape."""
    body: Callable[[Served], Any]
    paging: Literal["token", "offset", "page"] = "token"
    """What a token is: a word of the tool's own, the number of records before the page, or the number of the page."""
    parameter: str = "offset"
    """Name of the token in the query."""
    token: Callable[[Asked], str | None] | None = None
    """Where the token is, if not in the query."""
    size: int = 50
    method: str = "GET"
    when: Callable[[Asked], bool] = lambda _asked: True
    """Tells lists of one path apart, such as two queries of GraphQL."""
    headers: Callable[[Served], Mapping[str, str]] = lambda _served: {}


class Single(NamedTuple):
    """One thing that the tool serves: a value or a `Reply`; None is a 404."""

    path: str
    body: Callable[[Asked], Any]
    method: str = "GET"
    when: Callable[[Asked], bool] = lambda _asked: True


class Flavour(NamedTuple):
    """How a tool answers."""

    routes: Sequence[Listing | Single]
    """The first that fits answers."""
    credential: tuple[str, str]
    """Name and value of the one header that must come with every question."""
    main: str
    """Path of the list of goals: where trouble strikes unless it says otherwise."""
    error: Callable[[int], Any] = lambda status: {"message": f"Fault {status} of the tool"}
    """The body of an answer that is none."""
    open_paths: Sequence[str] = ()
    """Paths asked without that header, such as one that gives a token."""


Way = Literal[
    "none", "status", "drip", "truncated", "broken", "html", "repeating", "foreign", "duplicate", "vanishing", "shape"
]  # fmt: skip


class Trouble(NamedTuple):
    """What goes wrong, and with which questions."""

    way: Way
    first: int = 1
    """Number of the first question to the path that it strikes."""
    times: int = 1_000_000
    path: str | None = None
    """A path of the flavour; None: its main one."""
    status: int = 500
    headers: Mapping[str, str] = {}


class FakeTool:
    """The tool, running while it is entered: `url` is its address, `asked` every question so far."""

    def __init__(self, flavour: Flavour, trouble: Trouble | None = None) -> None:
        self.flavour = flavour
        self.trouble = trouble or Trouble("none")
        self.asked: list[Asked] = []
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def paths(self) -> list[str]:
        """The paths asked, in order."""
        return [asked.path for asked in self.asked]

    def serve(self, asked: Asked, send: Callable[[int, Mapping[str, str], bytes, float], None]) -> None:
        """Answer a question; `send` takes status, headers, body and the seconds to wait before each byte of it."""
        route, asked = self._route(asked)
        trouble = self._trouble(route)
        with self._lock:
            self.asked.append(asked)
        if trouble.way == "status":
            return send(trouble.status, trouble.headers, _json(self.flavour.error(trouble.status)), 0)
        if trouble.way == "html":
            return send(200, {"Content-Type": "text/html"}, b"<!doctype html><title>Sign in</title>" + b"<p>" * 900, 0)
        status, headers, data = self._answer(route, asked, trouble)
        body = _json(data)
        if trouble.way == "truncated":
            body = body[: len(body) // 2]
        if trouble.way == "broken":
            headers = {**headers, "Content-Length": str(len(body) + 100), "Connection": "close"}
        return send(status, headers, body, 0.02 if trouble.way == "drip" else 0)

    def pause(self, seconds: float) -> bool:
        """Wait, or stop waiting because the tool stops: then True."""
        return self._stopping.wait(seconds)

    def _route(self, asked: Asked) -> tuple[Listing | Single | None, Asked]:
        for route in self.flavour.routes:
            match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path), asked.path)
            if match and route.method == asked.method:
                found = asked._replace(parts=match.groupdict())
                if route.when(found):
                    return route, found
        return None, asked

    def _trouble(self, route: Listing | Single | None) -> Trouble:
        """The trouble that strikes this question, if any."""
        path = route.path if route else ""
        trouble = self.trouble
        if path != (trouble.path or self.flavour.main):
            return Trouble("none")
        with self._lock:
            self._counts[path] += 1
            strikes = trouble.first <= self._counts[path] < trouble.first + trouble.times
        return trouble if strikes else Trouble("none")

    def _answer(
        self, route: Listing | Single | None, asked: Asked, trouble: Trouble
    ) -> tuple[int, Mapping[str, str], Any]:
        name, value = self.flavour.credential
        if asked.path not in self.flavour.open_paths and asked.headers.get(name.lower()) != value:
            return 401, {}, self.flavour.error(401)
        if isinstance(route, Listing):
            served = self._page(route, asked, trouble)
            return 200, route.headers(served), ["unexpected"] if trouble.way == "shape" else route.body(served)
        body = route.body(asked) if route else None
        if isinstance(body, Reply):
            return body
        return (404, {}, self.flavour.error(404)) if body is None else (200, {}, body)

    def _page(self, route: Listing, asked: Asked, trouble: Trouble) -> Served:
        records = list(route.records(asked))
        token = route.token(asked) if route.token else asked.query.get(route.parameter)
        begin = _begin(route, token)
        if trouble.way == "vanishing":
            # Somebody archived two records of the first page, so that the rest moved up.
            records = [record for number, record in enumerate(records) if number not in (0, 1)]
        if trouble.way == "duplicate":
            # Somebody added two records in front, so that the rest moved down.
            records = [*records[:2], *records]
        end = begin + route.size
        after = _token(route, end) if end < len(records) else None
        if trouble.way == "repeating":
            after = token or _token(route, route.size)
        host = "https://evil.example" if trouble.way == "foreign" else self.url
        query = {**asked.query, route.parameter: after or ""}
        link = f"{host}{asked.path}?{urlencode(query)}" if after else None
        return Served(records[begin:end], after, link, len(records), asked)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle of an answer is no error of the tool's."""


def _begin(route: Listing, token: str | None) -> int:
    if not token:
        return 0
    if route.paging == "page":
        return (int(token) - 1) * route.size
    return int(token.removeprefix("after-"))


def _token(route: Listing, begin: int) -> str:
    if route.paging == "page":
        return str(begin // route.size + 1)
    return f"after-{begin}" if route.paging == "token" else str(begin)


def _json(data: Any) -> bytes:
    return data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()


def _handler(tool: FakeTool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            asked = Asked(
                self.command, parts.path, query, headers, json.loads(body) if body else None, target=self.path
            )
            tool.serve(asked, self._send)

        do_POST = do_GET

        def _send(self, status: int, headers: Mapping[str, str], body: bytes, between: float) -> None:
            all_headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
            lines = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
            head = f"HTTP/1.1 {status} Reason\r\n{lines}\r\n".encode("latin-1")
            self.close_connection = all_headers.get("Connection") == "close"
            if not between:
                self.wfile.write(head + body)
                return
            self.wfile.write(head)
            for byte in body:
                if tool.pause(between):
                    break
                try:
                    self.wfile.write(bytes([byte]))
                except OSError:
                    break
            self.close_connection = True

        def log_message(self, *_args: Any) -> None:
            pass

    return Handler
