"""What people get: grouped by owner, worst first, as the vendors' own schemas allow it, whatever a title holds."""

from __future__ import annotations

import datetime
import email
import email.policy
import json
from importlib import resources
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from slack_sdk.models.blocks import Block

from validator.alerts.events import CONFLICT, DIGEST, FAILED, OPENED, PING, SILENT
from validator.alerts.mail import mail_message
from validator.alerts.people import MOST_LINES, NOBODY, Letter, Told, letter_of
from validator.alerts.slack import slack_message
from validator.alerts.teams import MOST_BYTES, teams_message

AT = datetime.datetime(2026, 8, 3, 6, tzinfo=datetime.UTC)
MORE = "https://okr.example/v1/runs/r1"
CARDS = Draft7Validator(
    json.loads((resources.files("adaptive_cards") / "schemas" / "schema-1.4.json").read_text("utf-8"))
)


def finding(id: str, severity: str, owner: str | None, *, title: str = "Grow", url: str | None = None) -> Told:
    item = {"kind": "objective", "id": id, "title": title, "team": "sales", "url": url}
    found = {"id": id, "rule": "r", "severity": severity, "message": f"“{title}” is off.", "items": [item],
             "failure": {"fix": "Mend it."}}  # fmt: skip
    people = [{"id": owner, "name": owner.title(), "email": None}] if owner else []
    return Told(OPENED, severity, {"finding": found}, people)


def conflict(title: str = "One lorry") -> Told:
    told = finding("F2", "error", "bruno", title=title, url="https://tool.example/F2?a=1&b=(2)")
    way = {"decision_maker": "Astrid", "respond_by": "2026-08-10", "tie_breaker": "safety first", "forum": "Board"}
    return told._replace(type=CONFLICT, data={**told.data, "decision": way})


def digest(count: int = 70) -> Told:
    severities = {"error": 20, "warning": count - 20}
    data = {"count": count, "resolved": 2, "severities": severities, "causes": {"rule_changed": count}}
    return Told(DIGEST, "error", data, ())


def checked_slack(letter: Letter) -> dict[str, Any]:
    message = slack_message(letter)
    assert len(message["blocks"]) <= 50
    for block in Block.parse_all(message["blocks"]):
        block.validate_json()
    return message


def checked_card(letter: Letter) -> dict[str, Any]:
    message = teams_message(letter)
    assert len(orjson.dumps(message)) <= 28_000
    card: dict[str, Any] = message["attachments"][0]["content"]
    assert [error.message for error in CARDS.iter_errors(card)] == []
    return card


def letter(*told: Told, person: str | None = None) -> Letter:
    return letter_of("Acme", told, MORE, person=person)


def test_a_letter_is_grouped_by_owner_with_the_worst_first() -> None:
    found = letter(finding("A", "info", "zoe"), finding("B", "error", "bruno"), finding("C", "warning", None))
    assert [(group.owner, [line.severity for line in group.lines]) for group in found.groups] == [
        ("Bruno", ["error"]),
        (NOBODY, ["warning"]),
        ("Zoe", ["info"]),
    ]
    assert found.title == "Acme: 3 new"


def test_a_conflict_says_who_decides_by_when_and_by_what() -> None:
    [group] = letter(conflict()).groups
    assert group.lines[0].way == "Astrid decides; by 2026-08-10; tie-breaker: safety first; forum: Board"


def test_what_is_more_than_anybody_reads_is_counted() -> None:
    found = letter(*(finding(str(number), "warning", "zoe") for number in range(MOST_LINES + 5)), digest())
    assert (sum(len(group.lines) for group in found.groups), found.left_out) == (MOST_LINES, 75)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (digest(), "70 findings came with changed rules"),
        (digest(), "2 were resolved."),
        (Told(FAILED, None, {"sync": {"problem": "401: the token has ended"}}, ()), "401: the token has ended"),
        (Told(SILENT, None, {"source": {"heard_at": "2026-08-01T06:00:00Z"}}, ()), "since 2026-08-01"),
        (Told(PING, None, {}, ()), "test"),
    ],
)
def test_what_is_about_no_single_finding_is_a_sentence(told: Told, said: str) -> None:
    found = letter(told)
    assert said in found.summary
    assert said in str(checked_slack(found)["blocks"])
    assert said.replace("-", "\\-") in str(checked_card(found)["body"]).replace("\\\\", "\\")


def test_links_lead_into_the_source_tool_and_nowhere_else() -> None:
    told = (conflict(), finding("X", "error", "zoe", title="Steal", url="javascript:alert(1)"))
    for text in (str(checked_slack(letter(*told))), str(checked_card(letter(*told)))):
        assert "https://tool.example/F2" in text
        assert "javascript:" not in text


def test_what_titles_hold_is_never_taken_for_markup() -> None:
    told = conflict("<!channel> *bold* [x](https://evil.example) <script>")
    assert "<!channel>" not in str(checked_slack(letter(told)))
    assert "[x](https://evil.example)" not in str(checked_card(letter(told)))
    assert "<script>" not in _parts(letter(told))["text/html"]


def test_a_mail_has_a_text_and_a_page_and_its_own_id() -> None:
    message = email.message_from_bytes(_mail(letter(conflict())), policy=email.policy.default)
    assert message["Subject"] == "Acme: 1 new conflict"
    assert message["Message-ID"] == "<msg_1@acme.example>"
    assert "Astrid decides" in _parts(letter(conflict()))["text/plain"]


def test_a_subject_stays_on_its_line() -> None:
    found = letter_of("Acme\r\nBcc: all@example.org", (conflict(),), MORE)
    message = email.message_from_bytes(_mail(found), policy=email.policy.default)
    assert message["Bcc"] is None


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: c@d.example", "nobody", "", "a@b@c"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        mail_message(letter(conflict()), id="msg_1", sender="okr@acme.example", to=[address], at=AT)


def _mail(found: Letter) -> bytes:
    return bytes(mail_message(found, id="msg_1", sender="okr@acme.example", to=["zoe@acme.example"], at=AT))


def _parts(found: Letter) -> dict[str, str]:
    message = email.message_from_bytes(_mail(found), policy=email.policy.default)
    return {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}


texts = st.text(st.characters(codec="utf-8"), max_size=400) | st.sampled_from(["*" * 3_000, "🎯" * 900, "<a|b>", "\n#"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, texts, st.sampled_from(["error", "warning", "info"])), min_size=1, max_size=40), texts)
def test_whatever_titles_and_names_hold_every_shape_is_valid(told: list[tuple[str, str, str]], name: str) -> None:
    found = letter_of(
        name, [finding("A", severity, owner or None, title=title) for title, owner, severity in told], MORE
    )
    checked_slack(found)
    checked_card(found)
    assert len(orjson.dumps(teams_message(found))) <= MOST_BYTES + 1_000
    assert _parts(found)["text/plain"]
