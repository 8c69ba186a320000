"""Which texts are secret: in headers, and in the addresses of proxies."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

_SECRET_HEADER = re.compile(r"auth|token|key|secret|cookie|password|credential", re.IGNORECASE)


def in_headers(headers: Mapping[str, str]) -> Iterator[str]:
    """What is secret in headers: values, without the scheme before them, and the password of a Basic one."""
    for name, value in headers.items():
        if not _SECRET_HEADER.search(name):
            continue
        yield value
        scheme, _, rest = value.partition(" ")
        if rest:
            yield rest
        if scheme.lower() == "basic":
            yield from _password(rest)


def in_proxies() -> Iterator[str]:
    """Passwords of the proxies that the environment names."""
    for address in getproxies().values():
        try:
            password = urlsplit(address).password
        except ValueError:
            continue
        if password:
            yield from (password, unquote(password))


def _password(encoded: str) -> Iterator[str]:
    try:
        _, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return
    if password:
        yield password
