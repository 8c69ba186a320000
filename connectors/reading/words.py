"""Words of the field as tools and people write them, and what they mean in the document."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

STATUSES = {
    "draft": "draft",
    "proposed": "proposed",
    "not_started": "not_started not_yet_started pending todo to_do open planned backlog new upcoming",
    "committed": "committed agreed approved",
    "active": "active reopened in_progress ongoing started progressing underway wip live",
    "on_track": "on_track ontrack green good healthy",
    "at_risk": "at_risk atrisk amber yellow needs_attention caution progressing_slowly slow",
    "off_track": "off_track offtrack red blocked critical delayed action_required",
    "behind": "behind overdue late",
    "postponed": "postponed on_hold paused deferred parked rescheduled",
    "done": "done finished",
    "completed": "completed complete",
    "achieved": "achieved met success successful accomplished",
    "closed": "closed archived ended",
    "cancelled": "cancelled canceled dropped abandoned discarded",
    "missed": "missed failed not_achieved",
}
LEVELS = {
    "company": "company organisation organization corporate corp org enterprise group_wide company_wide companywide",
    "department": "department dept division function functional bu business_unit area directorate",
    "team": "team squad tribe crew chapter",
    "individual": "individual personal person employee own",
}
KINDS = {
    "objective": "objective objectives goal o obj theme big_rock",
    "key_result": "key_result key_results kr krs keyresult metric result kpi measure",
    "initiative": "initiative initiatives project to_do todo deliverable milestone action task activity",
}
DIRECTIONS = {
    "increase": "increase increasing up grow raise increase_from should_increase_to higher_is_better maximise",
    "decrease": "decrease decreasing down reduce lower decrease_from should_decrease_to lower_is_better minimise",
    "maintain": "maintain keep hold stay_above stay_below stay_at should_stay_above should_stay_below threshold",
}
UNITS = {
    "": "number numerical numeric count none",
    "%": "percentage percent",
    "$": "dollar",
    "€": "euro",
    "£": "pound",
    "¥": "yen",
    "₹": "rupee",
}


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case words joined by “_”, without accents and punctuation; camelCase counts as two words."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    bare = "".join(char for char in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(char))
    return "_".join(re.findall(r"[^\W_]+", bare.casefold()))


def _meanings(table: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in table.items() for word in (meaning, *words.split())}


_STATUS, _LEVEL = _meanings(STATUSES), _meanings(LEVELS)
_KIND, _DIRECTION, _UNIT = _meanings(KINDS), _meanings(DIRECTIONS), _meanings(UNITS)


def status(text: str) -> str:
    """The document's word for a status; a word that is not known stays as it is."""
    return _STATUS.get(fold(text), text.strip())


def level(text: str) -> str | None:
    """company, department, team or individual; None for another word."""
    folded = fold(text)
    return _LEVEL.get(folded) or _LEVEL.get(re.sub(r"_?(level|okr|objective|goal)s?$", "", folded))


def kind(text: str) -> str | None:
    """objective, key_result or initiative; None for another word, and for “outcome”, which is used for either."""
    return _KIND.get(fold(text)) or _KIND.get(fold(text.lower()))


def direction(text: str) -> str | None:
    """increase, decrease or maintain; None for another word."""
    return _DIRECTION.get(fold(text))


def unit(text: str) -> str:
    """The sign of a unit that tools write as a word, "" for a plain number; another unit stays as it is."""
    folded = fold(text)
    return _UNIT.get(folded, text.strip()) if folded else text.strip()
