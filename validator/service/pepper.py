"""The pepper: the secret that keys are hashed with, kept apart from the database that holds the hashes.

OKR_VALIDATOR_PEPPER refers to it as `env:NAME` or `file:PATH`. Without that, an SQLite database has one of its own in a
file beside it, which only its owner reads; PostgreSQL, whose servers share no folder, needs the reference.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from validator.errors import Fault, OkrValidatorError
from validator.service.keys import mark, peppers_of
from validator.store.address import read_address

LEAST = 32
"""Bytes that a pepper must have."""
_SETTING = "OKR_VALIDATOR_PEPPER"
_ADVICE = "make one with: openssl rand -hex 32"


class BadPepper(OkrValidatorError):
    """Keys can be neither made nor checked, as the service is set up."""


class Pepper:
    """The pepper of a database: read when it is first needed, and remembered.

    `reference` is what the setting says, `environ` the variables that it may refer to. Raises BadStore for a bad address.
    """

    def __init__(self, reference: str | None, database_url: str, environ: Mapping[str, str]) -> None:
        self._reference, self._environ = reference, environ
        url = read_address(database_url)
        self._file = Path(f"{url.database}.pepper") if url.drivername == "sqlite" else None
        self._found: bytes | None = None

    def read(self) -> bytes | None:
        """The pepper; None where there is none yet. Raises BadPepper, which never shows it."""
        if self._found is None:
            self._found = self._look()
        return self._found

    def make(self) -> bytes:
        """The pepper, made where there is none yet. Raises BadPepper where it would have no place."""
        if self.read() is None:
            if self._file is None:
                hint = f"set {_SETTING} to env:NAME or file:PATH, alike for all that use this database; {_ADVICE}"
                raise _bad(f"Keys in PostgreSQL need {_SETTING}.", hint)
            _make(self._file)
        return self.read() or b""

    def way_back(self) -> str:
        """What mends a pepper that is not there, or is another."""
        place = f"put back the file {self._file}" if self._reference is None and self._file else ""
        setting = f"set {_SETTING} as it was when the keys were made"
        lost = "where it is lost for good: okr-validator keys revoke each key, and make new ones"
        return "; ".join(filter(None, [f"{place}, or {setting}" if place else setting, lost]))

    def _look(self) -> bytes | None:
        if self._reference is not None:
            return _referred(self._reference, self._environ)
        return _of_file(self._file) if self._file is not None and self._file.exists() else None


def check(connection: Connection, pepper: Pepper) -> None:
    """Do nothing where keys can be checked, or there are none; raise BadPepper where every key would be refused.

    Keys that were revoked do not count: who has lost the pepper for good revokes them all, and makes new ones.
    """
    found, known = pepper.read(), peppers_of(connection)
    if known and found is None:
        raise _bad("There are keys, but the pepper that they were hashed with is not there.", pepper.way_back())
    if known and found is not None and known.isdisjoint({"", mark(found)}):
        raise _bad("There are keys, but they were hashed with another pepper than this one.", pepper.way_back())


def _referred(reference: str, environ: Mapping[str, str]) -> bytes:
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        return _long_enough(environ.get(name, "").encode(), f"the variable {name}")
    if kind == "file" and name:
        return _long_enough(_content(Path(name)), f"the file {name}")
    raise _bad(f"{_SETTING} refers to nothing.", "it says where the secret is, env:NAME or file:PATH, never the secret")


def _of_file(path: Path) -> bytes:
    content = _content(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise _bad(f"The file {path} can be read by other users.", f"chmod 600 {path}")
    return _long_enough(content, f"the file {path}")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise _bad(f"The file {path} cannot be read: {error.strerror}.") from None


def _long_enough(pepper: bytes, where: str) -> bytes:
    if len(pepper) < LEAST:
        raise _bad(
            f"The pepper in {where} has {len(pepper)} bytes, too few.", f"at least {LEAST} are needed; {_ADVICE}"
        )
    return pepper


def _make(path: Path) -> None:
    """Write a random pepper, whole or not at all; whoever comes second takes what the first one made."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(partial)
    except FileExistsError:
        return
    except OSError as error:
        raise _bad(f"The file {path} cannot be made: {error.strerror}.", f"or set {_SETTING}") from None
    finally:
        partial.unlink(missing_ok=True)


def _bad(message: str, hint: str = "") -> BadPepper:
    return BadPepper([Fault("", message, hint)])
