"""Several questions at a time, answers in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from connectors.http.answers import Answer
from connectors.http.faults import HttpFault

_TELL_OF_ALL = ("rate", "server", "network", "timeout")
"""Kinds of fault that, several in a row, tell that the next question would fare no better."""
_IN_A_ROW = 5
_AHEAD = 2
"""Questions begun, for each worker, before the first of their answers is taken."""


def in_order(asked: Iterable[Callable[[], Answer]], workers: int) -> Iterator[Answer | HttpFault]:
    """The answers in the order of the questions; once it is given up, the last fault for each question left."""
    left = iter(asked)
    begun: deque[Future[Answer | HttpFault]] = deque()
    last: Answer | HttpFault | None = None
    faults = 0
    with ThreadPoolExecutor(workers, thread_name_prefix="asking") as pool:
        try:
            begun.extend(pool.submit(_answered, ask) for ask in islice(left, workers * _AHEAD))
            while begun and not _hopeless(last, faults):
                last = begun.popleft().result()
                faults = faults + 1 if isinstance(last, HttpFault) and last.kind in _TELL_OF_ALL else 0
                yield last
                if not _hopeless(last, faults):
                    begun.extend(pool.submit(_answered, ask) for ask in islice(left, 1))
        finally:
            for future in begun:
                future.cancel()
    if isinstance(last, HttpFault):
        yield from (last if future.cancelled() else future.result() for future in begun)
        yield from (last for _ in left)


def _hopeless(last: Answer | HttpFault | None, faults: int) -> bool:
    return isinstance(last, HttpFault) and (last.kind == "credential" or faults >= _IN_A_ROW)


def _answered(ask: Callable[[], Answer]) -> Answer | HttpFault:
    try:
        return ask()
    except HttpFault as fault:
        return fault
