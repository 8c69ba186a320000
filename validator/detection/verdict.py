"""What two claims have to do with each other, how sure that is, and why: an argument, or no verdict at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from validator.detection.catalogue import Catalogue
from validator.detection.compare import BY_CATALOGUE, both_left
from validator.detection.features import Pair
from validator.detection.lexicon import Lexicon, Opposition, load_lexicon
from validator.detection.model import Chances
from validator.detection.trade_offs import trade_off

SAME, OPPOSITE, TRADE_OFF, RESOURCE, DATES, SEGMENT, SUPPORTS, UNKNOWN = (
    "same", "opposite", "trade-off", "resource", "dates", "segment", "supports", "unknown",
)  # fmt: skip
CLASHES = frozenset((OPPOSITE, TRADE_OFF, RESOURCE, DATES, SEGMENT))
"""Ways that pull two key results apart."""
_SPOKEN_OF = 0.8
"""Confidence where one measure lies wholly within what the other says, and both move it in opposite ways."""
_WEIGHED = 0.9
"""How far the model is trusted where nothing else says the same."""
_PUSHED = 0.7
"""How plainly two sides push for forces that oppose each other."""
_WORDS = 3
"""Common words that a reason quotes."""
_PART, _AXES, _RARE, _MEANT = 0.5, 0.8, 0.6, 0.55
"""From where common words, axes, the rarest common word, and likeness of meaning are a reason."""


class Verdict(NamedTuple):
    """What a pair comes to."""

    ways: str
    """SAME, OPPOSITE, UNKNOWN: one measure, moved in such ways; else how both clash, or SUPPORTS."""
    confidence: float
    basis: str
    """Why, as the end of a sentence or a sentence."""
    settle: str = ""
    """What would settle it."""


def verdict(pair: Pair, chances: Chances, catalogue: Catalogue) -> Verdict | None:
    """The verdict with the best reason; None where nothing can be said for it. Likeness alone is no reason."""
    found = [*_measured(pair, chances), *_known(pair, catalogue), *_weighed(pair, chances)]
    return max(found, key=lambda verdict: verdict.confidence, default=None)


def _measured(pair: Pair, chances: Chances) -> Iterator[Verdict]:
    """Verdicts on one measure under both, from words and numbers alone."""
    evidence, values = pair.evidence, pair.values
    if evidence is not None and evidence.likeness >= _PART:
        ways = {1: SAME, -1: OPPOSITE, 0: UNKNOWN}[evidence.ways]
        chance = {SAME: chances.duplicate, OPPOSITE: chances.conflict, UNKNOWN: 0.0}[ways]
        found = Verdict(ways, max(evidence.likeness, chance), evidence.basis)
        yield _against(found) if ways == OPPOSITE else found
    if values["anchored"] or values["named"] or values["complements"]:
        return
    if values["metric_two_ways"] and not _parted(pair):
        yield _against(Verdict(OPPOSITE, BY_CATALOGUE, f"both measure {_metric(pair)}"))
    elif values["subject_part"] >= 0.9 and values["same_sense_two_ways"] and all(_moves(pair)):
        yield _against(Verdict(OPPOSITE, _SPOKEN_OF, f"both speak of {_common(pair)}"))


def _against(found: Verdict) -> Verdict:
    """The same with its argument to the end."""
    return found._replace(basis=f"{found.basis} and move it in opposite ways, {_COST}", settle=_ONE_WAY)


def _moves(pair: Pair) -> tuple[int, int]:
    return pair.one.measure.direction, pair.other.measure.direction


def _known(pair: Pair, catalogue: Catalogue) -> Iterator[Verdict]:
    """Trade-offs that the catalogue knows."""
    known = trade_off(pair.one, pair.other, catalogue)
    if known is not None:
        yield Verdict(TRADE_OFF, BY_CATALOGUE, known.reason, known.settle)


def _weighed(pair: Pair, chances: Chances) -> Iterator[Verdict]:
    """Verdicts of the model, each with the reason that the texts give."""
    same = _reason_same(pair)
    if same:
        yield Verdict(SAME, _WEIGHED * chances.duplicate, same)
    clash = _clash(pair)
    if clash is not None:
        yield clash._replace(confidence=_WEIGHED * chances.conflict)
    link = _reason_link(pair)
    if link:
        yield Verdict(SUPPORTS, _WEIGHED * chances.supports, link)


def _reason_same(pair: Pair) -> str:
    values = pair.values
    if values["metric"]:
        return f"both measure {_metric(pair)}"
    axis = _axis(pair.one.axes, pair.other.axes)
    if axis and values["axes"] >= _AXES:
        return f"both are about {axis}"
    if values["one_start"]:
        return "both start from the same value and share words"
    if values["subject_part"] >= _PART or values["words_part"] >= _PART:
        return f"both speak of {_common(pair)}"
    return "both say the same in other words" if values.get("meaning_measured", 0.0) >= _MEANT else ""


def _clash(pair: Pair) -> Verdict | None:
    """Why a pair would clash: the reason that fits best."""
    values = pair.values
    common = _common(pair)
    if common and values["used_rarest"] >= _RARE:
        return Verdict(RESOURCE, 0.0, f"both need {common}, and it cannot serve both in full", _SHARE)
    if common and values["dated_rarest"] >= _RARE and (pair.one.statement or pair.other.statement):
        return Verdict(DATES, 0.0, f"their dates for {common} cannot both hold", _ORDER)
    if values["statement_shut"] and values["one_statement"] and not values["both_shut"]:
        return Verdict(SEGMENT, 0.0, "One side closes or leaves out what the other builds on.", _SCOPE)
    about = _one_thing(pair) if values["same_sense_two_ways"] and values["near"] >= _PART else ""
    if about:
        return _against(Verdict(OPPOSITE, 0.0, f"both are about {about}"))
    opposed = _opposition(pair, load_lexicon())
    if opposed is not None:
        return Verdict(TRADE_OFF, 0.0, opposed.reason, opposed.settle)
    force = _torn(pair)
    return Verdict(TRADE_OFF, 0.0, f"One pushes for {force}, the other against it.", _LEAD) if force else None


_COST = "so either side reaches its target only at the other's cost"
_ONE_WAY = "Agree on one direction, or say for which part each holds."
_SHARE = "Say who has it when, or who comes first."
_ORDER = "Agree which date moves."
_SCOPE = "Say for whom each side holds."
_LEAD = "Decide which of the two leads, and what the other keeps to."


def _one_thing(pair: Pair) -> str:
    """What both are about, where neither says a part that the other does not: two regions, two kinds of account."""
    named, axis = _metric(pair) or _common(pair), _axis(pair.one.axes, pair.other.axes)
    if _parted(pair):
        return "" if named else axis
    return _metric(pair) or axis or named


def _parted(pair: Pair) -> bool:
    """Whether each says, beside a metric that both name, something that the other does not."""
    one, other = pair.one, pair.other
    id = _concept(pair)
    mine, theirs = (claim.concepts[id].words if id else frozenset[str]() for claim in (one, other))
    return both_left(one.phrase - mine, other.phrase - theirs, one, other)


def _opposition(pair: Pair, lexicon: Lexicon) -> Opposition | None:
    mine, theirs = pair.pushes
    found = [
        opposition
        for force, push in sorted(mine.items())
        for against, pull in sorted(theirs.items())
        if push * pull >= _PUSHED and push > 0 and (opposition := lexicon.oppositions.get(frozenset((force, against))))
    ]
    return max(found, key=lambda opposition: opposition.strength, default=None)


def _torn(pair: Pair) -> str:
    """The force that one side pushes for and the other against."""
    mine, theirs = pair.pushes
    forces = [force for force in sorted(mine.keys() & theirs.keys()) if mine[force] * theirs[force] < 0]
    return load_lexicon().forces[forces[0]] if forces else ""


def _reason_link(pair: Pair) -> str:
    axis = _axis(*pair.axes)
    if axis:
        return f"both are about {axis}"
    return f"both speak of {_common(pair)}" if pair.values["rarest"] >= _RARE else ""


def _metric(pair: Pair) -> str:
    """The metric of the catalogue that both name, in words."""
    return _concept(pair).replace("-", " ")


def _concept(pair: Pair) -> str:
    return min(pair.one.concepts.keys() & pair.other.concepts.keys(), default="")


def _axis(one: Mapping[str, object], other: Mapping[str, object]) -> str:
    """The axis of the lexicon that both name, in words."""
    return min(one.keys() & other.keys(), default="").replace("-", " ")


def _common(pair: Pair) -> str:
    """The words that both titles have in common, as the first writes them."""
    roots = pair.one.words.roots & pair.other.words.roots
    words = [word for root, word in pair.one.spoken if root in roots][:_WORDS]
    return f"“{' '.join(words)}”" if words else ""
