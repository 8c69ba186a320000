"""How a key result or an objective is worded: a task, an empty wish, a metric, a count of the team's own work."""

from __future__ import annotations

from collections.abc import Sequence

from validator.detection.lexis import CURRENCIES
from validator.detection.marks import CUT, IMPROVE, RAISE, SMALL
from validator.detection.measure import Fields, Measure, measure_of
from validator.detection.periods import phrases_in
from validator.detection.text import MARK, WORD, Token, key_of
from validator.detection.title import Title, read_title
from validator.detection.values import VALUE, WEAK, Number
from validator.detection.words import Words, words
from validator.detection.work import counts_busyness, counts_work, is_task

TASK, NO_TARGET, NO_BASELINE = "task", "no_target", "no_baseline"
OWN_ACTIVITY = "local_efficiency"
IS_METRIC, VAGUE = "objective_is_metric", "vague_intent"

MOST_METRIC_WORDS = 4
"""Words of a title that can be a bare metric."""


def judge_key_result(title: str, measure: Measure, metric: str | None = None) -> frozenset[str]:
    """What is weak about a key result: TASK, NO_TARGET, NO_BASELINE, OWN_ACTIVITY, any of them.

    TASK: work or a deliverable, with or without a date or a count. OWN_ACTIVITY: counts what the team itself does, or how
    busy it is. A task lacks neither target nor baseline: it is to be replaced, not completed.
    """
    return judge_title(read_title(title), measure, metric)


def judge_title(title: Title, measure: Measure, metric: str | None = None) -> frozenset[str]:
    """The same from a title that is read."""
    found = set()
    if counts_work(title, measure) or counts_busyness(title, measure):
        found.add(OWN_ACTIVITY)
    if is_task(title, measure, metric):
        found.add(TASK)
    elif not measure.has_target:
        found.add(NO_TARGET)
    elif measure.baseline is None and not measure.hold:
        found.add(NO_BASELINE)
    return frozenset(found)


def judge_objective(text: str) -> frozenset[str]:
    """What is weak about the title of an objective: IS_METRIC, VAGUE, OWN_ACTIVITY, at most one of them.

    IS_METRIC: it is a metric or states a value to reach. VAGUE: any other organisation could have written it.
    """
    title = read_title(text)
    if title.numbers:
        measure = measure_of(title, Fields())
        if counts_work(title, measure) and title.tokens[0].kind == WORD:
            return frozenset((OWN_ACTIVITY,))
        if _states_value(title, measure):
            return frozenset((IS_METRIC,))
    if counts_busyness(title, Measure()):
        return frozenset((OWN_ACTIVITY,))
    if _is_vague(title, words()):
        return frozenset((VAGUE,))
    return frozenset((IS_METRIC,)) if _is_bare_metric(title, words()) else frozenset()


def _states_value(title: Title, measure: Measure) -> bool:
    """A value in digits that is no threshold, name, day or time of day."""
    if measure.baseline is not None and measure.target is not None:
        return True
    stated = (number for number in title.numbers if _is_stated(number))
    return any(number.place == 0 or title.tokens[number.place - 1].key != "all" for number in stated)


def _is_stated(number: Number) -> bool:
    """A value, or a threshold in percent or money ("margin above 20 %"), in digits."""
    if number.spelled or number.role not in (VALUE, WEAK):
        return False
    return number.role == VALUE or (number.unit is not None and number.unit[:1] in f"%{CURRENCIES}")


_OF = frozenset(("of", "to", "per", "for", "in", "from"))
_BEFORE_TIME = frozenset(("on", "first", "in", "at"))
_SENTENCE = frozenset(
    map(key_of, "we our you your their who that which is are be can will and or not no every all with".split())
)


def _is_bare_metric(title: Title, table: Words) -> bool:
    """“Length of stay”, “Customer churn rate”, “CSAT”: a noun of measurement with its object, and no more."""
    if title.seen & (RAISE | CUT | IMPROVE):
        return False
    said = [token for place, token in enumerate(title.tokens) if place not in title.aside.dropped]
    if not 0 < len(said) <= MOST_METRIC_WORDS or any(token.kind != WORD for token in said):
        return False
    if len(said) <= 2 and any(token.key in table.metric_names for token in said):
        return True
    return _heads(said, table) and not any(token.key in _SENTENCE for token in said)


def _heads(said: Sequence[Token], table: Words) -> bool:
    """Whether the noun that a title is about, the last before “of” and the like, is one of measurement."""
    head = next((place for place, token in enumerate(said) if token.key in _OF), len(said)) - 1
    if head < 0 or said[head].text.endswith("s") or (head and said[head - 1].key in _BEFORE_TIME):
        return False  # “Ship on time” is no metric
    return said[head].key in table.metric_words


def _is_vague(title: Title, table: Words) -> bool:
    """Only general and empty words; or an empty phrase and at most one word that is neither, nor a name."""
    if any(token.kind not in (WORD, MARK) for token in title.tokens):
        return False
    covered: set[int] = set(title.aside.dropped)
    phrase = False
    for start, end in phrases_in(title.tokens, table.empty_phrases):
        covered.update(range(start, end))
        phrase = True
    left = (
        token for place, token in enumerate(title.tokens) if place not in covered and not title.marks[place] & SMALL
    )
    said = [token for token in left if token.kind == WORD]
    special = [token for token in said if token.key not in table.general_words and token.key not in table.empty_words]
    if phrase:
        return not special or (len(special) == 1 and not special[0].text[0].isupper())
    return not special and bool(said) and (len(said) == 1 or any(token.key in table.empty_words for token in said))
