"""The lexicon: what key results are about in the words of many trades, what their moves push for, and what opposes what.

The data are `rulesets/lexicon.yaml`, which admins edit; everything here is derived from it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from validator.detection.phrases import Phrases, index_phrases
from validator.detection.tables import EMPTY, read_table
from validator.detection.text import ROOT, keys
from validator.errors import BadRuleset, Fault

FILE = "lexicon.yaml"
_STRENGTHS = {"strong": 1.0, "moderate": 0.6}

Sign = tuple[str, int]
"""An axis or force, and 1 or -1 for how a phrase runs to it."""


class Opposition(NamedTuple):
    """Two forces that pull against each other in one area."""

    sides: tuple[str, str]
    strength: float
    """1 for a strong opposition, less for a moderate one."""
    reason: str
    settle: str


class Lexicon(NamedTuple):
    """The lexicon, indexed."""

    axes: frozenset[str]
    forces: Mapping[str, str]
    """Names of the forces by id."""
    oppositions: Mapping[frozenset[str], Opposition]
    axis_phrases: Phrases[Sign]
    force_phrases: Phrases[Sign]


@cache
def load_lexicon() -> Lexicon:
    """The shipped lexicon. Raises BadRuleset with every fault."""
    return read_lexicon(resources.files("rulesets").joinpath(FILE).read_text("utf-8"))


def read_lexicon(text: str) -> Lexicon:
    """The lexicon of a YAML text. Raises BadRuleset with every fault."""
    data = read_table(FILE, text)
    faults = list(_faults(data))
    if faults:
        raise BadRuleset(faults)
    axes, forces = data.get("axes") or [], data.get("forces") or []
    oppositions = [_opposition(entry) for entry in data.get("oppositions") or []]
    return Lexicon(
        axes=frozenset(entry["id"] for entry in axes),
        forces={entry["id"]: entry.get("name") or entry["id"].replace("-", " ") for entry in forces},
        oppositions={frozenset(opposition.sides): opposition for opposition in oppositions},
        axis_phrases=index_phrases(_phrases(axes, "high", "low")),
        force_phrases=index_phrases(_phrases(forces, "raise", "cut")),
    )


def _opposition(entry: Mapping[str, Any]) -> Opposition:
    one, other = entry["between"]
    strength = _STRENGTHS[entry.get("strength", "moderate")]
    return Opposition((one, other), strength, entry["reason"], entry.get("settle") or "")


def _phrases(entries: list[dict[str, Any]], up: str, down: str) -> Iterator[tuple[frozenset[str], Sign]]:
    for entry in entries:
        for field, sign in ((up, 1), (down, -1)):
            for phrase in (entry.get(field) or "").split(","):
                yield frozenset(key[:ROOT] for key in keys(phrase) if key not in EMPTY), (entry["id"], sign)


def _faults(data: Any) -> Iterator[Fault]:
    if not isinstance(data, dict):
        yield Fault("", "The lexicon is not an object.", "axes: [{id: attendance, high: attend, low: no-show}]", FILE)
        return
    for part, fields in (("axes", ("high", "low")), ("forces", ("raise", "cut"))):
        ids: set[str] = set()
        for place, entry in enumerate(data.get(part) or ()):
            yield from _entry_faults(entry, f"/{part}/{place}", fields, ids)
    known = {entry.get("id") for entry in data.get("forces") or () if isinstance(entry, dict)}
    for place, entry in enumerate(data.get("oppositions") or ()):
        yield from _opposition_faults(entry, f"/oppositions/{place}", known)


def _entry_faults(entry: Any, pointer: str, fields: tuple[str, str], ids: set[str]) -> Iterator[Fault]:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        yield Fault(pointer, "An entry has an id.", f"{{id: attendance, {fields[0]}: attend}}", FILE)
        return
    if entry["id"] in ids:
        yield Fault(f"{pointer}/id", f"“{entry['id']}” stands twice.", "", FILE)
    ids.add(entry["id"])
    for field in fields:
        if not isinstance(entry.get(field), str | None):
            yield Fault(f"{pointer}/{field}", f"“{field}” is a text: phrases with commas.", "", FILE)


def _opposition_faults(entry: Any, pointer: str, known: set[Any]) -> Iterator[Fault]:
    sides = entry.get("between") if isinstance(entry, dict) else None
    if not isinstance(sides, list) or len(sides) != 2 or not isinstance(entry.get("reason"), str):
        yield Fault(pointer, "An opposition has two sides and a reason.", "between: [speed, scrutiny]", FILE)
        return
    for place, side in enumerate(sides):
        if side not in known:
            yield Fault(f"{pointer}/between/{place}", f"No force is called “{side}”.", "", FILE)
    if entry.get("strength", "moderate") not in _STRENGTHS:
        yield Fault(f"{pointer}/strength", f"“{entry['strength']}” is neither strong nor moderate.", "", FILE)
