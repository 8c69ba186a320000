"""Titles as tokens and stems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.detection.text import CLOCK, LONGEST, NUMBER, WORD, key_of, keys, tokens


@pytest.mark.parametrize(
    "words",
    [
        "launch launches launched launching",
        "utilisation utilization",
        "utilise utilised utilizing",
        "colour colors",
        "catalogue catalogs",
        "fibre fibers",
        "cancelled canceled cancelling",
        "city cities",
        "stop stopped stopping",
        "person people",
        "sign-up sign-ups",
        "company's company",
        "reach REACHES",
    ],
)
def test_forms_and_spellings_of_one_word_have_one_stem(words: str) -> None:
    assert len({key_of(word) for word in words.split()}) == 1


@pytest.mark.parametrize(
    "words",
    ["rate rating", "train training", "lost lose", "hour our", "need ned", "news new", "promise promize", "speed spe"],
)
def test_different_words_keep_different_stems(words: str) -> None:
    assert len({key_of(word) for word in words.split()}) == 2


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("T-3 punctuality 78%", [(WORD, "T-3"), (WORD, "punctuality"), (NUMBER, "78%")]),
        ("£310m→£190m", [(NUMBER, "£310m"), ("mark", "→"), (NUMBER, "£190m")]),
        ("17.2%->13%", [(NUMBER, "17.2%"), ("mark", "->"), (NUMBER, "13%")]),
        ("open at 9am, not 18:30", [(WORD, "open"), (WORD, "at"), (CLOCK, "9am"), ("mark", ","), (WORD, "not"), (CLOCK, "18:30")]),
        ("p95 of M365", [(WORD, "p95"), (WORD, "of"), (WORD, "M365")]),
        ("離職率を5%に🎉", [(WORD, "離職率を"), (NUMBER, "5%"), (WORD, "に"), ("mark", "🎉")]),
        ("cost -30%", [(WORD, "cost"), (NUMBER, "-30%")]),
        ("1,900 or 12.5", [(NUMBER, "1,900"), (WORD, "or"), (NUMBER, "12.5")]),
        ("v2.0 out", [(WORD, "v2"), ("mark", "."), (WORD, "out")]),
        ("", []),
    ],
)  # fmt: skip
def test_a_title_is_split_into_words_numbers_times_and_marks(text: str, kinds: list[tuple[str, str]]) -> None:
    assert [(token.kind, token.text) for token in tokens(text)] == kinds


@given(st.text(max_size=400))
def test_every_token_stands_where_it_says(text: str) -> None:
    for token in tokens(text):
        assert text[token.start : token.end] == token.text


def test_an_arrow_is_the_same_mark_however_it_is_written() -> None:
    assert {
        token.key for text in ("a -> b", "a → b", "a => b", "a —> b") for token in tokens(text) if token.kind == "mark"
    } == {"→"}


def test_a_title_is_read_to_its_limit_and_a_list_of_words_to_its_end() -> None:
    long = "word " * LONGEST
    assert (len(tokens(long)), len(keys(long))) == (LONGEST // 5, LONGEST)
