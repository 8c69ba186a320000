"""Whether the API shows what it acknowledged, as it was acknowledged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.kills.ledger import Answer, Request
from benchmarks.kills.person import Person

_CHANGES_LATER: Mapping[str, frozenset[str]] = {
    "waiver": frozenset({"covers", "status", "ended_by", "ended_at", "version"}),
    "decision": frozenset({"void_since_run"}),
    "key": frozenset({"key", "state", "revoked_at", "last_used_at"}),
    "publish": frozenset({"text"}),
}
"""What may rightly differ from the answer that was given when it was made."""
_ADDED = ("run", "missed", "status", "gate")
"""Parts of the answer to a run that are not of its report, or that waivers change."""


def shown(people: Sequence[Person], checked: set[str]) -> Iterator[str]:
    """What the API shows otherwise than acknowledged; requests in `checked` are not looked at again, the others join it."""
    for person in people:
        for mark, (request, answer) in list(person.ledger.acknowledged.items()):
            if mark not in checked:
                checked.add(mark)
                yield from (f"{mark}: {fault}" for fault in _of(person, request, answer))
        yield from (f"person {person.id}: {fault}" for fault in _own(person))


def listed(person: Person, connection_id: str) -> Iterator[str]:
    """What is wrong with the numbers of the runs that the API lists for a connection."""
    numbers: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        after = f"&cursor={cursor}" if cursor else ""
        page = person.see(f"/v1/connections/{connection_id}/runs?limit=200{after}").data
        numbers += [run["number"] for run in page["runs"]]
        cursor = page["next"]
    if numbers != list(range(len(numbers), 0, -1)):
        yield f"connection {connection_id}: its runs have the numbers {numbers}"


def replayed(person: Person, request: Request, answer: Answer) -> Iterator[str]:
    """What is wrong with the answer to an acknowledged request that is sent once more."""
    again = person.ask_patiently(request)
    same = again.content == answer.content or request.kind == "key"  # its secret is shown once
    if again.status != answer.status or "Idempotency-Replayed" not in again.headers or not same:
        yield f"{request.mark}: sent once more, {again.status} {again.content[:200]!r}"


def _of(person: Person, request: Request, answer: Answer) -> Iterator[str]:
    if "Location" not in answer.headers or request.place == person.connection == request.mark:
        return  # who has a connection looks after it
    found = person.see(answer.headers["Location"])
    if request.place in person.ledger.removed:
        if found.status != 404:
            yield f"shown, though its connection was removed: {found.status}"
    elif found.status != 200:
        yield f"acknowledged, and then {found.status}"
    elif request.kind == "run":
        yield from _of_run(person, answer.data, found.data, answer.headers["Location"])
    elif _without(request.kind, answer.data) != _without(request.kind, found.data):
        yield f"acknowledged as {answer.data}, shown as {found.data}"
    elif request.kind == "publish" and request.mark != found.data["note"]:
        yield f"published with the note {found.data['note']}"


def _of_run(person: Person, told: dict[str, Any], run: dict[str, Any], place: str) -> Iterator[str]:
    if run != told["run"]:
        yield f"acknowledged as {told['run']}, shown as {run}"
    report = person.see(f"{place}/report").data
    findings = [{name: value for name, value in one.items() if name != "life"} for one in told["findings"]]
    made = {**{name: value for name, value in told.items() if name not in _ADDED}, "findings": findings}
    if made != {name: value for name, value in report.items() if name not in _ADDED}:
        yield "its report is another than the one that was acknowledged"


def _without(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in _CHANGES_LATER.get(kind, ())}


def _own(person: Person) -> Iterator[str]:
    """What is not as the one who alone edits it left it."""
    seen, overlay = person.see(person.path), person.see(f"{person.path}/overlay")
    if (seen.headers.get("ETag"), seen.data.get("name")) != (f'"v{person.version}"', person.name):
        yield f"left its connection at {person.version}, {person.name}; it is {seen.data}"
    if (overlay.data if overlay.status == 200 else None) != person.overlay:
        yield f"left the overlay {person.overlay}; it is {overlay.data}"
    if person.draft:
        draft = person.see(f"/v1/rulesets/{person.ruleset}/draft")
        if (draft.headers.get("ETag"), draft.data.get("text")) != (f'"v{person.draft}"', person.text):
            yield f"left the draft at {person.draft}; it is {draft.data}"
