"""An OKR set document as it stands, in a JSON or YAML file. Overlays are read by this connector too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from connectors.contract import Reading, Settings
from connectors.reading.files import decode, decode_leniently, read_bytes, refuse, sniff
from connectors.reading.json_text import parse_json
from connectors.reading.yaml_text import parse_yaml

TITLE = "OKR set document (JSON or YAML)"
PROVIDES: tuple[str, ...] = ()
TESTED_AGAINST = "documents written for this project"
SECTIONS = (
    "source|organisation|cycles|teams|people|objectives|key_results|initiatives|dependencies|reviews|conflicts|governance"
)  # fmt: skip
YAML_SECTION = re.compile(rf"^[\"']?({SECTIONS})[\"']?\s*:(\s|$)", re.MULTILINE)
YAML_KEY = re.compile(r"\A(\s*(#[^\n]*)?\n|%YAML[^\n]*\n)*(---|[\"']?[\w -]+[\"']?\s*:(\s|$))")
JSON_SECTION = re.compile(rf'"({SECTIONS})"\s*:')


class Parsed(NamedTuple):
    """A parsed file, and the line of each value where it is known."""

    name: str
    data: Any
    lines: dict[str, int]


def recognises(path: Path) -> int:
    """2 for a JSON object or YAML mapping with a section of the document, 1 for other JSON or YAML."""
    text = _beginning(path)
    if text.startswith(("{", "[")):
        return 2 if text.startswith("{") and JSON_SECTION.search(text) else 1
    if path.suffix.lower() in (".json", ".yaml", ".yml"):
        return 2 if YAML_SECTION.search(text) else 1
    return 1 if YAML_SECTION.search(text) or YAML_KEY.search(text) else 0


def fetch(path: Path, settings: Settings) -> Parsed:
    """Parse the file as what its content looks like."""
    data = read_bytes(path)
    if _looks_like_json(path, data):
        return Parsed(path.name, parse_json(data, path.name), {})
    located = parse_yaml(data, path.name)
    return Parsed(path.name, located.data, located.lines)


def to_document(raw: Parsed, settings: Settings) -> Reading:
    """Hand the document over as it is, with the lines of its values; settings go into `source.reading`."""
    if not isinstance(raw.data, dict):
        hint = "The document is an object with sections such as “objectives”."
        refuse(f"“{raw.name}” holds {_kind(raw.data)}, not an OKR set document.", hint, raw.name)
    places = {pointer: f"{raw.name}, line {line}" for pointer, line in raw.lines.items()}
    return Reading(_with_reading(raw.data, settings), places)


def _with_reading(document: dict[str, Any], settings: Settings) -> dict[str, Any]:
    said = {"dates": settings.dates, "decimals": settings.decimals}
    said = {key: value for key, value in said.items() if value is not None}
    source = document.get("source") or {}
    if not said or not isinstance(source, dict):
        return document
    reading = source.get("reading")
    kept = reading if isinstance(reading, dict) else {}
    return {**document, "source": {**source, "reading": {**kept, **said}}}


def _beginning(path: Path) -> str:
    data = sniff(path)
    if not data or data.startswith((b"PK", b"\xd0\xcf")):
        return ""
    return decode_leniently(data).lstrip()


def _looks_like_json(path: Path, data: bytes) -> bool:
    if path.suffix.lower() in (".yaml", ".yml"):
        return False
    return path.suffix.lower() == ".json" or decode(data, path.name)[0].lstrip()[:1] in ("{", "[")


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "nothing")
