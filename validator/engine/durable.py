"""durable_rules behind our two calls: the only module that touches it, and one of the two hot places.

The engine crashes outside a measured subset; what keeps it inside:
- one pattern a rule, beginning with a test on the fact's kind; no joins, negated patterns, text matching or arithmetic;
- shards in which a fact can match at most PATHS alternatives at once, for the engine keeps those on a stack of 64 and
  aborts the process when it overflows;
- a sentinel fact first in every batch, for deleting a state in which nothing fired aborts the process;
- states of at most BATCH facts, each under a session id of its own that is deleted whatever happens;
- dense ids of facts, which the engine's 32-bit hash keeps apart; "already observed" is an error.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import durable_rules_engine
import orjson

from validator.engine.interface import EngineRule, Evaluate, Facts, Hit
from validator.engine.lowering import Expression, Lowered, View, paths
from validator.rules.conditions import attributes

NAME = "durable_rules"
PATHS = 60
"""Alternatives (`lowering.paths`) of all rules on one kind of fact in one shard."""
WIDTH = 120
"""Attributes and marks of one kind of fact in one shard: the engine crashes at 254."""
BATCH = 4_000
_OBSERVED = 2
_KIND = "~kind"
"""The engine's own key for the kind of fact: no attribute begins with a tilde."""
_SENTINEL = {"id": "s", _KIND: "~sentinel"}

_sessions = itertools.count()


class EngineFailure(RuntimeError):
    """The engine did not do what its measured subset promises; no answer of it can be trusted."""


class _Shard(NamedTuple):
    handle: Any
    views: Mapping[str, View]
    """What the shard's rules look at, by kind of fact."""


def compile_rules(rules: Sequence[EngineRule]) -> Evaluate:
    """The rules as one function from facts to hits, sorted by rule and fact. Compile once: the engine frees nothing."""
    shards = [_compiled(chunks) for chunks in itertools.zip_longest(*_chunks(rules).values())]

    def evaluate(facts: Facts) -> list[Hit]:
        return sorted({hit for shard in shards for hit in _judge(shard, facts)})

    return evaluate


class _Chunk(NamedTuple):
    """Rules on one kind of fact that one shard can hold."""

    kind: str
    lowered: Lowered
    tests: dict[int, list[Expression]]


def _chunks(rules: Sequence[EngineRule]) -> dict[str, list[_Chunk]]:
    chunks: dict[str, list[_Chunk]] = {}
    for number, rule in enumerate(rules):
        of_kind = chunks.setdefault(rule.kind, [])
        if not of_kind or not _takes(of_kind[-1], rule):
            of_kind.append(_Chunk(rule.kind, Lowered(), {}))
        of_kind[-1].tests[number] = of_kind[-1].lowered.rule(rule.condition)
    return chunks


def _takes(chunk: _Chunk, rule: EngineRule) -> bool:
    ways = sum(paths(tests) for tests in chunk.tests.values()) + paths(Lowered().rule(rule.condition))
    width = chunk.lowered.width() + len(attributes(rule.condition)) + 1
    return ways <= PATHS and width <= WIDTH


def _compiled(chunks: Sequence[_Chunk | None]) -> _Shard:
    present = [chunk for chunk in chunks if chunk is not None]
    definition = {str(number): _definition(c.kind, tests) for c in present for number, tests in c.tests.items()}
    definition["s"] = _definition(_SENTINEL[_KIND], [])
    handle = durable_rules_engine.create_ruleset(f"okr{next(_sessions)}", orjson.dumps(definition).decode())
    return _Shard(handle, {chunk.kind: chunk.lowered.view() for chunk in present})


def _definition(kind: str, tests: list[Expression]) -> dict[str, Any]:
    return {"all": [{"m": {"$and": [{_KIND: kind}, *tests]}}]}


def _judge(shard: _Shard, facts: Facts) -> Iterator[Hit]:
    alike = [
        (kind, key, places) for kind in shard.views for key, places in _alike(shard.views[kind], facts.get(kind, ()))
    ]
    for at in range(0, len(alike), BATCH):
        batch = alike[at : at + BATCH]
        for rule, number in _fired(shard, [{_KIND: kind, **shard.views[kind].row(key)} for kind, key, _ in batch]):
            yield from ((rule, place) for place in batch[number][2])


def _alike(view: View, facts: Sequence[Mapping[str, Any]]) -> Iterable[tuple[tuple[Any, ...], list[int]]]:
    """Places of facts by what the rules see of them."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, values in enumerate(facts):
        groups.setdefault(view.key(values), []).append(place)
    return groups.items()


def _fired(shard: _Shard, rows: list[dict[str, Any]]) -> Iterator[Hit]:
    session = f"s{next(_sessions)}"
    for number, values in enumerate(rows):
        values["id"], values["sid"] = f"f{number:07d}", session
    text = orjson.dumps([{**_SENTINEL, "sid": session}, *rows]).decode()
    try:
        code, state = durable_rules_engine.assert_facts(shard.handle, text)
        if code == _OBSERVED:
            raise EngineFailure("durable_rules took two facts for one")
        yield from _drain(shard.handle, state)
    finally:
        durable_rules_engine.delete_state(shard.handle, session)


def _drain(handle: Any, state: Any) -> Iterator[Hit]:
    """Every firing as rule and fact number. Firings come in no order, and one may come more than once."""
    started = durable_rules_engine.start_action_for_state(handle, state)
    message = started[1] if started else None
    while message:
        ((rule, matched),) = orjson.loads(message).items()
        if rule != "s":
            yield int(rule), int(matched["m"]["id"][1:])
        message = durable_rules_engine.complete_and_start_action(handle, state)
