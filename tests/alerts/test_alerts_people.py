"""What people get: a first line that says what happened and what to do, grouped by owner, worst first, nothing lost unsaid."""

from __future__ import annotations

import pytest

from tests.alerts.letters import conflict, digest, facts, finding, item, letter, lines
from validator.alerts.events import DECIDED, FAILED, OPENED, OVERDUE, PING, RAISED, REOPENED, RESOLVED, SILENT
from validator.alerts.letter import NOBODY, TO_DO, Told, short, web_link
from validator.alerts.lines import MOST_ITEMS
from validator.alerts.people import MOST_LINES, MOST_OF_DIGEST


def test_a_letter_is_grouped_by_owner_with_the_worst_first() -> None:
    found = letter(finding("A", "info"), finding("B", "error", "bruno"), finding("C", "warning", None))
    assert [(group.owner, [line.severity for line in group.lines]) for group in found.groups] == [
        ("Bruno", ["error"]),
        (NOBODY, ["warning"]),
        ("Zoe", ["info"]),
    ]
    assert found.title == "Acme: 1 new error, 1 new warning, 1 new info"


def test_what_is_over_comes_after_what_still_asks_for_something() -> None:
    found = letter(finding("A", "error", type=RESOLVED), finding("B", "error", type=RESOLVED), finding("C", "info"))
    assert [(line.mark, line.head) for line in lines(found)] == [
        ("🔵", "New info"),
        ("✅", "Resolved error"),
        ("✅", "Resolved error"),
    ]
    assert found.title == "Acme: 1 new info, 2 resolved errors"


def test_of_equals_the_overdue_conflict_comes_first() -> None:
    found = letter(finding("A", "error"), conflict(), conflict(type=OVERDUE, since="2026-08-03"))
    assert [line.head for line in lines(found)] == ["Overdue conflict (error)", "New conflict (error)", "New error"]


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (finding("A", "error"), "Acme: new error for Zoe"),
        (finding("A", "error", None), "Acme: new error without an owner"),
        (finding("A", "error", type=REOPENED), "Acme: reopened error for Zoe"),
        (conflict(), "Acme: new conflict between Sales and Supply: Astrid decides by Mon 2026-08-10"),
        (conflict(respond_by=None), "Acme: new conflict between Sales and Supply: Astrid decides"),
        (conflict(decision_maker=None), "Acme: new conflict between Sales and Supply: nobody is named to decide it"),
        (
            conflict(type=OVERDUE),
            "Acme: overdue conflict between Sales and Supply: Astrid was to decide by Mon 2026-08-10",
        ),
        (
            conflict(type=DECIDED, decider="Astrid", gives_way="More lorries"),
            "Acme: decided conflict between Sales and Supply: “More lorries” gives way",
        ),
        (digest(1), "Acme: 1 finding at once (1 error), 2 gone at once"),
        (digest(), "Acme: 70 findings at once (20 errors, 50 warnings), 2 gone at once"),
    ],
)
def test_the_title_says_what_happened_and_whose_turn_it_is(told: Told, title: str) -> None:
    assert letter(told).title == title


def test_a_title_keeps_its_end_whatever_the_connection_is_called() -> None:
    assert letter(conflict(), name="x" * 500).title.endswith("Astrid decides by Mon 2026-08-10")


def test_a_notification_says_how_the_letter_begins_where_the_title_does_not() -> None:
    assert letter(finding("A"), finding("B")).notice == "Acme: 2 new warnings. “Grow” is off."
    assert letter(conflict()).notice == letter(conflict()).title


def test_a_letter_to_one_person_says_that_it_is_about_theirs() -> None:
    shared = finding("A")._replace(
        people=[{"id": "zoe", "name": "Zoe", "email": None}, {"id": "al", "name": "Al", "email": None}]
    )
    found = letter(shared, finding("B"), person="zoe")
    assert found.title == "Acme: 2 new warnings in what you own"
    assert [group.owner for group in found.groups] == ["Zoe"]


def test_many_owners_are_counted() -> None:
    people = [{"id": str(number), "name": f"P{number}", "email": None} for number in range(5)]
    [group] = letter(finding("A")._replace(people=people)).groups
    assert group.owner == "P0, P1, P2, 2 more"


# What is said of a finding


def test_a_conflict_tells_both_sides_and_the_way_to_a_decision() -> None:
    assert facts(letter(conflict())) == {
        "One side": "More lorries (Sales)",
        "Other side": "Fewer lorries (Supply)",
        "Where": "Win the north (Sales), Empty the stock (Supply)",
        "Decides": "Astrid",
        "Decide by": "Mon 2026-08-10",
        "Tie-breaker": "safety first",
        "Forum": "Board, next on Thu 2026-08-06",
    }


def test_a_conflict_that_nobody_can_settle_says_what_is_missing_and_what_to_do() -> None:
    missing = dict.fromkeys(("decision_maker", "respond_by", "tie_breaker", "forum", "forum_next"))
    said = facts(letter(conflict(**missing)))
    assert [said[name] for name in ("Decides", "Decide by", "Tie-breaker", "Forum", TO_DO)] == [
        "nobody is named",
        "no day is set",
        "none is agreed",
        "none is named",
        "Mend it.",
    ]


