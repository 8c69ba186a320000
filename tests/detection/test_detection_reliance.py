"""Teams that a text says it relies on."""

from __future__ import annotations

import time

import pytest

from validator.detection.reliance import names_of, relied_on

NAMES = names_of(
    [
        ("fin", "Finance & People Ops"),
        ("sales", "Sales"),
        ("it", "IT"),
        ("cs", "Customer Success"),
        ("x", "Twins"),
        ("y", "Twins"),
    ]
)


@pytest.mark.parametrize(
    ("text", "teams"),
    [
        ("Relies on Finance & People Ops for contract terms by May", ["fin"]),
        ("This depends on Sales.", ["sales"]),
        ("Dependent on IT and Customer Success", ["it", "cs"]),
        ("We need a price list from Sales before the fair", ["sales"]),
        ("Needs Sales to book the halls", ["sales"]),
        ("Requires two testers from IT", ["it"]),
        ("With the help of Customer Success we call them back", ["cs"]),
        ("Waiting for IT to open the interface", ["it"]),
        ("Starts once Sales has signed the halls", ["sales"]),
        ("Data provided by IT every night", ["it"]),
        ("Relies on the export; needs halls from Sales", ["sales"]),
        ("It needs IT", ["it"]),
    ],
)
def test_a_name_beside_words_of_reliance_is_found(text: str, teams: list[str]) -> None:
    assert sorted(named.team for named in relied_on(text, NAMES)) == sorted(teams)


@pytest.mark.parametrize(
    "text",
    [
        "Sales grow in every region", "We no longer rely on IT", "Does not depend on Sales", "Relies on sales of drinks",
        "Relies on nobody. Sales may watch.", "Needs better photographs for Sales brochures", "After Sales calls we write a note",
        "Relies on Twins", "Relies on Laundry", "", "Support Customer Success with data",
    ],
)  # fmt: skip
def test_a_name_alone_a_denial_and_a_name_of_two_teams_are_not(text: str) -> None:
    assert relied_on(text, NAMES) == []


def test_the_words_that_say_so_are_quoted() -> None:
    (named,) = relied_on("Good idea. Relies on Finance & People Ops for terms.", NAMES)
    assert named.quote == "Relies on Finance & People Ops"


def test_a_long_text_of_nothing_but_reliance_is_read_in_no_time() -> None:
    started = time.process_time()
    relied_on("relies on Sales and " * 50_000, NAMES)
    assert time.process_time() - started < 0.5
