"""Which endpoint hears of which event."""

from __future__ import annotations

from typing import NamedTuple

from validator.alerts.events import PING, USUAL, Event
from validator.history.parts import SEVERITIES


class Filter(NamedTuple):
    """What an endpoint wants to hear of: all of these at once, an empty set meaning any."""

    types: frozenset[str] = frozenset(USUAL)
    severity: str = "info"
    """Least severity."""
    rules: frozenset[str] = frozenset()
    failures: frozenset[str] = frozenset()
    """Rows of the failure table."""
    teams: frozenset[str] = frozenset()
    connections: frozenset[str] = frozenset()


def wants(filter: Filter, event: Event) -> bool:
    """Whether an endpoint with that filter hears of an event.

    What an event says nothing of does not keep it away: a source that is silent has no team and no severity. A digest is
    heard of by those who want anything that it tells of.
    """
    if event.type == PING:
        return True
    return (
        not filter.types.isdisjoint(event.stands_for or {event.type})
        and (not filter.connections or event.connection in filter.connections)
        and (event.severity is None or SEVERITIES.index(event.severity) <= SEVERITIES.index(filter.severity))
        and _meets(filter.rules, event.rules)
        and _meets(filter.failures, event.failures)
        and _meets(filter.teams, event.teams)
    )


def _meets(asked: frozenset[str], told: frozenset[str]) -> bool:
    return not asked or not told or not asked.isdisjoint(told)
