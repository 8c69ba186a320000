"""An OKR set as frozen data: references resolved to ids, absent lists empty, absent values None."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import NamedTuple

Day = datetime.date


class Source(NamedTuple):
    """Where the set comes from."""

    tool: str | None = None
    exported_at: Day | None = None
    url: str | None = None
    complete: bool = True
    provides: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


class Organisation(NamedTuple):
    """The organisation whose OKRs these are."""

    id: str
    name: str


class Cycle(NamedTuple):
    """A period for which OKRs are set."""

    id: str
    name: str
    start: Day | None = None
    end: Day | None = None
    status: str | None = None


class Team(NamedTuple):
    """A team; `declared` is False for one that is only named somewhere."""

    id: str
    name: str
    level: str | None = None
    function: str | None = None
    parent: str | None = None
    lead: str | None = None
    segments: tuple[str, ...] = ()
    declared: bool = True


class Person(NamedTuple):
    """A person; `declared` is False for one who is only named somewhere."""

    id: str
    name: str
    email: str | None = None
    team: str | None = None
    declared: bool = True


class Owner(NamedTuple):
    """An owner of an objective."""

    person: str
    primary: bool | None


class Contributor(NamedTuple):
    """A team that contributes to another team's objective."""

    team: str
    role: str | None
    acknowledged: bool | None


class Link(NamedTuple):
    """A link to an objective or key result, as the source has it: `id` may name nothing."""

    id: str
    kind: str
    weight: float | None


class KeyResult(NamedTuple):
    """A key result; `objective` is None where it hangs under none."""

    id: str
    title: str
    objective: str | None
    description: str | None
    metric: str | None
    unit: str | None
    direction: str | None
    start: float | None
    target: float | None
    current: float | None
    owner: str | None
    lead_team: str | None
    shared_with: tuple[str, ...]
    segment: str | None
    start_date: Day | None
    due: Day | None
    cycle: str | None
    status: str | None
    progress: float | None
    updated_at: Day | None
    created_by: str | None
    url: str | None
    parents: tuple[Link, ...]


class Objective(NamedTuple):
    """An objective."""

    id: str
    title: str
    description: str | None
    level: str | None
    team: str | None
    cycle: str | None
    owners: tuple[Owner, ...]
    contributors: tuple[Contributor, ...]
    parents: tuple[Link, ...]
    strategic_brief: str | None
    status: str | None
    progress: float | None
    start: Day | None
    end: Day | None
    created_by: str | None
    updated_at: Day | None
    url: str | None
    key_results: tuple[KeyResult, ...]


class Initiative(NamedTuple):
    """Work done for objectives or key results."""

    id: str
    title: str
    objectives: tuple[str, ...]
    team: str | None
    owner: str | None
    cycle: str | None
    start: Day | None
    end: Day | None
    status: str | None
    progress: float | None
    url: str | None


class Dependency(NamedTuple):
    """What an objective or key result needs from another team."""

    id: str
    from_: str
    on_team: str
    kind: str
    need: str | None
    impact: str | None
    decision_date: Day | None
    decided: bool | None
    failure_trigger: str | None
    acknowledged: bool | None


class Review(NamedTuple):
    """A review, held or planned."""

    id: str
    kind: str | None
    date: Day | None
    teams: tuple[str, ...]
    objectives: tuple[str, ...]
    decision_authority: bool | None


class Conflict(NamedTuple):
    """A conflict that people know of already."""

    id: str
    objectives: tuple[str, ...]
    summary: str | None
    status: str
    decision_maker: str | None
    escalate_within_days: float | None


class Forum(NamedTuple):
    """The meeting that settles trade-offs."""

    name: str | None = None
    members: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    decision_authority: bool | None = None
    every_days: float | None = None
    next: Day | None = None


class Governance(NamedTuple):
    """Who decides, how fast, and by which rule."""

    conflict_resolver: str | None = None
    raise_within_days: float | None = None
    act_within_days: float | None = None
    tie_breaker: str | None = None
    translation_owner: str | None = None
    forum: Forum | None = None


class OkrSet(NamedTuple):
    """A whole set, ready to be judged."""

    source: Source
    organisation: Organisation
    cycles: Mapping[str, Cycle]
    teams: Mapping[str, Team]
    people: Mapping[str, Person]
    objectives: tuple[Objective, ...]
    loose_key_results: tuple[KeyResult, ...]
    initiatives: tuple[Initiative, ...]
    dependencies: tuple[Dependency, ...]
    reviews: tuple[Review, ...]
    conflicts: tuple[Conflict, ...]
    governance: Governance
    provides: frozenset[str]
    """What can be judged of this set: names of `schema.INPUTS`."""
