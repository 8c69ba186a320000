"""What people ask of the server: each action plans a request from what its person knows, and learns from the answer.

An answer of None: the change was made before the answer was lost, which somebody found out afterwards.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from benchmarks.kills import documents, edits
from benchmarks.kills.ledger import Answer, Request
from benchmarks.kills.person import Person

SHARED = "shared"
"""Id of the connection that everybody sends sets to."""


class Action(NamedTuple):
    """One thing that a person may do."""

    weight: int
    """How often, as against the others."""
    plan: Callable[[Person], Request | None]
    """None: there is nothing to do it to."""
    learn: Callable[[Person, Request, Answer | None], None]


def _day(ahead: int) -> str:
    return str(datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=ahead))


def _plan_run(person: Person) -> Request:
    mark, place = person.mark("run"), person.chance.choice((person.connection, SHARED, *person.extra))
    document = documents.okr_set(mark, person.chance)
    return person.create("run", mark, f"/v1/connections/{place}/runs", document, place)


def _learn_run(person: Person, request: Request, answer: Answer | None) -> None:
    if answer and request.place == person.connection:
        person.findings = [(one["id"], one["decision"] is not None) for one in answer.data["findings"]]


def _plan_waiver(person: Person) -> Request | None:
    mark = person.mark("waiver")
    body: dict[str, Any] = {"reason": mark, "owner": "Ana", "last_day": _day(9)}
    if person.findings and person.chance.random() < 0.7:
        body |= {"scope": "finding", "finding": person.chance.choice(person.findings)[0]}
    else:
        body |= {"scope": "item", "rule": "unowned-objective", "item_kind": "objective", "item_id": "C1"}
    return person.create("waiver", mark, f"{person.path}/waivers", body, person.connection)


def _learn_waiver(person: Person, _: Request, answer: Answer | None) -> None:
    if answer:
        person.waivers.append(answer.data["id"])


def _plan_end(person: Person) -> Request | None:
    if not person.waivers:
        return None
    id = person.waivers[0]
    headers = {"If-Match": '"v1"'}
    return Request("end", person.mark("end"), "POST", f"/v1/waivers/{id}/end", headers, None, person.connection)


def _learn_end(person: Person, request: Request, _: Answer | None) -> None:
    person.waivers.remove(request.path.split("/")[-2])


def _plan_decision(person: Person) -> Request | None:
    conflicts = [id for id, is_conflict in person.findings if is_conflict]
    if not conflicts:
        return None
    mark = person.mark("decision")
    body = {"decider": "Ana", "gives_way": "L1", "rationale": mark, "decided_on": _day(0)}
    return person.create("decision", mark, f"{person.path}/findings/{conflicts[0]}/decisions", body, person.connection)


def _plan_acknowledge(person: Person) -> Request | None:
    if not person.findings:
        return None
    id = person.chance.choice(person.findings)[0]
    path = f"{person.path}/findings/{id}/acknowledgement"
    return Request("acknowledge", person.mark("seen"), "PUT", path, {}, None, person.connection)


def _plan_adopt(person: Person) -> Request:
    mark = person.mark("adopt")
    body = {"reason": mark, "owner": "Ana", "burn_down": _day(30)}
    return person.create("adopt", mark, f"{person.path}/baseline", body, person.connection)


def _plan_key(person: Person) -> Request:
    mark = person.mark("key")
    return person.create("key", mark, "/v1/keys", {"name": mark, "role": "reader"})


def _learn_key(person: Person, _: Request, answer: Answer | None) -> None:
    if answer:
        person.keys.append(answer.data["id"])


def _plan_revoke(person: Person) -> Request | None:
    if not person.keys:
        return None
    return Request("revoke", person.mark("revoke"), "DELETE", f"/v1/keys/{person.keys[0]}", {}, None)


def _learn_revoke(person: Person, request: Request, _: Answer | None) -> None:
    person.keys.remove(request.path.rpartition("/")[2])


def _learn_nothing(_: Person, __: Request, ___: Answer | None) -> None:
    """What is done to a thing that nobody comes back to."""


ACTIONS: Mapping[str, Action] = {
    "run": Action(30, _plan_run, _learn_run),
    "waiver": Action(10, _plan_waiver, _learn_waiver),
    "end": Action(5, _plan_end, _learn_end),
    "decision": Action(8, _plan_decision, _learn_nothing),
    "acknowledge": Action(8, _plan_acknowledge, _learn_nothing),
    "adopt": Action(2, _plan_adopt, _learn_nothing),
    "key": Action(6, _plan_key, _learn_key),
    "revoke": Action(3, _plan_revoke, _learn_revoke),
    "change": Action(6, edits.plan_change, edits.learn_change),
    "overlay": Action(6, edits.plan_overlay, edits.learn_overlay),
    "draft": Action(6, edits.plan_draft, edits.learn_draft),
    "publish": Action(4, edits.plan_publish, edits.learn_publish),
    "connection": Action(4, edits.plan_connection, edits.learn_connection),
    "remove": Action(3, edits.plan_remove, edits.learn_remove),
}
