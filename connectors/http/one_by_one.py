"""One question for each of many things, for tools whose lists leave out what matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from connectors.contract import Missing, Progress, Reach
from connectors.http.client import Answer, Client
from connectors.http.faults import HttpFault

_GONE = "not_found"


def one_by_one(
    client: Client,
    ids: Sequence[str],
    ask: Callable[[str], Answer],
    *,
    what: str,
    reach: Reach,
    needed: bool = True,
    whole: bool = False,
) -> Iterator[Answer | Missing]:
    """The answers for these ids, in their order; then a Missing for each kind of fault, with the ids that it struck.

    `what` they are, in the plural, is named in a Missing and in the progress. `needed`: where not one could be read, the
    fault is raised. `whole`: an answer is all that is read of a thing, so that one that is not found (any more) is left out;
    unless none of several is found. Raises HttpFault.
    """
    failed: dict[str, tuple[HttpFault, list[str]]] = {}
    read = 0
    answers = client.each(partial(ask, id_) for id_ in ids)
    for number, (id_, answer) in enumerate(zip(ids, answers, strict=True), 1):
        if isinstance(answer, Answer):
            read += 1
            yield answer
        else:
            failed.setdefault(answer.kind, (answer, []))[1].append(id_)
        reach.progress(Progress(what, number, len(ids)))
    if whole and _GONE in failed and not 1 < len(failed[_GONE][1]) == len(ids):
        del failed[_GONE]
    for fault, struck in failed.values():
        if needed and not read:
            raise fault
        yield fault.missing(f"{what}: {len(struck)} of {len(ids)}", tuple(struck))
