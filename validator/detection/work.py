"""Whether a key result is work to do, or counts the team's own work, rather than a result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from validator.detection.lexis import CURRENCIES, SECONDS
from validator.detection.marks import BUSY, TARGET
from validator.detection.measure import Measure
from validator.detection.periods import phrases_in
from validator.detection.text import MARK, NUMBER, WORD, Token, key_of
from validator.detection.title import Title
from validator.detection.words import Words, words

_ARTICLES = frozenset(("a", "an", "the", "our"))
_AFTER_VERB = _ARTICLES | frozenset(("all", "new", "with", "for", "in"))
_NO_OBJECT = frozenset(("of", "per", ":", "-", "from"))
_AFTER_DONE = frozenset("off on out in to for by across into with , ; and".split())
_PARTICIPLES = frozenset(
    "built rebuilt written rewritten set sent held begun taught chosen bought run withdrawn".split()
)
_PRESENT = frozenset("opens launches starts closes begins ships".split())
_END = Token(MARK, "", ",", 0, 0)


def is_task(title: Title, measure: Measure, metric: str | None) -> bool:
    """Whether a key result is work to do: a command without a result, or a thing that is to be there."""
    table = words()
    if not title.tokens or _says_result(measure, metric):
        return False
    if not _commands(title.tokens, table):
        return not measure.has_target and not measure.direction and metric is None and _is_deliverable(title, table)
    if _is_outcome(title.tokens, measure, table):
        return False
    return counts_work(title, measure) or not measure.has_target or not _is_service(title, measure, table)


def _says_result(measure: Measure, metric: str | None) -> bool:
    """A change from one value to another; a milestone of 0 or 1 is none."""
    if measure.baseline is not None and measure.target is not None:
        return (measure.baseline, measure.target) != (0, 1)
    return metric is not None and measure.has_target


def _is_service(title: Title, measure: Measure, table: Words) -> bool:
    """A share, a change, a stated goal, or a time within which daily work is done: more than work."""
    if measure.relative is not None or measure.change is not None or measure.unit in ("%", "pts", "bps"):
        return True
    daily = measure.unit in SECONDS and title.tokens[0].text.casefold() in table.service_verbs
    return daily or bool(title.seen & TARGET)


def _commands(listed: Sequence[Token], table: Words) -> bool:
    """Whether a title begins with a verb of work, in the form of a command, that is no noun ("Release frequency")."""
    if listed[0].text.casefold() not in table.task_verbs or _is_passive(listed[1:]):
        return False
    rest = listed[1:]
    if not rest or rest[0].key in _NO_OBJECT or rest[0].kind not in (WORD, NUMBER):
        return False
    if rest[0].key == "to":
        return len(rest) < 2 or rest[1].text[0].isupper() or rest[1].key in _AFTER_VERB
    return any(token.key in _AFTER_VERB for token in rest) or not any(t.key in table.metric_words for t in rest)


def _is_passive(rest: Sequence[Token]) -> bool:
    """“Order entry frozen”: the first word is a noun."""
    said = [token for token in rest if token.kind == WORD]
    if any(token.key in _ARTICLES or token.key == "and" for token in said):
        return False
    ends = (done for done, after in pairwise((*said[1:], _END)) if after.key in _AFTER_DONE)
    return any(done.text.endswith(("ed", "zen")) for done in ends)


def _is_deliverable(title: Title, table: Words) -> bool:
    """“Partner portal launched in May”, “Data catalogue live”: one thing done; of several ("contracts signed") it is a count."""
    left = title.aside.dropped
    said = [token for place, token in enumerate(title.tokens) if place not in left and token.kind in (WORD, MARK)]
    for (before, done), (_, after) in pairwise(pairwise((*said, _END, _END))):
        if before.kind != WORD or done.kind != WORD or after.key not in _AFTER_DONE:
            continue
        if after is _END and (done.key in table.deliverable_endings or (before.key, done.key) == ("in", "plac")):
            return True
        if _is_done(done, table) and (before.text[-1] != "s" or before.text.endswith("ss")):
            return before.key not in table.metric_words
    return False


def _is_done(token: Token, table: Words) -> bool:
    done = token.text.endswith("ed") or token.text.casefold() in _PARTICIPLES | _PRESENT
    return done and token.key in _stems(table.task_verbs - table.service_verbs)


@lru_cache(maxsize=8)
def _stems(verbs: frozenset[str]) -> frozenset[str]:
    return frozenset(map(key_of, verbs))


def counts_work(title: Title, measure: Measure) -> bool:
    """“Send 3,000 emails”, “60 demos per rep”: a number of things done, with no value to change from."""
    listed, table = title.tokens, words()
    if measure.baseline is not None or measure.target is None or measure.unit not in (None, "h") or len(listed) < 2:
        return False
    if listed[0].kind == NUMBER:
        return any(token.key in table.activity_nouns for token in listed[1:4])
    return listed[1].kind == NUMBER and _commands(listed, table) and not _is_outcome(listed, measure, table)


def _is_outcome(listed: Sequence[Token], measure: Measure, table: Words) -> bool:
    """“Close 8 deals”: a count that customers decide."""
    if measure.target is None or listed[0].text.casefold() not in table.outcome_verbs:
        return False
    return any(token.key in table.outcome_nouns for token in listed[1:])


def counts_busyness(title: Title, measure: Measure) -> bool:
    """Utilisation, story points, or anything but money per head of staff."""
    if not title.seen & BUSY:
        return False
    listed, table = title.tokens, words()
    if any(token.key in table.utilisation_words for token in listed) or any(
        phrases_in(listed, table.utilisation_phrases)
    ):
        return True
    money = measure.unit is not None and measure.unit[:1] in CURRENCIES
    return not money and any(one.key == "per" and two.key in table.staff_words for one, two in pairwise(listed))
