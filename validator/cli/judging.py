"""From what a user names to a report: read, judge, and say where the faults are."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from connectors.contract import Fault, Settings
from validator.cli.faults import located
from validator.cli.progress import stages
from validator.cli.source import read_overlay, read_source
from validator.detection.semantic.minilm import load_encoder
from validator.errors import BadInput
from validator.pipeline import judge
from validator.report.outline import gaps
from validator.report.view import Report
from validator.rules.catalogue import load_ruleset


class Request(NamedTuple):
    """What the user asks for, as given."""

    source: str
    """A path, or "-" for standard input."""
    ruleset: str = "base"
    """Name of a shipped ruleset, or path of one."""
    overlays: tuple[Path, ...] = ()
    fail_on: str = "error"
    """Least severity that fails the gate; or "never"."""
    as_of: date | None = None
    connector: str | None = None
    settings: Settings = Settings()
    model_dir: Path | None = None
    """Folder of the model that gives likeness of meaning."""


def judged(request: Request, *, quiet: bool = False) -> Report:
    """The report on what the request names.

    Raises SourceError where the set or an overlay cannot be read, BadInput where it cannot be judged, with the place of
    each fault that the reader knows, and BadRuleset where the ruleset cannot be used.
    """
    ruleset = load_ruleset(request.ruleset)
    with stages(quiet=quiet) as stage:
        reading = read_source(request.source, connector=request.connector, settings=request.settings)
        try:
            report: Report = judge(
                reading.document,
                ruleset,
                overlays=[read_overlay(path) for path in request.overlays],
                fail_on=request.fail_on,
                as_of=request.as_of,
                notes=reading.notes,
                progress=stage,
                encoder=load_encoder(request.model_dir),
            )
        except BadInput as error:
            raise BadInput(located(error.faults, reading.places, overlaid=bool(request.overlays))) from error
    _check_judged(report)
    return report


def _check_judged(report: Report) -> None:
    """Raise BadInput where nothing was judged: that must never look like a set that passes."""
    if all(rule["status"] in ("not_evaluated", "not_applicable") for rule in report["rules"]):
        missing = ", ".join(gap.missing for gap in gaps(report))
        hint = f"Rules wait for: {missing}." if missing else "Is it the right ruleset?"
        raise BadInput([Fault("", "Nothing was judged: no rule of the ruleset could judge the set.", hint)])
