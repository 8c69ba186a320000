"""What rules are made of: the failure table, the metric catalogue and the vocabulary."""

from __future__ import annotations

from itertools import chain

from flask import Response

from validator.api import library
from validator.api.data import as_reference
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.schemas import FailureTableSchema, MetricCatalogueSchema, VocabularySchema
from validator.detection.catalogue import MOVES, Metric, TradeOff
from validator.facts.vocabulary import VOCABULARY
from validator.rules.table_texts import FAILURE_TABLE, METRICS, in_force

blueprint = Blueprint("reference", __name__, description="What rules are made of.")


@resource(
    blueprint,
    "/v1/failure-table",
    Answer(FailureTableSchema, "The failure table.", reference=True),
)
def failure_table() -> Response:
    """List how OKRs fail, why, and what mends it: by the failure table in force."""
    texts, tables = library.tables()
    rows = [row._asdict() for row in tables.failure_table.values()]
    return as_reference({"version": in_force(texts, FAILURE_TABLE).version, "failures": rows})


@resource(
    blueprint,
    "/v1/metrics",
    Answer(MetricCatalogueSchema, "The metric catalogue.", reference=True),
)
def metric_catalogue() -> Response:
    """List what is measured, under which names, and what pulls against what: by the metric catalogue in force."""
    texts, tables = library.tables()
    trade_offs = chain.from_iterable(tables.catalogue.trade_offs.values())
    return as_reference(
        {
            "version": in_force(texts, METRICS).version,
            "metrics": [_metric(metric) for metric in tables.catalogue.metrics.values()],
            "trade_offs": [_trade_off(known) for known in trade_offs],
        }
    )


@resource(blueprint, "/v1/vocabulary", Answer(VocabularySchema, "The vocabulary.", reference=True))
def vocabulary() -> Response:
    """List the attributes that a rule may ask."""
    return as_reference({"attributes": [attribute._asdict() for attribute in VOCABULARY]})


def _trade_off(known: TradeOff) -> dict[str, object]:
    words = {step: word for word, step in MOVES.items()}
    return {**known._asdict(), "moves": [words[step] for step in known.moves]}


def _metric(metric: Metric) -> dict[str, object]:
    ordered = {"families": sorted(metric.families), "functions": sorted(metric.functions)}
    return {**metric._asdict(), **ordered}
