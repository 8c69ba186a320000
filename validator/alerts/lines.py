"""What a message says of one finding: what happened, its sides, what is good to know, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from validator.alerts.events import CONFLICT, DECIDED, OPENED, OVERDUE, REOPENED, RESOLVED
from validator.alerts.letter import TO_DO, Fact, Line, Piece, Told, day_of, short, web_link

MOST_ITEMS = 4
"""Items of a finding that are named; the others are counted."""
MOST_CHANGES = 2
"""Changes that are named as the reason why a finding came."""
LONGEST_MESSAGE = 800
"""Characters of what a finding says; a conflict says last what would settle it."""
_CONFLICTS = (OVERDUE, CONFLICT, DECIDED)
WORDS = {
    OVERDUE: "overdue", CONFLICT: "new", OPENED: "new", REOPENED: "reopened", DECIDED: "decided", RESOLVED: "resolved",
}  # fmt: skip
"""What happened, the most urgent first."""
_SIDES = ("key_result", "objective", "initiative")
"""Kinds that can be a side of a conflict, the closest first."""
_REFERENCES = frozenset(
    "team teams cycle owner owners contributors parent parents created_by lead lead_team shared_with on_team from objective "
    "objectives decision_maker forum.members forum.teams".split()
)
"""Fields that name other things by id."""
_NEEDED = ("decision_maker", "respond_by", "tie_breaker", "forum")
"""What a way to a decision needs."""


def line_of(one: Told) -> Line:
    """What is said of the finding of an event."""
    finding, conflict = one.data["finding"], one.type in _CONFLICTS
    items = finding["items"]
    sides = _sides(items)[:MOST_ITEMS] if conflict else []
    return Line(
        severity=finding["severity"],
        word="reopened" if conflict and finding.get("state") == "reopened" else WORDS[one.type],
        noun="conflict" if conflict else finding["severity"],
        text=short(finding["message"], LONGEST_MESSAGE),
        facts=(*_named_sides(sides), *_facts(one, [item for item in items if item not in sides])),
        turn=f"{_between(sides)}: {_turn(one)}" if conflict else "",
    )


def _sides(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The sides among the items of a conflict: of a pair of key results the objectives are not the sides."""
    pairs = ([item for item in items if item["kind"] == kind] for kind in _SIDES)
    return next((found for found in pairs if len(found) > 1), [])


