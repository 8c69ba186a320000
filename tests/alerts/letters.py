"""Events as the store keeps them, the letters about them, and every shape of a letter held against its vendor's own schema."""

from __future__ import annotations

import datetime
import email
import email.policy
import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

import orjson
from jsonschema import Draft7Validator
from slack_sdk.models.blocks import Block

from validator.alerts.events import CONFLICT, DIGEST, OPENED
from validator.alerts.letter import Letter, Line, Told
from validator.alerts.mail import mail_message
from validator.alerts.people import letter_of
from validator.alerts.slack import slack_message
from validator.alerts.teams import teams_message

AT = datetime.datetime(2026, 8, 3, 6, tzinfo=datetime.UTC)
MORE = "https://okr.example/v1/runs/r1?all=1&deep=1"
RUN = {"id": "r1", "number": 7, "as_of": "2026-08-03", "ruleset": {"name": "base", "version": "1.0.0"}}
WAY = {
    "decision_maker": "Astrid",
    "respond_by": "2026-08-10",
    "tie_breaker": "safety first",
    "forum": "Board",
    "forum_next": "2026-08-06",
}
CARDS = Draft7Validator(
    json.loads((resources.files("adaptive_cards") / "schemas" / "schema-1.4.json").read_text("utf-8"))
)


def item(
    id: str, title: str = "Grow", *, team: str | None = "Sales", kind: str = "objective", url: str | None = None
) -> dict[str, Any]:
    return {"kind": kind, "id": id, "title": title, "team": team and team.lower(), "team_name": team, "url": url}


def finding(
    id: str,
    severity: str = "warning",
    owner: str | None = "zoe",
    *,
    type: str = OPENED,
    title: str = "Grow",
    url: str | None = None,
    **more: Any,
) -> Told:
    found = {"id": id, "rule": "r", "severity": severity, "message": f"“{title}” is off.", "items": [item(id, title, url=url)],
             "failure": {"fix": "Mend it."}}  # fmt: skip
    people = [{"id": owner, "name": owner.title(), "email": None}] if owner else []
    return Told(type, severity, {"run": RUN, "finding": {**found, **more}}, people)


def conflict(title: str = "More lorries", *, type: str = CONFLICT, **way: Any) -> Told:
    """A conflict of two key results of two teams, each below an objective."""
    sides = [
        item("S1.1", title, kind="key_result", url="https://tool.example/S1.1?a=1&b=(2)"),
        item("L1.1", "Fewer lorries", kind="key_result", team="Supply", url="https://tool.example/L1.1"),
    ]
    uppers = [item("S1", "Win the north", url="https://tool.example/S1"), item("L1", "Empty the stock", team="Supply")]
    told = finding("F2", "error", "bruno", type=type, message="One lorry, two ways.", items=[*sides, *uppers])
    return told._replace(data={**told.data, "decision": {**WAY, **way}})


def digest(count: int = 70, causes: dict[str, int] | None = None) -> Told:
    errors, warnings = min(20, count), max(0, count - 20)
    severities = {name: number for name, number in (("warning", warnings), ("error", errors)) if number}
    found = [
        {"id": str(number), "rule": "r", "severity": "error" if number < 20 else "warning", "message": f"No. {number}."}
        for number in range(min(count, 100))
    ]
    data = {"run": RUN, "count": count, "resolved": 2, "severities": severities, "causes": causes or {"rule_changed": count},
            "findings": found}  # fmt: skip
    return Told(DIGEST, "error", data, ())


def letter(*told: Told, person: str | None = None, name: str = "Acme") -> Letter:
    return letter_of(name, told, MORE, person=person)


def facts(found: Letter, line: int = 0) -> dict[str, str]:
    """What a letter says of one of its lines, as a person reads it."""
    told = [*lines(found)][line].facts
    return {fact.name: ", ".join(f"{piece.text}{piece.whose}" for piece in fact.pieces) for fact in told}


def lines(found: Letter) -> Iterator[Line]:
    yield from (line for group in found.groups for line in group.lines)


def checked_slack(found: Letter) -> dict[str, Any]:
    message = slack_message(found)
    assert len(message["blocks"]) <= 50
    for block in Block.parse_all(message["blocks"]):
        block.validate_json()
    assert all(0 < len(text) <= 3_000 for text in texts_of(message["blocks"]))
    return message


def checked_card(found: Letter) -> dict[str, Any]:
    message = teams_message(found)
    assert len(orjson.dumps(message)) <= 28_000
    card: dict[str, Any] = message["attachments"][0]["content"]
    assert card.pop("msteams") == {"width": "Full"}
    assert [error.message for error in CARDS.iter_errors(card)] == []
    return card


def mailed(found: Letter) -> bytes:
    return bytes(mail_message(found, id="msg_1", sender="okr@acme.example", to=["zoe@acme.example"], at=AT))


def mail_parts(found: Letter) -> dict[str, str]:
    message = email.message_from_bytes(mailed(found), policy=email.policy.default)
    return {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}


def texts_of(value: Any) -> Iterator[str]:
    """Every text that a message shows."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from texts_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_of(part)


def markup_of(value: Any) -> Iterator[str]:
    """The texts in which Slack looks for markup."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for part in value.values():
            yield from markup_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from markup_of(part)
