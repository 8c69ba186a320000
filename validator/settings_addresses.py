"""Addresses among the settings: where the service is reached, the server that takes its e-mail, and a proxy."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MAIL = {"smtps": ("tls", 465), "smtp+starttls": ("starttls", 587), "smtp": ("none", 25)}
"""Security and usual port of each scheme."""


class Smtp(NamedTuple):
    """The server that takes e-mail."""

    host: str
    port: int
    security: str
    """tls: from the first byte; starttls; none."""
    sender: str
    """Address that e-mail is from."""
    user: str | None = None


def public_url(text: str) -> str:
    """The address of the service, without a slash at its end. Raises ValueError."""
    parts = _split(text)
    if parts is None or parts.scheme not in ("https", "http") or parts.query or parts.fragment or parts.username:
        raise ValueError("must be the address of this service, such as https://okr.example.com")
    return text.rstrip("/")


def mail_server(text: str) -> Smtp:
    """The mail server that an address names. Raises ValueError, which does not repeat it: it may hold a password."""
    parts = _split(text)
    if parts is None or parts.scheme not in _MAIL or parts.path not in ("", "/") or parts.fragment:
        raise ValueError(
            "must be a mail server, such as smtp+starttls://user@mail.example.com:587?from=okr@example.com"
        )
    if parts.password is not None:
        raise ValueError("holds a password: say in OKR_VALIDATOR_SMTP_PASSWORD where it is, env:NAME or file:PATH")
    asked = parse_qs(parts.query)
    sender = asked.pop("from", [""])
    if asked or len(sender) != 1 or not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", sender[0]):
        raise ValueError("needs the address that e-mail is from, and nothing else: ?from=okr@example.com")
    security, port = _MAIL[parts.scheme]
    return Smtp(
        parts.hostname or "", parts.port or port, security, sender[0], parts.username and unquote(parts.username)
    )


def http_proxy(text: str) -> str:
    """The address of an HTTP proxy. Raises ValueError, which does not repeat it: it may hold a password."""
    parts = _split(text)
    if parts is None or parts.scheme not in ("https", "http") or parts.path not in ("", "/"):
        raise ValueError("must be an HTTP proxy, such as http://proxy.example.com:3128; a SOCKS proxy is not supported")
    if parts.query or parts.fragment or parts.username is not None or parts.password is not None:
        raise ValueError("must hold no user, no password and no query: let the proxy know this machine by its address")
    return text.rstrip("/")


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        known = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if known and not re.search(r"[\s\\]", text) else None


def may_be_plain(host: str, networks: tuple[Network, ...]) -> bool:
    """Whether a server may be asked without TLS, as far as its host tells: a name is looked up when it is asked."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return True
    return address.is_loopback or any(address in network for network in networks)