def test_an_overdue_conflict_says_since_when_and_a_decided_one_why() -> None:
    late = facts(letter(conflict(type=OVERDUE, since="2026-08-03")))
    assert (late["Decides"], late["Was due by"], late["Open since"]) == ("Astrid", "Mon 2026-08-10", "Mon 2026-08-03")
    made = {"decider": "Astrid", "decided_on": "2026-08-06", "gives_way": "More lorries", "rationale": "Fuel."}
    settled = facts(letter(conflict(type=DECIDED, **made)))
    assert (settled["Decided by"], settled["Gives way"], settled["Because"]) == (
        "Astrid, Thu 2026-08-06",
        "More lorries",
        "Fuel.",
    )


def test_a_conflict_of_many_names_the_first_and_counts_the_others() -> None:
    items = [item(str(number), f"Goal {number}") for number in range(9)]
    told = conflict()
    told.data["finding"]["items"] = items
    said = facts(letter(told))
    assert [said[f"Side {number}"] for number in (1, 4)] == ["Goal 0 (Sales)", "Goal 3 (Sales)"]
    assert said["Where"].endswith("Goal 7 (Sales), 1 more")


def test_items_of_one_name_are_told_apart_by_their_team_and_what_the_message_names_is_not_repeated() -> None:
    twice = [item("A", url="https://tool.example/A"), item("B", team="Supply", url="https://tool.example/B")]
    assert facts(letter(finding("A", items=twice)))["Where"] == "Grow (Sales), Grow (Supply)"
    same = [item("A", url="https://tool.example/A"), item("B", "Shrink", url="https://tool.example/B")]
    assert facts(letter(finding("A", items=same)))["Where"] == "Grow, Shrink (Sales)"
    assert "Where" not in facts(letter(finding("A")))
    many = [item(str(number), f"Other {number}") for number in range(MOST_ITEMS + 3)]
    assert facts(letter(finding("A", items=many)))["Where"].endswith("Other 3 (Sales), 3 more")


def test_what_is_to_do_is_said_once_to_each_owner() -> None:
    found = letter(finding("A"), finding("B"), finding("C", failure={"fix": "Ask."}), finding("D", owner="bruno"))
    assert [facts(found, line).get(TO_DO) for line in range(4)] == ["Mend it.", None, "Ask.", "Mend it."]


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ({"kind": "item_added", "items": [{"kind": "objective", "id": "A"}]}, "it was added"),
        (
            {
                "kind": "data_changed",
                "changes": [
                    {"item": {"kind": "objective", "id": "A"}, "field": "due_date", "from": 4.0, "to": None},
                    {"item": {"kind": "objective", "id": "A"}, "field": "owners", "from": [], "to": ["1204"]},
                    {"item": {"kind": "objective", "id": "Z"}, "field": "title", "from": "a", "to": "b"},
                ],
            },
            "its due date: 4 → none; its owners added",
        ),
        (
            {
                "kind": "data_changed",
                "changes": [{"item": {"kind": "team", "id": "T"}, "field": "a", "from": 1, "to": 2}],
            },
            None,
        ),
        ({"kind": "time_passed"}, None),
        (None, None),
    ],
)
def test_what_changed_in_its_own_items_is_said(cause: object, said: str | None) -> None:
    assert facts(letter(finding("A", cause=cause))).get("Why now") == said
    resolved = facts(letter(finding("A", type=RESOLVED, cause=cause, failure=None)))
    assert resolved.get("Because") == said


def test_of_several_items_the_one_that_changed_is_named() -> None:
    items = [item("A", "Grow"), item("B", "Shrink")]
    change = {"item": {"kind": "objective", "id": "B"}, "field": "parents", "from": ["C1"], "to": []}
    told = finding("A", items=items, cause={"kind": "data_changed", "changes": [change]})
    assert facts(letter(told))["Why now"] == "parents of “Shrink” removed"


def test_many_changes_are_counted() -> None:
    changes = [
        {"item": {"kind": "objective", "id": "A"}, "field": f"f_{number}", "from": True, "to": ["a", "b"]}
        for number in range(5)
    ]
    told = finding("A", cause={"kind": "data_changed", "changes": changes})
    assert facts(letter(told))["Why now"] == "its f 0: yes → a, b; its f 1: yes → a, b; 3 more"


def test_a_letter_says_which_run_found_it() -> None:
    assert letter(finding("A")).origin == "Run 7, as of Mon 2026-08-03, ruleset base 1.0.0"
    assert letter(Told(FAILED, None, {"sync": {"problem": "401"}}, ())).origin == ""


# What is not told one by one


def test_what_is_more_than_anybody_reads_is_counted() -> None:
    found = letter(*(finding(str(number)) for number in range(MOST_LINES + 5)), digest())
    assert (len([*lines(found)]), found.left_out) == (MOST_LINES, 75)
    assert found.rest == "… and 75 more that this message does not show."
    assert found.title == f"Acme: {MOST_LINES + 5} new warnings"
    assert found.summary.startswith("Also 70 findings at once (20 errors, 50 warnings), 2 gone at once.")


