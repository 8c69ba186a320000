"""The last run of a connection: what it judged, and what it said of a finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from validator.history.views import Views
from validator.service.ground import views_as_known
from validator.store.snapshots import get
from validator.store.tables import runs


def last_run(connection: Connection, connection_id: str, *, complete: bool = False) -> Row[Any] | None:
    """The row of the last run, or of the last whose document was complete; None before the first."""
    asked = select(runs).where(runs.c.connection_id == connection_id).order_by(runs.c.number.desc()).limit(1)
    return connection.execute(asked.where(runs.c.complete) if complete else asked).one_or_none()


def views_of_run(connection: Connection, run: Row[Any]) -> Views | None:
    """The views of a run's document; what a partial one did not read is as it was. None where the document is gone."""
    return views_as_known(connection, run)


def report_of(connection: Connection, run_id: str) -> Mapping[str, Any] | None:
    """The report of a run; None where the run or its report is gone."""
    digest = connection.scalar(select(runs.c.report_digest).where(runs.c.id == run_id))
    content = get(connection, digest) if digest is not None else None
    report: Mapping[str, Any] | None = orjson.loads(content) if content is not None else None
    return report
