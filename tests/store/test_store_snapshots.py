"""Snapshots: bytes by their digest."""

from __future__ import annotations

import datetime
import hashlib

import pytest
from sqlalchemy import Engine, Table, insert, inspect, select, update

from tests.store.store_rows import NOON, connection_row, run_row
from validator.errors import BadInput
from validator.store.engine import reading, writing
from validator.store.faults import BadStore
from validator.store.snapshots import get, pack, put, remove_orphans
from validator.store.tables import connections, runs, snapshots, text_drafts, text_versions

LATER = NOON + datetime.timedelta(days=1)
REPORT = b'{"findings": []}' * 1_000


def _left(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(snapshots.c.digest)))


@pytest.mark.parametrize(
    "content", [REPORT, b"", b"\0\xff\xfe", "“é”".encode()], ids=["json", "empty", "binary", "text"]
)
def test_bytes_come_back_by_their_digest(database: Engine, content: bytes) -> None:
    with writing(database) as connection:
        digest = put(connection, pack(content), NOON)
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
    with reading(database) as connection:
        assert content == get(connection, digest)


def test_the_same_bytes_are_stored_once_and_smaller_than_they_are(database: Engine) -> None:
    for moment in (NOON, LATER):
        with writing(database) as connection:
            put(connection, pack(REPORT), moment)
    with reading(database) as connection:
        (row,) = connection.execute(select(snapshots)).all()
    assert (len(REPORT), NOON) == (row.size, row.created_at)
    assert len(row.data) < len(REPORT) / 50


def test_an_unknown_digest_has_no_bytes(database: Engine) -> None:
    with reading(database) as connection:
        assert get(connection, "sha256:" + "0" * 64) is None


def test_more_bytes_than_may_be_stored_are_refused() -> None:
    assert pack(b"1234", most=4).size == 4
    with pytest.raises(BadInput, match="5 bytes are too many") as caught:
        pack(b"12345", most=4)
    assert "at most 4 bytes" in caught.value.faults[0].hint


@pytest.mark.parametrize(
    "damage",
    [{"data": b"not compressed"}, {"data": pack(b"other").data}, {"size": 3}, {"data": pack(REPORT * 2).data}],
    ids=["no zlib", "other bytes", "other size", "more than was stored"],
)
def test_a_damaged_snapshot_is_never_given_out(database: Engine, damage: dict[str, object]) -> None:
    with writing(database) as connection:
        digest = put(connection, pack(REPORT), NOON)
        connection.execute(update(snapshots).values(damage))
    with reading(database) as connection, pytest.raises(BadStore, match=f"{digest} is damaged"):
        get(connection, digest)


def test_what_nothing_refers_to_is_removed_and_the_rest_stays(database: Engine) -> None:
    names = ["document", "overlay", "report", "ruleset", "failures", "next overlay", "published", "draft"]
    with writing(database) as connection:
        digests = [put(connection, pack(name.encode()), NOON) for name in names]
        document, overlay, report, ruleset, failures, next_overlay, published, draft = digests
        put(connection, pack(b"orphan"), NOON)
        connection.execute(insert(connections).values(connection_row(overlay_digest=next_overlay)))
        run = run_row(document_digest=document, overlay_digest=overlay, report_digest=report, ruleset_digest=ruleset)
        connection.execute(insert(runs).values(run | {"failure_table_digest": failures}))
        text = {"kind": "ruleset", "name": "ours", "version": 1}
        signed = {"published_by": "Ana", "published_at": NOON, "note": ""}
        connection.execute(insert(text_versions).values(text | signed | {"digest": published}))
        edited = {"updated_by": "Ana", "updated_at": NOON}
        connection.execute(insert(text_drafts).values(text | edited | {"text_digest": draft}))
    with writing(database) as connection:
        assert remove_orphans(connection, LATER) == 1
    assert set(digests) == _left(database)
    with writing(database) as connection:
        connection.execute(connections.delete())  # its run goes with it
        assert remove_orphans(connection, LATER) == 6
    assert {published, draft} == _left(database)


def test_orphans_that_are_young_stay_and_many_go_in_several_steps(database: Engine) -> None:
    with writing(database) as connection:
        for number in range(5):
            put(connection, pack(b"%d" % number), NOON + datetime.timedelta(hours=number))
        young = put(connection, pack(b"young"), LATER)
        assert [remove_orphans(connection, LATER, at_most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert {young} == _left(database)


@pytest.mark.parametrize("table", [runs, connections, text_versions, text_drafts], ids=str)
def test_every_column_that_names_a_snapshot_has_an_index(database: Engine, table: Table) -> None:
    named = {column.name for column in table.c if column.name.endswith("digest")} - {"input_digest"}
    indexes = inspect(database).get_indexes(table.name)
    assert named <= {index["column_names"][0] for index in indexes}
    assert named


def test_looking_for_orphans_reads_no_table_but_that_of_snapshots(database: Engine, kind: str) -> None:
    if kind != "sqlite":
        pytest.skip("the plan of PostgreSQL depends on how many rows there are")
    asked: list[str] = []
    with writing(database) as connection:
        put(connection, pack(b"orphan"), NOON)
        connection.connection.driver_connection.set_trace_callback(asked.append)
        remove_orphans(connection, LATER)
        connection.connection.driver_connection.set_trace_callback(None)
        (query,) = [statement for statement in asked if statement.startswith("SELECT")]
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert [line for line in plan if line.startswith("SCAN") and "CONSTANT" not in line] == []
    assert plan
