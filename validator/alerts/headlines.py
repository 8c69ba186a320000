"""The first line of a message, which says what happened and whose turn it is, and what is about no single finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from validator.alerts.events import DIGEST, FAILED, PING, RAISED, SILENT, TRIED
from validator.alerts.letter import NOBODY, TO_DO, Line, Told, day_of, moment_of, names_of, plural, short
from validator.history.parts import SEVERITIES

_WHY = {
    "first_run": "this was the first look", "rule_changed": "the rules changed",
    "program_changed": "this program changed", TRIED: "the trial of a rule ended", RAISED: "they became worse",
}  # fmt: skip
"""Why findings are told of together."""


def headline(told: Sequence[Told], single: Sequence[tuple[Told, Line]], person: str | None) -> str:
    """What happened, in a line; of a single conflict also whose turn it is. `single`: the findings told of one by one."""
    whose = " in what you own" if person else ""
    if not single:
        return "; ".join(f"{occasion}{whose}" for one in told if (occasion := _occasion(one))) or "something changed"
    (one, line), *others = single
    if others:
        return f"{_counts(line for _, line in single)}{whose}"
    if line.turn:
        return f"{line.word} conflict{line.turn}"
    owner = names_of(one.people, None)
    return f"{line.word} {line.noun}{whose or (f' for {owner}' if owner != NOBODY else ' without an owner')}"


def notice(title: str, summary: str, lines: Sequence[Line]) -> str:
    """The title, with how the message begins where the title alone does not say what it is about."""
    told = len(lines) == 1 and lines[0].turn
    begin = lines[0].text if lines and not told else "" if told else summary
    return short(f"{title}. {begin}", 150) if begin else title


def _counts(lines: Iterable[Line]) -> str:
    counts = Counter((line.word, line.noun) for line in lines)
    return ", ".join(f"{count:,} {word} {plural(noun, count)}" for (word, noun), count in counts.items())


def _occasion(one: Told) -> str:
    """What is about no single finding, in a few words."""
    if one.type == DIGEST:
        return _at_once(one.data)
    words = {FAILED: "its source could not be read", SILENT: "its source is silent", PING: "a test"}
    return words.get(one.type, "something changed")


def _at_once(digest: Mapping[str, Any]) -> str:
    count, went, counts = digest["count"], digest["resolved"], digest["severities"]
    severities = ", ".join(f"{counts[name]:,} {plural(name, counts[name])}" for name in SEVERITIES if counts.get(name))
    came = [f"{count:,} {plural('finding', count)} at once ({severities})"] if count else []
    return ", ".join([*came, *([f"{went:,} gone at once"] if went else [])])


def sentences(told: Sequence[Told], *, alone: bool) -> Iterator[str]:
    """What is about no single finding; `alone` where there is nothing else, so that the title has said it."""
    for one in told:
        if one.type == DIGEST:
            if not alone:
                yield f"Also {_at_once(one.data)}."
            yield from _reasons(one.data)
        elif one.type == FAILED:
            yield from _failure(one.data["sync"])
        elif one.type == SILENT:
            yield from _silence(one.data["source"])
        elif one.type == PING:
            yield "This is a test: messages arrive. There is nothing to do."


def _reasons(digest: Mapping[str, Any]) -> Iterator[str]:
    """Why a digest tells of its findings at once."""
    causes = digest["causes"]
    found = [(causes[cause], words) for cause, words in _WHY.items() if causes.get(cause)]
    others = digest["count"] - sum(number for number, _ in found)
    found += [(others, "there are too many to tell one by one")] if others else []
    reasons = [f"{words} ({number:,})" if len(found) > 1 else words for number, words in found]
    if reasons:
        yield f"They are told at once because {' and '.join(reasons)}."


def _failure(sync: Mapping[str, Any]) -> Iterator[str]:
    yield f"{short(str(sync.get('problem') or 'No reason was given')).rstrip('.')}."
    stale = sync.get("stale") or 0
    if stale:
        stand = "1 finding still stands" if stale == 1 else f"{stale:,} findings still stand"
        yield f"Until it is read again, nobody knows whether {stand}."
    yield f"{TO_DO}: test the connection and its credential."


def _silence(source: Mapping[str, Any]) -> Iterator[str]:
    heard, due = moment_of(source.get("heard_at")), moment_of(source.get("silent_since"))
    yield f"Nothing has come since {heard}." if heard else "Nothing has ever come."
    if due:
        yield f"It was due by {due}."
    yield f"{TO_DO}: see whether its schedule runs, and test the connection."


def origin(told: Sequence[Told]) -> str:
    """The run that found it."""
    run = next((one.data["run"] for one in told if one.data.get("run", {}).get("as_of")), None)
    if run is None:
        return ""
    ruleset = run.get("ruleset") or {}
    by = f", ruleset {ruleset['name']} {ruleset['version']}" if ruleset else ""
    return short(f"Run {run['number']}, as of {day_of(run['as_of'])}{by}")
