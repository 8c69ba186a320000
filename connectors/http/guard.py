"""Which addresses may be asked: public ones over TLS, private ones only where they were allowed.

A name is looked up once for each connection and the connection goes to an address that was checked, so that a name whose
address changes in between gains nothing. It serves whatever leaves this process for an address that a user gave.
"""

from __future__ import annotations

import socket
from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from urllib3.exceptions import HTTPError

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_UNICAST6 = ip_network("2000::/3")
_SPECIAL = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # of protocols; one cloud keeps its metadata there
            "192.88.99.0/24",  # 6to4 relays
            "168.63.129.16/32",  # what one cloud tells its own machines
            "2001::/23",  # Teredo, ORCHID and other tunnels and identifiers
            "2002::/16",  # 6to4: any IPv4 address may hide in it
            "3fff::/20",  # documentation
        ),
    )
)
"""Networks that some supported Python still takes for public ones."""


class Refused(HTTPError):
    """An address that may not be asked."""

    def __init__(self, text: str, outward: str | None = None) -> None:
        super().__init__(text)
        self.outward = outward or text
        """The text for people who are not to learn from it which addresses there are inside."""


def may_ask(address: Address, networks: Collection[Network], *, tls: bool) -> bool:
    """Whether an address may be asked: one in the networks always, any other only if it is public and asked over TLS."""
    address = getattr(address, "ipv4_mapped", None) or address
    if any(address in network for network in networks):
        return True
    return tls and _is_public(address)


def addresses(host: str, port: int | None, networks: Collection[Network], *, tls: bool) -> list[str]:
    """The addresses of a host that may be asked, in the resolver's order.

    Raises Refused where there is none, and OSError where the name cannot be looked up.
    """
    found = list(_looked_up(host, port))
    good = [str(address) for address in found if may_ask(address, networks, tls=tls)]
    if good:
        return good
    if not tls and any(map(_is_public, found)):
        raise Refused(f"“{host}” is a public host and would be asked without TLS")
    where = found[0] if found else "no address"
    outward = f"“{host}” is at an address that is private or reserved"
    raise Refused(f"“{host}” is at {where}, which is private or reserved", outward)


def every_address(host: str, port: int | None) -> list[str]:
    """The addresses of a host of the operator's own choice, in the resolver's order. Raises OSError as `addresses`."""
    return [str(address) for address in _looked_up(host, port)]


def check_behind_proxy(host: str, port: int | None, networks: Collection[Network], *, tls: bool) -> None:
    """Check a host that a proxy will look up.

    What resolves here is checked here. A name that only the proxy knows is left to the proxy when it is asked over TLS.
    Raises Refused.
    """
    try:
        addresses(host, port, networks, tls=tls)
    except OSError:
        if not tls:
            raise Refused(f"“{host}” is unknown here and would be asked without TLS") from None


def _looked_up(host: str, port: int | None) -> Iterator[Address]:
    try:
        entries = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from None
    yield from dict.fromkeys(ip_address(entry[4][0]) for entry in entries)


def _is_public(address: Address) -> bool:
    if address.version == 6 and address not in _UNICAST6:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _SPECIAL)
