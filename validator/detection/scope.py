"""What narrows a measure: capitalised names, cohorts, and what follows “for” or “in”."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from validator.detection.lexis import SECONDS
from validator.detection.marks import BASELINE, LEAD, SMALL, WAY
from validator.detection.text import CLOCK, MARK, NUMBER, WORD, Token
from validator.detection.title import Title
from validator.detection.values import NAME, WEAK, Number
from validator.detection.words import Words, words

_UNDER = frozenset(("under", "over", "below", "abov"))
_JOINS = frozenset(("&", "of", "-"))
_OPENING = frozenset((".", ":", "•", "!", "?", "'", "‘", "“", '"', "(", "per", "/"))
_ENDS = frozenset("from to by with at per that who is are and down up target goal aim".split())


def scope_of(title: Title) -> tuple[tuple[str, ...], frozenset[int]]:
    """The scopes of a title in small letters, and the indexes of the tokens that are names."""
    tokens, dropped, table = title.tokens, title.aside.dropped, words()
    named: set[int] = set()
    found: dict[str, None] = {}
    if any(token.text[0].isupper() for token in tokens[1:]):
        for start, end in _names(tokens, dropped, table):
            found[_written(tokens, start, end)] = None
            named.update(range(start, end))
    for start, end in _cohorts(tokens, title.numbers):
        found[_written(tokens, start, end)] = None
    for start, end in _led(title, table) if title.seen & LEAD else ():
        found[_written(tokens, start, end)] = None
    return tuple(found), frozenset(named)


def _written(tokens: Sequence[Token], start: int, end: int) -> str:
    text = ""
    for place in range(start, end):
        gap = place > start and tokens[place - 1].end < tokens[place].start
        text += (" " if gap else "") + tokens[place].text
    return text.casefold()


def _names(tokens: Sequence[Token], dropped: frozenset[int], words: Words) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words that no sentence begins; one letter or number after a name belongs to it (Hub B)."""
    place = 1
    while place < len(tokens):
        if not _is_name(tokens, place, dropped, words):
            place += 1
            continue
        start = place
        while place < len(tokens) and (_is_name(tokens, place, dropped, words) or _is_mark(tokens, place, dropped)):
            place += 1
        yield start, place


def _is_name(tokens: Sequence[Token], place: int, dropped: frozenset[int], words: Words) -> bool:
    """A capitalised word inside a sentence; of words in capitals only known codes, for others are measures and units."""
    token, before = tokens[place], tokens[place - 1]
    if token.kind != WORD or place in dropped or not token.text[0].isupper():
        return False
    if before.kind == NUMBER or before.key in _OPENING or (before.kind == MARK and place == 1):
        return False
    return token.key in words.scope_codes or (len(token.text) > 1 and not token.text.isupper())


def _is_mark(tokens: Sequence[Token], place: int, dropped: frozenset[int]) -> bool:
    """A letter that numbers a name, as in Hub B."""
    return (
        tokens[place].kind == WORD
        and len(tokens[place].text) == 1
        and tokens[place].text.isupper()
        and place not in dropped
    )


def _cohorts(tokens: Sequence[Token], numbers: Sequence[Number]) -> Iterator[tuple[int, int]]:
    """“under 30”, “16-24”, “10+ sources”: bounds that are no times and no values."""
    for number in numbers:
        place = number.place
        before = tokens[place - 1].key if place else ""
        if before in _UNDER and number.role == WEAK and _ages(tokens[place].text):
            yield place - 1, number.until
        if number.unit in SECONDS or number.unit in ("%", "clock", "$", "£", "€"):
            continue
        after = tokens[number.until] if number.until < len(tokens) else None
        if number.role == NAME and after is not None and after.key in ("-", "–") and number.until + 1 < len(tokens):
            if tokens[number.until + 1].kind == NUMBER and after.start == tokens[place].end:
                yield place, number.until + 2
        elif number.role == WEAK and (before in _UNDER or tokens[place].text.endswith("+")):
            yield (place - 1 if before in _UNDER else place), number.until


def _ages(text: str) -> bool:
    """“30s” as in “under 30s”."""
    return len(text) == 3 and text.endswith("s")


def _led(title: Title, table: Words) -> Iterator[tuple[int, int]]:
    """Up to four words after “for” or “in” that no number, mark or small word ends."""
    tokens = title.tokens
    for lead, bits in enumerate(title.marks):
        if not bits & LEAD or not lead or lead in title.aside.dropped:
            continue
        start = end = lead + 1
        while end < len(tokens) and end - lead <= 4 and _goes_on(title, end):
            end += 1
        while start < end and title.marks[start] & SMALL:
            start += 1
        if end < len(tokens) and tokens[end].kind == NUMBER and tokens[end - 1].key in table.label_words:
            end -= 1
        if start < end:
            yield start, end


def _goes_on(title: Title, place: int) -> bool:
    token = title.tokens[place]
    if (
        place in title.aside.dropped
        or token.kind in (NUMBER, CLOCK)
        or (token.kind == MARK and token.key not in _JOINS)
    ):
        return False
    return token.key not in _ENDS and not title.marks[place] & (WAY | BASELINE)
