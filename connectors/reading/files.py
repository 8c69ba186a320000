"""Bytes and text of a file, bounded, with every failure a fault."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import NoReturn

from connectors.contract import Fault, SourceError

MAX_FILE_BYTES = 64 * 1024 * 1024
BINARY_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\x1f\x8b", b"\x7fELF")


def refuse(message: str, hint: str = "", place: str = "") -> NoReturn:
    """Raise a SourceError with one fault about the whole source."""
    raise SourceError(Fault("", message, hint, place))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file of at most 64 MB. Raises SourceError for anything else."""
    try:
        details = path.stat()
        if not stat.S_ISREG(details.st_mode):
            refuse(f"“{path.name}” is not a file.")
        if details.st_size > MAX_FILE_BYTES:
            refuse(
                f"“{path.name}” is {details.st_size / 1024 / 1024:,.0f} MB; at most 64 MB are read.",
                "Export one cycle or one part of the organisation at a time.",
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(Fault("", f"“{path.name}” cannot be read: {reason}.")) from error
    if not data.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n"):
        refuse(f"“{path.name}” is empty.", "Export it again; nothing was written into it.")
    return data


def sniff(path: Path, size: int = 65536) -> bytes:
    """The first bytes of a file; empty where it is no readable regular file. Never raises."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(size)
    except (OSError, ValueError):
        return b""


def decode_leniently(start: bytes) -> str:
    """The text of a file's beginning, for recognising it: what cannot be decoded is replaced."""
    wide = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    # An odd byte at the end would be half of a UTF-16 character.
    text = start[: len(start) // 2 * 2].decode("utf-16", "replace") if wide else start.decode("utf-8", "replace")
    return text.lstrip("\ufeff")


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text and the encoding it was read by: UTF-8, UTF-16 or else Windows-1252. Raises SourceError."""
    text, encoding = _by_mark(data)
    if text is None:
        refuse(f"“{name}” is text in no encoding that is known here.", "Save it as UTF-8.")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        refuse(f"“{name}” holds a null byte, so it is not text.", "Export it again.", f"{name}, line {line}")
    return text, encoding


def _by_mark(data: bytes) -> tuple[str | None, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _try(data, "utf-16"), "UTF-16"
    if data[1:2] == b"\x00" and data[3:4] == b"\x00" and len(data) % 2 == 0 and data[:1] != b"\x00":
        return _try(data, "utf-16-le"), "UTF-16"
    text = _try(data, "utf-8-sig")
    return (text, "UTF-8") if text is not None else (_try(data, "cp1252"), "Windows-1252")


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None
