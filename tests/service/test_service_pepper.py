"""The pepper that keys are hashed with: where it is kept, and what is refused."""

from __future__ import annotations

import datetime
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from validator.service import keys
from validator.service.key_wishes import Wish
from validator.service.pepper import BadPepper, Pepper, check
from validator.store.engine import reading, writing
from validator.store.tables import keys as stored

NOON = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
SECRET = "a pepper of thirty-two bytes or more"
POSTGRESQL = "postgresql://db.example.com/okr"


def _beside(folder: Path) -> Pepper:
    return Pepper(None, f"sqlite:///{folder}/okr.db", {})


def test_an_sqlite_database_gets_a_pepper_of_its_own_that_only_its_owner_reads(tmp_path: Path) -> None:
    assert _beside(tmp_path).read() is None
    made = _beside(tmp_path).make()
    assert stat.S_IMODE((tmp_path / "okr.db.pepper").stat().st_mode) == 0o600
    assert len(made) == 64
    assert _beside(tmp_path).make() == _beside(tmp_path).read() == made
    assert [path.name for path in tmp_path.iterdir()] == ["okr.db.pepper"]


def test_two_databases_have_different_peppers(tmp_path: Path) -> None:
    one, other = (Pepper(None, f"sqlite:///{tmp_path}/{name}.db", {}).make() for name in ("one", "other"))
    assert one != other


def test_who_looked_before_it_was_made_finds_it_later(tmp_path: Path) -> None:
    waiting = _beside(tmp_path)
    assert waiting.read() is None
    made = _beside(tmp_path).make()
    assert waiting.read() == made


def test_of_many_who_make_it_at_once_all_take_the_same(tmp_path: Path) -> None:
    begin = threading.Barrier(8)
    found: list[bytes] = []

    def make() -> None:
        begin.wait()
        found.append(_beside(tmp_path).make())

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found))) == (8, 1)


def test_a_reference_leads_to_a_variable_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    assert Pepper("env:SECRET", POSTGRESQL, {"SECRET": SECRET}).make() == SECRET.encode()
    assert Pepper(f"file:{file}", POSTGRESQL, {}).make() == SECRET.encode()


def test_a_reference_goes_before_the_file_beside_the_database(tmp_path: Path) -> None:
    _beside(tmp_path).make()
    assert Pepper("env:SECRET", f"sqlite:///{tmp_path}/okr.db", {"SECRET": SECRET}).read() == SECRET.encode()


def test_keys_in_postgresql_need_the_reference() -> None:
    pepper = Pepper(None, POSTGRESQL, {})
    assert pepper.read() is None
    with pytest.raises(BadPepper, match="PostgreSQL need OKR_VALIDATOR_PEPPER"):
        pepper.make()


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:NOWHERE", "the variable NOWHERE has 0 bytes"),
        ("env:SHORT", "the variable SHORT has 12 bytes"),
        ("file:/nowhere/at-all", "cannot be read"),
        ("hunter2hunter2", "refers to nothing"),
        ("env:", "refers to nothing"),
    ],
)
def test_a_pepper_that_cannot_be_used_is_refused_and_never_shown(reference: str, said: str) -> None:
    with pytest.raises(BadPepper, match=said) as refused:
        Pepper(reference, "sqlite:///okr.db", {"SHORT": "hunter2hunte"}).read()
    assert "hunter2" not in repr(refused.value.faults)


def test_a_pepper_that_others_can_read_is_refused(tmp_path: Path) -> None:
    _beside(tmp_path).make()
    (tmp_path / "okr.db.pepper").chmod(0o640)
    with pytest.raises(BadPepper, match="read by other users"):
        _beside(tmp_path).read()


def test_keys_without_the_pepper_that_they_were_hashed_with_stop_the_start(database: Engine, tmp_path: Path) -> None:
    with reading(database) as connection:
        check(connection, _beside(tmp_path / "nowhere"))
    with writing(database) as connection:
        keys.create(connection, SECRET.encode(), NOON, "cli:ana", Wish("nightly", "reader"))
    with reading(database) as connection:
        with pytest.raises(BadPepper, match="is not there"):
            check(connection, _beside(tmp_path / "nowhere"))
        check(connection, Pepper("env:SECRET", POSTGRESQL, {"SECRET": SECRET}))


def test_a_pepper_that_the_keys_were_not_hashed_with_stops_the_start(database: Engine, tmp_path: Path) -> None:
    with writing(database) as connection:
        key, text = keys.create(connection, SECRET.encode(), NOON, "cli:ana", Wish("nightly", "reader"))
    other = Pepper("env:SECRET", POSTGRESQL, {"SECRET": SECRET[::-1]})
    with reading(database) as connection, pytest.raises(BadPepper, match="another pepper") as refused:
        check(connection, other)
    assert "set OKR_VALIDATOR_PEPPER as it was" in refused.value.faults[0].hint
    with writing(database) as connection:
        keys.create(connection, SECRET[::-1].encode(), NOON, "cli:ana", Wish("of another pepper", "reader"))
    with reading(database) as connection:
        check(connection, other)
        assert keys.check(connection, SECRET.encode(), text, NOON).key == key


def test_who_has_lost_the_pepper_revokes_all_keys_and_begins_anew(database: Engine, tmp_path: Path) -> None:
    with writing(database) as connection:
        key, _ = keys.create(connection, SECRET.encode(), NOON, "cli:ana", Wish("nightly", "reader"))
        keys.revoke(connection, NOON, "cli:ana", key.id)
    with reading(database) as connection:
        check(connection, _beside(tmp_path))


def test_a_key_made_before_peppers_were_marked_is_checked_and_stops_no_start(database: Engine) -> None:
    with writing(database) as connection:
        key, text = keys.create(connection, SECRET.encode(), NOON, "cli:ana", Wish("nightly", "reader"))
        digest = connection.scalar(select(stored.c.digest)) or ""
        unmarked = f"hmac-sha256:{digest.rpartition(':')[2]}"
        connection.execute(update(stored).values(digest=unmarked))
    with reading(database) as connection:
        check(connection, Pepper("env:SECRET", POSTGRESQL, {"SECRET": SECRET[::-1]}))
        assert keys.check(connection, SECRET.encode(), text, NOON).key == key


def test_the_hint_names_the_file_that_is_missing(database: Engine, tmp_path: Path) -> None:
    with writing(database) as connection:
        keys.create(connection, SECRET.encode(), NOON, "cli:ana", Wish("nightly", "reader"))
    with reading(database) as connection, pytest.raises(BadPepper) as refused:
        check(connection, _beside(tmp_path))
    assert f"put back the file {tmp_path}/okr.db.pepper, or set" in refused.value.faults[0].hint
