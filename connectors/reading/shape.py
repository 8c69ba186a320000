"""The shape of the OKR set document as connectors need it: which sections and fields there are, and of what kind each is.

The validator's own schema decides; a test holds this to it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.contract import Fault

_TEXT = {
    "document": "source:{source} organisation:{organisation} cycles:[cycle] teams:[team] people:[person] "
    "objectives:[objective] key_results:[key_result] initiatives:[initiative] dependencies:[dependency] reviews:[review] "
    "conflicts:[conflict] governance:{governance} extra:any",
    "source": "tool:text exported_at:day url:text complete:flag provides:texts notes:texts reading:any extra:any",
    "organisation": "id:id name:text extra:any",
    "cycle": "id!:id name:text start:day end:day status:text extra:any",
    "team": "id!:id name:text level:level function:text parent:id lead:who segments:texts extra:any",
    "person": "id!:id name:text email:text team:id extra:any",
    "objective": "id!:id title!:text description:text level:level team:id cycle:id owners:[owner] "
    "contributors:[contributor] parents:[link] strategic_brief:text status:status progress:number start:day end:day "
    "created_by:who updated_at:day url:text tags:texts key_results:[key_result] extra:any",
    "key_result": "id!:id title!:text description:text metric:text unit:unit direction:direction start:number target:number "
    "current:number owner:who lead_team:id shared_with:ids segment:text start_date:day due:day cycle:id status:status "
    "progress:number updated_at:day created_by:who url:text tags:texts parents:[link] extra:any",
    "initiative": "id!:id title!:text objectives:ids team:id owner:who cycle:id start:day end:day status:text "
    "progress:number url:text extra:any",
    "owner": "person!:who primary:flag extra:any",
    "contributor": "team!:id role:text acknowledged:flag extra:any",
    "link": "id!:id kind:text weight:number extra:any",
    "dependency": "id!:id from!:id on_team!:id kind:text need:text impact:text decision_date:day decided:flag "
    "failure_trigger:text acknowledged:flag extra:any",
    "review": "id!:id kind:text date:day teams:ids objectives:ids decision_authority:flag extra:any",
    "conflict": "id!:id objectives:ids summary:text status:text decision_maker:who escalate_within_days:number extra:any",
    "governance": "conflict_resolver:who escalation:{escalation} tie_breaker:text translation_owner:who forum:{forum} "
    "extra:any",
    "escalation": "raise_within_days:number act_within_days:number extra:any",
    "forum": "name:text members:texts teams:ids decision_authority:flag every_days:number next:day extra:any",
}
"""By part: its fields, each with its kind; “!” marks one that is needed. [part] is a list of parts, {part} is one."""

SHAPES: Mapping[str, Mapping[str, str]] = {
    part: {name.removesuffix("!"): kind for name, kind in (field.split(":") for field in text.split())}
    for part, text in _TEXT.items()
}
"""By part of the document: the kinds of its fields."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    part: tuple(field.partition("!")[0] for field in text.split() if "!" in field) for part, text in _TEXT.items()
}
_PYTHON: Mapping[str, tuple[tuple[type, ...], str]] = {
    "id": ((str, int), "text or a whole number"),
    "number": ((int, float, str), "a number"),
    "flag": ((bool,), "true or false"),
}
"""Kinds that are not text, as JSON has them."""


def faults(value: Any, part: str = "document", pointer: str = "") -> Iterator[Fault]:
    """What keeps a value from being that part of a document: unknown fields, absent ones, and values of another shape.

    Whether texts hold what they should, such as a date, is left to who judges.
    """
    if not isinstance(value, Mapping):
        yield Fault(pointer, f"This is no {part.replace('_', ' ')}: it has no fields.")
        return
    yield from (Fault(pointer, f"“{name}” is needed.") for name in NEEDED[part] if value.get(name) in (None, ""))
    for name, inner in value.items():
        kind = SHAPES[part].get(name)
        here = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
        if kind is None:
            yield Fault(here, f"There is no field “{str(name)[:100]}” here.", nearest(str(name), SHAPES[part]))
        elif inner is not None:
            yield from _inner_faults(inner, kind, here)


def nearest(name: str, known: Mapping[str, Any]) -> str:
    """A hint for a name that is not known: the one that was meant, or all there are."""
    close = difflib.get_close_matches(name[:100], known, n=1)
    return f"Did you mean “{close[0]}”?" if close else f"Known: {', '.join(known)}."


def _inner_faults(value: Any, kind: str, pointer: str) -> Iterator[Fault]:
    if kind.startswith("{"):
        yield from faults(value, kind.strip("{}"), pointer)
    elif kind.startswith("[") or kind in ("ids", "texts"):
        if not isinstance(value, list):
            yield Fault(pointer, "This is no list.")
            return
        for number, inner in enumerate(value):
            if kind.startswith("["):
                yield from faults(inner, kind.strip("[]"), f"{pointer}/{number}")
            else:
                yield from _inner_faults(inner, kind.removesuffix("s"), f"{pointer}/{number}")
    elif kind != "any":
        types, words = _PYTHON.get(kind, ((str,), "text"))
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            yield Fault(pointer, f"This is not {words}.", 'Put it in quotes: "12".' if words == "text" else "")
