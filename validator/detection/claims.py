"""Claims: each key result read once into what it measures, which way, whom it concerns, and what its words say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from validator.detection.bags import GENERAL, Bag, Grams, bag, grams_of, telling, telling_roots
from validator.detection.catalogue import Catalogue
from validator.detection.lexicon import Lexicon, load_lexicon
from validator.detection.measure import Measure, read_measure
from validator.detection.phrases import Phrases, said
from validator.detection.rarity import rarity
from validator.detection.tables import EMPTY
from validator.detection.text import ROOT, WORD, keys, tokens

_NUMBER = re.compile(r"\d[\d.,]*")
_NAME = re.compile(r"(?<=[\w,)] )[A-Z][\w&-]+")
_AGAINST = re.compile(
    r"(?i)\b(no|zero|never|without|end|stop|nobody|none|not|cut|halve|fewer|less|lower|reduce|shrink|trim)\b"
)
_SHUT = re.compile(
    r"(?i)\b(only|all|entire|whole|until|paused?|freeze|frozen|dropp?(?:ed)?|stop(?:ped|s)?|no|not|none|reserv\w+|full|"
    r"full[- ]time|closed?|closes|shut|ban\w*|never|must|instead|off-board\w*|exit\w*|exclu\w+|both)\b"
)
_DATE = re.compile(
    r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|January|February|March|April|June|July|August|September|"
    r"October|November|December|Q[1-4]|spring|summer|autumn|fall|winter|Easter|Christmas)\b"
)
_USE = re.compile(
    r"(?i)\b(book(?:ed|s)?|reserv\w+|shifts?|weekdays?|mon|tue|wed|thu|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)"
    r"days?|weekends?|nights?|all day|full[- ]time|spare|pool|whole|entire|rota|roster\w*|uses?|using|shared|seconded|"
    r"dedicated|exclusive\w*|same|slots?|hours? a (?:day|week)|both|all (?:the )?(?:two|three|four|five|six|\d+)|"
    r"the (?:only|two|three|four|five)|each (?:day|night|week)|from \d{1,2}(?::\d\d)?|crew|engineers?|designers?)\b"
)


class Concept(NamedTuple):
    """A catalogue metric that a claim names."""

    words: frozenset[str]
    """Roots of all words that name it: “average handling time (AHT)” names it twice."""
    runs: int
    """1 with the metric whose name it goes by, -1 against it."""


class Cues(NamedTuple):
    """How often a title speaks of closing or excluding, of dates, and of using people, rooms or machines."""

    shut: int
    dates: int
    uses: int


class Aim(NamedTuple):
    """What the title of an objective says."""

    words: Bag
    axes: Mapping[str, int]
    forces: Mapping[str, int]
    grams: Grams
    direction: int
    shuts: bool


class Claim(NamedTuple):
    """What one key result claims."""

    id: str
    objective: str
    team: str | None
    level: str | None
    cycle: str | None
    measure: Measure
    phrase: frozenset[str]
    """Roots of what is measured."""
    around: frozenset[str]
    """Roots of everything said: title, metric, objective and team."""
    names: frozenset[str]
    """What narrows it: names, cohorts, and numbers that are no value of it."""
    concepts: Mapping[str, Concept]
    """Catalogue metrics that it names, an inverse under the name of its counterpart."""
    metrics: Mapping[str, int]
    """The same metrics and their inverses, with the way that each moves: 1 up, -1 down; none where it is not known."""
    subject: Bag
    """Telling roots of what is measured."""
    words: Bag
    """Telling roots of title and metric."""
    team_words: Bag
    whole: Bag
    """Telling roots of everything said."""
    axes: Mapping[str, int]
    """Axes of the lexicon that title and metric name, and whether by their high (1) or low end (-1)."""
    forces: Mapping[str, int]
    """Forces likewise: 1 where raising what is named pushes for the force, -1 where cutting it does."""
    grams: Grams
    cues: Cues
    statement: bool
    """It says no value to reach."""
    aim: Aim
    spoken: tuple[tuple[str, str], ...]
    """Telling words of title and metric as they are written, each once, by their roots."""


class Said(NamedTuple):
    """The texts of a key result and its surroundings."""

    title: str
    metric: str | None
    objective: str
    team: str
    segment: str | None = None


class Place(NamedTuple):
    """Where a key result stands."""

    id: str
    objective: str
    team: str | None
    level: str | None
    cycle: str | None


def claim_of(place: Place, texts: Said, measure: Measure, catalogue: Catalogue) -> Claim:
    """The claim of one key result."""
    lexicon = load_lexicon()
    own = f"{texts.title} {texts.metric or ''}"
    spoken = [token for token in tokens(own) if token.kind == WORD]
    words = telling_roots(token.key for token in spoken)
    meant = [token for place, token in enumerate(spoken) if not place or spoken[place - 1].key != "without"]
    concepts = concepts_of(frozenset(token.key for token in meant) - EMPTY, catalogue)
    phrase = frozenset(stem[:ROOT] for stem in measure.phrase)
    aim, team = aim_of(texts.objective), words_of_name(texts.team)
    raw = frozenset(token.key[:ROOT] for token in meant)
    numbered = frozenset(token.key[:ROOT] for token in spoken).union(_NUMBER.findall(own[:500]))
    return Claim(
        *place,
        measure=measure,
        phrase=phrase,
        around=numbered | roots_of_name(texts.objective) | roots_of_name(texts.team),
        names=names_of(texts.title, measure) | (roots(texts.segment) if texts.segment else frozenset()),
        concepts=concepts,
        metrics=metrics_of(concepts, measure.direction, catalogue),
        subject=bag(phrase - GENERAL or words, rarity()),
        words=bag(words, rarity()),
        team_words=team,
        whole=bag(words | aim.words.roots | team.roots, rarity()),
        axes=_named(raw, lexicon.axis_phrases),
        forces=_named(raw, lexicon.force_phrases),
        grams=grams_of(own),
        cues=Cues(*(len(cue.findall(own[:1_000])) for cue in (_SHUT, _DATE, _USE))),
        statement=not measure.has_target,
        aim=aim,
        spoken=tuple({key: (key, t.text) for t in reversed(spoken) if (key := t.key[:ROOT]) in words}.values())[::-1],
    )


@lru_cache(maxsize=4_096)
def aim_of(title: str) -> Aim:
    """What an objective's title says; objectives have several key results, so it is kept."""
    lexicon: Lexicon = load_lexicon()
    raw = frozenset(key[:ROOT] for key in keys(title))
    return Aim(
        words=bag(telling(title), rarity()),
        axes=_named(raw, lexicon.axis_phrases),
        forces=_named(raw, lexicon.force_phrases),
        grams=grams_of(title),
        direction=read_measure(title).direction or (-1 if _AGAINST.search(title[:1_000]) else 0),
        shuts=_SHUT.search(title[:1_000]) is not None,
    )


