"""A sync that gave no document: nothing was seen, so nothing is known to be mended."""

from __future__ import annotations

import datetime

from sqlalchemy import Connection, insert, select, update

from validator.alerts.events import failed
from validator.history.causes import Cause
from validator.history.life import PRESENT
from validator.service import audit
from validator.service.alerting import tell
from validator.service.lookups import a_connection
from validator.store.tables import finding_events, findings


def note_failed_sync(
    connection: Connection, now: datetime.datetime, actor: str, connection_id: str, reason: str, sync_id: str = ""
) -> int:
    """Make every finding that stands stale, as after a run that saw nothing; gives how many. No run is recorded.

    `reason` is for people, and holds no secret. Raises NotFound.
    """
    a_connection(connection, connection_id)
    standing = (findings.c.connection_id == connection_id, findings.c.state.in_(sorted(PRESENT)))
    ids = connection.scalars(select(findings.c.id).where(*standing).order_by(findings.c.id)).all()
    cause = Cause("partial_run").as_dict()
    happened = {"connection_id": connection_id, "at": now, "event": "stale", "cause": cause, "actor": actor}
    if ids:
        connection.execute(update(findings).where(*standing).values(state="stale", state_since_at=now, cause=cause))
        connection.execute(insert(finding_events), [{**happened, "finding_id": id} for id in ids])
    told = {"connection_id": connection_id, "reason": reason, "stale": len(ids)}
    audit.record(connection, now, actor, "fail", "sync", sync_id, None, told)
    tell(connection, now, [failed(now, connection_id, {"id": sync_id, "problem": reason, "stale": len(ids)})])
    return len(ids)
