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

    What an event says nothing of does not keep it away: a source that is silent has no team and no severity. A digest is of
    many rules and rows at once and is not kept away by them.
    """
    if event.type == PING:
        return True
    return (
        event.type in filter.types
        and (not filter.connections or event.connection in filter.connections)
        and (event.severity is None or SEVERITIES.index(event.severity) <= SEVERITIES.index(filter.severity))
        and (not filter.rules or event.rule is None or event.rule in filter.rules)
        and (not filter.failures or event.failure is None or event.failure in filter.failures)
        and (not filter.teams or not event.teams or bool(event.teams & filter.teams))
    )
