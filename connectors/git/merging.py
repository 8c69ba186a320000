"""Several documents as one: what each file tells, with a fault for whatever two of them tell differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.contract import Missing, SourceError
from connectors.reading.json_text import parse_json
from connectors.reading.shape import SHAPES, faults
from connectors.reading.yaml_text import parse_yaml

_NAMED = ("cycles", "teams", "people")
"""Sections whose entries several files may tell of."""
_SINGLE = ("source", "organisation", "governance", "extra")
_LISTS = tuple(name for name in SHAPES["document"] if name not in (*_NAMED, *_SINGLE))
_SHOWN = 3


class Merging:
    """A document that grows file by file. What is wrong with a file is Missing, with its name."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {}
        self._provides: list[list[str]] = []
        self._every_file_provides = True
        self._home: dict[tuple[str, str], str] = {}
        """By section and id: the file that an item came from."""
        self._named: dict[tuple[str, str], dict[str, Any]] = {}
        """By section and id: cycles, teams and people."""

    def take(self, path: str, content: bytes) -> Iterator[Missing]:
        """Take in a file."""
        try:
            data = parse_json(content, path) if path.lower().endswith(".json") else parse_yaml(content, path).data
        except SourceError as error:
            yield Missing(path, " ".join(fault.message for fault in error.faults[:_SHOWN]))
            return
        found = [f"{fault.pointer}: {fault.message}" for fault in faults(data)]
        if found:
            more = f" And {len(found) - _SHOWN} more." if len(found) > _SHOWN else ""
            yield Missing(path, f"{' '.join(found[:_SHOWN])}{more}")
            return
        yield from self._merge(path, data)

    def source(self, tool: str, missing: bool) -> dict[str, Any]:
        """The section `source` of the whole."""
        said: dict[str, Any] = self.document.get("source", {})
        provides = list(dict.fromkeys(name for names in self._provides for name in names))
        whole = said.get("complete") is not False and not missing
        told = {"provides": provides} if provides and self._every_file_provides else {}
        return {
            "tool": tool,
            **{name: value for name, value in said.items() if name != "complete"},
            **told,
            "complete": whole,
        }

    def _merge(self, path: str, data: Mapping[str, Any]) -> Iterator[Missing]:
        source = dict(data.get("source") or {})
        provides = source.pop("provides", None)
        self._provides.append(provides or [])
        self._every_file_provides &= provides is not None
        if source.get("complete") is False:
            yield Missing(path, "It says itself that part of it is missing.")
        for section in _SINGLE:
            given = source if section == "source" else data.get(section)
            if given:
                kept = self.document.setdefault(section, {})
                yield from self._fill(kept, given, path, section)
        for section in _NAMED:
            for entry in data.get(section) or ():
                yield from self._name(section, dict(entry), path)
        for section in _LISTS:
            for entry in data.get(section) or ():
                yield from self._add(section, dict(entry), path)

    def _fill(self, kept: dict[str, Any], given: Mapping[str, Any], path: str, what: str) -> Iterator[Missing]:
        for name, value in given.items():
            if value is not None and kept.setdefault(name, value) != value:
                yield Missing(f"“{name}” of {what} in {path}", "Another file says otherwise.")

    def _name(self, section: str, entry: dict[str, Any], path: str) -> Iterator[Missing]:
        id_ = str(entry["id"])
        kept = self._named.setdefault((section, id_), entry)
        if kept is entry:
            self.document.setdefault(section, []).append(entry)
            return
        yield from self._fill(kept, {**entry, "id": kept["id"]}, path, f"“{id_}” ({section})")

    def _add(self, section: str, entry: dict[str, Any], path: str) -> Iterator[Missing]:
        if (again := self._again(section, entry, path)) is not None:
            yield again
            return
        inside = []
        for key_result in entry.pop("key_results", None) or ():
            if (again := self._again("key_results", key_result, path)) is not None:
                yield again
            else:
                inside.append(key_result)
        self.document.setdefault(section, []).append({**entry, "key_results": inside} if inside else entry)

    def _again(self, section: str, entry: Mapping[str, Any], path: str) -> Missing | None:
        """What is missing because there is an entry of that id already; None for the first, whose place is noted."""
        id_ = str(entry["id"])
        home = self._home.get((section, id_))
        if home is None:
            self._home[section, id_] = path
            return None
        return Missing(f"“{id_}” ({section.replace('_', ' ')}) in {path}", f"There is one in {home} already.", (id_,))
