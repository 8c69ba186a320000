"""Small rulesets to store, and how to store them."""

from __future__ import annotations

import datetime

from sqlalchemy import Engine

from validator.service.compiling import Limits
from validator.service.drafts import Draft, draft_of, save_draft
from validator.service.faults import NotFound
from validator.service.new_versions import publish_draft
from validator.service.publishing import publish
from validator.service.texts import Target, names
from validator.store.engine import reading, writing

NOON = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
OURS = Target("ruleset", "ours")
PATIENT = Limits(seconds=60)
"""For tests that are not about time, on machines that are busy."""


def rule(id: str, name: str = "ours") -> str:
    """A ruleset of one rule with its examples."""
    return f"""\
name: {name}
rules:
  - id: {id}
    title: Objective without key results
    for: objective
    when: {{key_result_count: {{below: 1}}}}
    severity: warning
    failure: isolated-okrs
    message: "“{{title}}” has no key result."
    examples:
      report:
        - {{name: without any, items: [O1], document: {{objectives: [{{id: O1, title: Grow, key_results: []}}]}}}}
      accept:
        - {{document: {{objectives: [{{id: O1, title: Grow, key_results: [{{id: K1, title: Steps, target: 4}}]}}]}}}}
"""


RULE = rule("no-key-result")
STRICTER = RULE.replace("severity: warning", "severity: error")


def save(
    engine: Engine, text: str, *, version: int | None, actor: str = "Ana", what: Target = OURS, base: int | None = None
) -> Draft:
    """Save a draft."""
    with writing(engine) as connection:
        return save_draft(connection, NOON, actor, what, text, version=version, base=base)


def put_in_force(engine: Engine, text: str, what: Target = OURS) -> int:
    """Publish a text without trying it first, which takes a process and a second; gives its version."""
    with writing(engine) as connection:
        begun = names(connection, what.kind).get(what.name, 0)
        version = None if begun == 0 else draft_of(connection, what).version
        draft = save_draft(connection, NOON, "Ana", what, text, version=version)
        return publish_draft(connection, NOON, "Ana", what, draft, "").version


def publish_text(engine: Engine, text: str, what: Target = OURS) -> int:
    """Save a text as the draft, whatever the draft is, and publish it; gives its version."""
    with reading(engine) as connection:
        try:
            version: int | None = draft_of(connection, what).version
        except NotFound:
            version = None
    draft = save(engine, text, version=version, what=what)
    return publish(engine, NOON, "Ana", what, version=draft.version, limits=PATIENT).version
