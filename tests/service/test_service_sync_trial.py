"""Trying a source: it is read until an objective comes of it, within bounds, and says what came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from connectors import registry
from connectors.contract import Fault, Missing, Page, Reach, Reading, SourceConnector, SourceError
from tests.service.sync_sources import Tableau, refused
from validator.service.sync_source import Source
from validator.service.sync_trial import MOST_PAGES, MOST_SECONDS, Tried, try_source

OBJECTIVE = {"id": "o1", "title": "Grow", "key_results": [{"id": "k1", "title": "Sell"}]}
LISTED, GOALS = Page("listed", [{}, {}]), Page("goals", [OBJECTIVE])


class Tool(Tableau):
    """A tool with the parts that a test gives it; an exception among them is raised."""

    def __init__(self, *parts: Page | Missing | Exception | float, fussy: bool = False) -> None:
        super().__init__()
        self.parts, self.fussy = parts, fussy
        self.given: list[Page | Missing] = []
        self.closed = False

    def fetch(self, settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
        try:
            for part in self.parts:
                if isinstance(part, Exception):
                    raise part
                if isinstance(part, float):
                    reach.wait(part)
                else:
                    self.given.append(part)
                    yield part
        finally:
            self.closed = True

    def to_document(self, pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
        parts = list(pages)
        found = [one for part in parts if isinstance(part, Page) and part.kind == "goals" for one in part.records]
        if self.fussy and not found:
            raise SourceError(Fault("", "No sheet has a row that names its columns."))
        missing = tuple(part for part in parts if isinstance(part, Missing))
        return Reading({"objectives": found}, notes=("Read for a test.",), missing=missing)


class Clock:
    """A clock that goes on by what is waited."""

    def __init__(self) -> None:
        self.now = 1000.0

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def reach(self, **more: Any) -> Reach:
        return Reach(wait=self.wait, clock=lambda: self.now, **more)


def tried(tool: Tool, reach: Reach | None = None) -> Tried:
    found = try_source(Source("tool", tool, {}), reach or Reach())
    assert tool.closed
    return found


def test_a_spreadsheet_and_a_list_of_goals_are_tried_beyond_what_they_begin_with() -> None:
    values = [["Objective", "Key result"], ["Grow", "Sell"]]
    rows = Page("rows", [{"sheet": "OKRs", "first": 1, "last": 2, "values": values, "shown": values}])
    sheet = {"key": "env:KEY", "spreadsheet": "1AbCdEfGhIjKlMnOpQrStUvWxYz"}
    found = of_connector("google-sheets", sheet, Page("spreadsheet", [{"title": "Goals", "locale": "en_GB"}]), rows)
    assert (found.read, found.mapped["objectives"]) == ({"spreadsheet": 1, "rows": 1}, 1)
    goal = {"id": "g1", "name": "Grow", "owners": [], "members": [], "key_results": []}
    found = of_connector("clickup", {"token": "env:T"}, Page("listed", [goal]), Page("goals", [goal]))
    assert (found.read, found.mapped["objectives"]) == ({"listed": 1, "goals": 1}, 1)


def of_connector(name: str, settings: Mapping[str, Any], *pages: Page) -> Tried:
    """What the trial of a source comes to whose tool has these pages."""
    connector = registry.all_sources()[name]
    fetched = SimpleNamespace(**{**vars(connector), "fetch": lambda *_: iter(pages)})
    return try_source(Source(name, cast("SourceConnector", fetched), registry.settings_of(name, settings)), Reach())


@pytest.mark.parametrize("fussy", [True, False])
def test_it_is_read_on_until_an_objective_comes_of_it(fussy: bool) -> None:
    tool = Tool(LISTED, GOALS, GOALS, fussy=fussy)
    found = tried(tool)
    assert tool.given == [LISTED, GOALS]
    assert (found.kind, found.records, found.read) == ("goals", 1, {"listed": 2, "goals": 1})
    assert (found.mapped, found.notes) == ({"objectives": 1, "key_results": 1}, ("Read for a test.",))


def test_one_that_has_no_objective_says_so_and_is_not_at_fault() -> None:
    found = tried(Tool(LISTED, Missing("goal 7", "403")))
    assert found.mapped == {}
    assert found.notes[-1] == "The source answered and was read to its end: no objective came of it."
    assert found.missing == (Missing("goal 7", "403"),)
    assert (tried(Tool()).kind, tried(Tool()).read) == (None, {})


def test_so_does_one_whose_objectives_may_come_later() -> None:
    tool = Tool(*[LISTED] * 20, fussy=True)
    found = tried(tool)
    assert len(tool.given) == MOST_PAGES
    assert (found.read, found.mapped) == ({"listed": 2 * MOST_PAGES}, {})
    assert found.notes == (
        "No sheet has a row that names its columns.",
        f"The source answered: no objective came of its first {MOST_PAGES} pages yet; a sync reads on.",
    )


def test_what_all_of_a_source_lacks_is_its_fault() -> None:
    with pytest.raises(SourceError, match="names its columns"):
        tried(Tool(LISTED, fussy=True))


def test_a_refusal_on_the_way_is_one_of_the_source() -> None:
    tool = Tool(LISTED, refused())
    with pytest.raises(SourceError, match="401"):
        tried(tool)
    assert tool.closed


@pytest.mark.parametrize("waits", [(MOST_SECONDS + 1.0,), (MOST_SECONDS / 2, MOST_SECONDS / 2 + 1.0)])
def test_nobody_waits_for_long_once_something_came(waits: tuple[float, ...]) -> None:
    clock = Clock()
    tool = Tool(LISTED, *waits, GOALS)
    assert "its first page yet" in tried(tool, clock.reach()).notes[-1]
    assert clock.now - 1000 <= MOST_SECONDS
    assert tried(Tool(*waits, GOALS), clock.reach()).mapped["objectives"] == 1


def test_nor_longer_than_one_answer_may_take() -> None:
    clock = Clock()
    assert tried(Tool(LISTED, 21.0, GOALS), clock.reach(patience=20.0)).mapped == {}
    assert clock.now == 1000


def test_parts_that_cannot_be_read_take_no_longer_either() -> None:
    def parts() -> Iterator[Missing | float]:
        for number in range(1000):
            yield from (1.0, Missing(f"goal {number}", "404"))

    tool = Tool(*parts())
    tried(tool, Clock().reach())
    assert len(tool.given) <= MOST_SECONDS
