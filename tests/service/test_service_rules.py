"""The digests of rules: they change with what a rule asks, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.history.histories import RULES
from tests.service.service_runs import small
from validator.rules.catalogue import load_ruleset
from validator.rules.digests import rule_digests
from validator.service.rules import from_bytes, of_context, rules_of, ruleset_of, to_bytes


def digests(folder: Path, text: str) -> dict[str, str]:
    path = folder / "small.yaml"
    path.write_text(text.format(version=1, most_days=30, most_objectives=5, overrides="{}"), "utf-8")
    return rule_digests(load_ruleset(str(path)))


def differing(folder: Path, old: str, new: str) -> set[str]:
    assert old in RULES
    before, after = digests(folder, RULES), digests(folder, RULES.replace(old, new))
    return {id for id in before.keys() | after.keys() if before.get(id) != after.get(id)}


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("{{owner_count: {{below: 1}}}}", "{{owner_count: {{below: 2}}}}", {"unowned"}),
        ("owner_count: {{below: 1}}", "owner_count: {{at_most: 1}}", {"unowned", "undelivered"}),
        ("{{level: {{is: company}}}}", "{{level: {{is: team}}}}", {"undelivered"}),
        ("most_days: {most_days}", "most_days: 31", {"stale-key-result"}),
        ("severity: info", "severity: error", {"busy-team"}),
        ("needs: [owners], ", "needs: [owners, levels], ", {"unowned"}),
        ("decision: true,", "decision: true, shadow: true,", {"open-conflict"}),
        ("overrides: {overrides}", "overrides: {{unowned: 'off'}}", {"unowned"}),
        ("overrides: {overrides}", "overrides: {{unowned: {{team: sales, severity: info}}}}", {"unowned"}),
        ("Nobody owns", "There is nobody who owns", set()),
        ("title: T", "title: Another", set()),
        ("version: {version}", "version: 2", set()),
        ("no-delivery-owner", "isolated-okrs", set()),
    ],
)
def test_a_digest_changes_with_what_its_rule_asks(tmp_path: Path, old: str, new: str, changed: set[str]) -> None:
    assert differing(tmp_path, old, new) == changed


def test_the_digests_of_rules_on_claims_change_with_the_metric_catalogue() -> None:
    base = load_ruleset("base")
    one, other = rule_digests(base, "sha256:1"), rule_digests(base, "sha256:2")
    kinds = {rule.id: rule.kind for rule in base.rules}
    assert {kinds[id] for id in one if one[id] != other[id]} == {"pair", "conflict"}
    assert {kinds[id] for id in one if one[id] == other[id]}.isdisjoint({"pair", "conflict"})


def test_rules_stored_before_their_tables_were_can_still_be_read(tmp_path: Path) -> None:
    stored = orjson.loads(to_bytes(rules_of(small(tmp_path), semantic=False)))
    del stored["tables"]
    rules = from_bytes(orjson.dumps(stored))
    told = of_context(rules)
    assert (told["failure_table"], told["metrics"].digest) == (None, stored["metrics"])
    assert ruleset_of(rules).rules == small(tmp_path).ruleset.rules


def test_stored_rules_judge_as_they_did_once_their_file_is_gone(tmp_path: Path) -> None:
    loaded = small(tmp_path, "7")
    content = to_bytes(rules_of(loaded, semantic=False))
    (tmp_path / "small-7.yaml").unlink()
    assert ruleset_of(from_bytes(content)) == loaded.ruleset


def test_the_base_rules_are_stored_whole(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("name: ours\nextends: [strict]\n", "utf-8")
    ruleset = load_ruleset(str(path))
    assert rule_digests(ruleset).keys() == {rule.id for rule in ruleset.rules}
    assert len(set(rule_digests(ruleset).values())) == len(ruleset.rules)
