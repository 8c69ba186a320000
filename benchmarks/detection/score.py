"""Feed a labelled detection set through the service, write its predictions, and print what they are worth.

    python -m benchmarks.detection.score SET [--meaning MODEL_FOLDER] [--out FOLDER]

SET is the folder of the labelled set: pairs-*.jsonl, quality-*.jsonl and orgs/, beside its own score.py, which does the
counting: precision, recall, F1 and average precision per class, the confusion, and how kinds and tags fare. Every case goes
through the pipeline as a posted document would. On pairs the model was fitted to, the figures flatter:
`python -m benchmarks.detection.fit` gives those of cross-validation. With --meaning the same is done once more with the encoder.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.detection.cases import organisation_document, pair_document, text_document, violations
from validator.detection.semantic.encoder import Encoder
from validator.detection.semantic.minilm import load_encoder
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
from validator.rules.ruleset import Ruleset

PAIRS = Path(__file__).parent / "pairs.yaml"
"""The ruleset that reports what the model makes of every pair."""
UNRELATED = 0.45
"""Weight of “unrelated” where pairs are labelled: the model expects organisations, of whose pairs nearly all are innocent."""
LABELS = {
    "task-as-key-result": "kr_task", "unmeasurable-key-result": "kr_no_target", "missing-target": "kr_no_target",
    "missing-baseline": "kr_no_baseline", "siloed-measure": "local_efficiency",
    "objective-is-a-metric": "objective_is_metric", "vague-company-objective": "vague_intent",
}  # fmt: skip


def main() -> None:
    """Write predictions and have them counted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, help="folder of the labelled set")
    parser.add_argument("--meaning", type=Path, help="folder of the encoder's model")
    parser.add_argument("--out", type=Path, help="folder for the predictions; default: a temporary one")
    options = parser.parse_args()
    out = options.out or Path(tempfile.mkdtemp(prefix="okr-predictions-"))
    out.mkdir(parents=True, exist_ok=True)
    for name, encoder in _encoders(options.meaning):
        print(f"== {name}", flush=True)
        for pairs in sorted(options.set.glob("pairs*.jsonl")):
            _count(
                options.set, "pairs", pairs, _written(out / f"{name}-{pairs.name}", pair_predictions(pairs, encoder))
            )
        for texts in sorted(options.set.glob("quality*.jsonl")):
            _count(options.set, "quality", texts, _written(out / f"{name}-{texts.name}", text_predictions(texts)))
        if (options.set / "orgs").is_dir():
            found = organisation_predictions(options.set / "orgs", encoder)
            _count(options.set, "orgs", options.set / "orgs", _written(out / f"{name}-orgs.jsonl", found))


def _encoders(model: Path | None) -> Iterator[tuple[str, Encoder | None]]:
    yield "default", None
    if model is not None:
        yield "semantic", load_encoder(model)


def _written(path: Path, rows: Iterator[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def _count(folder: Path, what: str, gold: Path, predictions: Path) -> None:
    sys.stdout.flush()
    command = [sys.executable, str(folder / "score.py"), what, "--gold", str(gold), "--pred", str(predictions)]
    subprocess.run(command, check=True)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, path.read_text("utf-8").splitlines())


def pair_predictions(path: Path, encoder: Encoder | None) -> Iterator[dict[str, Any]]:
    """What the service makes of labelled pairs."""
    ruleset = load_ruleset(str(PAIRS))
    for row in _rows(path):
        chances = _chances(pair_document(row), ruleset, encoder)
        chances["unrelated"] = UNRELATED * max(0.0, 1 - sum(chances.values()))
        label = max(chances, key=lambda name: chances[name])
        yield {"id": row["id"], "label": label, "score": chances[label], "scores": chances}


def _chances(document: dict[str, Any], ruleset: Ruleset, encoder: Encoder | None) -> dict[str, float]:
    chances = {"duplicate": 0.0, "conflict": 0.0, "supports": 0.0}
    for finding in judge(document, ruleset, encoder=encoder)["findings"]:
        chances[finding["rule"]] = max(finding["why"][0]["actual"], chances[finding["rule"]])
    return chances


def text_predictions(path: Path) -> Iterator[dict[str, Any]]:
    """What the service makes of labelled texts."""
    ruleset = load_ruleset("base")
    for row in _rows(path):
        findings = judge(text_document(row), ruleset)["findings"]
        labels = {LABELS[finding["rule"]] for finding in findings if finding["rule"] in LABELS}
        yield {"id": row["id"], "labels": sorted(labels)}


def organisation_predictions(folder: Path, encoder: Encoder | None) -> Iterator[dict[str, Any]]:
    """What the service finds in organisations."""
    ruleset = load_ruleset("base")
    for path in sorted(folder.glob("*.json")):
        if not path.name.endswith(".answers.json"):
            case = json.loads(path.read_text("utf-8"))
            report = judge(organisation_document(case), ruleset, encoder=encoder)
            yield {"case": path.stem, "violations": list(violations(report))}


if __name__ == "__main__":
    main()
