"""ZIP archives that may be hostile: everything the directory claims is checked, every read is bounded."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import NamedTuple

from connectors.contract import Fault, SourceError
from connectors.reading.files import refuse

MAX_TOTAL_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
RATIO_COUNTS_FROM = 1024 * 1024
MAX_ENTRIES = 5_000
HINT = "Export the file again from the tool that made it."
NESTED = (".zip", ".7z", ".rar", ".gz", ".tar", ".xlsx", ".xlsm", ".docx", ".jar")


class Archive(NamedTuple):
    """An archive whose directory has been checked."""

    name: str
    file: zipfile.ZipFile
    names: tuple[str, ...]

    def read(self, member: str) -> bytes:
        """The bytes of one member, never more than its directory claims. Raises SourceError."""
        try:
            return self.file.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            fault = Fault("", f"“{member}” in “{self.name}” is damaged.", HINT, f"{self.name}, {member}")
            raise SourceError(fault) from error


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin as a ZIP archive does."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def open_archive(data: bytes, name: str, *, may_nest: bool = False) -> Archive:
    """Open an archive held in memory; refuses bombs, traversal, links, encryption and nesting with a SourceError.

    `may_nest` lets members have the names of archives, for workbooks that embed documents; they are never opened.
    """
    # Counted before the directory is parsed: a directory of a million entries takes seconds and much memory.
    if data.count(b"PK\x01\x02") > MAX_ENTRIES:
        refuse(f"“{name}” holds more than {MAX_ENTRIES:,} entries.", HINT)
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise SourceError(Fault("", f"“{name}” is not a whole ZIP archive.", HINT)) from error
    entries = file.infolist()
    faults = [Fault("", f"{found} Nothing was unpacked.", HINT, name) for found in _faults(entries, name, may_nest)]
    if faults:
        raise SourceError(*faults[:20])
    return Archive(name, file, tuple(entry.filename for entry in entries if not entry.is_dir()))


def _faults(entries: list[zipfile.ZipInfo], name: str, may_nest: bool) -> list[str]:
    found = [f"“{entry.filename[:200]}” in “{name}” {fault}." for entry in entries if (fault := _fault(entry))]
    if not may_nest:
        nested = [entry.filename for entry in entries if entry.filename.lower().endswith(NESTED)]
        found += [f"“{member[:200]}” in “{name}” is an archive within an archive." for member in nested]
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        found.append(f"“{name}” unpacks to more than {MAX_TOTAL_BYTES // 1024 // 1024} MB.")
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) < len(names):
        found.append(f"“{name}” holds two entries of the same name.")
    return found


def _fault(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
        return "points outside the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    if entry.flag_bits & 0x1:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed by a method that is not read here"
    if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        return f"is compressed more than {MAX_RATIO} times over"
    return ""
