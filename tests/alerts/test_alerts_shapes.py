"""The shapes of a letter: as the vendors' own schemas allow them, with all that it tells, whatever a title holds."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alerts.letters import (
    AT,
    checked_card,
    checked_slack,
    conflict,
    digest,
    finding,
    item,
    letter,
    lines,
    mail_parts,
    mailed,
    markup_of,
    texts_of,
)
from validator.alerts.events import FAILED
from validator.alerts.mail import mail_message
from validator.alerts.people import MOST_LINES, Letter, Told
from validator.alerts.slack import slack_message
from validator.alerts.teams import MOST_BYTES, teams_message

EVIL = (
    "<!channel> @here *bold* _it_ ~no~ ```code [x](https://evil.example) <script> &lt; {{DATE(2026-01-01)}} \u202eflip"
)


def slack_text(found: Letter) -> str:
    message = checked_slack(found)
    return " ".join([message["text"], *texts_of(message["blocks"]), str(message["blocks"])])


def card_text(found: Letter) -> str:
    """What a card shows and links to, with its escapes undone."""
    return (
        re.sub(r"\\(.)", r"\1", " ".join(_strings(checked_card(found)))).replace("\u00a0", " ").replace("\u2011", "-")
    )


def mail_text(found: Letter) -> str:
    parts = mail_parts(found)
    assert [
        word for word in re.findall(r"\d{4}-\d\d-\d\d", parts["text/plain"]) if word not in parts["text/html"]
    ] == []
    return parts["text/plain"]


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    return [value] if isinstance(value, str) else []


SHAPES = pytest.mark.parametrize("shape", [slack_text, card_text, mail_text])


@SHAPES
def test_every_shape_tells_all_of_a_conflict(shape: Callable[[Letter], str]) -> None:
    shown = shape(letter(conflict()))
    for said in (
        "Acme: new conflict between Sales and Supply: Astrid decides by Mon 2026-08-10",
        "Bruno", "New conflict (error)", "One lorry, two ways.", "One side", "More lorries", "Other side", "Fewer lorries",
        "https://tool.example/L1.1", "Decides", "Astrid", "Mon 2026-08-10", "Tie-breaker", "safety first", "Forum",
        "Board, next on Thu 2026-08-06", "Run 7, as of Mon 2026-08-03", "All of it (API)",
    ):  # fmt: skip
        assert said in shown


@SHAPES
def test_every_shape_tells_the_sentences_and_what_is_left_out(shape: Callable[[Letter], str]) -> None:
    failed = shape(letter(Told(FAILED, None, {"sync": {"problem": "401: the token has ended", "stale": 1}}, ())))
    assert "401: the token has ended. Until it is read again, nobody knows whether 1 finding still stands." in failed
    both = shape(letter(finding("A"), digest()))
    assert "Also 70 findings at once (20 errors, 50 warnings), 2 gone at once." in both
    assert "… and 60 more that this message does not show." in both
    assert "No. 9." in both


@SHAPES
def test_links_lead_into_the_source_tool_and_nowhere_else(shape: Callable[[Letter], str]) -> None:
    shown = shape(letter(conflict(), finding("X", "error", title="Steal", url="javascript:alert(1)")))
    assert "https://tool.example/S1.1" in shown
    assert "javascript:" not in shown


# Slack


def test_slack_looks_for_no_markup_in_what_others_wrote() -> None:
    told = conflict(EVIL, decision_maker=EVIL, tie_breaker=EVIL, forum=EVIL)
    message = checked_slack(letter(told, finding("A", title=EVIL, owner=EVIL), name=EVIL))
    assert [*markup_of(message["blocks"])] == [
        "<https://okr.example/v1/runs/r1?all=1&amp;deep=1|All of it (API)>",
    ]
    assert not {"<", ">"} & set(message["text"])


def test_no_owner_is_lost_in_slack() -> None:
    told = [finding(str(number), owner=f"owner-{number}", title=f"Goal {number}") for number in range(MOST_LINES)]
    shown = slack_text(letter(*told, digest()))
    assert all(f"“Goal {number}” is off." in shown for number in range(MOST_LINES))
    assert "All of it" in shown


# Teams


def test_teams_takes_nothing_that_others_wrote_for_markup() -> None:
    card = checked_card(letter(conflict(EVIL), finding("A", owner="1. *Zoe*", title="- R&D #1: c:\\x")))
    assert "1\\. \\*Zoe\\*" in _strings(card["body"])
    taken = re.sub(r"\\.", "", " ".join(_strings(card["body"])))
    for markup in ("[x]", "<", "*bold*", "_it_", "`", "&lt;", "{", "\u202e"):
        assert markup not in taken


def test_teams_shows_no_backslash_where_nothing_must_be_escaped() -> None:
    told = conflict("R&D: 12-15% (net) #1 + more! AT&T", decision_maker="Ann-Marie O'Neil (CEO)")
    assert "\\" not in str(orjson.dumps(teams_message(letter(told))).decode())


def test_a_card_that_is_too_large_leaves_out_line_by_line_and_counts() -> None:
    wide = [item(str(number), "🎯" * 120, url=f"https://tool.example/{'x' * 1_500}{number}") for number in range(4)]
    found = letter(*(finding(str(number), title=f"Goal {number}", items=wide) for number in range(20)))
    text = card_text(found)
    shown = sum(f"“Goal {number}” is off." in text for number in range(20))
    assert 1 < shown < MOST_LINES
    assert f"… and {20 - shown} more that this message does not show." in text
    assert "Zoe" in text


# E-mail


def test_a_mail_has_a_text_and_a_page_and_its_own_id() -> None:
    message = email.message_from_bytes(mailed(letter(conflict())), policy=email.policy.default)
    assert message["Subject"].strip() == "Acme: new conflict between Sales and Supply: Astrid decides by Mon 2026-08-10"
    assert message["Message-ID"] == "<msg_1@acme.example>"
    assert {*mail_parts(letter(conflict()))} == {"text/plain", "text/html"}


def test_a_page_takes_nothing_that_others_wrote_for_markup() -> None:
    page = mail_parts(letter(conflict(EVIL, forum=EVIL), finding("A", title=EVIL, owner=EVIL), name=EVIL))["text/html"]
    assert not {"<script>", "<!channel>", "\u202e"} & set(re.findall(r"<[^>]*>|\u202e", page))
    assert "https://tool.example/S1.1?a=1&amp;b=(2)" in page


def test_a_subject_stays_on_its_line() -> None:
    found = letter(conflict(), name="Acme\r\nBcc: all@example.org")
    message = email.message_from_bytes(mailed(found), policy=email.policy.default)
    assert message["Bcc"] is None


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: c@d.example", "nobody", "", "a@b@c"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        mail_message(letter(conflict()), id="msg_1", sender="okr@acme.example", to=[address], at=AT)


texts = st.text(st.characters(codec="utf-8"), max_size=400) | st.sampled_from(["*" * 3_000, "🎯" * 900, "<a|b>", "\n#"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, texts, st.sampled_from(["error", "warning", "info"])), min_size=1, max_size=40), texts)
def test_whatever_titles_and_names_hold_every_shape_is_valid(told: list[tuple[str, str, str]], name: str) -> None:
    first, *others = [finding("A", severity, owner or None, title=title) for title, owner, severity in told]
    found = letter(first, *others, conflict(told[0][0], forum=name, decision_maker=told[0][1]), name=name)
    checked_slack(found)
    checked_card(found)
    assert len(orjson.dumps(teams_message(found))) <= MOST_BYTES
    assert len([*lines(found)]) + found.left_out == len(told) + 1
    assert mail_parts(found)["text/plain"]
    assert orjson.dumps(slack_message(found))
