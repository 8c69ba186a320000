"""Taking a person out of the store, in transactions so small that others go on between them.

Each is whole in itself, and doing it again does what is left: an erasure that was cut off is begun anew.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Table, and_, delete, insert, select, update

from validator.service import audit
from validator.service.deliveries import disable, give_up
from validator.service.named_places import (
    COLUMNS,
    REFERENCES,
    Place,
    Reference,
    batches,
    key_of,
    place_of,
    references,
    scope_of,
    text_of,
)
from validator.service.people import Person
from validator.service.pseudonyms import ERASED, Terms
from validator.store.audit_lock import unlocked
from validator.store.engine import reading, writing
from validator.store.snapshots import Packed, pack, put
from validator.store.tables import audit as trail
from validator.store.tables import (
    deliveries,
    endpoints,
    finding_owners,
    finding_teams,
    idempotency,
    runs,
    text_drafts,
)

RUN_ERASED = "erase"
"""The action in the audit trail that marks a run whose texts were rewritten."""
_NO_PERSON = "The person was erased."
"""Why a message to one person alone is not sent."""
_NO_ADDRESS = "Its last address was erased."
_NO_TARGET = "Its target named a person who was erased."


def erase_everywhere(engine: Engine, now: datetime.datetime, actor: str, person: Person) -> Counter[str]:
    """Replace the person in every table and snapshot; gives how many rows and snapshots changed, by table."""
    counts: Counter[str] = Counter()
    for table in COLUMNS:
        counts[str(table.name)] += _erase_rows(engine, now, table, person)
    with reading(engine) as connection:
        listed = [reference for column in REFERENCES for reference in references(connection, column)]
    for reference in listed:
        counts["okr_snapshot"] += _erase_text(engine, now, actor, reference, person)
    return counts


def is_erased(connection: Connection, run_id: str) -> bool:
    """Whether names were erased from a run: what it judged is no longer there word by word, and cannot be replayed."""
    mark = and_(trail.c.target_kind == "run", trail.c.target_id == run_id, trail.c.action == RUN_ERASED)
    return connection.execute(select(trail.c.id).where(mark).limit(1)).first() is not None


def _erase_rows(engine: Engine, now: datetime.datetime, table: Table, person: Person) -> int:
    made: dict[str | None, Terms] = {}
    count, last = 0, None
    while True:
        with writing(engine) as connection:
            rows = batches(connection, table, last)
            places = [place for row in rows if (place := place_of(table, row, person, made)) is not None]
            _replace(connection, now, table, places, person.pseudonym)
        count += len(places)
        if not rows:
            return count
        last = key_of(table, rows[-1])


def _replace(connection: Connection, now: datetime.datetime, table: Table, places: list[Place], pseudonym: str) -> None:
    if table is trail and places:
        with unlocked(connection, f"{pseudonym} was erased"):
            _update(connection, places)
    elif table is idempotency:
        for place in places:  # an answer that names somebody is forgotten rather than changed
            connection.execute(delete(table).where(_of(place)))
    elif table in (finding_teams, finding_owners):
        for place in places:
            _rename(connection, place)
    elif table is endpoints:
        for place in places:
            _change_endpoint(connection, now, place, pseudonym)
    else:
        _update(connection, places)
    if table is deliveries:
        theirs = deliveries.c.id.in_([place.key["id"] for place in places if _is_to(place, pseudonym)])
        give_up(connection, now, theirs, _NO_PERSON)


def _update(connection: Connection, places: list[Place]) -> None:
    for place in places:
        connection.execute(update(place.table).where(_of(place)).values(place.after))


def _change_endpoint(connection: Connection, now: datetime.datetime, place: Place, pseudonym: str) -> None:
    """Rewrite an endpoint, so that who has read it cannot put the name back; one that leads nowhere now is disabled."""
    changed = {**place.after, "version": endpoints.c.version + 1, "updated_at": now}
    connection.execute(update(endpoints).where(_of(place)).values(changed))
    target = place.after.get("target", "")
    if pseudonym in target:
        disable(connection, now, place.key["id"], _NO_ADDRESS if target == pseudonym else _NO_TARGET)


def _is_to(place: Place, pseudonym: str) -> bool:
    """Whether a message is to the person alone."""
    to = place.after.get("person")
    return to is not None and to["id"] == pseudonym


def _rename(connection: Connection, place: Place) -> None:
    """Put a row under its new key, unless there is one already."""
    renamed = place.key | place.after
    there = and_(*(place.table.c[name] == value for name, value in renamed.items()))
    connection.execute(delete(place.table).where(_of(place)))
    if connection.execute(select(place.table).where(there)).first() is None:
        connection.execute(insert(place.table).values(renamed))


def _of(place: Place) -> Any:
    return and_(*(place.table.c[name] == value for name, value in place.key.items()))


def _erase_text(engine: Engine, now: datetime.datetime, actor: str, reference: Reference, person: Person) -> int:
    """Rewrite one snapshot for those rows of one connection that refer to it; gives 1 where it named the person."""
    with reading(engine) as connection:
        text = text_of(connection, reference, person)
    if text is None:
        return 0
    packed = _packed(
        _noted(text.after) if reference.column is runs.c.report_digest else text.after
    )  # before the transaction, which holds up every other writer
    column, scope = reference.column, scope_of(reference.column)
    mine = and_(column == reference.digest, scope.is_not_distinct_from(reference.connection))
    with writing(engine) as connection:
        digest = put(connection, packed, now)
        if column.table is runs:
            _mark_erased(connection, now, actor, list(connection.scalars(select(runs.c.id).where(mine))), person)
        values: dict[str, Any] = {column.name: digest}
        if column.table is text_drafts:  # so that who has read it cannot put the name back
            values |= {"version": text_drafts.c.version + 1, "updated_at": now}
        connection.execute(update(column.table).where(mine).values(values))
    return 1


def _packed(value: Any) -> Packed:
    return pack(value.encode() if isinstance(value, str) else orjson.dumps(value))


def _noted(report: Any) -> Any:
    """A report that says that it was rewritten."""
    asked = report.get("input") if isinstance(report, dict) else None
    if isinstance(asked, dict) and ERASED not in asked.get("notes", ()):
        return {**report, "input": {**asked, "notes": [*asked.get("notes", ()), ERASED]}}
    return report


def _mark_erased(
    connection: Connection, now: datetime.datetime, actor: str, run_ids: list[str], person: Person
) -> None:
    for run_id in run_ids:
        if not is_erased(connection, run_id):
            after = {"person": person.pseudonym}
            audit.record(connection, now, actor, RUN_ERASED, "run", run_id, None, after)
