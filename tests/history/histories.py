"""Histories for tests: documents judged by the real pipeline, one run after another."""

from __future__ import annotations

import copy
import datetime
import hashlib
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from validator.history.context import RunContext, context_of
from validator.history.decisions import Settlement
from validator.history.life import Known, Life, moment, transitions
from validator.history.views import Views, views_of
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
from validator.rules.ruleset import Ruleset

Document = dict[str, Any]

START = datetime.date(2026, 8, 3)
RULES = """
name: small
version: {version}
parameters: {{most_days: {most_days}, most_objectives: {most_objectives}}}
overrides: {overrides}
rules:
  - {{id: unowned, title: T, for: objective, when: {{owner_count: {{below: 1}}}}, needs: [owners], severity: warning,
     failure: no-delivery-owner, message: "Nobody owns “{{title}}”."}}
  - {{id: undelivered, title: T, for: objective, where: {{level: {{is: company}}}}, when: {{delivery_owner_count: {{below: 1}}}},
     needs: [parents], severity: error, failure: no-delivery-owner, message: "Nobody delivers “{{title}}”."}}
  - {{id: stale-key-result, title: T, for: key_result, when: {{days_since_update: {{above: $most_days}}}}, severity: warning,
     failure: alignment-checked-once, message: "“{{title}}” is {{days_since_update}} days old."}}
  - {{id: busy-team, title: T, for: team, when: {{objective_count: {{above: $most_objectives}}}}, severity: info,
     failure: isolated-okrs, message: "{{name}} has {{objective_count}} objectives."}}
  - {{id: broken-link, title: T, for: link, when: {{found: {{is: false}}}}, severity: error, failure: test-vertical,
     message: "“{{title}}” links to nothing."}}
  - {{id: open-conflict, title: T, for: conflict, when: {{status: {{is: open}}}}, severity: warning, decision: true,
     failure: conflicts-keep-drifting, message: "“{{summary}}” is open."}}
  - {{id: waiting, title: T, for: dependency, when: {{form: {{is: map}}, days_past_decision: {{above: 0}}, decided: {{is: false}}}},
     severity: error, failure: test-dependencies, message: "“{{from_title}}” waits."}}
"""


def rules(
    version: str = "1", *, most_days: int = 30, most_objectives: int = 5, overrides: str = "{}", more: str = ""
) -> Ruleset:
    """A small ruleset of a version."""
    text = (
        RULES.format(version=version, most_days=most_days, most_objectives=most_objectives, overrides=overrides) + more
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rules.yaml")
        path.write_text(text, "utf-8")
        return load_ruleset(str(path))


def rule_digests(ruleset: Ruleset) -> dict[str, str]:
    """A digest of each rule that is on, over all its scopes."""
    parts: dict[str, list[Any]] = {}
    for variant in ruleset.variants:
        parts.setdefault(variant.rule.id, []).append(variant)
    return {id: hashlib.sha256(orjson.dumps(listed, default=_plain)).hexdigest() for id, listed in parts.items()}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value.pattern


def company() -> Document:
    """A company objective, a department's below it, two teams that deliver it: no rule of `rules` is broken but one."""
    return copy.deepcopy(
        {
            "source": {"tool": "test", "complete": True},
            "cycles": [{"id": "q3", "name": "Q3", "start": "2026-07-01", "end": "2026-09-30"}],
            "teams": [{"id": id, "name": id.title()} for id in ("board", "sales", "supply")],
            "objectives": [
                _objective("C1", "company", "board", "astrid", []),
                _objective("D1", "department", "sales", "bruno", ["C1"]),
                _objective("S1", "team", "sales", "bruno", ["D1"]),
                _objective("L1", "team", "supply", "felix", ["D1"]),
            ],
            "dependencies": [
                {"id": "P1", "from": "S1", "on_team": "supply", "need": "Stock", "decision_date": "2026-08-20"}
            ],
            "conflicts": [{"id": "F1", "objectives": ["S1", "L1"], "summary": "Express orders"}],
            "governance": {"conflict_resolver": "Astrid", "escalation": {"raise_within_days": 2, "act_within_days": 5}},
        }
    )


def _objective(id: str, level: str, team: str, owner: str, parents: Sequence[str]) -> Document:
    key_result = {"id": f"{id}.1", "title": f"Share of {id}", "target": 30, "current": 5, "updated_at": "2026-08-01"}
    return {
        "id": id,
        "title": f"Goal {id}",
        "level": level,
        "team": team,
        "cycle": "q3",
        "owners": [{"person": owner}],
        "parents": [{"id": parent} for parent in parents],
        "key_results": [key_result],
    }


def entry(document: Document, id: str) -> Document:
    """The entry of an id, wherever it lies in a document."""
    lists = [listed for listed in document.values() if isinstance(listed, list)]
    lists += [objective["key_results"] for objective in document["objectives"]]
    found: Document = next(entry for listed in lists for entry in listed if entry["id"] == id)
    return found


class Run(NamedTuple):
    """A run and all that history knows of it."""

    report: Document
    context: RunContext
    views: Views
    lives: list[Life]

    def states(self) -> dict[str, str]:
        """The state of each finding by its rule and its subject's id."""
        return {_name(life.known): life.known.state for life in self.lives}

    def life(self, rule: str, subject: str) -> Life:
        """What became of one finding."""
        return next(life for life in self.lives if _name(life.known) == f"{rule} {subject}")

    def cause(self, rule: str, subject: str) -> dict[str, Any]:
        """Why it is so."""
        cause = self.life(rule, subject).cause
        assert cause is not None
        return cause.as_dict()

    def known(self) -> list[Known]:
        """The findings that the next run starts from."""
        return [life.known for life in self.lives]


def _name(known: Known) -> str:
    return f"{known.rule} {known.items[0][1]}"


def run(
    document: Document,
    before: Run | None = None,
    *,
    by: Ruleset | None = None,
    day: datetime.date | None = None,
    known: Iterable[Known] | None = None,
    settlements: Mapping[str, Settlement] | None = None,
    forget: bool = False,
    complete: bool = True,
    **more: Any,
) -> Run:
    """The next run of a history: by the same rules on the same day, unless said otherwise."""
    ruleset = by or rules()
    number = before.context.number + 1 if before else 1
    day = day or (before.context.as_of if before else START)
    at = datetime.datetime.combine(day, datetime.time(6), datetime.UTC)
    report = judge(document, ruleset, as_of=day)
    context = context_of(report, rule_digests(ruleset), run=f"run-{number}", number=number, at=at, complete=complete)
    context = context._replace(**more)
    views = views_of(document)
    earlier = known if known is not None else before.known() if before else ()
    last = None if before is None or forget else before.views
    lives = transitions(earlier, report, moment(before.context if before else None, context, last, views, settlements))
    return Run(report, context, views, lives)