def _named_sides(sides: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    for number, item in enumerate(sides):
        name = ("One side", "Other side")[number] if len(sides) == 2 else f"Side {number + 1}"
        yield Fact(name, (_piece(item),))


def _piece(item: Mapping[str, Any]) -> Piece:
    team = short(item.get("team_name") or "", 60) if item["kind"] != "team" else ""
    title = short(item.get("title") or "", 120) or short(item["id"] or "", 120) or item["kind"]
    return Piece(title, web_link(item.get("url")), team)


def _between(sides: Sequence[Mapping[str, Any]]) -> str:
    teams = list(dict.fromkeys(piece.team for item in sides if (piece := _piece(item)).team))
    return f" between {short(str(teams[0]), 30)} and {short(str(teams[1]), 30)}" if len(teams) == 2 else ""


def _turn(one: Told) -> str:
    """Whose turn it is in a conflict, and until when; or what came of it."""
    decision = one.data["decision"]
    if one.type == DECIDED:
        return f"“{short(decision['gives_way'], 60)}” gives way"
    who, day = short(decision.get("decision_maker") or "", 40), day_of(decision.get("respond_by"))
    if one.type == OVERDUE:
        asked = f"{who} was to decide" if who else "nobody is named to decide"
        return f"{asked} by {day}" if who and day else asked
    return f"{who} decides{f' by {day}' if day else ''}" if who else "nobody is named to decide it"


def _facts(one: Told, items: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    """What there is to know; an item without a link is left out where the message names it."""
    message = short(one.data["finding"]["message"], LONGEST_MESSAGE)
    where = [piece for piece in map(_piece, items) if piece.url or piece.text not in message]
    if where:
        yield Fact("Where", tuple(_where(where)))
    why = "Because" if one.type == RESOLVED else "Why now"
    for name, text in ((why, _why_now(one)), *_way(one), (TO_DO, _fix(one))):
        if text:
            yield Fact(name, (Piece(text),))


def _where(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The first of them; a team after the last of its own."""
    shown = pieces[:MOST_ITEMS]
    for piece, following in zip(shown, (*shown[1:], None), strict=True):
        yield piece._replace(team="") if following and following.team == piece.team else piece
    if len(pieces) > MOST_ITEMS:
        yield Piece(f"{len(pieces) - MOST_ITEMS} more")


def _way(one: Told) -> Iterator[tuple[str, str]]:
    """Of a conflict: who decides, by when, by what and where; or who decided what."""
    decision = one.data.get("decision") or {}
    said = {name: short(value) for name, value in decision.items() if isinstance(value, str)}
    if one.type in (CONFLICT, OVERDUE):
        yield "Decides", said.get("decision_maker") or "nobody is named"
    if one.type == CONFLICT:
        yield "Decide by", day_of(said.get("respond_by")) or "no day is set"
        yield from _settling(said)
    elif one.type == OVERDUE:
        yield "Was due by", day_of(said.get("respond_by"))
        yield "Open since", day_of(said.get("since"))
        yield from _settling(said)
    elif one.type == DECIDED:
        yield "Decided by", ", ".join(filter(None, (said.get("decider"), day_of(said.get("decided_on")))))
        named = {"Gives way": "gives_way", "Because": "rationale", "Tie-breaker": "tie_breaker", "Forum": "forum"}
        yield from ((name, said.get(field, "")) for name, field in named.items())


def _settling(said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """By what a conflict is settled, and where."""
    held = f", next on {day_of(said['forum_next'])}" if "forum_next" in said else ""
    yield "Tie-breaker", said.get("tie_breaker") or "none is agreed"
    yield "Forum", f"{said['forum']}{held}" if said.get("forum") else "none is named"


def _fix(one: Told) -> str:
    """What mends it; of a conflict only where its way to a decision lacks something: else to go that way is what to do."""
    failure = one.data["finding"].get("failure")
    known = one.type == CONFLICT and all(one.data["decision"].get(name) for name in _NEEDED)
    return short(failure["fix"]) if isinstance(failure, Mapping) and not known else ""


def _why_now(one: Told) -> str:
    """What changed since the last run, where its own items did."""
    finding = one.data["finding"]
    cause, alone = finding.get("cause") or {}, len(finding["items"]) == 1
    titles = {(item["kind"], item["id"]): "" if alone else f"“{_piece(item).text}”" for item in finding["items"]}
    come = "was removed" if cause.get("kind") == "item_removed" else "was added"
    told = [
        f"{titles[key] or 'it'} {come}"
        for item in cause.get("items", ())
        if (key := (item["kind"], item["id"])) in titles
    ]
    for change in cause.get("changes", ()):
        key = change["item"]["kind"], change["item"]["id"]
        if key in titles and change["field"] != "id":
            field = change["field"].replace("_", " ").replace(".", " ")
            told.append(f"{f'{field} of {titles[key]}' if titles[key] else f'its {field}'}{_changed(change)}")
    beyond = [f"{len(told) - MOST_CHANGES} more"] if len(told) > MOST_CHANGES else []
    return short("; ".join([*told[:MOST_CHANGES], *beyond]))


def _changed(change: Mapping[str, Any]) -> str:
    """From what to what; of fields that name others by id only whether there are any: few people know ids."""
    before, after = change["from"], change["to"]
    if change["field"] in _REFERENCES:
        return " added" if not before else " removed" if not after else " changed"
    return f": {_value(before)} → {_value(after)}"


def _value(value: object) -> str:
    """A value of a field as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    parts = value if isinstance(value, list) else [] if value is None else [value]
    return short(", ".join(map(str, parts)), 80) or "none"
