"""Who may do what: for each route the least role that it needs, in one table that can be read at a glance."""

from __future__ import annotations

import re
from typing import NamedTuple

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_STEP = r"<[^>/]+>"


class Need(NamedTuple):
    """What a route asks of who calls it."""

    role: str | None
    """Least role; None: nothing, it is open to all."""
    whole: bool = False
    """Whether a key that is for some connections only is refused: what the route shows or changes belongs to none."""


class _Entry(NamedTuple):
    methods: frozenset[str]
    route: re.Pattern[str]
    need: Need


def _entry(methods: str, route: str, role: str | None, *, whole: bool = False) -> _Entry:
    names = _READS if methods == "read" else frozenset(methods.split())
    return _Entry(names, re.compile(route.replace("<>", _STEP)), Need(role, whole))


_TABLE = (
    # For the platform that runs it, and for who wants to know how to ask: nothing in it is anybody's.
    _entry("read", r"/livez|/readyz|/|/docs|/docs/<>|/openapi\.json", None),
    # Its counts are of all connections together.
    _entry("read", r"/metrics", "reader", whole=True),
    _entry("GET HEAD OPTIONS POST DELETE", r"/v1/keys(/.*)?|/v1/audit(/.*)?", "admin", whole=True),
    # Targets may be secret, and messages tell of every connection.
    _entry("GET HEAD OPTIONS POST PUT DELETE", r"/v1/(webhooks|deliveries)(/.*)?", "admin", whole=True),
    _entry("GET HEAD OPTIONS POST", r"/v1/people/.*|/v1/retention", "admin", whole=True),
    _entry("GET HEAD OPTIONS POST", r"/v1/connections/<>/(export|erase)", "admin"),
    _entry("POST", r"/v1/validations", "submitter"),
    _entry("POST", r"/v1/connections/<>/(runs|validations|sync)", "submitter"),
    _entry("POST", r"/v1/runs/<>/replay", "reader"),
    _entry("POST", r".*/(preview|diff|lint|test)", "editor"),
    _entry("POST", r".*/(publish|rollback|restore)", "publisher", whole=True),
    _entry("POST", r"/v1/connections", "editor", whole=True),
    _entry("POST PUT PATCH DELETE", r"/v1/connections/.*|/v1/(findings|waivers|decisions|runs)(/.*)?", "editor"),
    _entry("POST PUT PATCH DELETE", r"/v1/(rulesets|failure-table|metrics|texts|drafts)(/.*)?", "editor", whole=True),
    _entry("read", r".*", "reader"),
)
_ELSE = Need("admin", whole=True)
_BY_ID = re.compile(rf"/v1/(runs|syncs|waivers|decisions)/{_STEP}(/.*)?")


def needed(method: str, route: str) -> Need:
    """What a request asks of who sends it; what the table does not know needs an admin."""
    found = (entry.need for entry in _TABLE if method in entry.methods and entry.route.fullmatch(route))
    return next(found, _ELSE)


def sentence(need: Need) -> str:
    """What a route asks of who calls it, for its description; empty where it is open to all."""
    if need.role is None:
        return ""
    return f"Needs a key with the role {need.role} or a higher one{', for all connections' if need.whole else ''}."


def names_by_id(route: str) -> bool:
    """Whether a route names by its id alone what belongs to a connection, so that the door cannot tell to which."""
    return _BY_ID.fullmatch(route) is not None


def is_known(method: str, route: str) -> bool:
    """Whether the table has an entry for a route."""
    return any(method in entry.methods and entry.route.fullmatch(route) for entry in _TABLE)
