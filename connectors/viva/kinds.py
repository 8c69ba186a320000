"""What an organisation's own word for a type of item means: objective, key result or initiative."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from connectors.reading import words

STANDARD = {"objective": "objective", "key_result": "key result", "initiative": "initiative"}


class Evidence(NamedTuple):
    """What one item's place in the structure says about the word used for it."""

    word: str
    measured: bool
    has_children: bool
    has_tasks: bool
    has_parent: bool


class Decided(NamedTuple):
    """The kind by word, and the decisions in sentences."""

    kinds: Mapping[str, str]
    notes: tuple[str, ...]


def decide(items: Iterable[Evidence]) -> Decided:
    """Decide every word at once: by its known meaning, or else by what most items of that word look like."""
    by_word: dict[str, list[Evidence]] = {}
    for item in items:
        by_word.setdefault(item.word, []).append(item)
    kinds = {word: words.kind(word) or _by_structure(same) for word, same in by_word.items()}
    return Decided(kinds, tuple(_notes(by_word, kinds)))


def _by_structure(items: list[Evidence]) -> str:
    votes = Counter(_vote(item) for item in items)
    return max(STANDARD, key=lambda kind: votes[kind])


def _vote(item: Evidence) -> str:
    if item.has_tasks:
        return "initiative"
    if item.has_children:
        return "objective"
    return "key_result" if item.measured or item.has_parent else "objective"


def _notes(by_word: Mapping[str, list[Evidence]], kinds: Mapping[str, str]) -> Iterable[str]:
    for word, kind in sorted(kinds.items()):
        if words.fold(word) == kind:
            continue
        reason = "" if words.kind(word) else ", by its place in the structure"
        yield f"“{word}” read as {STANDARD[kind]} ({len(by_word[word])} items){reason}."
