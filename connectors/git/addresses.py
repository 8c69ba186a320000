"""Addresses of repositories: checked as text when they are set, and for where they lead when they are used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from marshmallow import ValidationError
from requests.utils import get_environ_proxies, select_proxy

from connectors.contract import Fault, Reach, SourceError
from connectors.http import guard
from connectors.http.faults import HttpFault
from connectors.http.fields import BaseUrl

_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,100}"
_PATH = r"[A-Za-z0-9~._+%/-]{1,500}"
_SSH = re.compile(rf"ssh://(?:(?P<user>{_NAME})@)?(?P<host>{_NAME})(?::(?P<port>[0-9]{{1,5}}))?/(?!-){_PATH}")
_SHORT = re.compile(rf"(?P<user>{_NAME})@(?P<host>{_NAME}):(?![-/]){_PATH}")
_PORTS = {"https": 443, "http": 80, "ssh": 22}
_ALLOW = "If it is a server of your own, allow its network for this service."


class RepositoryUrl(BaseUrl):
    """The address of a repository: https://…, ssh://…, user@host:path, or the path of one on this machine."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if _SSH.fullmatch(text) or _SHORT.fullmatch(text):
            return text
        if text.startswith("/") and text.isprintable():
            return text
        if not text.startswith(("https://", "http://")):
            forms = "https://…, ssh://git@host/path, git@host:path or a path from the root"
            raise ValidationError(f"Not the address of a repository: {forms}.")
        return super()._deserialize(value, attr, data, **kwargs)


class Place(NamedTuple):
    """Where a repository is, with the one address that may be asked."""

    scheme: str
    """https, http, ssh or file."""
    url: str
    host: str = ""
    port: int = 0
    address: str = ""
    """The address of the host that was checked; "" where a proxy looks it up."""
    proxy: str = ""


def place_of(url: str, reach: Reach) -> Place:
    """Where an address leads. Raises SourceError where it may not be asked."""
    if url.startswith("/"):
        return Place("file", _local(url, reach.folders))
    found = _SSH.fullmatch(url) or _SHORT.fullmatch(url)
    if found is not None:
        port = int(found.groupdict().get("port") or _PORTS["ssh"])
        return _checked(Place("ssh", url, found["host"], port), reach)
    parts = urlsplit(url)
    proxy = select_proxy(url, get_environ_proxies(url)) or ""
    port = parts.port or _PORTS[parts.scheme]
    return _checked(Place(parts.scheme, url, parts.hostname or "", port, proxy=proxy), reach)


def _checked(place: Place, reach: Reach) -> Place:
    """The place with an address that may be asked. The connection goes there, whatever the name leads to later."""
    encrypted = place.scheme != "http"
    try:
        if place.proxy:
            guard.check_behind_proxy(place.host, place.port, reach.networks, tls=encrypted)
            return place
        return place._replace(address=guard.addresses(place.host, place.port, reach.networks, tls=encrypted)[0])
    except guard.Refused as error:
        problem = HttpFault("refused", f"{error}: not asked.", _ALLOW)
    except OSError:
        problem = HttpFault("network", f"The name of the host “{place.host}” is unknown.", "Check the address.")
    raise problem


def _local(path: str, folders: Sequence[Path]) -> str:
    """The path of a repository on this machine, without links. Raises SourceError where nobody allowed its folder."""
    try:
        found = Path(path).resolve()
        if any(found.is_relative_to(folder.resolve()) for folder in folders):
            return str(found)
    except (OSError, ValueError, RuntimeError):
        pass
    hint = "The operator allows folders with OKR_VALIDATOR_ALLOWED_FOLDERS."
    raise SourceError(Fault("/url", f"“{path}” is in no folder that this service may read.", hint))
