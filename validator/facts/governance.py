"""Facts about who decides: governance, reviews, and conflicts that people know of already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from validator.detection.verdict import CLASHES
from validator.facts.fact import Fact
from validator.facts.index import Index, known


def governance_facts(index: Index) -> Iterator[Fact]:
    """The one fact about governance."""
    governance = index.okrs.governance
    forum = governance.forum
    windows = {
        "how fast a conflict must be raised": governance.raise_within_days,
        "how fast a leader must act on a conflict": governance.act_within_days,
    }
    unset = [side for side, days in windows.items() if days is None]
    values = known(
        has_conflict_resolver=governance.conflict_resolver is not None,
        has_raise_window=governance.raise_within_days is not None,
        has_act_window=governance.act_within_days is not None,
        missing_window=" or ".join(unset) or None,
        has_tie_breaker=governance.tie_breaker is not None,
        tie_breaker=governance.tie_breaker,
        has_translation_owner=governance.translation_owner is not None,
        has_forum=forum is not None,
        forum_has_authority=forum.decision_authority if forum else None,
        forum_every_days=forum.every_days if forum else None,
    )
    yield Fact(values, (("governance", index.okrs.organisation.id),))


def review_facts(index: Index) -> Iterator[Fact]:
    """One fact a review."""
    for review in index.okrs.reviews:
        values = known(
            kind=review.kind,
            has_authority=review.decision_authority,
            team_count=len(review.teams),
            objective_count=len(review.objectives),
        )
        yield Fact(values, (("review", review.id),))


def conflict_facts(index: Index, claimed: Iterable[Fact]) -> Iterator[Fact]:
    """One fact a declared conflict, and one a pair of key results that pull against each other."""
    governance = index.okrs.governance
    for conflict in index.okrs.conflicts:
        window = conflict.escalate_within_days is not None or governance.act_within_days is not None
        values = {
            "summary": conflict.summary or ", ".join(conflict.objectives) or conflict.id,
            "status": conflict.status,
            "found": False,
            "has_decider": conflict.decision_maker is not None or governance.conflict_resolver is not None,
            "has_window": window,
        }
        sides = tuple(("objective", id) for id in conflict.objectives if id in index.objectives)
        yield Fact(values, (("conflict", conflict.id), *sides))
    for pair in claimed:
        if pair.values.get("ways") in CLASHES and not pair.values["related"] and not pair.values["agreed"]:
            says = index.okrs.provides.__contains__
            values = known(
                summary=f"{pair.values['title']}” against “{pair.values['other_title']}",
                status="open",
                found=True,
                confidence=pair.values["confidence"],
                has_decider=governance.conflict_resolver is not None if says("governance.conflict_resolver") else None,
                has_window=governance.act_within_days is not None if says("governance.escalation") else None,
            )
            yield Fact(values, pair.items, "claim")
