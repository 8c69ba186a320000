"""Phrases of a table looked up in texts: a text says a phrase when all its words stand in it, in whichever order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")
Phrases = Mapping[str, tuple[tuple[frozenset[str], T], ...]]
"""Words of each phrase and what it stands for, by the word that fewest phrases share."""


def index_phrases(entries: Iterable[tuple[frozenset[str], T]]) -> Phrases[T]:
    """Phrases, each with what it stands for, made ready to be looked up; those without a word are left out."""
    listed = [(words, meaning) for words, meaning in entries if words]
    spread = Counter(word for words, _ in listed for word in words)
    index: dict[str, dict[tuple[frozenset[str], T], None]] = defaultdict(dict)
    for words, meaning in listed:
        index[min(words, key=lambda word: (spread[word], word))][words, meaning] = None
    return {word: tuple(found) for word, found in index.items()}


def said(words: frozenset[str], phrases: Phrases[T]) -> Iterator[tuple[frozenset[str], T]]:
    """The phrases that words say, each with its own words; in no telling order."""
    for word in words:
        for phrase, meaning in phrases.get(word, ()):
            if phrase <= words:
                yield phrase, meaning
