"""The questions to WorkBoard: lists by offsets, and metrics goal by goal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.contract import Missing, Page, Reach
from connectors.http.client import Answer, Client
from connectors.http.faults import HttpFault
from connectors.http.offsets import Offsets
from connectors.http.one_by_one import one_by_one
from connectors.http.paging import pages
from connectors.reading.records import Record, flat

_LIMIT = 100


def pages_of(client: Client, what: str, asked: Mapping[str, Any], *, needed: bool) -> Iterator[Page | Missing]:
    """One list, page by page: `what` is goal, team or user. Raises HttpFault where the first page is `needed`."""
    offsets = Offsets(_LIMIT)

    def ask(offset: str | None) -> Answer:
        answer = _asked(client, what, {**asked, "limit": _LIMIT, "offset": offset or "0"})
        total = _total(answer)
        if total is not None and total > int(offset or "0") and not _found(answer, what):
            raise HttpFault("format", f"{answer.url} counts {total:,} and answered none from {offset or 0} on.")
        return answer

    for part in pages(ask, lambda _: offsets.next, what=f"{what}s", needed=needed):
        if isinstance(part, Missing):
            yield part
            continue
        found, value = _found(part, what), part.data["data"].get(what)
        # A goal may come with the person or team it is of: then an entry is one of these.
        entries = len(value) if isinstance(value, list) else len(found)
        offsets.move({str(each[f"{what}_id"]) for each in found}, entries, _total(part))
        yield Page(f"{what}s", found)


def _found(answer: Answer, what: str) -> list[Mapping[str, Any]]:
    return list(flat(answer.data["data"].get(what), f"{what}_id"))


def _total(answer: Answer) -> float | None:
    return Record(answer.data["data"], Counter()).number("totalCount")


def _asked(client: Client, what: str, asked: Mapping[str, Any]) -> Answer:
    answer = client.get(f"/{what}", asked)
    data = answer.data if isinstance(answer.data, Mapping) else {}
    if data.get("success") is False or not isinstance(data.get("data"), Mapping):
        said = client.scrubbed(str(data.get("error_description") or data.get("error") or "no data"))
        hint = "Check the address of the API, and the role of the token."
        raise HttpFault("format", f"{answer.url} answered: {said}.", hint)
    return answer


def metrics_above(client: Client, goals: Sequence[str], reach: Reach) -> Iterator[Page | Missing]:
    """The metrics of these goals that have children, goal by goal."""
    short = 0

    def ask(goal: str) -> Answer:
        return _asked(client, "metric", {"goal_id": goal, "limit": _LIMIT})

    for part in one_by_one(client, goals, ask, what="links", reach=reach, needed=False):
        if isinstance(part, Missing):
            yield part._replace(ids=None)
            continue
        found, total = _found(part, "metric"), _total(part)
        short += total is not None and len(found) < total
        above = [metric for metric in found if metric.get("child_kr")]
        if above:
            yield Page("metrics", above)
    if short:
        yield Missing(
            f"more links: {short} of {len(goals)}", "WorkBoard counts more metrics of the goals than it answered."
        )
