"""Every kind of trouble that a tool can make, what must come of it, and how a connector is run through it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from connectors.contract import Missing, Progress, Reach, Reading, SourceConnector, SourceError
from connectors.http import budget
from connectors.http.scrub import Scrubber
from tests.connectors.fake_tool import LOOPBACK, SECRET, FakeTool, Flavour, Trouble
from validator.document.load import load

HOLDER = "OKR_TEST_TOOL_SECRET"
REFERENCE = f"env:{HOLDER}"
"""Where a connector under test finds the credential."""
PATIENCE = 0.4
"""Seconds that an answer of a tool that drips may take."""
_AMPLE = 30.0

COMPLETE, PARTIAL, ERROR = "complete", "partial", "error"


class Case(NamedTuple):
    """Some trouble, and what must come of it."""

    trouble: Trouble
    ends: str
    says: str = ""
    """Words of the error, or of the reason of what is missing."""


CASES: Mapping[str, Case] = {
    "nothing wrong": Case(Trouble("none"), COMPLETE),
    "401 at once": Case(Trouble("status", status=401), ERROR, "401 Unauthorized"),
    "401 from page 2": Case(Trouble("status", 2, status=401), PARTIAL, "401 Unauthorized"),
    "403 at once": Case(Trouble("status", status=403), ERROR, "403 Forbidden"),
    "403 on page 2": Case(Trouble("status", 2, status=403), PARTIAL, "403 Forbidden"),
    "429 with Retry-After": Case(Trouble("status", 2, 2, status=429, headers={"Retry-After": "7"}), COMPLETE),
    "429 without Retry-After": Case(Trouble("status", 1, 2, status=429), COMPLETE),
    "429 for an hour": Case(Trouble("status", 2, status=429, headers={"Retry-After": "3600"}), PARTIAL, "too long"),
    "429 for ever": Case(Trouble("status", 2, status=429), PARTIAL, "429 Too Many Requests"),
    "a burst of 500": Case(Trouble("status", 2, 3, status=500), COMPLETE),
    "502 for ever": Case(Trouble("status", 2, status=502), PARTIAL, "502 Bad Gateway"),
    "a slow drip": Case(Trouble("drip", 2), PARTIAL, "not whole in time"),
    "a slow drip at once": Case(Trouble("drip"), ERROR, "not whole in time"),
    "a connection that breaks off": Case(Trouble("broken", 2, 2), COMPLETE),
    "truncated JSON": Case(Trouble("truncated", 2), PARTIAL, "cut off"),
    "a login page": Case(Trouble("html"), ERROR, "web page"),
    "a login page from page 2": Case(Trouble("html", 2), PARTIAL, "web page"),
    "JSON of another shape": Case(Trouble("shape", 2), PARTIAL),
    "a repeating token": Case(Trouble("repeating"), PARTIAL, "same page"),
    "duplicates between pages": Case(Trouble("duplicate", 2), COMPLETE),
    "items that vanish between pages": Case(Trouble("vanishing", 2), COMPLETE),
}
"""A tool whose flavour pages differently takes its own subset or replaces a case: {**CASES, "a repeating token": Case(…)}."""


class Outcome(NamedTuple):
    """What a sync came to."""

    reading: Reading | None
    error: SourceError | None
    waits: list[float]
    """Seconds that it would have waited, one after the other."""
    progress: list[Progress]
    tool: FakeTool

    @property
    def ended(self) -> str:
        if self.reading is None:
            return ERROR
        return COMPLETE if self.reading.document["source"].get("complete") is not False else PARTIAL

    @property
    def missing(self) -> tuple[Missing, ...]:
        return self.reading.missing if self.reading else ()

    def ids(self, kind: str = "objectives") -> list[str]:
        """Ids of the objectives, or of the key results wherever they hang, in order."""
        document = self.reading.document if self.reading else {}
        objectives = document.get("objectives", [])
        if kind == "objectives":
            return [objective["id"] for objective in objectives]
        loose = document.get("key_results") or []
        return [kr["id"] for objective in objectives for kr in objective.get("key_results") or []] + [
            kr["id"] for kr in loose
        ]


class Sync(NamedTuple):
    """Runs a connector against a flavour; the credential is in the environment for as long as the test."""

    logged: pytest.LogCaptureFixture

    def __call__(
        self,
        connector: SourceConnector,
        flavour: Flavour,
        settings: Callable[[str], Mapping[str, Any]],
        trouble: Trouble | None = None,
    ) -> Outcome:
        """Run it; `settings` gets the address of the tool. What came of it holds no trace of the credential."""
        waits: list[float] = []
        progress: list[Progress] = []
        patience = PATIENCE if trouble is not None and trouble.way == "drip" else _AMPLE
        now = time.monotonic()  # stands still: nobody really waits
        reach = Reach(LOOPBACK, progress.append, wait=waits.append, clock=lambda: now, patience=patience)
        reading, error = None, None
        with FakeTool(flavour, trouble) as tool:
            try:
                given = settings(tool.url)
                reading = connector.to_document(connector.fetch(given, reach), given)
            except SourceError as caught:
                error = caught
        outcome = Outcome(reading, error, waits, progress, tool)
        check(outcome, self.logged)
        return outcome


@pytest.fixture
def sync(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Sync:
    """Run a connector against the fake tool; with every log record kept."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv(HOLDER, SECRET)
    monkeypatch.setattr(budget, "_taken", {})  # ports are used again
    caplog.set_level(logging.DEBUG)
    return Sync(caplog)


def check(outcome: Outcome, logged: pytest.LogCaptureFixture) -> None:
    """What must be true whatever came of it: one clear error or a document that the door takes, and no trace of the secret."""
    if outcome.error is not None:
        assert len(outcome.error.faults) == 1
        assert outcome.error.faults[0].message
        assert outcome.error.__context__ is None or outcome.error.__suppress_context__
    else:
        assert outcome.reading is not None
        load(outcome.reading.document)
        assert bool(outcome.missing) is (outcome.ended == PARTIAL)
    said = [logged.text, repr(outcome.reading), repr(outcome.error), str(outcome.error), repr(outcome.progress)]
    said += [fault.hint for fault in outcome.error.faults] if outcome.error else []
    for text in said:
        assert_clean(text)
    _check_questions(outcome.tool)


def assert_clean(text: str) -> None:
    """The text holds the credential in no form."""
    assert Scrubber([SECRET])(text) == text
    assert SECRET[:8] not in text


def _check_questions(tool: FakeTool) -> None:
    """Every question had the credential in its one header and nowhere else."""
    name, value = tool.flavour.credential
    for asked in tool.asked:
        if asked.path in tool.flavour.open_paths:
            continue
        assert asked.headers[name.lower()] == value
        rest = {key: said for key, said in asked.headers.items() if key != name.lower()}
        assert_clean(json.dumps([asked.target, rest, asked.body], ensure_ascii=False))


def check_case(outcome: Outcome, case: Case) -> None:
    """The trouble ended as it must, and says why."""
    assert outcome.ended == case.ends, (outcome.error, outcome.missing)
    if case.ends == ERROR:
        assert case.says in str(outcome.error)
    if case.ends == PARTIAL:
        assert any(case.says in missing.reason for missing in outcome.missing), outcome.missing
