"""What may be set from outside: every environment variable that the service reads is read here, once, at the start.

A variable that does not exist, or a value that cannot be meant, stops the start and says so.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from validator.errors import Fault, OkrValidatorError
from validator.settings_addresses import Network, Smtp, http_proxy, mail_server, may_be_plain, public_url

PREFIX = "OKR_VALIDATOR_"
# Kubernetes sets these for every Service, and one named okr-validator is likely: they are not meant for us.
_SERVICE_LINK = re.compile(r"OKR_VALIDATOR_(SERVICE_(HOST|PORT\w*)|PORT_\d+_\w+)")
_SERVICE_URL = re.compile(r"(tcp|udp|sctp)://.*")


class BadSettings(OkrValidatorError):
    """The service is set up in a way that cannot be meant."""


class Settings(NamedTuple):
    """How the service runs; each field is set by OKR_VALIDATOR_ and its name in capitals."""

    host: str = "127.0.0.1"
    port: int = 8000
    allow_remote: bool = False
    """Listen on an address that other machines reach: without a database nothing asks them who they are."""
    workers: int = 2
    """Processes."""
    threads: int = 8
    """Requests that one process serves at a time."""
    judgements: int = 1
    """OKR sets that one process judges at a time: judging takes a whole core."""
    queue: int | None = None
    """OKR sets that may wait in one process for their turn, further ones are asked to come back; None: as many as the
    threads allow while one is left for health checks."""
    max_body: int = 32 * 1024 * 1024
    """Largest request body, in bytes."""
    request_timeout: float = 30.0
    """Seconds in which a client must have sent its whole request, and in which it must take each part of the answer."""
    graceful_timeout: int = 60
    """Seconds that running requests may still take after a signal to stop."""
    max_requests: int = 10_000
    """Requests after which a process is replaced by a fresh one; 0 for never."""
    database_url: str = "sqlite:///okr-validator.db"
    """Where runs, findings, waivers and keys are kept: SQLite or PostgreSQL, as SQLAlchemy writes it."""
    pepper: str | None = None
    """Where the secret is that keys are hashed with: env:NAME or file:PATH; None: a file beside an SQLite database."""
    rate: float = 20.0
    """Requests that one key may send in a second, counted by each process; 0 for as many as it likes."""
    burst: int = 200
    """Requests that one key may send at once, before the rate holds it back."""
    waiver_approval: bool = False
    """Whether a waiver needs a second person."""
    retention_days: int | None = None
    """Days for which runs are kept; None: for ever."""
    retention_mb: int | None = None
    """Megabytes that documents and reports may take together; None: any."""
    model_dir: Path | None = None
    """Folder of the model that gives likeness of meaning (extra “semantic”); None: key results are compared by words."""
    ruleset: str = "base"
    """Ruleset that judges where the request names none."""
    allowed_networks: tuple[Network, ...] = ()
    """Private networks that connectors may ask all the same, and without TLS: 10.1.0.0/16,fd00::/8."""
    allowed_folders: tuple[Path, ...] = ()
    """Folders of this machine that connectors may read: /srv/okrs,/srv/git."""
    secrets: tuple[str, ...] | None = None
    """References to secrets that connections and endpoints may name, as patterns: env:OKR_*,file:/run/secrets/*; None: any
    but the service's own."""
    syncs: int = 2
    """Syncs that one worker runs at a time."""
    public_url: str | None = None
    """Where people and programs reach this service, for links in messages: https://okr.example.com."""
    smtp: Smtp | None = None
    """Server for e-mail: smtp+starttls://user@mail.example.com:587?from=okr@example.com, or smtps://; smtp:// without TLS
    only on this machine or in allowed_networks."""
    smtp_password: str | None = None
    """Where its password is: env:NAME or file:PATH."""
    webhook_proxy: str | None = None
    """HTTP proxy that messages to webhooks go through: http://proxy.example.com:3128; None: they go straight to the address
    that was checked. The proxy looks names up itself, and must itself refuse addresses inside."""
    log_level: str = "info"
    """Least level that the service writes down: debug, info, warning or error."""
    debug: bool = False
    """Whether the command line shows the stack of a failure of our own."""
    metrics_dir: Path | None = None
    """Folder through which the processes share their counts; None: one made at the start (PROMETHEUS_MULTIPROC_DIR)."""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings that the environment asks for; raises BadSettings with every fault found."""
    given = dict(_given(os.environ if environ is None else environ))
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, text in given.items():
        try:
            values[name] = _READERS[name](text)
        except KeyError:
            faults.append(_unknown(name))
        except ValueError as error:
            faults.append(_fault(name, str(error)))
    if faults:
        raise BadSettings(faults)
    return checked(Settings(**values))


def checked(settings: Settings) -> Settings:
    """The same settings if they fit together; raises BadSettings if not."""
    faults = []
    if settings.judgements + (settings.queue or 0) >= settings.threads:
        faults.append(
            _fault("threads", "must be more than judgements and queue together", "health checks need a thread")
        )
    if not settings.allow_remote and not is_loopback(settings.host):
        faults.append(
            _fault(
                "host",
                f"“{settings.host}” is reached from other machines, which without a database are not asked who they are",
                "use 127.0.0.1, or say that this is meant: --allow-remote or OKR_VALIDATOR_ALLOW_REMOTE=1",
            )
        )
    faults += _smtp_faults(settings)
    if faults:
        raise BadSettings(faults)
    return settings


def _smtp_faults(settings: Settings) -> Iterator[Fault]:
    smtp, password = settings.smtp, settings.smtp_password
    if smtp is not None and smtp.user is not None and password is None:
        yield _fault("smtp_password", "is not set", "say where the password of the mail server's user is: env:NAME")
    if password is not None and (smtp is None or smtp.user is None):
        yield _fault("smtp_password", "belongs to no user", "name one: OKR_VALIDATOR_SMTP=smtps://user@host?from=…")
    if smtp is not None and smtp.security == "none" and not may_be_plain(smtp.host, settings.allowed_networks):
        hint = "use smtp+starttls:// or smtps://, or allow its network: OKR_VALIDATOR_ALLOWED_NETWORKS"
        yield _fault("smtp", "would be asked without TLS, on another machine", hint)


def waiting_room(settings: Settings) -> int:
    """OKR sets that may wait in one process for their turn."""
    return settings.threads - settings.judgements - 1 if settings.queue is None else settings.queue


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def _given(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    shared = environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    if shared:
        yield "metrics_dir", shared
    for key, text in environ.items():
        linked = _SERVICE_LINK.fullmatch(key) or _SERVICE_URL.fullmatch(text)
        if key.startswith(PREFIX) and not linked and text != "":
            yield key.removeprefix(PREFIX).lower(), text


def _fault(name: str, message: str, hint: str = "") -> Fault:
    place = PREFIX + name.upper()
    return Fault(pointer="", message=f"{place} {message}.", hint=hint, place=place)


def _unknown(name: str) -> Fault:
    near = difflib.get_close_matches(name, _READERS, n=1)
    return _fault(name, "is no setting", f"did you mean {PREFIX}{near[0].upper()}?" if near else "")


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", text) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not “{text}”")
        return int(text)

    return read


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) or float(text) == 0:
        raise ValueError(f"must be a number of seconds above 0, not “{text}”")
    return float(text)


def _rate(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError(f"must be a number of requests a second, 0 for no limit, not “{text}”")
    return float(text)


def _flag(text: str) -> bool:
    try:
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.casefold()]
    except KeyError:
        raise ValueError(f"must be 1 or 0, not “{text}”") from None


def _word(pattern: str, meaning: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"must be {meaning}, not “{text}”")
        return text

    return read


def _parts(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(name) for name in _parts(text))
    except ValueError as error:
        raise ValueError(f"must be networks such as 10.1.0.0/16, separated by commas: {error}") from None


def _folders(text: str) -> tuple[Path, ...]:
    found = tuple(Path(name) for name in _parts(text))
    if not all(folder.is_absolute() for folder in found):
        raise ValueError(f"must be paths from the root, such as /srv/okrs, separated by commas, not “{text}”")
    return found


def _references(text: str) -> tuple[str, ...]:
    patterns = tuple(_parts(text))
    if not all(re.fullmatch(r"env:[\w*?\[\]!-]+|file:/.*", pattern) for pattern in patterns):
        example = "env:OKR_*,file:/run/secrets/*"
        raise ValueError(f"must be patterns of references such as {example}, separated by commas, not “{text}”")
    return patterns


def _reference(text: str) -> str:
    if not re.fullmatch(r"env:[A-Za-z_]\w*|file:/.+", text):
        raise ValueError("must say where the secret is, env:NAME or file:PATH, and never hold it")
    return text


_READERS: dict[str, Callable[[str], Any]] = {
    "host": _word(r"[0-9A-Za-z.:_-]{1,255}", "an address or a host name"),
    "port": _whole(0, 65_535),
    "allow_remote": _flag,
    "workers": _whole(1, 256),
    "threads": _whole(2, 256),
    "judgements": _whole(1, 64),
    "queue": _whole(0, 200),
    "max_body": _whole(1_024, 2**31),
    "request_timeout": _seconds,
    "graceful_timeout": _whole(1, 3_600),
    "max_requests": _whole(0, 10**9),
    "database_url": str,
    "pepper": str,
    "rate": _rate,
    "burst": _whole(1, 10**6),
    "waiver_approval": _flag,
    "retention_days": _whole(1, 36_500),
    "retention_mb": _whole(1, 10**9),
    "model_dir": Path,
    "ruleset": _word(r"[a-z0-9][a-z0-9_-]{0,63}", "the name of a ruleset"),
    "allowed_networks": _networks,
    "allowed_folders": _folders,
    "secrets": _references,
    "syncs": _whole(1, 64),
    "public_url": public_url,
    "smtp": mail_server,
    "smtp_password": _reference,
    "webhook_proxy": http_proxy,
    "log_level": _word(r"debug|info|warning|error", "debug, info, warning or error"),
    "debug": _flag,
    "metrics_dir": Path,
}
