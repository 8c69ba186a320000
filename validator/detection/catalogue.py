"""The metric catalogue: what is measured under which names, which way is better, and what pulls against what.

The data are `rulesets/metrics.yaml`, which admins edit; everything here is derived from it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from validator.detection.phrases import Phrases, index_phrases
from validator.detection.tables import EMPTY, read_table
from validator.detection.text import keys
from validator.errors import BadRuleset, Fault

FILE = "metrics.yaml"
BETTER = ("higher", "lower", "either")
MOVES = {"increase": 1, "decrease": -1}


class Metric(NamedTuple):
    """One metric of the catalogue."""

    id: str
    name: str
    synonyms: tuple[str, ...]
    better: str
    families: frozenset[str]
    functions: frozenset[str]
    inverse: str | None
    """The metric that says the same the other way round."""
    activity: bool
    """It counts a function's own work, throughput or utilisation."""


class TradeOff(NamedTuple):
    """Two moves that pull against each other: of metrics, or of whole families (`family:ID`)."""

    sides: tuple[str, str]
    moves: tuple[int, int]
    """1 for an increase, -1 for a decrease, of each side."""
    reason: str
    strong: bool
    settle: str


class Catalogue(NamedTuple):
    """The catalogue, indexed."""

    metrics: Mapping[str, Metric]
    trade_offs: Mapping[frozenset[str], tuple[TradeOff, ...]]
    """By the two metrics or families."""
    opposed: Mapping[str, tuple[str, ...]]
    """Metrics that stand against a metric in a strong trade-off."""
    phrases: Phrases[str]
    """Stems of each name and synonym, with the metric."""

    def canonical(self, id: str) -> tuple[str, int]:
        """One name for a metric and its inverse, and whether the metric runs with it (1) or against it (-1)."""
        inverse = self.metrics[id].inverse
        return (id, 1) if inverse is None or id < inverse else (inverse, -1)


@cache
def load_catalogue() -> Catalogue:
    """The shipped catalogue. Raises BadRuleset with every fault."""
    return read_catalogue(resources.files("rulesets").joinpath(FILE).read_text("utf-8"))


def read_catalogue(text: str) -> Catalogue:
    """The catalogue of a YAML text. Raises BadRuleset with every fault."""
    data = read_table(FILE, text)
    faults = list(_faults(data))
    if faults:
        raise BadRuleset(faults)
    metrics = {entry["id"]: _metric(entry) for entry in data["metrics"]}
    trade_offs: dict[frozenset[str], list[TradeOff]] = defaultdict(list)
    for entry in data.get("trade_offs") or ():
        trade_off = _trade_off(entry)
        trade_offs[frozenset(trade_off.sides)].append(trade_off)
    by_sides = {sides: tuple(listed) for sides, listed in trade_offs.items()}
    return Catalogue(metrics, by_sides, _opposed(by_sides), _phrases(metrics))


def _opposed(trade_offs: Mapping[frozenset[str], tuple[TradeOff, ...]]) -> dict[str, tuple[str, ...]]:
    opposed: dict[str, set[str]] = defaultdict(set)
    for listed in trade_offs.values():
        for first, second in (known.sides for known in listed if known.strong):
            opposed[first].add(second)
            opposed[second].add(first)
    return {id: tuple(sorted(others)) for id, others in opposed.items()}


def _metric(entry: Mapping[str, Any]) -> Metric:
    return Metric(
        id=entry["id"],
        name=entry["name"],
        synonyms=tuple(entry.get("synonyms") or ()),
        better=entry.get("better") or "either",
        families=frozenset(entry.get("families") or ()),
        functions=frozenset(entry.get("functions") or ()),
        inverse=entry.get("inverse"),
        activity=entry.get("activity") is True,
    )


def _trade_off(entry: Mapping[str, Any]) -> TradeOff:
    first, second = entry["between"]
    one, other = (MOVES[move] for move in entry["directions"])
    return TradeOff(
        (first, second), (one, other), entry["reason"], entry.get("strength") == "strong", entry.get("settle") or ""
    )


def content(text: str) -> frozenset[str]:
    """The stems of a text that carry meaning."""
    return frozenset(keys(text)) - EMPTY


def _phrases(metrics: Mapping[str, Metric]) -> Phrases[str]:
    return index_phrases(
        (content(text), m.id) for m in metrics.values() for text in (m.name, m.id.replace("-", " "), *m.synonyms)
    )


def _faults(data: Any) -> Iterator[Fault]:
    if not isinstance(data, dict) or not isinstance(data.get("metrics"), list):
        yield Fault("/metrics", "The catalogue has no metrics.", "metrics: [{id: churn-rate, name: Churn rate}]", FILE)
        return
    ids: set[str] = set()
    for place, entry in enumerate(data["metrics"]):
        yield from _metric_faults(entry, f"/metrics/{place}", ids)
    for place, entry in enumerate(data["metrics"]):
        inverse = entry.get("inverse") if isinstance(entry, dict) else None
        if inverse is not None and inverse not in ids:
            yield Fault(f"/metrics/{place}/inverse", f"No metric is called “{inverse}”.", "", FILE)
    families = {
        family for entry in data["metrics"] if isinstance(entry, dict) for family in entry.get("families") or ()
    }
    for place, entry in enumerate(data.get("trade_offs") or ()):
        yield from _trade_off_faults(entry, f"/trade_offs/{place}", ids | {f"family:{family}" for family in families})


def _metric_faults(entry: Any, pointer: str, ids: set[str]) -> Iterator[Fault]:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("id", "name")):
        yield Fault(pointer, "A metric has an id and a name.", "{id: churn-rate, name: Churn rate}", FILE)
        return
    if entry["id"] in ids:
        yield Fault(f"{pointer}/id", f"The metric “{entry['id']}” stands twice.", "", FILE)
    ids.add(entry["id"])
    if entry.get("better", "either") not in BETTER:
        yield Fault(f"{pointer}/better", f"“{entry['better']}” is neither higher, lower nor either.", "", FILE)
    for key in ("synonyms", "families", "functions"):
        listed = entry.get(key) or []
        if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
            yield Fault(
                f"{pointer}/{key}", f"“{key}” is a list of texts.", "put words such as on, off, yes, no in quotes", FILE
            )


def _trade_off_faults(entry: Any, pointer: str, known: set[str]) -> Iterator[Fault]:
    sides = entry.get("between") if isinstance(entry, dict) else None
    moves = entry.get("directions") if isinstance(entry, dict) else None
    if not isinstance(sides, list) or not isinstance(moves, list) or len(sides) != 2 or len(moves) != 2:
        yield Fault(
            pointer,
            "A trade-off has two sides and two directions.",
            "between: [a, b], directions: [increase, decrease]",
            FILE,
        )
        return
    for place, side in enumerate(sides):
        if side not in known:
            yield Fault(f"{pointer}/between/{place}", f"No metric or family is called “{side}”.", "", FILE)
    for place, move in enumerate(moves):
        if move not in MOVES:
            yield Fault(f"{pointer}/directions/{place}", f"“{move}” is neither increase nor decrease.", "", FILE)
    if not isinstance(entry.get("reason"), str):
        yield Fault(
            f"{pointer}/reason", "A trade-off gives its reason.", "one sentence that a director would accept", FILE
        )