@lru_cache(maxsize=4_096)
def words_of_name(name: str) -> Bag:
    """The telling roots of a team's name."""
    return bag(telling(name), rarity())


def _named(raw: frozenset[str], phrases: Phrases[tuple[str, int]]) -> dict[str, int]:
    """What roots name, each by its longest phrase, with its sign."""
    found: dict[str, tuple[int, int]] = {}
    for words, (id, sign) in said(raw, phrases):
        found[id] = max(found.get(id, (0, 0)), (len(words), sign))
    return {id: sign for id, (_, sign) in sorted(found.items())}


def roots(text: str) -> frozenset[str]:
    """The roots of a text's words, and its numbers."""
    return frozenset(key[:ROOT] for key in keys(text)).union(_NUMBER.findall(text[:500]))


@lru_cache(maxsize=4_096)
def roots_of_name(text: str) -> frozenset[str]:
    """The same for texts that many key results have in common: their objective's title, their team's name."""
    return roots(text)


def names_of(title: str, measure: Measure) -> frozenset[str]:
    """Scopes, capitalised words inside the title, and numbers of the title that are neither baseline nor target."""
    values = {value for value in (measure.baseline, measure.target) if value is not None}
    values |= {round(abs(measure.relative) * 100, 6)} if measure.relative is not None else set()
    labels = {number for number in _NUMBER.findall(title[:500]) if _value(number) not in values}
    named = {key[:ROOT] for name in _NAME.findall(title[:500]) for key in keys(name)}
    scoped = {key[:ROOT] for scope in measure.scope for key in keys(scope)}
    return frozenset(named | scoped | (labels if len(labels) <= 2 else set()))


def _value(number: str) -> float | None:
    try:
        return float(number.replace(",", ""))
    except ValueError:
        return None


def concepts_of(stems: frozenset[str], catalogue: Catalogue) -> dict[str, Concept]:
    """The catalogue's metrics that stems name: those named by most words."""
    longest: dict[str, tuple[int, int]] = {}
    named: dict[str, frozenset[str]] = {}
    for words, id in sorted(said(stems, catalogue.phrases), key=lambda one: (-len(one[0]), one[1], sorted(one[0]))):
        canonical, runs = catalogue.canonical(id)
        longest.setdefault(canonical, (len(words), runs))
        named[canonical] = named.get(canonical, frozenset()) | words
    most = max((length for length, _ in longest.values()), default=0)
    return {
        id: Concept(frozenset(word[:ROOT] for word in named[id]), runs)
        for id, (length, runs) in sorted(longest.items())
        if length == most
    }


def metrics_of(concepts: Mapping[str, Concept], direction: int, catalogue: Catalogue) -> dict[str, int]:
    """The metrics of concepts, and their inverses, with the way that each moves when the claim moves its own."""
    moves: dict[str, int] = {}
    for id, concept in concepts.items() if direction else ():
        moves[id] = concept.runs * direction
        inverse = catalogue.metrics[id].inverse
        if inverse is not None:
            moves[inverse] = -moves[id]
    return moves
