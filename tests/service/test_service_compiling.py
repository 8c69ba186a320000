"""Compiling in a process of its own: whatever a ruleset does there, the editor is told within 5 seconds."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.detection.tiny_model import needs_extra, save_model
from tests.service.stored_rulesets import PATIENT, RULE, rule
from validator.detection.semantic.minilm import load_encoder
from validator.errors import BadInput, BadRuleset, Fault
from validator.pipeline import judge
from validator.rules.files import shipped_text
from validator.rules.from_text import Bundle, load_bundle
from validator.service.compiling import MEBIBYTE, Limits, check_ruleset, check_table, compare, verdicts
from validator.service.preview import LIMITS

SECONDS = 5
BRIEF = Limits(seconds=2)
ROOMY = LIMITS._replace(seconds=60)
PATTERN = "{title: {matches: '(?i)\\pL{300}NUMBER'}}"
"""Small to write and slow to compile: a hundred of them take some ten seconds."""


def bundle(text: str, **others: str) -> Bundle:
    """The draft of `ours`, beside one published ruleset."""
    return Bundle("ours@draft", {"ours@draft": text, **others}, {"theirs": 2})


def slow() -> Bundle:
    """A ruleset that would keep the compiler busy for long."""
    rules = [rule(f"r{n}").partition("rules:\n")[2].replace("{key_result_count: {below: 1}}",
             PATTERN.replace("NUMBER", str(n))) for n in range(100)]  # fmt: skip
    return bundle("name: ours\nrules:\n" + "".join(rules))


def refused(job: Callable[[], object]) -> tuple[Fault, ...]:
    """The faults that a job ends with, in time: that of computing, as other tests may run beside."""
    began = _computing()
    with pytest.raises(BadRuleset) as caught:
        job()
    assert _computing() - began < SECONDS
    return caught.value.faults


def _computing() -> float:
    """Seconds that the processes which ended have computed for."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def test_a_good_ruleset_is_counted() -> None:
    done = check_ruleset(bundle(RULE), PATIENT)
    assert (done["rules"], done["examples"]) == (1, 2)


def test_a_ruleset_built_to_hang_is_refused_in_time_and_the_next_is_served() -> None:
    (fault,) = refused(lambda: check_ruleset(slow()))
    assert "takes longer than 4.5 seconds" in fault.message
    assert (fault.place, bool(fault.hint)) == ("ours@draft", True)
    assert check_ruleset(bundle(RULE), PATIENT)["rules"] == 1


def test_a_ruleset_that_takes_too_much_memory_is_refused_in_time() -> None:
    (fault,) = refused(lambda: check_ruleset(bundle(RULE), Limits(memory=32 * MEBIBYTE)))
    assert "more than 32 MiB of memory" in fault.message


def test_a_crash_of_the_process_is_told_to_the_editor_and_the_next_is_served() -> None:
    # No text is known that crashes the engine through our compiler, so the process is crashed from outside.
    with ThreadPoolExecutor(1) as threads:
        crashed = threads.submit(lambda: os.kill(begun(), signal.SIGSEGV))
        (fault,) = refused(lambda: check_ruleset(slow()))
        crashed.result()
    assert "breaks what compiles and tries it (SIGSEGV)" in fault.message
    assert check_ruleset(bundle(RULE), PATIENT)["rules"] == 1


def test_the_process_is_told_no_setting_and_so_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_VALIDATOR_DATABASE_URL", "postgresql://okr:s3cr3t@127.0.0.1/okr")
    with ThreadPoolExecutor(1) as threads:
        environ = threads.submit(lambda: Path(f"/proc/{begun()}/environ").read_bytes())
        refused(lambda: check_ruleset(slow(), BRIEF))
    assert b"PYTHONPATH=" in environ.result()
    assert b"OKR_VALIDATOR" not in environ.result()


def begun() -> int:
    """The process that compiles, once it works under its limits."""
    until = time.monotonic() + 12 * SECONDS
    while time.monotonic() < until:
        for pid in _children():
            if _has_begun(pid):
                return pid
        time.sleep(0.02)
    raise AssertionError("no process began to compile")


def _children() -> list[int]:
    lists = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    return [int(pid) for listed in lists for pid in listed.split()]


