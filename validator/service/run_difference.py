"""What a run changed: the findings that came, went or are told otherwise since the run before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, Select, and_, select

from validator.history.difference import Changed, by_severity, counts, difference
from validator.service.past_runs import predecessor
from validator.store.snapshots import get
from validator.store.tables import finding_events, findings


class RunDifference(NamedTuple):
    """The difference of a run to its predecessor."""

    run: Row[Any]
    before: Row[Any] | None
    """None for the first run."""
    turned: tuple[Row[Any], ...]
    """What happened to findings in this run: event, cause, and the finding as it is now; in the order of the report."""
    changed: tuple[Changed, ...]
    """Findings that both reports hold and show differently; none where one of the reports is no longer there."""
    compared: bool
    """Whether both reports are still there."""
    by_severity: dict[str, dict[str, int]]
    """How many findings appeared in the report, vanished from it and changed."""
    by_team: tuple[dict[str, Any], ...]


def difference_of_run(connection: Connection, run: Row[Any]) -> RunDifference:
    """What a run changed.

    The events have the reasons. Of a partial run, what was not read vanishes from the report only, and is stale.
    """
    before = predecessor(connection, run)
    old = _report(connection, before) if before is not None else _EMPTY
    new = _report(connection, run)
    found = difference(old, new) if old is not None and new is not None else difference(_EMPTY, _EMPTY)
    return RunDifference(
        run=run,
        before=before,
        turned=tuple(connection.execute(turned_in(run.id)).all()),
        changed=found.changed,
        compared=old is not None and new is not None,
        by_severity=by_severity(found),
        by_team=tuple(count._asdict() for count in counts(found)),
    )


def turned_in(run_id: str) -> Select[Any]:
    """The query of what happened to findings in a run."""
    happened, now = finding_events.c, findings.c
    same = and_(now.connection_id == happened.connection_id, now.id == happened.finding_id)
    told = (now.rule, now.severity, now.shadow, now.message, now["items"].label("named"), now.failure, now.state)
    asked = select(happened.finding_id, happened.event, happened.cause, *told).join_from(finding_events, findings, same)
    return asked.where(happened.run_id == run_id).order_by(happened.id)


_EMPTY: Mapping[str, Any] = {"findings": []}


def _report(connection: Connection, run: Row[Any]) -> Mapping[str, Any] | None:
    content = get(connection, run.report_digest)
    report: Mapping[str, Any] | None = orjson.loads(content) if content is not None else None
    return report
