"""Teams that a text says it relies on: the name of a team of the set beside words such as “relies on”."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

LONGEST = 5_000
"""Characters of a text that are read."""
NEAR = 12
"""Words after “relies on” and the like among which a name begins."""
MOST = 20
"""Places of a text at which it is read for names: a bound on what a long text costs."""

_CUE = re.compile(
    r"\b(?:rel(?:y|ies|ied|ying|iant) (?:heavily |entirely |mainly |also )?(?:up)?on"
    r"|depend(?:s|ed|ing|ent)? (?:heavily |entirely |mainly |also )?(?:up)?on|dependenc(?:y|ies) (?:on|to)"
    r"|(?:need|require)(?:s|d|ing)?|wait(?:s|ed|ing)? (?:for|on)|blocked by|held up by|hinges on|contingent on|conditional on"
    r"|subject to|with (?:the )?(?:help|support|assistance|input) (?:of|from)|(?:help|support|input|approval|sign-?off) (?:of|from|by)"
    r"|provided by|delivered by|supplied by|once|after|as soon as|until|unless)\b",
    re.IGNORECASE,
)
_NEEDS = re.compile(r"(?:need|require)", re.IGNORECASE)
_WHEN = re.compile(r"once|after|as soon as|until|unless", re.IGNORECASE)
_NOT = re.compile(
    r"(?:\bno longer|\bnot|n't|n’t|\bnever|\bwithout|\bindependent|\bno|\bless)\s+(?:\w+\s+)?$", re.IGNORECASE
)
_END = re.compile(r"[.;!?\n](?:\s|$)")
_WORD = re.compile(r"\w[\w'’-]*|&")
_DONE = frozenset(
    "has have had is are delivers delivered ships shipped provides provided releases released finishes finished completes "
    "completed approves approved signs signed publishes published hands makes builds opens agrees agreed confirms".split()
)
_TO = frozenset(("to", "from", "by"))
_GIVEN = frozenset(("", "and", "input", "support", "approval"))
_JOINED = frozenset(("from", "by", "of", "and", "on"))


class Named(NamedTuple):
    """A team that a text relies on, and the words that say so."""

    team: str
    """Id of the team."""
    quote: str


class Names(NamedTuple):
    """Names of teams to look for."""

    teams: Mapping[tuple[str, ...], str]
    """Ids of teams by the words of their names in small letters."""
    lengths: Mapping[str, tuple[int, ...]]
    """Words of the names that begin with a word, the longest first: many teams are called Team 1, Team 2, …"""


def names_of(teams: Iterable[tuple[str, str]]) -> Names:
    """Names to look for, from ids and names; a name that two teams have names neither."""
    found: dict[tuple[str, ...], set[str]] = {}
    for id, name in teams:
        words = tuple(word.casefold() for word in _WORD.findall(name))
        if any(len(word) > 1 for word in words):
            found.setdefault(words, set()).add(id)
    single = {words: next(iter(ids)) for words, ids in found.items() if len(ids) == 1}
    lengths: dict[str, set[int]] = {}
    for words in single:
        lengths.setdefault(words[0], set()).add(len(words))
    return Names(single, {first: tuple(sorted(counts, reverse=True)) for first, counts in lengths.items()})


def relied_on(text: str, names: Names) -> list[Named]:
    """The teams that a text relies on, each once, in the order of the text."""
    found: dict[str, Named] = {}
    for cue in islice(_CUE.finditer(text, 0, LONGEST), MOST):
        if _NOT.search(text[max(0, cue.start() - 25) : cue.start()]):
            continue
        end = _END.search(text, cue.end(), cue.end() + 300)
        clause = text[cue.end() : end.start() if end else cue.end() + 300]
        for team, until in _teams_in(clause, cue[0], names):
            found.setdefault(team, Named(team, text[cue.start() : cue.end() + until].strip()))
    return list(found.values())


def _teams_in(clause: str, cue: str, names: Names) -> Iterator[tuple[str, int]]:
    """Teams named near the start of what a cue leads to, with the end of each name."""
    words = list(_WORD.finditer(clause))[: NEAR + 8]
    lowered = [word[0].casefold() for word in words]
    place = 0
    while place < min(len(words), NEAR):
        hit = _name_at(lowered, words, place, names)
        if hit is None:
            place += 1
            continue
        team, length = hit
        if _fits(lowered, place, place + length, cue):
            yield team, words[place + length - 1].end()
        place += length


def _name_at(lowered: list[str], words: list[re.Match[str]], place: int, names: Names) -> tuple[str, int] | None:
    if not words[place][0][0].isupper():
        return None
    for length in names.lengths.get(lowered[place], ()):
        name = tuple(lowered[place : place + length])
        if name in names.teams:
            return names.teams[name], len(name)
    return None


def _fits(lowered: list[str], start: int, end: int, cue: str) -> bool:
    """Whether a name stands where a cue wants it: “needs X to …”, “needs data from X”, “once X has …”, “relies on X”."""
    before = lowered[start - 2 : start] if start > 1 else lowered[:start]
    after = lowered[end] if end < len(lowered) else ""
    if _NEEDS.match(cue):
        return not _TO.isdisjoint(before) or after in ("to", "for") or (start <= 1 and after in _GIVEN)
    if _WHEN.fullmatch(cue):
        return start <= 1 and after in _DONE
    return start <= 2 or not _JOINED.isdisjoint(before)
