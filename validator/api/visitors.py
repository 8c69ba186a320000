"""Where a request comes from: this machine, or anywhere else."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Request

_PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def is_local(request: Request) -> bool:
    """Whether a program of this machine sent the request, on its own account.

    It is not so where a proxy passed it on, nor where a browser was sent here by a page from elsewhere: its Origin, or
    the Host under which that page reached this machine, gives it away. No page from elsewhere has a Host without a dot.
    """
    if not _is_loopback(request.remote_addr or "") or any(name in request.headers for name in _PASSED_ON):
        return False
    host, origin = _host(f"//{request.headers.get('Host', '')}"), request.headers.get("Origin")
    reached = host is not None and (_is_loopback(host) or not {".", ":"} & set(host))
    return reached and (origin is None or _is_loopback(_host(origin) or ""))


def network_of(request: Request) -> str:
    """The address that sent the request; of IPv6 the network, in which one machine has as many as it likes."""
    address = _address(request.remote_addr or "")
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return "" if address is None else str(address)


def _host(address: str) -> str | None:
    """The host of an address, empty where it names none; None where it cannot be read."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
