"""What git is told: all of it comes from here, nothing from the files and variables of whoever runs the service."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from connectors.git.addresses import Place

_KEPT = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR")
_AUTHORITIES = ("GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_CONFIG = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.bigFileThreshold": "1m",
    "core.askPass": "",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.sslVerify": "true",
    "init.templateDir": "",
    "maintenance.auto": "false",
    "pack.threads": "1",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}


class Login(NamedTuple):
    """What git proves itself with. Kept only as long as it runs."""

    header: str = ""
    """Value of the header Authorization."""
    key: str = ""
    """A private key for ssh."""
    host_key: str = ""
    """The key that the ssh server must have, as it stands in known_hosts after the name."""


def variables(place: Place, login: Login, folder: Path) -> dict[str, str]:
    """The environment in which git runs for a place; `folder` is its own, and holds what it needs to log in."""
    own = folder / "gitconfig"
    own.write_text(f"[safe]\n\tdirectory = {_quoted(place.url)}\n" if place.scheme == "file" else "", "utf-8")
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    authorities = next((os.environ[name] for name in _AUTHORITIES if os.environ.get(name)), "")
    return {
        **kept,
        **({"GIT_SSL_CAINFO": authorities} if authorities else {}),
        "HOME": str(folder),
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": place.scheme,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(own),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_SSH_COMMAND": _ssh(place, login, folder),
        "GIT_SSH_VARIANT": "ssh",
        "GIT_TERMINAL_PROMPT": "0",
        **_numbered(_CONFIG | dict(_of_place(place, login))),
    }


def _of_place(place: Place, login: Login) -> Iterator[tuple[str, str]]:
    yield f"protocol.{place.scheme}.allow", "always"
    if place.scheme not in ("https", "http"):
        return
    yield "http.proxy", place.proxy
    if place.address:
        yield "http.curloptResolve", f"{place.host}:{place.port}:{place.address}"
    if login.header:
        yield f"http.{place.url}.extraHeader", f"Authorization: {login.header}"


def _numbered(config: Mapping[str, str]) -> dict[str, str]:
    """Settings as git takes them from its environment, where no other user sees them."""
    named = {f"GIT_CONFIG_KEY_{number}": name for number, name in enumerate(config)}
    values = {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(config.values())}
    return {"GIT_CONFIG_COUNT": str(len(config)), **named, **values}


def _ssh(place: Place, login: Login, folder: Path) -> str:
    alias = place.host if place.port == 22 else f"[{place.host}]:{place.port}"
    options = {
        "BatchMode": "yes", "ClearAllForwardings": "yes", "ConnectTimeout": "10", "HostKeyAlias": alias,
        "HostName": place.address, "IdentitiesOnly": "yes", "IdentityAgent": "none", "PermitLocalCommand": "no",
        "ProxyCommand": "none", "StrictHostKeyChecking": "yes",
    }  # fmt: skip
    # Without a key of its own, ssh would show the server those of whoever runs the service.
    options["IdentityFile"] = str(_private(folder / "key", f"{login.key}\n")) if login.key else "none"
    if login.host_key:
        known = _private(folder / "known_hosts", f"{alias} {login.host_key}\n")
        options |= {"UserKnownHostsFile": str(known), "GlobalKnownHostsFile": os.devnull}
    said = (f"-o {shlex.quote(f'{name}={value}')}" for name, value in options.items() if value)
    return f"ssh -F none {' '.join(said)}"


def _private(path: Path, content: str) -> Path:
    path.touch(0o600)
    path.write_text(content, "utf-8")
    return path


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
