"""Addresses on the one host that a client asks."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit, urlunsplit

from connectors.http.faults import HttpFault

_PORTS = {"http": 80, "https": 443}


def on_host(base_url: str, path: str) -> str:
    """The URL of a path below the base, or of a link rebuilt on the base's host. Raises HttpFault for another host."""
    try:
        parts = urlsplit(path)
    except ValueError:
        raise HttpFault("refused", "a link that is no address was not followed.") from None
    base = urlsplit(base_url)
    if not parts.netloc:
        return f"{base_url.rstrip('/')}/{path.lstrip('/')}" if path else base_url
    if not _same_host(parts, base):
        message = f"a link to another host, “{parts.hostname}”, was not followed: only “{base.hostname}” is asked."
        raise HttpFault("refused", message, "Set the address that the tool is at now.")
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))


def _same_host(one: SplitResult, other: SplitResult) -> bool:
    try:
        ports = [part.port or _PORTS.get(part.scheme) for part in (one, other)]
        bare = one.port is None and other.port is None
    except ValueError:
        return False
    return one.hostname == other.hostname and (bare or ports[0] == ports[1])
