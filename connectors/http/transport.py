"""Connections that go only to checked addresses, and answers that end in time."""

from __future__ import annotations

import http.client
import io
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidProxyURL
from requests.utils import select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from connectors.http import guard

_POOL = 32
_TRIED = 3
"""Addresses of a host that are tried: one with many that do not answer must not take for ever."""
_PIECE = 16_384
"""Bytes that are sent at a time: what one record of TLS holds."""


class Late(HTTPError):
    """An answer that was not whole in time, however steadily it dripped."""


class Rules(NamedTuple):
    """What a connection keeps to."""

    networks: tuple[guard.Network, ...] | None
    """Networks allowed besides public ones; None: any address, which is right for a proxy of the operator's."""
    whole: float
    """Seconds from the start of connecting in which an answer must be whole, headers and all."""


class _InTime(io.RawIOBase):
    """Reads a socket, each time for no longer than is left."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock, self._patience = sock, sock.gettimeout()
        self._raw = sock.makefile("rb", buffering=0)
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise Late
        ends_first = self._patience is None or left < self._patience
        self._sock.settimeout(left if ends_first else self._patience)
        try:
            return self._raw.readinto(buffer)
        except TimeoutError:
            if ends_first:
                raise Late from None
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, end: float, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_InTime(sock, end))


def _connected(connection: HTTPConnection, rules: Rules, end: float, *, tls: bool) -> socket.socket:
    """A socket to the first address that answers before the end, of those that may be asked."""
    host, port = connection.host, connection.port
    problem: Exception = guard.Refused(f"“{host}” has no address")
    try:
        found = _addresses(host, port, rules, tls=tls)
    except OSError as error:
        raise NameResolutionError(host, connection, cast("socket.gaierror", error)) from error
    for address in found[:_TRIED]:
        try:
            seconds = _shorter(end, connection.timeout)
            return create_connection((address, port), seconds, socket_options=connection.socket_options)
        except (Late, TimeoutError):
            problem = ConnectTimeoutError(connection, f"Connection to {host} timed out.")
        except OSError as error:
            problem = NewConnectionError(connection, f"Connection to {host} failed: {error.strerror or 'refused'}.")
    raise problem


def _addresses(host: str, port: int, rules: Rules, *, tls: bool) -> list[str]:
    if rules.networks is None:
        return guard.every_address(host, port)
    return guard.addresses(host, port, rules.networks, tls=tls)


def _shorter(end: float, patience: float | None) -> float:
    """The seconds that are left, or those that one step may take. Raises Late where none are left."""
    left = end - time.monotonic()
    if left <= 0:
        raise Late
    return left if patience is None else min(left, patience)


class _Timed(HTTPConnection):
    """A connection whose requests have one end each, for connecting, sending and the answer together."""

    tls = False

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rules = rules
        self._end = 0.0
        self._is_new = False
        """Whether it was made for the request that comes, whose time runs already."""

    def _new_conn(self) -> socket.socket:
        return _connected(self, self._rules, self._end, tls=self.tls)

    def connect(self) -> None:
        self._end, self._is_new = time.monotonic() + self._rules.whole, True
        super().connect()

    def request(self, *args: Any, **kwargs: Any) -> None:
        if not self._is_new:
            self._end = time.monotonic() + self._rules.whole
        try:
            super().request(*args, **kwargs)
        finally:
            self._is_new = False

    def send(self, data: Any) -> None:
        if self.sock is None and self.auto_open:
            self.connect()
        if not isinstance(data, bytes):
            super().send(data)
            return
        for start in range(0, len(data), _PIECE):
            self._send_piece(data[start : start + _PIECE])

    def _send_piece(self, piece: bytes) -> None:
        patience = self.timeout
        seconds = _shorter(self._end, patience)
        self.sock.settimeout(seconds)
        try:
            super().send(piece)
        except TimeoutError:
            if seconds != patience:
                raise Late from None
            raise

    def response_class(self, sock: socket.socket, *args: Any, **kwargs: Any) -> _Response:  # type: ignore[override]
        """How an answer is read, to a request and to what a proxy is asked before."""
        return _Response(sock, *args, end=self._end, **kwargs)


class _End:
    """Ends a connection after so many seconds, however its other end draws out the talk about keys."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self.came = False
        self._twin = socket.socket(fileno=os.dup(sock.fileno()))  # TLS takes over the socket itself
        self._timer = threading.Timer(seconds, self._come)
        self._timer.daemon = True
        self._timer.start()

    def _come(self) -> None:
        self.came = True
        with suppress(OSError):
            self._twin.shutdown(socket.SHUT_RDWR)

    def cancel(self) -> None:
        self._timer.cancel()
        self._timer.join()
        self._twin.close()


class _Secure(_Timed, HTTPSConnection):
    tls = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ends: list[_End] = []

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self._ends.append(_End(sock, max(0.0, self._end - time.monotonic())))
        return sock

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, HTTPError) as error:
            if any(end.came for end in self._ends):
                raise Late from error
            raise
        finally:
            while self._ends:
                self._ends.pop().cancel()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Timed


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


def _keep_to(rules: Rules, manager: PoolManager) -> PoolManager:
    def pool(kind: Callable[..., HTTPConnectionPool], host: str, port: int, **kwargs: Any) -> HTTPConnectionPool:
        made = kind(host, port, **kwargs)
        made.conn_kw["rules"] = rules
        return made

    kinds = {"http": partial(pool, _PlainPool), "https": partial(pool, _SecurePool)}
    manager.pool_classes_by_scheme = cast("Any", kinds)
    return manager


class GuardedAdapter(HTTPAdapter):
    """Sends to checked addresses only, or through the operator's proxy after a check of what it will be asked for."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        super().__init__(pool_connections=_POOL, pool_maxsize=_POOL)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _keep_to(self._rules, self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if proxy.lower().startswith("socks"):
            raise InvalidProxyURL("a SOCKS proxy is not supported, an HTTP proxy is")
        return _keep_to(self._rules._replace(networks=None), super().proxy_manager_for(proxy, **kwargs))

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        parts = urlsplit(request.url or "")
        if select_proxy(request.url or "", proxies):
            tls = parts.scheme == "https"
            guard.check_behind_proxy(parts.hostname or "", parts.port, self._rules.networks or (), tls=tls)
        return super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)


class GuardedSession(requests.Session):
    """A session that follows no redirect, keeps no cookie, and takes no passwords from its surroundings.

    A request has `whole` seconds from the start of connecting: for all addresses that are tried, the talk about keys, what is
    sent, and the answer as far as it is read. Only a look-up of a name cannot be cut off; the time that it takes counts, so
    that nothing is begun after it that would be too late.
    """

    def __init__(
        self, networks: tuple[guard.Network, ...], *, whole: float, proxies: Mapping[str, str] | None = None
    ) -> None:
        """`proxies` by scheme; None: those that the environment names."""
        super().__init__()
        self._proxies = proxies
        for scheme in ("http://", "https://"):
            self.mount(scheme, GuardedAdapter(Rules(networks, whole)))
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Without this a .netrc file would replace the Authorization header.
        self.auth = lambda request: request

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: even a redirect that is not followed would have its whole body read."""
        return None

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """What the environment sets for a request: its certificates always, its proxies unless others were given."""
        settings = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return settings if self._proxies is None else {**settings, "proxies": dict(self._proxies)}
