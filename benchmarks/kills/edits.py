"""What people change that has versions, and what they make to be removed again; as `actions` says."""

from __future__ import annotations

from benchmarks.kills import documents
from benchmarks.kills.ledger import Answer, Request
from benchmarks.kills.person import Person


def plan_change(person: Person) -> Request:
    mark = person.mark("change")
    return Request("change", mark, "PATCH", person.path, person.matching, {"name": mark}, person.connection)


def learn_change(person: Person, request: Request, _: Answer | None) -> None:
    person.version, person.name = person.version + 1, request.body["name"]


def plan_overlay(person: Person) -> Request:
    mark = person.mark("overlay")
    path = f"{person.path}/overlay"
    if person.overlay and person.chance.random() < 0.3:
        return Request("overlay", mark, "DELETE", path, person.matching, None, person.connection)
    return Request("overlay", mark, "PUT", path, person.matching, documents.overlay(mark), person.connection)


def learn_overlay(person: Person, request: Request, _: Answer | None) -> None:
    person.version, person.overlay = person.version + 1, request.body


def plan_draft(person: Person) -> Request:
    mark = person.mark("draft")
    text = documents.ruleset(person.ruleset, mark)
    match = {"If-Match": f'"v{person.draft}"'} if person.draft else {"If-None-Match": "*"}
    return Request("draft", mark, "PUT", f"/v1/rulesets/{person.ruleset}/draft", match, {"text": text})


def learn_draft(person: Person, request: Request, _: Answer | None) -> None:
    person.draft, person.text, person.is_edited = person.draft + 1, request.body["text"], True


def plan_publish(person: Person) -> Request | None:
    if not person.is_edited:
        return None
    mark = person.mark("publish")
    request = person.create("publish", mark, f"/v1/rulesets/{person.ruleset}/publish", {"note": mark})
    return request._replace(headers={**request.headers, "If-Match": f'"v{person.draft}"'})


def learn_publish(person: Person, _: Request, answer: Answer | None) -> None:
    if answer:
        person.draft, person.is_edited = person.draft + 1, False


def plan_connection(person: Person) -> Request | None:
    if len(person.extra) > 2:
        return None
    mark = person.mark("extra")
    return person.create("connection", mark, "/v1/connections", {"id": mark, "name": mark}, mark)


def learn_connection(person: Person, request: Request, answer: Answer | None) -> None:
    if answer:
        person.extra.append(request.place)


def plan_remove(person: Person) -> Request | None:
    if len(person.extra) < 2:
        return None
    id = person.extra[0]
    return Request("remove", person.mark("remove"), "DELETE", f"/v1/connections/{id}", {"If-Match": '"v1"'}, None, id)


def learn_remove(person: Person, request: Request, _: Answer | None) -> None:
    person.extra.remove(request.place)
    person.ledger.removed.add(request.place)
