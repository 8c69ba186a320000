"""The files of an organisation export, from its ZIP or from a folder."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from connectors.contract import Fault, SourceError
from connectors.reading.archives import Archive, open_archive
from connectors.reading.files import read_bytes, refuse
from connectors.reading.json_text import parse_json

FILE_NAME = re.compile(
    r"(?P<kind>\w+?)_export_file_.*?(?:Organization_(?P<organisation>\d+))?(?:_(?P<stamp>\d{14}))?\.json", re.IGNORECASE
)
KINDS = ("objectives", "teams", "timeperiods", "users", "checkins")


class ExportFile(NamedTuple):
    """One file of an export: a list of rows as they stand in it."""

    name: str
    organisation: str
    stamp: str
    """yyyymmddhhmmss, or "" where the name does not say."""
    rows: list[Any]


class Export(NamedTuple):
    """The files of one export by kind, in lower case; `notes` say what was passed over."""

    name: str
    files: dict[str, ExportFile]
    notes: tuple[str, ...] = ()


def kind_of(file_name: str) -> str:
    """objectives, teams, ...; "" where the name is not an export's."""
    match = FILE_NAME.fullmatch(PurePosixPath(file_name.replace("\\", "/")).name)
    return match["kind"].lower() if match else ""


def read_export(path: Path) -> Export:
    """Read an export. Raises SourceError with the faults of all its files."""
    archive = None if path.is_dir() else open_archive(read_bytes(path), path.name)
    names = _names(path, archive)
    wanted, passed_over = _newest(names)
    if "objectives" not in wanted:
        hint = "It should hold a file whose name begins “objectives_export_file_”."
        refuse(f"“{path.name}” holds no objectives of a Viva Goals export.", hint)
    files: dict[str, ExportFile] = {}
    faults: list[Fault] = []
    for kind, name in wanted.items():
        try:
            files[kind] = _parse(name, archive.read(name) if archive else read_bytes(path / name))
        except SourceError as error:
            faults += error.faults
    if faults:
        raise SourceError(*faults)
    notes = tuple(f"“{name}” was passed over: the export holds a newer file of its kind." for name in passed_over)
    return Export(path.name, files, notes)


def _names(path: Path, archive: Archive | None) -> list[str]:
    if archive:
        return list(archive.names)
    try:
        return sorted(child.name for child in path.iterdir() if child.is_file())
    except OSError as error:
        raise SourceError(Fault("", f"“{path.name}” cannot be read: {error.strerror}.")) from error


def _newest(names: list[str]) -> tuple[dict[str, str], list[str]]:
    by_kind: dict[str, list[str]] = {}
    for name in names:
        if kind_of(name) in KINDS:
            by_kind.setdefault(kind_of(name), []).append(name)
    ordered = {kind: sorted(same, key=_stamp) for kind, same in by_kind.items()}
    newest = {kind: same[-1] for kind, same in sorted(ordered.items())}
    return newest, [name for same in ordered.values() for name in same[:-1]]


def _stamp(name: str) -> tuple[str, str]:
    match = FILE_NAME.fullmatch(PurePosixPath(name).name)
    return (match["stamp"] or "" if match else ""), name


def _parse(name: str, data: bytes) -> ExportFile:
    short = PurePosixPath(name).name
    match = FILE_NAME.fullmatch(short)
    rows = parse_json(data, short)
    if not isinstance(rows, list):
        refuse(f"“{short}” should hold a list.", "Each file of a Viva Goals export is one JSON array.", short)
    return ExportFile(short, (match and match["organisation"]) or "", (match and match["stamp"]) or "", rows)
