"""A receiver of messages over a real socket, and stores with endpoints that send to it at moments of the test's choosing."""

from __future__ import annotations

import datetime
import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from types import TracebackType
from typing import Any, NamedTuple, Self

import orjson
from sqlalchemy import Engine, Row, select

from validator.alerts.events import CONFLICT, OPENED, RESOLVED, Event
from validator.service import draining, endpoints
from validator.service.alerting import tell
from validator.service.draining import Drained, Sender
from validator.service.endpoint_rows import an_endpoint
from validator.service.endpoint_wishes import Bounds, Wish
from validator.service.endpoints import Made
from validator.store.engine import reading, writing
from validator.store.tables import deliveries

PEPPER = b"a pepper of thirty-two bytes at the least"
LOOPBACK = Bounds(networks=(ip_network("127.0.0.0/8"),))
PUBLIC = "https://okr.example.com"


class Received(NamedTuple):
    """A message as it came."""

    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def type(self) -> str:
        return str(self.json()["type"])

    def json(self) -> Any:
        return orjson.loads(self.body)


class Answer(NamedTuple):
    """What is answered."""

    status: int = 204
    """0: nothing, the connection ends."""
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Receiver:
    """Takes messages while it is entered; `answer` says what it answers to each."""

    def __init__(self, answer: Callable[[Received], Answer] = lambda _: Answer()) -> None:
        self.answer = answer
        self.received: list[Received] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, message: Received) -> Answer:
        with self._lock:
            self.received.append(message)
        return self.answer(message)

    def taken(self) -> list[Received]:
        """The messages, each once by its id, in the order in which they first came."""
        first: dict[str, Received] = {}
        for message in self.received:
            first.setdefault(message.id, message)
        return list(first.values())


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = receiver.take(Received({name.lower(): text for name, text in self.headers.items()}, body))
            if not answer.status:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, text in answer.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Desk:
    """A store with endpoints, and a clock that the test sets."""

    def __init__(self, engine: Engine, **more: Any) -> None:
        self.engine = engine
        self.now = datetime.datetime.now(datetime.UTC)
        self._numbers = itertools.count(1)
        more = {"pepper": lambda: PEPPER, "bounds": LOOPBACK, "public_url": PUBLIC} | more
        self.sender = Sender(engine, lambda: self.now, **more)

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now += datetime.timedelta(**time)

    def endpoint(self, target: str, *types: str, **wish: Any) -> Made:
        """Make an endpoint that hears of these events, or else of findings that open and go."""
        wished = Wish("desk", target, types=types or (OPENED, RESOLVED, CONFLICT), **wish)
        with writing(self.engine) as connection:
            return endpoints.create(connection, self.now, "ana", wished, lambda: PEPPER, self.sender.bounds)

    def change(self, step: Callable[..., Any], id: str, *args: Any, **more: Any) -> Any:
        """Take a step of `endpoints` with an endpoint at its version."""
        with writing(self.engine) as connection:
            version = an_endpoint(connection, id).version
            return step(connection, self.now, "ana", id, *args, **more, version=version)

    def tell(self, *findings: str, type: str = OPENED, **more: Any) -> None:
        """Let this happen to findings of `acme`, as one occasion."""
        with writing(self.engine) as connection:
            tell(connection, self.now, [event(self.now, type, id, next(self._numbers), **more) for id in findings])

    def ping(self, id: str) -> str:
        with writing(self.engine) as connection:
            return endpoints.ping(connection, self.now, "ana", id)

    def drain(self) -> dict[str, Drained]:
        """Send what is due, each endpoint by a job of its own; what came of it, by endpoint."""
        with writing(self.engine) as connection:
            claimed = draining.claim(connection, self.now)
        return {one.endpoint: draining.drain(self.sender, one.job) for one in claimed}

    def row(self, id: str) -> Row[Any]:
        with reading(self.engine) as connection:
            return an_endpoint(connection, id)

    def log(self, endpoint: str | None = None) -> Sequence[Row[Any]]:
        """The messages, the oldest first."""
        asked = select(deliveries).order_by(deliveries.c.event_id, deliveries.c.id)
        if endpoint is not None:
            asked = asked.where(deliveries.c.endpoint_id == endpoint)
        with reading(self.engine) as connection:
            return connection.execute(asked).all()

    def states(self, endpoint: str | None = None) -> list[str]:
        return [row.state for row in self.log(endpoint)]


def event(now: datetime.datetime, type: str, finding: str, number: int = 0, **more: Any) -> Event:
    """Something that happened to a finding of `acme`."""
    told = {"id": finding, "rule": "unowned", "severity": "error", "message": f"“{finding}” has no owner.", "items": []}
    data = {"finding": {**told, "failure": None}, "number": number}
    known = {"data": data, "severity": "error", "rule": "unowned", "teams": frozenset({"sales"})}
    return Event(type, now, "acme", run="run-1", finding=finding, **known | more)
