"""Edited texts are compiled and tried in a process of their own, with limits on time and memory.

Whatever it does there, hang or crash, this process goes on, and the editor is told what is wrong.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from validator.errors import BadInput, BadRuleset, Fault
from validator.rules.from_text import Bundle
from validator.service.compile_child import OUT_OF_MEMORY

MEBIBYTE = 1024 * 1024
_COMPILE, _PREVIEW = "validator.service.compile_child", "validator.service.preview_child"
_COMMAND = (sys.executable, "-P", "-X", "utf8", "-m")
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Variables without which some Pythons do not start; the child gets no other, so none that is secret."""

_BUSY = 3
"""How many times longer the clock may run than the computing, on a machine that is busy with other things."""
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""Each further thread of numpy's takes address space, which is limited."""


class Limits(NamedTuple):
    """What the process may use."""

    seconds: float = 4.5
    """Of computing, its start included: on a machine that is not busy the answer is there within 5 seconds."""
    memory: int = 256 * MEBIBYTE
    """Bytes of address space."""


QUICK = Limits()


class Comparison(NamedTuple):
    """How one text differs from another."""

    unified: str
    """As `diff -u` writes it; "" where there is no difference."""
    rules: dict[str, Any] | None
    """Rules added, removed and changed; None where the texts are no rulesets, or one cannot be read."""


def check_ruleset(bundle: Bundle, limits: Limits = QUICK) -> dict[str, Any]:
    """Compile a ruleset, prove it by its examples and try it on sets; gives how many rules and examples, and its digest.

    Raises BadRuleset with every fault, also for a ruleset that takes too long, too much memory, or breaks the engine.
    """
    return _run({"job": "ruleset", "bundle": bundle._asdict()}, bundle.key, limits)


def check_table(
    kind: str, name: str, text: str, limits: Limits = QUICK, *, rows: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Read a failure table or a metric catalogue and judge a set with it; gives how many entries it has.

    `rows` are those that a failure table must have, each with the rule that points to it. Raises BadRuleset as `check_ruleset`.
    """
    return _run({"job": kind, "name": name, "text": text, "rows": dict(rows or {})}, name, limits)


def compare(kind: str, before: dict[str, str], after: dict[str, str], limits: Limits = QUICK) -> Comparison:
    """The difference of two texts, each given with its `name` and `text`. Raises BadRuleset where it takes too long."""
    return Comparison(**_run({"job": "compare", "kind": kind, "before": before, "after": after}, after["name"], limits))


def verdicts(before: Bundle, after: Bundle, judged: dict[str, Any], limits: Limits) -> tuple[dict[str, Any], ...]:
    """What two rulesets say of one set, each with `status`, `ruleset` and `findings`.

    `judged` has the `document` and `overlays`, `as_of` as text, `fail_on` and `complete`; and the folder of the `model` that
    gives likeness of meaning, as text or None. Raises BadRuleset, and BadInput where the set cannot be judged.
    """
    sides = {"before": before._asdict(), "after": after._asdict()}
    done = _run({"job": "preview", **sides, **judged}, after.key, limits, _PREVIEW)
    return done["before"], done["after"]


def _run(job: dict[str, Any], place: str, limits: Limits, module: str = _COMPILE) -> dict[str, Any]:
    request = orjson.dumps({**job, "cpu_seconds": max(1, int(limits.seconds)), "memory": limits.memory})
    try:
        ended = subprocess.run(  # noqa: S603  a command of our own; what was edited goes through standard input
            (*_COMMAND, module),
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            timeout=limits.seconds * _BUSY,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow(place, limits) from None
    return _answer(ended, place, limits)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)}


def _answer(ended: subprocess.CompletedProcess[bytes], place: str, limits: Limits) -> dict[str, Any]:
    ready, _, answer = ended.stdout.partition(b"\n")
    if ready != b"ready":
        raise RuntimeError(f"the process that compiles rulesets did not start: it ended with {ended.returncode}")
    if ended.returncode != 0:
        raise _broken(ended.returncode, place, limits)
    said = orjson.loads(answer)
    if "faults" in said:
        raise BadRuleset(Fault(**fault) for fault in said["faults"])
    if "refused" in said:
        raise BadInput(Fault(**fault) for fault in said["refused"])
    done: dict[str, Any] = said["done"]
    return done


def _broken(code: int, place: str, limits: Limits) -> BadRuleset:
    """What is said of a process that ended before it had an answer."""
    if code == OUT_OF_MEMORY:
        message = f"Compiling and trying it takes more than {limits.memory // MEBIBYTE} MiB of memory."
        return _bad(message, "use fewer or smaller rules, patterns and examples", place)
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return _too_slow(place, limits)
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return _bad(
        f"It breaks what compiles and tries it ({how}).", "take back what was changed last, and try again", place
    )


def _too_slow(place: str, limits: Limits) -> BadRuleset:
    message = f"Compiling and trying it takes longer than {limits.seconds:g} seconds."
    return _bad(
        message, "use fewer or smaller rules, patterns and examples, or try again where the machine was busy", place
    )


def _bad(message: str, hint: str, place: str) -> BadRuleset:
    return BadRuleset([Fault("", message, hint, place)])
