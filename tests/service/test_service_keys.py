"""API keys: made, checked and revoked."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from tests.store.store_rows import connection_row
from validator.api import upkeep
from validator.errors import BadInput
from validator.service import audit, deliveries, keys, sync_states
from validator.service.key_wishes import RESERVED, ROLES, Wish
from validator.service.keys import Checked, Key
from validator.store.engine import reading, writing
from validator.store.tables import connections, metadata

NOON = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
PEPPER = b"a pepper of thirty-two bytes or more"


def _create(engine: Engine, name: str = "nightly", role: str = "submitter", **more: Any) -> tuple[Key, str]:
    with writing(engine) as connection:
        return keys.create(connection, PEPPER, NOON, "cli:ana", Wish(name, role, **more))


def _revoke(engine: Engine, id: str, now: datetime.datetime = NOON + HOUR) -> Key | None:
    with writing(engine) as connection:
        return keys.revoke(connection, now, "cli:ben", id)


def _check(engine: Engine, text: str | None, now: datetime.datetime = NOON, with_pepper: bytes = PEPPER) -> Checked:
    with reading(engine) as connection:
        return keys.check(connection, with_pepper, text, now)


def _everything_stored(engine: Engine) -> str:
    with reading(engine) as connection:
        return repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])


def test_a_key_opens_with_its_text_and_shows_256_random_bits(database: Engine) -> None:
    made, text = _create(database)
    assert re.fullmatch(rf"okrv_{made.id}_[0-9a-f]{{64}}", text)
    assert _check(database, text) == Checked(made, "", made.id)


def test_neither_a_key_nor_its_secret_is_stored_or_told_to_the_trail(database: Engine) -> None:
    made, text = _create(database)
    _check(database, text)
    _revoke(database, made.id)
    stored = _everything_stored(database)
    assert made.id in stored
    assert text not in stored
    assert text.rpartition("_")[2] not in stored
    assert PEPPER.decode() not in stored


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: None, "no key"),
        (lambda text: "", "no key"),
        (lambda text: "ghp_0123456789abcdef", "not a key"),
        (lambda text: text + "\n", "not a key"),
        (lambda text: text.upper(), "not a key"),
        (lambda text: "ключ", "not a key"),
        (lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"), "unknown key"),
        (lambda text: "okrv_" + "0" * 16 + text[21:], "unknown key"),
    ],
    ids=["none", "empty", "another kind", "a line feed", "capitals", "not ASCII", "wrong secret", "unknown id"],
)
def test_what_is_no_key_of_ours_opens_nothing(database: Engine, change: Any, reason: str) -> None:
    _, text = _create(database)
    found = _check(database, change(text))
    assert (found.key, found.reason) == (None, reason)


def test_a_key_opens_nothing_under_another_pepper(database: Engine) -> None:
    _, text = _create(database)
    assert _check(database, text, with_pepper=b"x" * 32).reason == "unknown key"


def test_a_key_opens_until_it_expires(database: Engine) -> None:
    _, text = _create(database, expires_at=NOON + HOUR)
    assert _check(database, text, NOON + HOUR - datetime.timedelta(microseconds=1)).key is not None
    assert _check(database, text, NOON + HOUR)[:2] == (None, "expired key")


def test_a_revoked_key_opens_nothing_and_stays_revoked_as_it_was(database: Engine) -> None:
    made, text = _create(database)
    assert _revoke(database, made.id) == made._replace(revoked_at=NOON + HOUR)
    assert _check(database, text)[:2] == (None, "revoked key")
    assert _revoke(database, made.id, NOON + 2 * HOUR) == made._replace(revoked_at=NOON + HOUR)


def test_revoking_a_key_that_never_was_changes_nothing(database: Engine) -> None:
    assert _revoke(database, "0" * 16) is None
    with reading(database) as connection:
        assert audit.read(connection) == ()


def test_the_trail_says_who_made_and_who_revoked_a_key(database: Engine) -> None:
    made, _ = _create(database, role="editor")
    _revoke(database, made.id)
    _revoke(database, made.id)
    with reading(database) as connection:
        revoked, created = audit.read(connection)
    was = {"name": "nightly", "role": "editor", "connections": None, "expires_at": None, "revoked_at": None}
    assert created[2:] == ("cli:ana", "create", "key", made.id, None, was)
    ended = {**was, "revoked_at": (NOON + HOUR).isoformat()}
    assert revoked[2:] == ("cli:ben", "revoke", "key", made.id, was, ended)


def test_a_use_is_noted_at_most_once_a_minute(database: Engine) -> None:
    made, text = _create(database)
    noted = []
    for seconds in (0, 59, 60):
        now = NOON + datetime.timedelta(seconds=seconds)
        with writing(database) as connection:
            keys.note_use(connection, made.id, now)
        key = _check(database, text).key
        assert key is not None
        assert keys.use_is_stale(key, now + datetime.timedelta(seconds=59)) is (seconds == 59)
        noted.append(key.last_used_at)
    assert noted == [NOON, NOON, NOON + datetime.timedelta(minutes=1)]


def test_a_key_keeps_the_connections_that_it_is_for(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(insert(connections), [connection_row("acme"), connection_row("zeta")])
    made, text = _create(database, connections=["zeta", "acme", "zeta"])
    assert made.connections == ("acme", "zeta")
    assert _check(database, text).key == made


@pytest.mark.parametrize(
    ("wish", "pointers"),
    [
        (Wish("", "reader"), ["/name"]),
        (Wish("two\nlines", "reader"), ["/name"]),
        (Wish("x" * 101, "reader"), ["/name"]),
        (Wish("cli:root", "reader"), ["/name"]),
        (Wish("Anonymous", "reader"), ["/name"]),
        (Wish("nightly", "reader"), ["/name"]),
        (Wish("Retention", "reader"), ["/name"]),
        (Wish("half a \udcff", "reader"), ["/name"]),
        (Wish("other", "king"), ["/role"]),
        (Wish("other", "reader", []), ["/connections"]),
        (Wish("other", "reader", ["nowhere"]), ["/connections/0"]),
        (Wish("other", "reader", None, NOON), ["/expires_at"]),
        (Wish("", "king", ["nowhere"], NOON), ["/name", "/role", "/connections/0", "/expires_at"]),
    ],
    ids=[
        "no name", "two lines", "a long name", "a name of the command line", "a name of nobody", "a name in use",
        "a name of the service", "bytes that are no text",
        "no role", "no connection", "an unknown connection", "ends before it begins", "every fault at once",
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_meant_is_refused_with_its_faults(
    database: Engine, wish: Wish, pointers: list[str]
) -> None:
    _create(database)
    with writing(database) as connection, pytest.raises(BadInput) as refused:
        keys.create(connection, PEPPER, NOON, "cli:ana", wish)
    assert [fault.pointer for fault in refused.value.faults] == pointers


def test_no_key_is_called_as_the_service_calls_itself_in_the_trail() -> None:
    assert {upkeep.ACTOR, deliveries._ACTOR, sync_states.WATCHER} == RESERVED


def test_the_name_of_a_revoked_key_is_free_again(database: Engine) -> None:
    made, _ = _create(database)
    _revoke(database, made.id, NOON)
    assert _create(database)[0].name == "nightly"


def test_keys_are_listed_newest_first_in_pages(database: Engine) -> None:
    made = [_create(database, f"key {number}")[0] for number in range(5)]
    expected = sorted(made, key=lambda key: key.id, reverse=True)  # made at one moment
    with reading(database) as connection:
        first = keys.listed(connection, limit=3)
        second = keys.listed(connection, below=first[-1].id, limit=3)
    assert [*first, *second] == expected


def test_a_revoked_key_still_counts_as_made(database: Engine) -> None:
    with reading(database) as connection:
        assert not keys.any_made(connection)
    _revoke(database, _create(database)[0].id)
    with reading(database) as connection:
        assert keys.any_made(connection)


def test_each_role_may_do_what_those_before_it_may() -> None:
    allowed = [[keys.allows(held, needed) for needed in ROLES] for held in ROLES]
    assert [row.count(True) for row in allowed] == [1, 2, 3, 4, 5]
    assert all(row == sorted(row, reverse=True) for row in allowed)
