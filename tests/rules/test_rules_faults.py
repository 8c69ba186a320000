"""Every fault of a ruleset is named, all at once, with its pointer, its line and a hint."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from validator.errors import BadRuleset, Fault
from validator.rules.catalogue import load_ruleset
from validator.rules.faults import MOST_FAULTS

Write = Callable[..., str]
GOOD: dict[str, str] = {
    "id": "r", "title": "T", "for": "objective", "when": "{owner_count: {below: 1}}", "severity": "error",
    "failure": "no-delivery-owner", "message": '"{title}"',
}  # fmt: skip


def rule(**changes: str | None) -> str:
    """The YAML of one rule, each field on a line of its own; None leaves a field out."""
    fields = {name.rstrip("_"): value for name, value in {**GOOD, **changes}.items() if value is not None}
    return "\n    ".join(f"{name}: {value}" for name, value in fields.items())


def text(*rules: str, more: str = "") -> str:
    listed = "".join(f"  - {entry}\n" for entry in rules or (rule(),))
    return f"name: x\n{more}rules:\n{listed}"


def faults(path: str) -> list[Fault]:
    with pytest.raises(BadRuleset) as caught:
        load_ruleset(path)
    return list(caught.value.faults)


def when(condition: str, **more: str) -> str:
    return text(rule(when=condition, **more))


R, W = "/rules/0", "/rules/0/when"
L, OL = "/rules/0/later", "/overrides/r/later"


def later(changes: str, **more: str) -> str:
    return text(rule(later=changes, **more))


BROKEN: dict[str, tuple[str, str, str, str]] = {
    "no mapping": ("- a\n", "", "A ruleset is a mapping", "name: …"),
    "an empty file": ("", "", "A ruleset is a mapping", "name: …"),
    "no name": (f"rules:\n  - {rule()}\n", "/name", "no name", "name: my-ruleset"),
    "a name that is a number": ("name: 3\n", "/name", "no name", "name: my-ruleset"),
    "an unknown field": (text(more="overide: {}\n"), "/overide", "no field “overide”", "did you mean “overrides”?"),
    "rules that are a mapping": ("name: x\nrules: {r: 1}\n", "/rules", "is a list", ""),
    "parameters that are a list": ("name: x\nparameters: [a]\n", "/parameters", "is a mapping", ""),
    "a rule that is text": (text("r"), R, "no id", "- id: unowned-objective"),
    "a rule without an id": (text(rule(id=None)), R, "no id", "- id: unowned-objective"),
    "an id that is a number": (text(rule(id="3")), R, "no id", "- id: unowned-objective"),
    "an id in capitals": (text(rule(id="Not_An_Id")), f"{R}/id", "no rule id", "unowned-objective"),
    "an id twice": (text(rule(), rule()), "/rules/1/id", "stands already in", "another id"),
    "no message": (text(rule(message=None)), R, "no “message”", "add “message: …”"),
    "an unknown field of a rule": (text(rule(severty="info")), f"{R}/severty", "no field “severty”", "did you mean “severity”?"),
    "an unknown kind": (text(rule(for_="objectives")), f"{R}/for", "No kind of fact", "did you mean “objective”?"),
    "a kind that is a list": (text(rule(for_="[objective]")), f"{R}/for", "No kind of fact", ""),
    "an unknown severity": (text(rule(severity="fatal")), f"{R}/severity", "No severity is called “fatal”", "error, warning, info or off"),
    "a severity that is a list": (text(rule(severity="[error]")), f"{R}/severity", "No severity", "error, warning"),
    "an unknown row": (text(rule(failure="no-owner")), f"{R}/failure", "no row “no-owner”", "did you mean “no-delivery-owner”?"),
    "a row that is a list": (text(rule(failure="[no-delivery-owner]")), f"{R}/failure", "no row", ""),
    "a row that is a mapping": (text(rule(failure="{a: b}")), f"{R}/failure", "no row", ""),
    "a blank title": (text(rule(title='" "')), f"{R}/title", "“title” is not text", ""),
    "a message that is a number": (text(rule(message="12")), f"{R}/message", "“message” is not text", ""),
    "an unknown input": (text(rule(needs="[owner]")), f"{R}/needs/0", "No input is called “owner”", "did you mean “owners”?"),
    "needs that are text": (text(rule(needs="owners")), f"{R}/needs", "is a list of inputs", "needs:"),
    "shadow that is text": (text(rule(shadow='"yes"')), f"{R}/shadow", "true or false", "without quotes"),
    "decision that is text": (text(rule(decision="no thanks")), f"{R}/decision", "true or false", "without quotes"),
    "an unknown attribute": (when("{ownr_count: {below: 1}}"), f"{W}/ownr_count", "An objective has no attribute “ownr_count”", "did you mean “owner_count”?"),
    "an attribute of another kind": (when("{closes_cycle: {is: true}}"), f"{W}/closes_cycle", "An objective has no attribute", ""),
    "an unknown operator": (when("{owner_count: {under: 1}}"), f"{W}/owner_count/under", "No operator is called “under”", ""),
    "an operator of another type": (when("{title: {is: x}}"), f"{W}/title/is", "“title” is a text: “is” does not apply", "missing, present, matches"),
    "a number compared as text": (when("{owner_count: {matches: x}}"), f"{W}/owner_count/matches", "is a number", "use one of"),
    "a word for a number": (when("{owner_count: {below: one}}"), f"{W}/owner_count/below", "compared with a number, not with 'one'", ""),
    "a truth value for a number": (when("{owner_count: {below: true}}"), f"{W}/owner_count/below", "compared with a number", ""),
    "a number for a word": (when("{level: {is: 3}}"), f"{W}/level/is", "compared with a word", "put it in quotes"),
    "a word for a truth value": (when('{shared: {is: "true"}}'), f"{W}/shared/is", "compared with true or false", ""),
    "infinity": (when("{owner_count: {below: .inf}}"), f"{W}/owner_count/below", "compared with a number", ""),
    "not a number": (when("{owner_count: {below: .nan}}"), f"{W}/owner_count/below", "compared with a number", ""),
    "a number of many digits": (when("{owner_count: {below: 1" + "0" * 400 + "}}"), f"{W}/owner_count/below", "compared with a number", ""),
    "missing with a word": (when("{level: {missing: maybe}}"), f"{W}/level/missing", "compared with true or false", ""),
    "in without a list": (when("{level: {in: team}}"), f"{W}/level/in", "“in” takes a list", "level: {in: [a, b]}"),
    "in an empty list": (when("{level: {in: []}}"), f"{W}/level/in", "“in” takes a list", "level: {in: [a, b]}"),
    "in a list of the wrong type": (when("{level: {in: [team, 3]}}"), f"{W}/level/in", "compared with a word", "put it in quotes"),
    "between one": (when("{owner_count: {between: [1]}}"), f"{W}/owner_count/between", "the least and the most", "between: [1, 5]"),
    "between reversed": (when("{owner_count: {between: [5, 1]}}"), f"{W}/owner_count/between", "from 5 down to 1", "write the smaller first"),
    "a pattern that does not compile": (when("{title: {matches: '(('}}"), f"{W}/title/matches", "does not compile", "RE2 syntax"),
    "a pattern with a look-ahead": (when("{title: {matches: '(?=a)'}}"), f"{W}/title/matches", "does not compile", "no look-around"),
    "a pattern with a back-reference": (when(r"{title: {matches: '(a)\1'}}"), f"{W}/title/matches", "does not compile", "no back-references"),
    "a pattern that would grow": (when("{title: {matches: '((a{999}){999}){999}'}}"), f"{W}/title/matches", "does not compile", "RE2"),
    "a pattern that is a list": (when("{title: {matches: [a]}}"), f"{W}/title/matches", "takes a pattern in quotes", "RE2"),
    "a pattern of many characters": (when(f"{{title: {{matches: '{'x' * 2001}'}}}}"), f"{W}/title/matches", "takes a pattern", "RE2"),
    "an unknown parameter": (when("{owner_count: {below: $most}}"), f"{W}/owner_count/below", "No parameter is called “most”", ""),
    "a parameter of the wrong type": (
        text(rule(when="{owner_count: {below: $most}}"), more="parameters: {most: many}\n"), f"{W}/owner_count/below", "compared with a number", ""),
    "a parameter that nothing asks": (text(more="parameters: {mots: 3}\n"), "/parameters/mots", "No rule asks for the parameter “mots”", ""),
    "another attribute of no such name": (when("{owner_count: {is: '@owners'}}"), f"{W}/owner_count/is", "No number of an objective is called “owners”", ""),
    "another attribute of another type": (when("{owner_count: {is: '@title'}}"), f"{W}/owner_count/is", "No number of an objective", ""),
    "a condition that is text": (when("owner_count"), W, "A condition is a mapping", "all, any, none"),
    "a condition that is empty": (when("{}"), W, "The condition is empty", "owner_count"),
    "an attribute without an operator": (when("{owner_count: 1}"), f"{W}/owner_count", "compared by an operator", "is, is_not"),
    "an attribute of no comparison": (when("{owner_count: {}}"), f"{W}/owner_count", "compared by an operator", "is, is_not"),
    "an empty group": (when("{any: []}"), f"{W}/any", "“any” takes a list of conditions", "any: ["),
    "a group that is a mapping": (when("{none: {owner_count: {below: 1}}}"), f"{W}/none", "“none” takes a list", "none: ["),
    "an empty condition in a group": (when("{all: [{owner_count: {below: 1}}, {}]}"), f"{W}/all/1", "The condition is empty", ""),
    "a fault deep inside": (when("{any: [{none: [{level: {is: 1}}]}]}"), f"{W}/any/0/none/0/level/is", "compared with a word", "quotes"),
    "many comparisons": (when("{level: {in: [" + ", ".join(f"w{n}" for n in range(201)) + "]}}"), W, "More than 200 comparisons", "split the rule"),
    "a fault in where": (text(rule(where="{level: {is: 1}}")), f"{R}/where/level/is", "compared with a word", "quotes"),
    "an empty where": (text(rule(where="{}")), f"{R}/where", "The condition is empty", ""),
    "a severity by condition that is unknown": (text(rule(severity_when="{fatal: {level: {is: team}}}")), f"{R}/severity_when/fatal", "No severity", "error, warning or info"),
    "a severity by condition that is text": (text(rule(severity_when="error")), f"{R}/severity_when", "maps a severity to a condition", "severity_when:"),
    "a fault in a severity's condition": (text(rule(severity_when="{info: {x: {is: 1}}}")), f"{R}/severity_when/info/x", "no attribute “x”", ""),
    "later severities that are a mapping": (later("{severity: error, from: 2027-01-01}"), L, "is a list of severities", "later: [{"),
    "a later severity that is text": (later("[error]"), f"{L}/0", "A later severity is a mapping", "later: [{"),
    "a later severity with an unknown field": (later("[{severity: error, form: 2027-01-01}]"), f"{L}/0/form", "no field “form”", "did you mean “from”?"),
    "a later severity that is unknown": (later("[{severity: fatal, from: 2027-01-01}]"), f"{L}/0/severity", "No later severity is called “fatal”", "error, warning or info"),
    "a later severity that is off": (later("[{severity: off, from: 2027-01-01}]"), f"{L}/0/severity", "No later severity is called “off”", "error, warning or info"),
    "a later severity that is a list": (later("[{severity: [error], from: 2027-01-01}]"), f"{L}/0/severity", "No later severity", ""),
    "a change without a severity": (later("[{from: 2027-01-01}]"), f"{L}/0", "has no “severity”", "add “severity: error”"),
    "a change without a time": (later("[{severity: error}]"), f"{L}/0", "from a day or from a phase", "one of the two"),
    "a change with both times": (later("[{severity: error, from: 2027-01-01, from_phase: second_half}]"), f"{L}/0", "from a day or from a phase", "one of the two"),
    "a change on a day that does not exist": (later("[{severity: error, from: 2027-02-30}]"), f"{L}/0/from", "“2027-02-30” is no day", "from: 2027-01-01"),
    "a change on a day written in another habit": (later("[{severity: error, from: 1.2.2027}]"), f"{L}/0/from", "“1.2.2027” is no day", "year-month-day"),
    "a change on a day of digits alone": (later("[{severity: error, from: 20270101}]"), f"{L}/0/from", "“20270101” is no day", "year-month-day"),
    "a change on a day of a week": (later("[{severity: error, from: 2027-W01-1}]"), f"{L}/0/from", "is no day", "year-month-day"),
    "a change at an hour": (later("[{severity: error, from: 2027-01-01T10:00:00}]"), f"{L}/0/from", "is no day", "year-month-day"),
    "a change on no day": (later("[{severity: error, from: null}]"), f"{L}/0/from", "is no day", "year-month-day"),
    "a change from an unknown phase": (later("[{severity: error, from_phase: secondhalf}]"), f"{L}/0/from_phase", "No phase of a cycle is called “secondhalf”", "did you mean “second_half”?"),
    "a change from a phase that is a list": (later("[{severity: error, from_phase: [second_half]}]"), f"{L}/0/from_phase", "No phase of a cycle", "did you mean “second_half”?"),
    "days out of order": (later("[{severity: warning, from: 2027-02-01}, {severity: error, from: 2027-01-31}]"), f"{L}/1/from", "2027-01-31 does not come after 2027-02-01", "the earliest first"),
    "a day twice": (later("[{severity: warning, from: 2027-02-01}, {severity: error, from: 2027-02-01}]"), f"{L}/1/from", "does not come after", "the earliest first"),
    "phases out of order": (later("[{severity: warning, from_phase: cycle_end}, {severity: error, from_phase: second_half}]"), f"{L}/1/from_phase", "“second_half” does not come after “cycle_end”", "first_half, second_half, cycle_end, after_end"),
    "a phase twice": (later("[{severity: warning, from_phase: cycle_end}, {severity: error, from_phase: cycle_end}]"), f"{L}/1/from_phase", "does not come after", "in order"),
    "days and phases in one list": (later("[{severity: warning, from: 2027-02-01}, {severity: error, from_phase: cycle_end}]"), f"{L}/1", "do not mix", "all by “from_phase”"),
    "very many changes": (later("[" + ", ".join(f"{{severity: error, from: {year}-01-01}}" for year in range(2027, 2048)) + "]"), L, "More than 20 changes", "leave out"),
    "a phase for facts that lie in no cycle": (
        later("[{severity: error, from_phase: second_half}]", for_="governance", when="{has_forum: {is: false}}", message="m"),
        f"{L}/0/from_phase", "judges a governance, which lies in no cycle", "“from” with a day"),
    "a later severity of a rule that is off": (later("[{severity: error, from: 2027-01-01}]", severity="off"), L, "“r” is off", "shadow: true"),
    "a later severity in an override that is off": (text(more="overrides: {r: {severity: off, later: [{severity: error, from: 2027-01-01}]}}\n"), OL, "“r” is off", "shadow: true"),
    "a later severity in an override of a rule that is off": (
        text(rule(severity="off"), more="overrides: {r: {later: [{severity: error, from: 2027-01-01}], team: a}}\n"), OL, "“r” is off", "shadow: true"),
    "a fault in the later severities of an override": (text(more="overrides: {r: {later: [{severity: error, from_phase: mid}]}}\n"), f"{OL}/0/from_phase", "No phase of a cycle", "known: first_half"),
    "a message that looks inside": (text(rule(message='"{title.__class__}"')), f"{R}/message", "no attribute “title.__class__”", ""),
    "a message that indexes": (text(rule(message='"{title[0]}"')), f"{R}/message", "no attribute “title[0]”", "did you mean “title”?"),
    "a message by position": (text(rule(message='"{0} {}"')), f"{R}/message", "no attribute “0”", ""),
    "a message of great width": (text(rule(message='"{owner_count:9999999d}"')), f"{R}/message", "cannot be shown", "{name:.1f}"),
    "a message with precision alone": (text(rule(message='"{owner_count:.3}"')), f"{R}/message", "cannot be shown", "{name:.1f}"),
    "a message that formats a text": (text(rule(message='"{title:.1f}"')), f"{R}/message", "cannot be shown", "a number may be shown"),
    "a message with a format inside a format": (text(rule(message='"{owner_count:{title}}"')), f"{R}/message", "cannot be shown", ""),
    "a message with a conversion": (text(rule(message='"{title!r}"')), f"{R}/message", "“{title!r}” cannot be shown", "write {title}"),
    "a message with an unknown conversion": (text(rule(message='"{title!x}"')), f"{R}/message", "“{title!x}” cannot be shown", "write {title}"),
    "a message with an open brace": (text(rule(message='"{title"')), f"{R}/message", "not well formed", "{{ for a brace"),
    "overrides that are a list": (text(more="overrides: [r]\n"), "/overrides", "maps rule ids to changes", "overrides:"),
    "an override of no rule": (text(more="overrides: {unowned: off}\n"), "/overrides/unowned", "No rule is called “unowned”", "known: r"),
    "an override to an unknown severity": (text(more="overrides: {r: fatal}\n"), "/overrides/r/severity", "No severity is called “fatal”", "off"),
    "an override that is a number": (text(more="overrides: {r: 3}\n"), "/overrides/r", "“off”, a severity, or a mapping", "severity: info"),
    "an override with an unknown field": (text(more="overrides: {r: {teams: a}}\n"), "/overrides/r/teams", "no field “teams”", "did you mean “team”?"),
    "an override of a parameter that the rule does not ask": (
        text(more="overrides: {r: {parameters: {most: 3}}}\n"), "/overrides/r/parameters/most", "asks for no parameter “most”", "it has none"),
    "an override's parameter of the wrong type": (
        text(rule(when="{owner_count: {below: $least}}"), more="parameters: {least: 1}\noverrides: {r: {parameters: {least: few}}}\n"),
        f"{W}/owner_count/below", "compared with a number", ""),
    "parameters of an override that are a list": (text(more="overrides: {r: {parameters: [3]}}\n"), "/overrides/r/parameters", "maps names to values", ""),
    "an override for a level that is none": (text(more="overrides: {r: {severity: info, level: compny}}\n"), "/overrides/r/level", "No level is called “compny”", "company"),
    "an override for no team": (text(more="overrides: {r: {severity: info, team: []}}\n"), "/overrides/r/team", "an id or a list of ids", "team: [a, b]"),
    "an override for a team that is a mapping": (text(more="overrides: {r: {severity: info, team: {a: b}}}\n"), "/overrides/r/team", "an id or a list of ids", ""),
    "an override whose shadow is text": (text(more="overrides: {r: {shadow: 'yes'}}\n"), "/overrides/r/shadow", "true or false", "without quotes"),
    "a scope on facts that have none": (
        text(rule(for_="governance", when="{has_forum: {is: false}}", message="m"), more="overrides: {r: {severity: info, team: a}}\n"),
        "/overrides/r/team", "judges a governance, which has no team", "leave the scope out"),
    "a fault in a list of overrides": (text(more="overrides: {r: [{severity: info, level: team}, {severity: bad}]}\n"), "/overrides/r/1/severity", "No severity", ""),
    "extends that are text": ("name: x\nextends: base\n", "/extends", "a list of names", "extends: [base]"),
    "extends of an unknown name": ("name: x\nextends: [bse]\n", "", "No ruleset is called “bse”", "did you mean “base”?; a file ends in .yaml"),
    "extends of a file that is not there": ("name: x\nextends: [gone.yaml]\n", "", "cannot be read", "check the path"),
    "extends of a path with a null character": ('name: x\nextends: ["a\\0.yaml"]\n', "", "is no path", "check the path"),
    "extends of itself": ("name: x\nextends: [rules.yaml]\n", "/extends", "Extends itself", ""),
    "extends of itself by another path": ("name: x\nextends: [../{folder}/rules.yaml]\n", "/extends", "Extends itself", ""),
}  # fmt: skip


@pytest.mark.parametrize(("content", "pointer", "message", "hint"), BROKEN.values(), ids=BROKEN.keys())
def test_it_is_a_fault_to_write(
    ruleset_file: Write, tmp_path: Any, content: str, pointer: str, message: str, hint: str
) -> None:
    found = [
        fault
        for fault in faults(ruleset_file(content.replace("{folder}", tmp_path.name)))
        if fault.pointer == pointer and message in fault.message
    ]
    assert found, faults(ruleset_file(content))
    assert hint in found[0].hint


UNREADABLE: dict[str, tuple[str, str]] = {
    "an anchor": ("name: &a x\n", "Anchors and aliases"),
    "an alias": ("name: x\nrules: *a\n", "Anchors and aliases"),
    "a bomb of aliases": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "Anchors and aliases"),
    "a tag": ("name: !!python/object/apply:os.system [ls]\n", "Tags are not read"),
    "a plain tag": ("name: !!str x\n", "Tags are not read"),
    "a local tag": ("name: !mine x\n", "Tags are not read"),
    "a merge key": ("name: x\nparameters: {<<: {a: 1}}\n", "Merge keys"),
    "a key twice": ("name: x\nname: y\n", "duplicate key"),
    "two documents": ("name: x\n---\nname: y\n", "another document"),
    "a tab for a space": ("name: x\nrules:\n\t- a\n", "cannot start any token"),
    "a bracket left open": ("name: [x\n", "Not YAML"),
    "a null byte": ("name: x\0\n", "unacceptable character"),
    "half a character": ('name: "\\ud800"\n', "half a character"),
    "deep nesting": ("a: " + "[" * 50 + "]" * 50, "Nested deeper than 40"),
    "very deep nesting": ("a: " + "[" * 100_000, "Nested deeper than 40"),
    "nesting by keys": ("\n".join(f"{' ' * n}a:" for n in range(50)), "Nested deeper than 40"),
    "ten million characters": ("name: " + "x" * 10_000_000, "Longer than"),
    "many values": ("name: x\nrules: [" + "a, " * 60_000 + "]\n", "Holds more than"),
    "a number of very many digits": ("name: " + "9" * 5_000 + "\n", "digits"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_it_is_no_ruleset_and_said_so_within_seconds(ruleset_file: Write, content: str, message: str) -> None:
    path, began = ruleset_file(content), time.process_time()
    (fault,) = faults(path)
    assert time.process_time() - began < 5
    assert message in fault.message
    assert fault.place.startswith(path)


def test_a_file_that_is_not_utf_8_is_no_ruleset(tmp_path: Any) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes("name: Übung".encode("latin-1"))
    assert "not UTF-8" in faults(str(path))[0].message
    path.write_bytes(b"\xef\xbb\xbfname: x\n")
    assert load_ruleset(str(path)).name == "x"


def test_a_folder_is_no_ruleset(tmp_path: Any) -> None:
    (tmp_path / "a.yaml").mkdir()
    assert "cannot be read" in faults(str(tmp_path / "a.yaml"))[0].message


def test_every_fault_of_every_rule_comes_at_once_each_with_its_line(ruleset_file: Write) -> None:
    content = text(
        rule(id="a", when="{ownr_count: {below: 1}, level: {is: 3}}", severity="fatal"),
        rule(id="b", failure="gone", message='"{nothing}"'),
        more="parameters: {unused: 1}\noverrides: {gone: off}\n",
    )
    lines = content.splitlines()
    found = {fault.pointer: fault.place for fault in faults(ruleset_file(content))}
    expected = {
        "/rules/0/when/ownr_count": "when: {ownr", "/rules/0/when/level/is": "when: {ownr", "/rules/0/severity": "severity: fatal",
        "/rules/1/failure": "failure: gone", "/rules/1/message": 'message: "{nothing}"', "/parameters/unused": "parameters:",
        "/overrides/gone": "overrides:",
    }  # fmt: skip
    assert found.keys() == expected.keys()
    for pointer, start in expected.items():
        line = int(found[pointer].rpartition("line ")[2])
        assert start in lines[line - 1], pointer


def test_a_fault_in_an_extended_file_names_that_file(ruleset_file: Write) -> None:
    ruleset_file(text(rule(severity="fatal")), "lower.yaml")
    (fault,) = faults(ruleset_file("name: y\nextends: [lower.yaml]\n"))
    assert fault.place.endswith("lower.yaml, line 7")


def test_more_faults_than_anybody_reads_are_cut_off_and_said_to_be(ruleset_file: Write) -> None:
    rules = [rule(id=f"r-{n}", severity="fatal") for n in range(MOST_FAULTS + 1)]
    found = faults(ruleset_file(text(*rules)))
    assert len(found) == MOST_FAULTS + 1
    assert "more faults" in found[-1].message
    assert len(faults(ruleset_file(text(*rules[:-1])))) == MOST_FAULTS


SLOW: dict[str, str] = {
    "a thousand rules with a misspelt attribute": text(*(rule(id=f"r-{n}", when="{ownr_count: {below: 1}}") for n in range(1_000))),
    "overrides of thousands of unknown rules": text(*(rule(id=f"r-{n}") for n in range(500)), more="overrides:\n" + "".join(f"  no-{n}: off\n" for n in range(5_000))),
    "thousands of unused parameters": text(more="parameters:\n" + "".join(f"  p{n}: 1\n" for n in range(8_000))),
    "many overrides of one rule": text(more="overrides:\n  r:\n" + "".join(f"    - {{team: t{n}, severity: info}}\n" for n in range(2_000))),
    "too many rules": text(*(rule(id=f"r-{n}") for n in range(1_001))),
}  # fmt: skip


@pytest.mark.parametrize("content", SLOW.values(), ids=SLOW.keys())
def test_a_hostile_ruleset_is_refused_within_seconds(ruleset_file: Write, content: str) -> None:
    path, began = ruleset_file(content), time.process_time()
    assert faults(path)
    assert time.process_time() - began < 5


def test_a_fault_of_a_later_severity_is_told_with_its_line(ruleset_file: Write) -> None:
    changes = "".join(f"\n      - {{severity: error, from: {day}}}" for day in ("2027-01-01", "2027-02-30"))
    (own,) = faults(ruleset_file(text(rule(later=changes))))
    (other,) = faults(ruleset_file(text(more=f"overrides:\n  r:\n    later:{changes}\n")))
    assert (own.pointer, own.place.rpartition("line ")[2]) == ("/rules/0/later/1/from", "12")
    assert (other.pointer, other.place.rpartition("line ")[2]) == ("/overrides/r/later/1/from", "6")
