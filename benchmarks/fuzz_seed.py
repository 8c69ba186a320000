"""What a store holds before it is fuzzed: without it nearly every request would end at 404."""

from __future__ import annotations

import datetime
from typing import Any

import requests

from validator.service.compiling import Limits
from validator.service.publishing import publish
from validator.service.texts import target
from validator.store.engine import make_engine

RULESET = """\
name: ours
rules:
  - id: no-key-result
    title: Objective without key results
    for: objective
    when: {key_result_count: {below: 1}}
    severity: warning
    failure: isolated-okrs
    message: "“{title}” has no key result."
    examples:
      report: [{document: {objectives: [{id: O1, title: Grow, key_results: []}]}}]
      accept: [{document: {objectives: [{id: O1, title: Grow, key_results: [{id: K1, title: Steps, target: 4}]}]}}]
"""
CONFLICT = {
    "teams": [{"id": "t1", "name": "Sales", "level": "team"}, {"id": "t2", "name": "Care", "level": "team"}],
    "objectives": [
        {"id": "o1", "title": "Grow", "level": "team", "team": "t1", "owners": [{"person": "Ana", "primary": True}]},
        {"id": "o2", "title": "Keep", "level": "team", "team": "t2"},
    ],
    "conflicts": [{"id": "c1", "objectives": ["o1", "o2"], "status": "open", "summary": "Price against volume"}],
}
_PATIENT = Limits(seconds=60)
REASON = {"reason": "Agreed in May.", "owner": "Ana"}

Ids = dict[str, list[str]]
"""Values that mean something, by the name of the parameter that takes them."""


def seed(url: str, database: str, key: str | None) -> Ids:
    """Fill the store of a service: connections with runs, waivers, a decision and a baseline, and a ruleset."""
    session = requests.Session()
    session.headers.update({} if key is None else {"Authorization": f"Bearer {key}"})

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = session.request(method, f"{url}{path}", json=body, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    for id in ("acme", "beta", "gone", "erased"):
        ask("POST", "/v1/connections", {"id": id, "name": id.title()})
    ask("PUT", "/v1/connections/acme/overlay", {"governance": {"tie_breaker": "Retention"}}, **{"If-Match": '"v1"'})
    report = ask("POST", "/v1/connections/acme/runs", CONFLICT)
    other = ask("POST", "/v1/connections/acme/runs", {**CONFLICT, "conflicts": []})
    report = ask("POST", "/v1/connections/acme/runs", CONFLICT)
    conflict = next(finding["id"] for finding in report["findings"] if finding["decision"])
    plain = next(finding["id"] for finding in report["findings"] if not finding["decision"])
    place = "/v1/connections/acme"
    ruling = {"decider": "Ana", "gives_way": "o2", "rationale": "Retention first.", "decided_on": "2026-05-04"}
    decision = ask("POST", f"{place}/findings/{conflict}/decisions", ruling)
    asked = {"scope": "finding", "finding": plain, "last_day": "2999-01-01", **REASON}
    waivers = [ask("POST", f"{place}/waivers", asked)["id"] for _ in range(2)]
    ask("POST", "/v1/connections/beta/runs", CONFLICT)
    ask("POST", "/v1/connections/beta/baseline", {"burn_down": "2999-01-01", **REASON})
    ask("PUT", "/v1/rulesets/ours/draft", {"text": RULESET}, **{"If-None-Match": "*"})
    _publish(database)
    wishes = [] if key is None else [{"name": f"spare {number}", "role": "reader"} for number in range(3)]
    spare = [ask("POST", "/v1/keys", wish)["id"] for wish in wishes]
    return {
        "path.connection_id": ["acme", "acme", "acme", "beta"],
        "path.run_id": [report["run"]["id"], other["run"]["id"]],
        "path.finding_id": [conflict, plain],
        "path.waiver_id": waivers,
        "path.decision_id": [decision["id"]],
        "path.name": ["ours", "base"],
        "path.version": ["1", "2"],
        "path.id": spare or ["0123456789abcdef"],
        "query.connection": ["acme", "beta"],
        "query.ruleset": ["ours", "base"],
        "header.If-Match": [f'"v{number}"' for number in range(1, 5)],
    }


def _publish(database: str) -> None:
    """Publish the ruleset, however long that takes on a busy machine: over HTTP it would have five seconds."""
    engine = make_engine(database)
    publish(engine, datetime.datetime.now(datetime.UTC), "fuzz", target("ruleset", "ours"), version=1, limits=_PATIENT)
    engine.dispose()
