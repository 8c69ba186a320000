"""Which references to secrets may be used: those that the operator allows, and never what the service keeps for itself.

Whoever may edit the settings of a connection names a secret and the address that it is sent to: without this, any variable or
file of the service could be sent anywhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from connectors.contract import Fault, SourceError

REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]{0,200}|file:[^\x00-\x1f]{1,1000}")
_OWN = "OKR_VALIDATOR_"
_OF_THE_SYSTEM = ("/proc", "/sys", "/dev")
"""A process finds its variables there, too."""
_OWN_SUFFIX = ".pepper"
_WILD = re.compile(r"[*?\[]")
_ELSEWHERE = "Keep secrets of tools apart from those of the service, and name them otherwise."


def never(reference: str) -> str | None:
    """Why nobody may use a reference; None where that depends."""
    kind, _, name = reference.partition(":")
    if kind == "env":
        return "it is one of the service's own" if name.upper().startswith(_OWN) else None
    path = _resolved(name)
    if path is None:
        return "it is no path"
    if path.name.endswith(_OWN_SUFFIX):
        return "it is one of the service's own"
    return "it is no file of secrets" if any(path.is_relative_to(root) for root in _OF_THE_SYSTEM) else None


def refusal(reference: str, allowed: Collection[str] | None) -> Fault | None:
    """Why a reference that a user gave may not be used; None where it may.

    `allowed` are patterns such as `env:OKR_*` and `file:/run/secrets/*`, in which a star also stands for slashes; None:
    every reference but the service's own, which are also those that its own settings name. A path counts as what it
    leads to, without `..` and links.
    """
    why = never(reference) or ("it is one of the service's own" if _is_named_by_us(reference) else None)
    if why is not None:
        return Fault("", f"The secret “{reference}” cannot be used: {why}.", _ELSEWHERE)
    if allowed is None or any(_fits(reference, pattern) for pattern in allowed):
        return None
    known = ", ".join(allowed) or "none"
    return Fault("", f"The secret “{reference}” is not one that OKR_VALIDATOR_SECRETS allows.", f"Allowed: {known}.")


def check(reference: str, allowed: Collection[str] | None) -> None:
    """Go on where a reference that a user gave may be used; raises SourceError if not."""
    fault = refusal(reference, allowed)
    if fault is not None:
        raise SourceError(fault)


def faults(settings: Any, allowed: Collection[str] | None, pointer: str = "") -> Iterator[Fault]:
    """What is wrong with the references anywhere in some settings, each with its pointer."""
    if isinstance(settings, Mapping):
        for name, value in settings.items():
            yield from faults(value, allowed, f"{pointer}/{str(name)[:100].replace('~', '~0').replace('/', '~1')}")
    elif isinstance(settings, list | tuple):
        for number, value in enumerate(settings):
            yield from faults(value, allowed, f"{pointer}/{number}")
    elif isinstance(settings, str) and REFERENCE.fullmatch(settings.strip()):
        fault = refusal(settings.strip(), allowed)
        if fault is not None:
            yield fault._replace(pointer=pointer)


def _is_named_by_us(reference: str) -> bool:
    ours = (value.strip() for name, value in os.environ.items() if name.startswith(_OWN))
    return any(_target(value) == _target(reference) for value in ours if REFERENCE.fullmatch(value))


def _target(reference: str) -> str:
    """A reference in the one form that all spellings of it have."""
    kind, _, name = reference.partition(":")
    return reference if kind == "env" else f"file:{_resolved(name)}"


def _fits(reference: str, pattern: str) -> bool:
    kind, _, name = pattern.partition(":")
    wild = _WILD.search(name)
    if wild is None:
        return _target(reference) == _target(pattern)
    if kind == "file":
        # The folder before the first wildcard may be a link itself: what it leads to is meant.
        folder = name[: wild.start()].rpartition("/")[0]
        pattern = f"file:{str(_resolved(folder or '/')).rstrip('/')}{name[len(folder) :]}"
    return fnmatchcase(_target(reference), pattern)


def _resolved(name: str) -> Path | None:
    try:
        return Path(name).resolve()
    except (OSError, ValueError, RuntimeError):
        return None
