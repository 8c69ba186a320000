"""Events: what a run, a decision or the clock says that somebody outside wants to hear of."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from validator.history.parts import teams_of

OPENED, REOPENED, RESOLVED = "finding.opened", "finding.reopened", "finding.resolved"
CONFLICT, DECIDED, OVERDUE = "conflict.opened", "conflict.decided", "conflict.overdue"
DIGEST, FAILED, SILENT, PING = "findings.digest", "run.failed", "source.silent", "endpoint.ping"
TYPES = (OPENED, REOPENED, RESOLVED, CONFLICT, DECIDED, OVERDUE, DIGEST, FAILED, SILENT, PING)
USUAL = (OPENED, REOPENED, CONFLICT, OVERDUE, DIGEST)
"""What an endpoint hears of that does not choose: what is new."""
RAISED, TRIED = "severity_raised", "trial_ended"
"""Why a digest tells of a finding that was known before."""
People = tuple[Mapping[str, str | None], ...]
"""Persons: id, name, email."""


class Several(NamedTuple):
    """What an event is about that tells of more than one finding."""

    findings: frozenset[str]
    """Ids of all of them."""
    rules: frozenset[str]
    failures: frozenset[str]
    owned: Mapping[str, frozenset[str]]
    """Ids of those that a person is told of, by the id of the person."""


class Event(NamedTuple):
    """Something that happened, with all that a message about it says."""

    type: str
    """One of TYPES."""
    at: datetime.datetime
    connection: str
    data: dict[str, Any]
    """What happened, ready for JSON."""
    run: str | None = None
    finding: str | None = None
    severity: str | None = None
    """The worst that it tells of."""
    rule: str | None = None
    failure: str | None = None
    """Row of the failure table."""
    teams: frozenset[str] = frozenset()
    people: People = ()
    """Owners of its items."""
    stands_for: frozenset[str] = frozenset()
    """Types by any of which it is chosen; empty: by its own."""
    several: Several | None = None
    """What it is about where that is not one finding, with one rule and one row of the failure table."""

    @property
    def findings(self) -> frozenset[str]:
        """Ids of all the findings that it tells of."""
        return self.several.findings if self.several else _set_of(self.finding)

    @property
    def rules(self) -> frozenset[str]:
        """Rules of all that it tells of."""
        return self.several.rules if self.several else _set_of(self.rule)

    @property
    def failures(self) -> frozenset[str]:
        """Rows of the failure table of all that it tells of."""
        return self.several.failures if self.several else _set_of(self.failure)

    def findings_of(self, person: str | None) -> frozenset[str]:
        """Ids of the findings that it tells a person of; None: everybody else."""
        if self.several is None or person is None:
            return self.findings
        return self.several.owned.get(person, frozenset())


def _set_of(name: str | None) -> frozenset[str]:
    return frozenset() if name is None else frozenset({name})


def decided(
    at: datetime.datetime,
    connection: str,
    decision: Mapping[str, Any],
    finding: Mapping[str, Any],
    people: People = (),
) -> Event:
    """A decision was recorded on a conflict; `finding` has id, rule, severity, message, items and failure (a row's id)."""
    told = {name: finding[name] for name in ("id", "rule", "severity", "message", "items")}
    return Event(
        DECIDED, at, connection, {"finding": told, "decision": dict(decision)}, None, finding["id"],
        finding["severity"], finding["rule"], finding["failure"], teams_of(finding), people,
    )  # fmt: skip


def overdue(
    at: datetime.datetime,
    connection: str,
    notice: Mapping[str, Any],
    finding: Mapping[str, Any],
    people: People = (),
) -> Event:
    """A conflict has no decision in time; `notice` has since, respond_by, escalate_on and decision_maker."""
    return decided(at, connection, notice, finding, people)._replace(type=OVERDUE)


def failed(at: datetime.datetime, connection: str, sync: Mapping[str, Any]) -> Event:
    """A sync ended in an error; `sync` says which, and the problem without any credential."""
    return Event(FAILED, at, connection, {"sync": dict(sync)})


def silent(at: datetime.datetime, connection: str, last: Mapping[str, Any]) -> Event:
    """A source has given nothing for its schedule and a grace time; `last` says when it last did, and by when it should have."""
    return Event(SILENT, at, connection, {"source": dict(last)})
