"""Titles as tokens: words folded to what their endings and spelling have in common, numbers, clock times and marks.

Linear in the length of a text, whatever its script; nothing in it can fail.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

LONGEST = 1_000
"""Characters of a title that are read."""

WORD, NUMBER, CLOCK, MARK = "word", "number", "clock", "mark"

_TOKEN = re.compile(
    r"""
    \s*+ (?:
      ( [^\W\d_]++ (?: (?<=[A-Za-z]) \d \w*+ | [-+] \d{1,3} (?! \w | [.,]\d | % ) | (?: ['’&.-] [^\W\d_]++ )++ )? )
    | ( (?<! [.,] ) \d{1,2} (?: :[0-5]\d (?: :[0-5]\d )? (?: \s?[ap]m\b )? | \s?[ap]m\b ) )
    | ( (?<! \w[.,] ) (?: (?<![\w%)]) [-+−] )? (?: [$£€¥₹] \s? )?
        \d++ (?: [.,\u00a0\u202f] \d++ )*+ (?: % | ‰ | [^\W\d_]{1,6} (?! \w ) )? (?: \+ (?! \w ) )? )
    | ( [-=–—]{1,3}+ > | [^\w\s] )
    )
    """,
    re.VERBOSE,
)
_KINDS = ("", WORD, CLOCK, NUMBER, MARK)
_ARROWS = frozenset("→➔➜⟶⇒")


_new = tuple.__new__
"""Makes a named tuple in half the time that calling it takes; a set has a million tokens."""


class Token(NamedTuple):
    """A word, number, clock time or mark of a text."""

    kind: str
    """WORD, NUMBER, CLOCK or MARK."""
    text: str
    key: str
    """A word's stem, its parts joined by hyphens; a mark itself, with every arrow as →; "" for numbers and times."""
    start: int
    end: int


def tokens(text: str, longest: int = LONGEST) -> list[Token]:
    """The tokens of a text, as far as its first `longest` characters."""
    found = []
    for match in _TOKEN.finditer(text, 0, longest):
        group = match.lastindex or 0
        part = match[group]
        key = key_of(part) if group == 1 else "" if group < 4 else "→" if part[-1] == ">" or part in _ARROWS else part
        found.append(_new(Token, (_KINDS[group], part, key, *match.span(group))))
    return found


ROOT = 6
"""Letters of a stem by which two words count as one: readmit and readmission."""


def keys(text: str) -> tuple[str, ...]:
    """The stems of all words of a text."""
    return tuple(token.key for token in tokens(text, len(text)) if token.kind == WORD)


@lru_cache(maxsize=100_000)
def key_of(word: str) -> str:
    """A word in small letters, American spelling and without the ending of plural or verb; each part of a compound so."""
    plain = word if word.isascii() else unicodedata.normalize("NFKC", word)
    folded = plain.casefold().replace("’", "'").removesuffix("'s").replace("'", "").replace(".", "")
    if "-" in folded:
        parts = [stem(spelled(part)) for part in folded.split("-") if part]
        *first, last = parts or [""]
        return "-".join((*first, last[:-1] if len(last) == 3 and last in _PARTICLES else last))
    return stem(spelled(folded))


_OUR = re.compile(r"(?<=[a-z]{2})(?<!\bh)(?<!\bfl)our(?=s?$|ed$|ing$|al$|able$|ite)")
_KEPT_OUR = frozenset("hour hours your our four tour tours pour sour flour detour contour contours fourth".split())
_KEPT_ISE = frozenset(
    "rise arise wise advise exercise promise enterprise franchise precise expertise noise raise praise otherwise surprise "
    "merchandise revise supervise likewise disguise compromise premise concise cruise bruise comprise despise devise demise "
    "improvise excise paradise televise advertise treatise tortoise poise turquoise appraise upraise".split()
)
_ISE = re.compile(r"(?<=[a-z]{3})is(e|es|ed|ing|ation|ations|er|ers)$")
_RE = re.compile(r"^(cent|lit|met|theat|fib|calib|kilomet|cub)re(s?)$")


def spelled(word: str) -> str:
    """An English word, in small letters, in American spelling."""
    if "our" in word and word not in _KEPT_OUR:
        word = _OUR.sub("or", word)
    found = _ISE.search(word)
    if found and f"{word[: found.start()]}ise" not in _KEPT_ISE:
        word = f"{word[: found.start()]}iz{found[1]}"
    if "re" in word:
        word = _RE.sub(r"\1er\2", word)
    return word.replace("logue", "log") if word.endswith(("logue", "logues")) else word


_IRREGULAR = dict(
    pair.split(":")
    for pair in "people:person men:man women:woman children:child kids:child sold:sell paid:pay kept:keep ads:ad won:win "
    "met:meet spent:spend sent:send made:make making:make built:build held:hold written:write wrote:write taken:take took:take "
    "bought:buy found:find ran:run grew:grow grown:grow fell:fall fallen:fall rose:rise risen:rise chosen:choose froze:freeze "
    "frozen:freeze froz:freeze taught:teach begun:begin began:begin got:get gotten:get data:data lives:life wives:wife "
    "went:go goes:go does:do used:use using:use".split()
)
_PARTICLES = frozenset(("ins", "ups"))
"""Plural particles: sign-ups, break-ins."""
_WHOLE = frozenset(
    "morning evening during ceiling building training rating clothing housing wedding bearing being thing nothing everything "
    "anything something king ring spring string bring hundred bed red need feed speed seed embed exceed proceed indeed agreed "
    "news series species analysis basis crisis emphasis status bonus virus campus process access business success address "
    "less process loss pass class press stress glass gas bus plus yes this is was has its us as always across physics "
    "lens canvas atlas bias basics analytics logistics ethics politics economics united limited wing swing".split()
)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A word in small letters without the ending of plural or verb: light, so that different words stay different."""
    if word in _IRREGULAR:
        word = _IRREGULAR[word]
    if len(word) < 4 or not word.isascii() or word in _WHOLE:
        return word
    return _bare(_verb(_singular(word)))


def _singular(word: str) -> str:
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "xes", "zes", "ches", "shes")) else word[:-1]


_VOWEL = re.compile("[aeiouy]")


def _verb(word: str) -> str:
    if word in _WHOLE:
        return word
    if word.endswith("ied") and len(word) > 4:
        return f"{word[:-3]}y"
    cut = 3 if word.endswith("ing") else 2 if word.endswith("ed") and not word.endswith("eed") else 0
    rest = word[:-cut] if cut else word
    if not cut or len(rest) < 3 or not _VOWEL.search(rest):
        return word
    return rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest


def _bare(word: str) -> str:
    """Without a silent e and, in longer words, a doubled l."""
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    return word[:-1] if len(word) > 5 and word.endswith("ll") else word