def test_a_digest_names_its_worst_and_counts_the_others() -> None:
    found = letter(digest())
    assert next((line.head, line.text) for line in lines(found)) == ("Error", "No. 0.")
    assert (len([*lines(found)]), found.left_out) == (MOST_OF_DIGEST, 70 - MOST_OF_DIGEST)
    assert letter(digest(3)).rest == ""


def owned_digest() -> Told:
    """A digest of six findings: two of Zoe, one of them with Bruno, one of nobody, and three that it does not list."""
    told = digest(6)
    owners = [{"id": "zoe", "name": "Zoe", "count": 4, "severities": {"error": 3, "warning": 1}, "causes": {"first_run": 4}},
              {"id": "bruno", "name": None, "count": 1, "severities": {"error": 1}, "causes": {"first_run": 1}}]  # fmt: skip
    whose = (["zoe"], ["bruno", "zoe"], [])
    found = [{**entry, "owners": ids} for entry, ids in zip(told.data["findings"], whose, strict=False)]
    return told._replace(data={**told.data, "owners": owners, "findings": found})


def test_what_a_digest_names_is_grouped_by_owner() -> None:
    found = letter(owned_digest())
    assert [(group.owner, [line.text for line in group.lines]) for group in found.groups] == [
        ("Zoe", ["No. 0."]),
        ("Zoe, bruno", ["No. 1."]),
        (NOBODY, ["No. 2."]),
    ]
    assert found.left_out == 3


def test_a_digest_tells_one_person_of_theirs_only() -> None:
    found = letter(owned_digest(), person="zoe")
    assert found.title == "Acme: 4 findings at once (3 errors, 1 warning) in what you own"
    assert found.summary == "They are told at once because this was the first look."
    assert [(group.owner, len(group.lines)) for group in found.groups] == [("Zoe", 2)]
    assert found.left_out == 2
    assert letter(owned_digest(), person="al").groups == ()


@pytest.mark.parametrize(
    ("causes", "said"),
    [
        ({"rule_changed": 70}, "because the rules changed."),
        ({"first_run": 70}, "because this was the first look."),
        ({"rule_changed": 60, RAISED: 10}, "because the rules changed (60) and they became worse (10)."),
        ({"data_changed": 70}, "because there are too many to tell one by one."),
    ],
)
def test_a_digest_says_why_it_tells_of_them_at_once(causes: dict[str, int], said: str) -> None:
    assert letter(digest(70, causes)).summary.endswith(said)


@pytest.mark.parametrize(
    ("type", "data", "title", "said"),
    [
        (
            FAILED,
            {"sync": {"problem": "401: the token has ended.", "stale": 14}},
            "Acme: its source could not be read",
            "401: the token has ended. Until it is read again, nobody knows whether 14 findings still stand. What to do: test the connection and its credential.",
        ),
        (
            SILENT,
            {"source": {"heard_at": "2026-08-01T06:00:04.5+00:00", "silent_since": "2026-08-02T07:00:00Z"}},
            "Acme: its source is silent",
            "Nothing has come since Sat 2026-08-01 06:00 UTC. It was due by Sun 2026-08-02 07:00 UTC. What to do: see whether its schedule runs, and test the connection.",
        ),
        (
            SILENT,
            {"source": {"heard_at": None}},
            "Acme: its source is silent",
            "Nothing has ever come. What to do: see whether its schedule runs, and test the connection.",
        ),
        (PING, {}, "Acme: a test", "This is a test: messages arrive. There is nothing to do."),
    ],
)
def test_what_is_about_no_single_finding_is_told_in_sentences(type: str, data: object, title: str, said: str) -> None:
    found = letter(Told(type, None, data, ()))  # type: ignore[arg-type]  # as JSON has it
    assert (found.title, found.summary, found.groups) == (title, said, ())


# Texts of others


def test_a_text_keeps_to_its_line_and_direction() -> None:
    assert short("a\r\n\tb\u202ec\u2066\x00d") == "a bcd"
    assert short("x" * 400) == "x" * 299 + "…"


def test_what_a_conflict_says_last_is_not_cut_off() -> None:
    message = "Both. " * 80 + "What would settle it: one direction."
    assert [line.text for line in lines(letter(finding("A", message=message)))] == [message]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://a.example/ b",
        "https://a.example/\u202e",
        "https://a.example|b",
        "https://a\\b",
        None,
        7,
        "https://a.example/" + "x" * 2_000,
    ],
)
def test_what_nobody_should_follow_is_no_link(url: object) -> None:
    assert web_link(url) is None


def test_a_finding_of_an_older_version_is_told_with_what_is_there() -> None:
    bare = {"id": "F", "rule": "r", "severity": "error", "message": "It is off.", "items": []}
    found = letter(Told(OPENED, "error", {"finding": {**bare, "failure": None}}, ()))
    assert [(line.head, line.text, line.facts) for line in lines(found)] == [("New error", "It is off.", ())]
