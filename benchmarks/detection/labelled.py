"""Labelled pairs of key results, read into claims as the service reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from validator.detection.catalogue import load_catalogue
from validator.detection.claims import Claim, Place, Said, claim_of
from validator.detection.measure import read_measure

OWN = Path(__file__).parent / "pairs"


class Side(NamedTuple):
    """One side of a pair."""

    texts: Said
    level: str | None
    fields: dict[str, Any]


class Labelled(NamedTuple):
    """A pair with its label."""

    label: str
    group: str
    """The organisation or scenario that it belongs to."""
    one: Side
    other: Side


def read_pairs(path: Path) -> Iterator[Labelled]:
    """The pairs of a JSON Lines file, or of all such files of a folder; those whose both sides are key results."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            data = json.loads(line)
            if data["a"]["kr"] and data["b"]["kr"]:
                yield Labelled(data["label"], _group(data, file), _side(data["a"]), _side(data["b"]))


def _group(data: dict[str, Any], file: Path) -> str:
    context = data.get("context") or data.get("scenario", "").rpartition("@")[2]
    return context or file.stem


def _side(data: dict[str, Any]) -> Side:
    kr = data["kr"]
    return Side(Said(kr["title"], kr.get("metric"), data["objective"], data["team"]), data["level"], kr)


def claims_of(pair: Labelled, name: str) -> tuple[Claim, Claim]:
    """The claims of a pair."""
    return _claim(pair.one, f"{name}a"), _claim(pair.other, f"{name}b")


def _claim(side: Side, id: str) -> Claim:
    fields = side.fields
    measure = read_measure(
        fields["title"], fields.get("metric"), fields.get("start"), fields.get("target"), fields.get("unit")
    )
    place = Place(id, id, side.texts.team, side.level, None)
    return claim_of(place, side.texts, measure, load_catalogue())
