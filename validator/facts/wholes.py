"""Facts about the organisation, its cycles, its teams and its people: counts over everything below them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from validator.document.model import Objective
from validator.facts.fact import Fact, Item
from validator.facts.index import Index, accountable, cycle_window, known, objective_of
from validator.facts.objectives import class_of
from validator.facts.reviews import count_all, count_end, count_mid, count_start

Place = tuple[str, str | None]
"""A team or person, and a cycle."""


def organisation_facts(index: Index, links: Sequence[Fact]) -> Iterator[Fact]:
    """The one fact about the organisation; `links` are the facts about links."""
    okrs = index.okrs
    serving = [link for link in links if link.values["kind"] == "objective" and link.values.get("level") == "team"]
    linked = {link.items[0] for link in serving if link.values["found"]}
    copied = {link.items[0] for link in serving if link.values.get("same_title")}
    written = {link.items[0] for link in serving if link.values.get("written_by_parent_owner")}
    values = known(
        objective_count=len(okrs.objectives),
        key_result_count=len(index.key_results),
        team_objective_count=sum(1 for objective in okrs.objectives if objective.level == "team"),
        copied_objective_count=len(copied),
        parent_written_count=len(written),
        top_down_share=len(copied | written) / len(linked) if linked else None,
    )
    yield Fact(values, (("organisation", okrs.organisation.id),))


def cycle_facts(index: Index) -> Iterator[Fact]:
    """One fact a cycle that objectives are set in; objectives without one form a cycle of the organisation."""
    members: dict[str | None, list[Objective]] = defaultdict(list)
    for objective in index.okrs.objectives:
        members[objective.cycle].append(objective)
    for cycle, objectives in members.items():
        item: Item = ("cycle", cycle) if cycle is not None else ("organisation", index.okrs.organisation.id)
        yield Fact(_cycle(index, cycle, objectives), (item,))


def _cycle(index: Index, cycle: str | None, objectives: list[Objective]) -> dict[str, Any]:
    found = index.okrs.cycles.get(cycle) if cycle is not None else None
    return known(
        name=found.name if found else "this cycle",
        cycle=cycle,
        status=found.status if found else None,
        objective_count=len(objectives),
        company_objective_count=sum(1 for objective in objectives if objective.level == "company"),
        shared_objective_count=sum(1 for objective in objectives if class_of(index, objective) != "single-team"),
        **_cycle_in_time(index, cycle),
    )


def _cycle_in_time(index: Index, cycle: str | None) -> dict[str, Any]:
    window, reviews = cycle_window(index, cycle), index.reviews.everything
    if window is None:
        counts = {
            "review_count": count_all(reviews, None),
            "start_review_count": count_start(reviews, None) or None,
            "mid_review_count": count_mid(reviews, None) or None,
            "end_review_count": count_end(reviews, None) or None,
        }
        return counts if reviews.days or reviews.undated else {**counts, "start_review_count": 0, "mid_review_count": 0}
    days = (window.end - window.start).days + 1
    return {
        "days": days,
        "elapsed_share": min(1.0, max(0.0, (index.as_of - window.start).days / days)),
        "ended": index.as_of > window.end,
        "review_count": count_all(reviews, window),
        "start_review_count": count_start(reviews, window),
        "mid_review_count": count_mid(reviews, window),
        "end_review_count": count_end(reviews, window),
    }


def team_facts(index: Index) -> Iterator[Fact]:
    """One fact a team."""
    owned = Counter((objective.team, objective.cycle) for objective in index.okrs.objectives if objective.team)
    demand, crossing = _demand(index), _crossing(index)
    mates = {team for teams in index.teams_under.values() if len(teams) > 1 for team in teams}
    seated = _forum_teams(index)
    totals, most = _by_first(owned), _most(owned)
    demanded, most_demanded = _by_first(demand), _most(demand)
    for team in index.okrs.teams.values():
        values = known(
            name=team.name,
            team=team.id,
            level=team.level,
            function=team.function,
            declared=team.declared,
            has_lead=team.lead is not None,
            objective_count=totals.get(team.id, 0),
            most_objectives_in_a_cycle=most.get(team.id, 0),
            demand_count=demanded.get(team.id, 0),
            most_demand_in_a_cycle=most_demanded.get(team.id, 0),
            shares_parent=team.id in mates,
            cross_link_count=crossing.get(team.id, 0),
            forum_seat_needed=crossing.get(team.id, 0) > 0,
            in_forum=team.id in seated if seated else None,
        )
        yield Fact(values, (("team", team.id),))


def _by_first(counts: Counter[Place]) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for (first, _), count in counts.items():
        totals[first] += count
    return totals


def _most(counts: Counter[Place]) -> dict[str, int]:
    most: dict[str, int] = {}
    for (first, _), count in counts.items():
        most[first] = max(count, most.get(first, 0))
    return most


def _reliances(index: Index) -> Iterator[tuple[Objective, str]]:
    """Each objective with each other team that it depends on or counts on, both once."""
    seen = set()
    for dependency in index.okrs.dependencies:
        id = objective_of(index, dependency.from_)
        if id is not None and (id, dependency.on_team) not in seen:
            seen.add((id, dependency.on_team))
            yield index.objectives[id], dependency.on_team
    for objective in index.okrs.objectives:
        for contributor in objective.contributors:
            if (objective.id, contributor.team) not in seen:
                seen.add((objective.id, contributor.team))
                yield objective, contributor.team


def _demand(index: Index) -> Counter[Place]:
    return Counter((team, objective.cycle) for objective, team in _reliances(index) if team != objective.team)


def _crossing(index: Index) -> Counter[str]:
    """Links to other teams, counted at both ends."""
    counts: Counter[str] = Counter()
    for one, other in _crossings(index):
        if one is not None and other is not None and one != other:
            counts[one] += 1
            counts[other] += 1
    return counts


def _crossings(index: Index) -> Iterator[tuple[str | None, str | None]]:
    yield from ((objective.team, team) for objective, team in _reliances(index))
    for objective in index.okrs.objectives:
        for kr in objective.key_results:
            yield from ((objective.team, team) for team in (kr.lead_team, *kr.shared_with))
        for link in objective.parents:
            if link.kind == "supports" and link.id in index.objectives:
                yield objective.team, index.objectives[link.id].team


def _forum_teams(index: Index) -> frozenset[str]:
    """Teams with a seat in the forum: listed, led by a member, or a member's own."""
    forum = index.okrs.governance.forum
    if forum is None:
        return frozenset()
    members = set(forum.members)
    led = {team.id for team in index.okrs.teams.values() if team.lead in members}
    own = {person.team for person in index.okrs.people.values() if person.id in members and person.team}
    return frozenset(forum.teams) | led | own


def person_facts(index: Index) -> Iterator[Fact]:
    """One fact a person."""
    owned = Counter((p, objective.cycle) for objective in index.okrs.objectives for p in accountable(objective))
    key_results = Counter(kr.owner for kr in index.key_results.values() if kr.owner)
    totals, most = _by_first(owned), _most(owned)
    for person in index.okrs.people.values():
        values = {
            "name": person.name,
            "declared": person.declared,
            "owned_objective_count": totals.get(person.id, 0),
            "most_objectives_in_a_cycle": most.get(person.id, 0),
            "key_result_count": key_results.get(person.id, 0),
        }
        yield Fact(values, (("person", person.id),))


def classes(index: Index) -> dict[str, int]:
    """How many objectives are single-team, shared, cross-functional."""
    return _ordered(class_of(index, objective) for objective in index.okrs.objectives)


def _ordered(names: Iterable[str]) -> dict[str, int]:
    counts = Counter(names)
    return {name: counts[name] for name in ("single-team", "shared", "cross-functional")}
