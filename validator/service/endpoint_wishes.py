"""What an endpoint may be asked to be: its kind, its target, and what it hears of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import Connection, select

from connectors.http import references
from connectors.http.guard import Network, may_ask
from connectors.http.references import REFERENCE
from validator.alerts.events import PING, TYPES, USUAL
from validator.alerts.mail import is_address
from validator.errors import BadInput, Fault
from validator.history.parts import SEVERITIES
from validator.rules.files import shipped, shipped_text
from validator.rules.hints import hint
from validator.rules.table_texts import failures_of
from validator.service.alerting import EMAIL, OWNERS, SLACK, STANDARD, TEAMS, addresses
from validator.service.library import tables_in_force
from validator.service.texts import RULESET, content
from validator.store.tables import findings, text_versions

KINDS = (STANDARD, SLACK, TEAMS, EMAIL)
CHOSEN = tuple(name for name in TYPES if name != PING)
"""Events that an endpoint may choose."""
MOST = 100
"""Entries of one list of a filter, and addresses of one endpoint."""
LONGEST_NAME = 100
_LONGEST_URL = 2_000
LISTS = ("rules", "failures", "teams", "connections")
"""Lists of a filter; an empty one lets all through."""
_RULE = re.compile(r"""\bid["']?\s*:\s*["']?([\w.-]+)""")
"""Where the text of a ruleset says the id of a rule; in an example it may be another's."""


class Wish(NamedTuple):
    """An endpoint to be made."""

    name: str
    target: str
    """URL; a reference to one (env:NAME, file:PATH), which Slack and Teams need as theirs are secret; addresses with
    commas, or “owners”, for e-mail."""
    kind: str = STANDARD
    types: Sequence[str] = USUAL
    severity: str = "info"
    rules: Sequence[str] = ()
    failures: Sequence[str] = ()
    teams: Sequence[str] = ()
    connections: Sequence[str] = ()


class Bounds(NamedTuple):
    """What the operator lets endpoints be."""

    secrets: tuple[str, ...] | None = None
    """Patterns of the references that they may name, such as `env:OKR_*`; None: any but the service's own."""
    networks: tuple[Network, ...] = ()
    """Private networks that messages may go to, and without TLS."""
    proxy: str | None = None
    """URL of the HTTP proxy that all messages go through; None: they go to the address that was checked."""


def refuse_faults(wish: Wish, bounds: Bounds) -> None:
    """Go on if such an endpoint can be meant; raises BadInput with every fault if not."""
    faults = [*_of_name(wish.name), *_of_target(wish.kind, wish.target, bounds), *_of_filter(wish)]
    if faults:
        raise BadInput(faults)


def filter_row(wish: Wish) -> dict[str, Any]:
    """What an endpoint hears of, as its column has it."""
    lists = {name: sorted(set(getattr(wish, name))) for name in LISTS}
    return {"types": [name for name in CHOSEN if name in wish.types], "severity": wish.severity, **lists}


def _of_name(name: str) -> Iterator[Fault]:
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        yield Fault("/name", f"“name” needs a text of at most {LONGEST_NAME} characters.")


def _of_target(kind: str, target: str, bounds: Bounds) -> Iterator[Fault]:
    if kind not in KINDS:
        yield Fault("/kind", f"“{kind[:100]}” is no kind of endpoint.", f"one of {', '.join(KINDS)}")
    elif kind == EMAIL:
        yield from _of_addresses(target)
    elif REFERENCE.fullmatch(target):
        refusal = references.refusal(target, bounds.secrets)
        yield from () if refusal is None else (refusal._replace(pointer="/target"),)
    elif kind in (SLACK, TEAMS):
        hint = "keep it in an environment variable or a file, and name that: env:NAME or file:PATH"
        yield Fault("/target", f"The address of a {kind.title()} webhook is a secret and is not stored.", hint)
    else:
        yield from url_faults(target, bounds)


def _of_addresses(target: str) -> Iterator[Fault]:
    listed = [] if target == OWNERS else addresses(target)
    wrong = [text for text in listed if not is_address(text)]
    if target != OWNERS and (not listed or len(listed) > MOST):
        yield Fault(
            "/target", f"E-mail needs 1 to {MOST} addresses.", f"parted by commas; or {OWNERS}: each owner their own"
        )
    for text in wrong[:MOST]:
        yield Fault("/target", f"“{text[:100]}” is no e-mail address.")


def url_faults(target: str, bounds: Bounds) -> Iterator[Fault]:
    """What is wrong with the address of an endpoint, as far as it shows before the host is looked up; none repeats it."""
    parts = _split(target)
    if parts is None:
        yield Fault("/target", "The target is no web address.", "such as https://hooks.example.com/okr")
    elif parts.username is not None or parts.password is not None:
        hint = "let the receiver check the signature, or put a token into the path and name it: env:NAME or file:PATH"
        yield Fault("/target", "The target holds a user name or password.", hint)
    elif parts.scheme == "http" and not bounds.networks:
        hint = "https; or have its network allowed by OKR_VALIDATOR_ALLOWED_NETWORKS"
        yield Fault("/target", "The target would be reached without TLS.", hint)
    elif _is_refused(parts, bounds):
        hint = "a public host; or have its network allowed by OKR_VALIDATOR_ALLOWED_NETWORKS"
        yield Fault("/target", "The target is a private or reserved address.", hint)


def _split(target: str) -> SplitResult | None:
    try:
        parts = urlsplit(target)
        known = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return None if not known or re.search(r"[\s\\\x00-\x1f]", target) or len(target) > _LONGEST_URL else parts


def _is_refused(parts: SplitResult, bounds: Bounds) -> bool:
    """Whether the host is written as an address that is never asked; a name is looked up for each message."""
    try:
        address = ip_address(parts.hostname or "")
    except ValueError:
        return False
    return not may_ask(address, bounds.networks, tls=parts.scheme == "https")


def _of_filter(wish: Wish) -> Iterator[Fault]:
    if not wish.types:
        yield Fault("/types", "An endpoint that hears of nothing is of no use.", f"choose from {', '.join(CHOSEN)}")
    for name in wish.types:
        if name not in CHOSEN:
            yield Fault("/types", f"There is no event “{name[:100]}”.", f"there are {', '.join(CHOSEN)}")
    if wish.severity not in SEVERITIES:
        yield Fault("/severity", f"“{wish.severity[:100]}” is no severity.", f"one of {', '.join(SEVERITIES)}")
    for name in LISTS:
        if len(getattr(wish, name)) > MOST:
            yield Fault(f"/{name}", f"More than {MOST} {name}.", "make another endpoint for the others")


def unknown_faults(connection: Connection, wish: Wish) -> Iterator[Fault]:
    """What an endpoint asks for that does not exist, so that it would hear of nothing. Raises BadRuleset as `failures_of`."""
    if wish.failures:
        rows = failures_of(tables_in_force(connection))
        yield from _unknown("failures", "row of the failure table", wish.failures, rows)
    if wish.rules:
        yield from _unknown("rules", "rule", wish.rules, _rules(connection, wish.rules))


def _unknown(field: str, kind: str, asked: Iterable[str], known: Collection[str]) -> Iterator[Fault]:
    for name in sorted(set(asked)):
        if name not in known:
            yield Fault(f"/{field}", f"There is no {kind} “{name[:100]}”.", hint(name, known))


def _rules(connection: Connection, asked: Iterable[str]) -> Collection[str]:
    """Ids of rules that are shipped and, where others are asked for, of those that were published or have found something.

    They are looked for in the texts without reading them as YAML, which costs.
    """
    known = dict.fromkeys(id for name in shipped() for id in _RULE.findall(shipped_text(name)))
    if known.keys() >= set(asked):
        return known
    found = connection.scalars(select(findings.c.rule).distinct().order_by(findings.c.rule)).all()
    published = select(text_versions.c.digest).where(text_versions.c.kind == RULESET).distinct()
    texts = [content(connection, digest) for digest in connection.scalars(published).all()]
    return known | dict.fromkeys(found) | dict.fromkeys(id for text in texts for id in _RULE.findall(text))