def _has_begun(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        limits = Path(f"/proc/{pid}/limits").read_text()
    except FileNotFoundError:
        return False
    bounded = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    return b"compile_child" in command and "unlimited" not in bounded.split("space")[1].split()[0]


def test_several_are_compiled_at_a_time_and_do_not_disturb_one_another() -> None:
    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(lambda: refused(lambda: check_ruleset(slow(), BRIEF)))
        begun()
        assert check_ruleset(bundle(RULE), PATIENT)["rules"] == 1
        assert "takes longer" in hanging.result()[0].message


@pytest.mark.parametrize(
    ("extended", "hint"),
    [
        ("theirs", "the newest is “theirs@2”"),
        ("theirs@9", "the newest is “theirs@2”"),
        ("bsae", "did you mean “base”"),
        ("/etc/passwd.yaml", "known: base"),
        ("../rulesets/base.yaml", ""),
        ("base.yaml", "did you mean “base”"),
    ],
)
def test_nothing_is_extended_that_is_neither_shipped_nor_a_published_version(extended: str, hint: str) -> None:
    (fault,) = refused(lambda: check_ruleset(bundle(f"name: ours\nextends: ['{extended}']\n")))
    assert fault.message == f"No ruleset is called “{extended}”."
    assert hint in fault.hint


def test_an_id_that_is_a_path_leads_to_no_file() -> None:
    (fault, *_) = refused(lambda: check_ruleset(bundle(rule("../../rulesets/base").partition("    examples:")[0])))
    assert "no rule id" in fault.message


def test_every_fault_is_named_with_its_line() -> None:
    faults = refused(lambda: check_ruleset(bundle(RULE.replace("below", "bellow").replace("warning", "warnig"))))
    assert {"/rules/0/when/key_result_count/bellow", "/rules/0/severity"} == {fault.pointer for fault in faults}
    assert all(fault.place.startswith("ours@draft, line ") for fault in faults)


def test_a_catalogue_that_unfolds_without_end_is_refused_in_time() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 8)}]\n" for n in range(12)
    )
    refused(lambda: check_table("metrics", "metrics", f"{bomb}metrics: *m\n"))


@pytest.mark.parametrize("kind", ["failure-table", "metrics"])
def test_the_shipped_tables_are_good(kind: str) -> None:
    assert all(count > 5 for count in check_table(kind, kind, shipped_text(kind), PATIENT).values())


def test_a_comparison_that_would_not_end_is_given_up_in_time() -> None:
    before = "\n".join(f"l{n % 997}" for n in range(90_000))
    after = "\n".join(f"l{n * 7 % 997}" for n in range(90_000))
    sides = {"name": "ours@1", "text": before}, {"name": "ours@2", "text": after}
    (fault,) = refused(lambda: compare("ruleset", *sides))
    assert "takes longer" in fault.message


def test_a_set_is_judged_by_both_rulesets() -> None:
    stricter = bundle(RULE.replace("severity: warning", "severity: error"))
    judged = {
        "document": {"objectives": [{"id": "O1", "title": "Grow", "key_results": []}]},
        "overlays": [],
        "as_of": "2026-11-22",
        "fail_on": "error",
        "complete": True,
        "model": None,
    }
    before, after = verdicts(bundle(RULE), stricter, judged, PATIENT)
    assert (before["status"], after["status"]) == ("pass", "fail")
    assert [finding["severity"] for finding in after["findings"]] == ["error"]
    with pytest.raises(BadInput, match="Invalid type"):
        verdicts(bundle(RULE), stricter, {**judged, "document": {"objectives": 3}}, PATIENT)


PAIRS = """\
name: ours
rules:
  - id: near
    title: Two that are near
    for: pair
    when: {duplicate_chance: {above: 0}}
    severity: info
    failure: isolated-okrs
    message: "{duplicate_chance}"
"""
"""Says what the model of pairs thinks of each, which likeness of meaning changes."""


@needs_extra
def test_likeness_of_meaning_is_used_where_a_model_is_given(tmp_path: Path) -> None:
    folder = save_model(tmp_path / "tiny")
    titles = ["Cut the churn of new customers by half", "Cut churn of customers by half"]
    objectives = [
        {"id": f"O{n}", "title": "Keep customers", "key_results": [{"id": f"K{n}", "title": title}]}
        for n, title in enumerate(titles)
    ]
    judged = {"document": {"objectives": objectives}, "overlays": [], "as_of": "2026-11-22", "fail_on": "never"}
    ruleset, encoder = load_bundle(bundle(PAIRS)), load_encoder(folder)

    def said(report: Mapping[str, Any]) -> list[str]:
        return [finding["message"] for finding in report["findings"]]

    plain, semantic = (said(judge(judged["document"], ruleset, encoder=each)) for each in (None, encoder))
    assert plain != semantic
    for model, expected in ((None, plain), (str(folder), semantic)):
        asked = {**judged, "complete": True, "model": model}
        assert [said(verdict) for verdict in verdicts(bundle(PAIRS), bundle(PAIRS), asked, ROOMY)] == [expected] * 2


@needs_extra
def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    judged = {"document": {}, "overlays": [], "as_of": "2026-11-22", "fail_on": "never", "complete": True}
    with pytest.raises(BadInput, match="There is no such directory"):
        verdicts(bundle(RULE), bundle(RULE), {**judged, "model": str(tmp_path / "nowhere")}, ROOMY)
