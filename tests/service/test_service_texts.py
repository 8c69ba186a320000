"""Drafts, published versions, going back to an earlier one, and how versions differ."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from tests.service.stored_rulesets import NOON, OURS, PATIENT, RULE, STRICTER, publish_text, put_in_force, rule, save
from validator.errors import BadInput, BadRuleset
from validator.rules.catalogue import load_ruleset
from validator.rules.files import shipped_text
from validator.rules.source import MOST_CHARACTERS
from validator.service import audit, library
from validator.service.drafts import delete_draft, draft_of, save_draft
from validator.service.faults import Exists, NotFound, Outdated
from validator.service.lookups import NotAllowed
from validator.service.publishing import difference, publish, rollback
from validator.service.texts import Target, latest, names, target, text_of, version_of, versions
from validator.store.engine import reading, writing


def _found(engine: Engine, name: str) -> list[str]:
    with reading(engine) as connection:
        return [rule.id for rule in library.find(connection, name).ruleset.rules]


def _version(engine: Engine, what: Target = OURS) -> int | None:
    with reading(engine) as connection:
        newest = latest(connection, what)
        return newest.version if newest else None


def test_a_draft_is_saved_read_and_edited(database: Engine) -> None:
    first = save(database, RULE, version=None)
    assert (first.text, first.base, first.version, first.updated_by, first.updated_at) == (RULE, None, 1, "Ana", NOON)
    second = save(database, STRICTER, version=1, actor="Ben")
    assert (second.text, second.version, second.updated_by) == (STRICTER, 2, "Ben")
    with reading(database) as connection:
        assert second == draft_of(connection, OURS)


def test_of_two_who_edit_one_draft_the_second_is_refused_and_nothing_is_lost(database: Engine) -> None:
    save(database, RULE, version=None)
    save(database, STRICTER, version=1, actor="Ben")
    with pytest.raises(Outdated, match="at version 2") as caught:
        save(database, "name: ours\n", version=1, actor="Ana")
    assert "read it again" in caught.value.faults[0].hint
    with reading(database) as connection:
        assert draft_of(connection, OURS).text == STRICTER


def test_of_many_who_edit_one_draft_at_the_same_moment_one_succeeds(database: Engine) -> None:
    save(database, RULE, version=None)

    def edit(number: int) -> bool:
        try:
            save(database, f"{RULE}# {number}\n", version=1)
        except Outdated:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(edit, range(6))).count(True) == 1


def test_a_draft_is_begun_once(database: Engine) -> None:
    with pytest.raises(NotFound, match="no draft of a ruleset “ours”"):
        save(database, RULE, version=1)
    save(database, RULE, version=None)
    with pytest.raises(Exists, match="at version 1"):
        save(database, RULE, version=None)


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("rules", "ours", "No kind of text is called “rules”"),
        ("metrics", "ours", "it is called so"),
        ("ruleset", "metrics", "no name of a ruleset"),
        ("ruleset", "../ours", "no name of a ruleset"),
        ("ruleset", "ours.yaml", "no name of a ruleset"),
        ("ruleset", "ours@3", "no name of a ruleset"),
    ],
)
def test_a_name_that_can_mean_nothing_is_refused(kind: str, name: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        target(kind, name)


@pytest.mark.parametrize("text", ["x" * (MOST_CHARACTERS + 1), "\ud800"], ids=["too long", "half a character"])
def test_a_text_that_cannot_be_stored_is_refused(database: Engine, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        save(database, text, version=None)
    assert caught.value.faults[0].pointer == "/text"


def test_a_deleted_draft_is_gone_and_what_was_published_stays(database: Engine) -> None:
    put_in_force(database, RULE)
    edited = save(database, STRICTER, version=_draft_version(database))
    with writing(database) as connection:
        assert delete_draft(connection, NOON, "Ben", OURS, version=edited.version) == edited
    with reading(database) as connection:
        with pytest.raises(NotFound, match="no draft of a ruleset “ours”"):
            draft_of(connection, OURS)
        assert (names(connection, "ruleset"), text_of(connection, OURS, 1)) == ({"ours": 1}, RULE)
        told = audit.read(connection)[0]
    assert (told.actor, told.action, told.target_id, told.after) == ("Ben", "delete-draft", "ours", None)
    assert told.before == {"version": edited.version, "digest": edited.digest}


def test_only_the_draft_that_was_read_is_deleted(database: Engine) -> None:
    with writing(database) as connection, pytest.raises(NotFound):
        delete_draft(connection, NOON, "Ben", OURS, version=1)
    save(database, RULE, version=None)
    save(database, STRICTER, version=1)
    with writing(database) as connection, pytest.raises(Outdated, match="at version 2") as caught:
        delete_draft(connection, NOON, "Ben", OURS, version=1)
    assert caught.value.version == 2
    assert _draft_version(database) == 2


def test_a_draft_begun_after_a_deletion_is_no_version_that_somebody_has_read_before(database: Engine) -> None:
    save(database, RULE, version=None)
    second = save(database, STRICTER, version=1)
    with writing(database) as connection:
        delete_draft(connection, NOON, "Ben", OURS, version=second.version)
    assert save(database, RULE, version=None).version == 3
    with pytest.raises(Outdated, match="at version 3"):
        save(database, STRICTER, version=2)


def test_a_published_draft_is_in_force_and_can_be_edited_further(database: Engine) -> None:
    save(database, RULE, version=None)
    published = publish(database, NOON, "Ben", OURS, version=1, note="The first.", limits=PATIENT)
    assert (published.version, *published[2:]) == (1, "Ben", NOON, "The first.", None)
    assert _found(database, "ours") == ["no-key-result"]
    with reading(database) as connection:
        draft = draft_of(connection, OURS)
        assert text_of(connection, OURS, 1) == RULE
        assert library.find(connection, "ours").ruleset.version == "1"
    assert (draft.text, draft.base, draft.version) == (RULE, 1, 2)
    save(database, STRICTER, version=2)
    assert publish(database, NOON, "Ben", OURS, version=3, limits=PATIENT).version == 2


def test_a_draft_whose_examples_fail_is_not_published(database: Engine) -> None:
    save(database, RULE.replace("below: 1", "below: 0"), version=None)
    with pytest.raises(BadRuleset, match=r"no-key-result, “without any”: expected fail, was pass") as caught:
        publish(database, NOON, "Ana", OURS, version=1, limits=PATIENT)
    assert "line" in caught.value.faults[0].place
    assert _version(database) is None


def test_a_draft_whose_rule_has_no_examples_is_not_published(database: Engine) -> None:
    save(database, RULE.partition("    examples:")[0], version=None)
    with pytest.raises(BadRuleset, match="no example that it must accept and none that it must report"):
        publish(database, NOON, "Ana", OURS, version=1, limits=PATIENT)
    assert _version(database) is None


def test_a_draft_that_was_edited_meanwhile_is_not_published(database: Engine) -> None:
    save(database, RULE, version=None)
    save(database, STRICTER, version=1)
    with pytest.raises(Outdated, match="at version 2"):
        publish(database, NOON, "Ana", OURS, version=1, limits=PATIENT)
    assert _version(database) is None


def test_a_draft_equal_to_what_is_in_force_is_not_published_again(database: Engine) -> None:
    publish_text(database, RULE)
    with pytest.raises(NotAllowed, match="equal to version 1"):
        publish(database, NOON, "Ana", OURS, version=2, limits=PATIENT)


def test_version_three_again_becomes_version_five(database: Engine) -> None:
    texts = [RULE.replace("has no key result", f"has none, says edition {number}") for number in range(1, 5)]
    for text in texts:
        publish_text(database, text)
    back = rollback(database, NOON, "Ben", OURS, 3, note="Edition 4 was too strict.", limits=PATIENT)
    assert (back.version, back.restored_from, back.note) == (5, 3, "Edition 4 was too strict.")
    with reading(database) as connection:
        assert [version.version for version in versions(connection, OURS)] == [5, 4, 3, 2, 1]
        assert texts == [text_of(connection, OURS, number) for number in range(1, 5)]
        assert text_of(connection, OURS, 5) == texts[2]
        assert "edition 3" in library.find(connection, "ours").ruleset.rules[0].message
        assert "edition 4" in library.find(connection, "ours@4").ruleset.rules[0].message
        assert (texts[2], 5) == (draft_of(connection, OURS).text, draft_of(connection, OURS).base)


def test_going_back_to_what_is_in_force_is_refused(database: Engine) -> None:
    publish_text(database, RULE)
    with pytest.raises(NotAllowed, match="in force, as version 1"):
        rollback(database, NOON, "Ben", OURS, 1, limits=PATIENT)
    with pytest.raises(NotFound, match="ours@7"):
        rollback(database, NOON, "Ben", OURS, 7, limits=PATIENT)


def test_a_draft_begun_before_somebody_went_back_cannot_undo_that_by_accident(database: Engine) -> None:
    publish_text(database, RULE)
    publish_text(database, STRICTER)
    edited = save(database, STRICTER + "# more\n", version=_draft_version(database))
    rollback(database, NOON, "Ben", OURS, 1, limits=PATIENT)
    with pytest.raises(Outdated, match="Version 3 of “ours” was published after the draft was begun"):
        publish(database, NOON, "Ana", OURS, version=edited.version, limits=PATIENT)
    based = save(database, STRICTER + "# more\n", version=edited.version, base=3)
    assert publish(database, NOON, "Ana", OURS, version=based.version, limits=PATIENT).version == 4


def _draft_version(engine: Engine) -> int:
    with reading(engine) as connection:
        return draft_of(connection, OURS).version


def test_versions_come_in_pages(database: Engine) -> None:
    publish_text(database, RULE)
    publish_text(database, STRICTER)
    with reading(database) as connection:
        assert [version.version for version in versions(connection, OURS, limit=1)] == [2]
        assert [version.version for version in versions(connection, OURS, below=2, limit=1)] == [1]
        assert version_of(connection, OURS, 1) == versions(connection, OURS)[1]
        assert names(connection, "ruleset") == {"ours": 2}


def test_a_ruleset_extends_a_published_one_by_its_version_and_stays_as_it_was(database: Engine) -> None:
    publish_text(database, RULE)
    theirs = Target("ruleset", "theirs")
    publish_text(database, "name: theirs\nextends: [ours@1, base]\n", theirs)
    publish_text(database, rule("another-id"))
    assert "no-key-result" in _found(database, "theirs")
    assert "another-id" not in _found(database, "theirs")
    with reading(database) as connection:
        loaded = library.find(connection, "theirs")
    assert {"ours@1", "base", "theirs@1"} == set(loaded.bundle.texts)
    assert load_ruleset("base").digest != loaded.ruleset.digest


def test_a_published_ruleset_stands_before_the_one_shipped_under_its_name(database: Engine) -> None:
    shipped = load_ruleset("strict")
    with reading(database) as connection:
        assert library.find(connection, "strict").ruleset == shipped
    publish_text(database, "name: strict\nextends: [strict]\n", Target("ruleset", "strict"))
    with reading(database) as connection:
        found = library.find(connection, "strict").ruleset
    assert ("1", [rule.id for rule in shipped.rules]) == (found.version, [rule.id for rule in found.rules])


def test_a_shipped_rule_needs_no_examples_of_its_own_and_must_meet_those_shipped_where_it_was_changed(
    database: Engine,
) -> None:
    text = shipped_text("base")
    base = Target("ruleset", "base")
    publish_text(database, text.replace("severity: warning", "severity: info", 1), base)
    broken = text.replace(
        "key_result_count: {above: $most_key_results}", "key_result_count: {at_most: $most_key_results}"
    )
    assert broken != text
    save(database, broken, version=2, what=base)
    with pytest.raises(BadRuleset, match="too-many-key-results"):
        publish(database, NOON, "Ana", base, version=3, limits=PATIENT)


def test_a_ruleset_that_calls_itself_otherwise_is_not_published(database: Engine) -> None:
    save(database, RULE.replace("name: ours", "name: others"), version=None)
    with pytest.raises(BadRuleset, match="calls itself “others”"):
        publish(database, NOON, "Ana", OURS, version=1, limits=PATIENT)


@pytest.mark.parametrize("name", ["nothing", "ours@1", "ours@", "@1", "ours@x", "a.yaml", "../base"])
def test_a_ruleset_that_is_not_there_is_not_found(database: Engine, name: str) -> None:
    with reading(database) as connection, pytest.raises(NotFound):
        library.find(connection, name)


def test_a_difference_shows_lines_and_rules(database: Engine) -> None:
    publish_text(database, RULE)
    stricter = save(database, STRICTER, version=2)
    found = difference(database, OURS)
    assert "-    severity: warning\n+    severity: error" in found.unified
    assert found.unified.startswith("--- ours@1\n+++ ours@draft\n")
    save(database, STRICTER + rule("another-id").partition("rules:\n")[2], version=stricter.version)
    found = difference(database, OURS)
    assert found.rules == {
        "added": ["another-id"],
        "removed": [],
        "changed": [{"id": "no-key-result", "fields": ["severity"]}],
        "parameters": [],
        "overrides": [],
        "extends": False,
    }
    assert difference(database, OURS, "1", "1").unified == ""
    assert difference(database, OURS, "draft", "1").rules["removed"] == ["another-id"]  # type: ignore[index]


def test_a_half_written_draft_is_compared_by_line_alone(database: Engine) -> None:
    save(database, "name: [\n", version=None)
    found = difference(database, OURS)
    assert found == ("--- ours@shipped\n+++ ours@draft\n@@ -0,0 +1 @@\n+name: [", None)
    with pytest.raises(BadInput, match="“newest” is no version"):
        difference(database, OURS, "newest")


@pytest.mark.parametrize("kind", ["failure-table", "metrics"])
def test_the_failure_table_and_the_metric_catalogue_have_versions_too(database: Engine, kind: str) -> None:
    what, text = target(kind, kind), shipped_text(kind)
    assert publish_text(database, text + "# ours\n", what) == 1
    save(database, "metrics: []\nrows: []\n".replace("[]", "3"), version=2, what=what)
    with pytest.raises(BadRuleset):
        publish(database, NOON, "Ana", what, version=3, limits=PATIENT)
    assert "# ours" in difference(database, what, "shipped", "1").unified
    assert _version(database, what) == 1


def test_a_failure_table_keeps_the_rows_that_rules_point_to(database: Engine) -> None:
    what = target("failure-table", "failure-table")
    save(database, "rows: [{id: a, problem: p, root_cause: r, fix: f}]\n", version=None, what=what)
    with pytest.raises(BadRuleset, match="No row is called"):
        publish(database, NOON, "Ana", what, version=1, limits=PATIENT)


def test_every_change_is_in_the_audit_trail(database: Engine) -> None:
    publish_text(database, RULE)
    publish_text(database, STRICTER)
    rollback(database, NOON + datetime.timedelta(hours=1), "Ben", OURS, 1, limits=PATIENT)
    with reading(database) as connection:
        newest, *_, first = audit.read(connection)
    assert newest[2:6] == ("Ben", "rollback", "ruleset", "ours")
    assert newest.before is not None
    assert newest.after is not None
    assert (newest.before["version"], newest.after["version"], newest.after["restored_from"]) == (2, 3, 1)
    assert (first.action, first.before) == ("save-draft", None)


def test_a_change_that_fails_leaves_nothing(database: Engine) -> None:
    def save_and_fail() -> None:
        with writing(database) as connection:
            save_draft(connection, NOON, "Ana", OURS, RULE, version=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        save_and_fail()
    with reading(database) as connection:
        assert (names(connection, "ruleset"), audit.read(connection)) == ({}, ())
