"""The process in which a draft is tried on a stored set, by the rules of `compile_child`; with the encoder where one is set.

It is one of its own because of the libraries that the encoder needs, which take memory and time to load.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from validator.detection.semantic.encoder import Encoder
from validator.detection.semantic.minilm import load_encoder
from validator.pipeline import judge
from validator.rules.from_text import Bundle, load_bundle
from validator.service.compile_child import Job, main
from validator.service.tables import tables_of


def _preview(job: Job) -> dict[str, Any]:
    """What the ruleset in force and the draft say of one set. Raises BadRuleset, BadInput and BadModel."""
    encoder = load_encoder(Path(job["model"]) if job["model"] else None)
    return {side: _verdict(job, Bundle(**job[side]), encoder) for side in ("before", "after")}


def _verdict(job: Job, bundle: Bundle, encoder: Encoder | None) -> Mapping[str, Any]:
    report = judge(
        job["document"],
        load_bundle(bundle),
        overlays=job["overlays"],
        fail_on=job["fail_on"],
        as_of=datetime.date.fromisoformat(job["as_of"]),
        encoder=encoder,
        complete=job["complete"],
        **tables_of(bundle.tables)._asdict(),
    )
    return {name: report[name] for name in ("status", "ruleset", "findings")}


if __name__ == "__main__":
    main({"preview": _preview})
