"""The word tables of `rulesets/wording.yaml`: what admins edit, stemmed once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from validator.detection.text import keys
from validator.errors import BadRuleset
from validator.rules.source import Source, parse

Phrases = Mapping[str, tuple[tuple[str, ...], ...]]
"""Phrases as stems, the longest first, by their first stem."""


PHRASES = ("fillers", "utilisation_phrases", "empty_phrases")
"""Lists of phrases; all others are lists of words."""
AS_WRITTEN = ("task_verbs", "service_verbs", "outcome_verbs")
"""Lists of which a word only counts in the form given: a command."""


class Words(NamedTuple):
    """The tables, by the names that the file gives them."""

    raise_words: frozenset[str]
    cut_words: frozenset[str]
    improve_words: frozenset[str]
    hold_words: frozenset[str]
    bad_words: frozenset[str]
    target_words: frozenset[str]
    baseline_words: frozenset[str]
    label_words: frozenset[str]
    stop_words: frozenset[str]
    scope_lead_words: frozenset[str]
    scope_codes: frozenset[str]
    exclusion_words: frozenset[str]
    fillers: Phrases
    task_verbs: frozenset[str]
    service_verbs: frozenset[str]
    outcome_verbs: frozenset[str]
    outcome_nouns: frozenset[str]
    activity_nouns: frozenset[str]
    utilisation_words: frozenset[str]
    utilisation_phrases: Phrases
    staff_words: frozenset[str]
    deliverable_endings: frozenset[str]
    metric_words: frozenset[str]
    metric_names: frozenset[str]
    empty_words: frozenset[str]
    general_words: frozenset[str]
    empty_phrases: Phrases


@cache
def words() -> Words:
    """The shipped tables. Raises BadRuleset."""
    text = resources.files("rulesets").joinpath("wording.yaml").read_text("utf-8")
    return read_words(parse("wording.yaml", text))


def read_words(source: Source) -> Words:
    """Tables from a file. Raises BadRuleset with every list that is missing, unknown or no text."""
    data = source.data if isinstance(source.data, dict) else {}
    faults = [source.fault("", f"The list “{name}” is missing.") for name in Words._fields if name not in data]
    for name, value in data.items():
        if name not in Words._fields:
            faults.append(source.fault(f"/{name}", f"No list is called “{name}”.", ", ".join(Words._fields)))
        elif not isinstance(value, str):
            faults.append(source.fault(f"/{name}", f"“{name}” is a text: words with spaces or phrases with commas."))
    if faults:
        raise BadRuleset(faults)
    return Words(**{name: _table(name, data[name]) for name in Words._fields})


def _table(name: str, text: str) -> Any:
    if name in PHRASES:
        return _phrases(text)
    return frozenset(text.casefold().split() if name in AS_WRITTEN else keys(text))


def _phrases(text: str) -> Phrases:
    found: dict[str, list[tuple[str, ...]]] = {}
    for part in text.split(","):
        stems = keys(part)
        if stems:
            found.setdefault(stems[0], []).append(stems)
    return {first: tuple(sorted(listed, key=len, reverse=True)) for first, listed in found.items()}
