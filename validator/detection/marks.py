"""What the tables say of a word, as bits: looked up once a word, so that most of a title needs no second look."""

from __future__ import annotations

from functools import lru_cache

from validator.detection.lexis import CODE, MONTHS, NUMBER_WORDS, PARTS, SPANS, TIMES, WHOLE_PERIODS
from validator.detection.words import words

RAISE, CUT, IMPROVE, HOLD, TARGET, BASELINE, SMALL, NUMERAL, COUNT, ASIDE, LEAD, CHANGE, BUSY = (
    1 << n for n in range(13)
)
"""COUNT: a numeral other than one, which is more often a pronoun. ASIDE: may begin a filler, a period or an exclusion. CHANGE: half, double. BUSY: may begin a measure of busyness."""
WAY = RAISE | CUT
UNSAID = WAY | IMPROVE | TARGET | BASELINE | SMALL | COUNT
"""Words that are never part of what is measured."""


@lru_cache(maxsize=100_000)
def mark(key: str) -> int:
    """The bits of a stem."""
    table = words()
    lists = (
        (RAISE, key in table.raise_words),
        (CUT, key in table.cut_words),
        (IMPROVE, key in table.improve_words),
        (HOLD, key in table.hold_words),
        (TARGET, key in table.target_words),
        (BASELINE, key in table.baseline_words),
        (SMALL, key in table.stop_words),
        (NUMERAL, key in NUMBER_WORDS),
        (COUNT, key in NUMBER_WORDS and NUMBER_WORDS[key] != 1),
        (ASIDE, key in table.fillers or key in table.exclusion_words or key == "not" or _is_period(key)),
        (LEAD, key in table.scope_lead_words),
        (CHANGE, key in TIMES or key in PARTS),
        (BUSY, key in table.utilisation_words or key in table.utilisation_phrases or key in table.staff_words),
    )
    return sum(bit for bit, given in lists if given)


def _is_period(key: str) -> bool:
    return key in MONTHS or key in SPANS or key in WHOLE_PERIODS or CODE.fullmatch(key) is not None
