"""Teams, people and cycles by id and by name: whoever is named anywhere in a document becomes one id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from validator.document import model

Values = Mapping[str, Any]

Spelled = tuple[dict[str, str], dict[str, str], dict[str, str]]
"""The least spelling of each team, person and cycle that nothing declares: its id, in whatever order it is met."""


class Names(NamedTuple):
    """Teams, people and cycles by id, and by whatever else they are called."""

    teams: dict[str, model.Team]
    people: dict[str, model.Person]
    cycles: dict[str, model.Cycle]
    aliases: tuple[dict[str, str], dict[str, str], dict[str, str]]
    spelled: Spelled

    def team(self, name: str | None) -> str | None:
        return _resolve(name, self.teams, self.aliases[0], self.spelled[0], _named_team)

    def person(self, name: str | None) -> str | None:
        return _resolve(name, self.people, self.aliases[1], self.spelled[1], _named_person)

    def cycle(self, name: str | None) -> str | None:
        return _resolve(name, self.cycles, self.aliases[2], self.spelled[2], _named_cycle)


def _named_team(name: str) -> model.Team:
    return model.Team(name, name, declared=False)


def _named_person(name: str) -> model.Person:
    return model.Person(name, name, declared=False)


def _named_cycle(name: str) -> model.Cycle:
    return model.Cycle(name, name)


def _resolve(
    name: str | None,
    known: dict[str, Any],
    aliases: dict[str, str],
    spelled: dict[str, str],
    make: Callable[[str], Any],
) -> str | None:
    """The id behind a name; a name that nothing declares becomes an entry of its own."""
    if name is None or name in known:
        return name
    folded = " ".join(name.split()).casefold()
    if not folded:
        return None
    if folded not in aliases:
        aliases[folded] = spelled.setdefault(folded, name)
        known[aliases[folded]] = make(aliases[folded])
    elif folded in spelled and name < spelled[folded]:
        spelled[folded] = name
    return aliases[folded]


def names_of(loaded: Values, spelled: Spelled) -> Names:
    """The names that a document declares; `spelled` holds the least spelling of each name that it only uses."""
    teams = {t["id"]: model.Team(t["id"], t["name"] or t["id"], t["level"], t["function"], t["parent"], t["lead"],
                                 tuple(t["segments"] or ())) for t in loaded["teams"] or ()}  # fmt: skip
    people = {
        p["id"]: model.Person(p["id"], p["name"] or p["id"], p["email"], p["team"]) for p in loaded["people"] or ()
    }
    cycles = {c["id"]: model.Cycle(c["id"], c["name"] or c["id"], c["start"], c["end"], c["status"])
              for c in loaded["cycles"] or ()}  # fmt: skip
    called = _aliases((t.name, t.id) for t in teams.values())
    known = _aliases((p.name, p.id) for p in people.values()) | _aliases(
        (p.email, p.id) for p in people.values() if p.email
    )
    periods = _aliases((c.name, c.id) for c in cycles.values())
    names = Names(teams, people, cycles, (called, known, periods), spelled)
    for team in list(teams.values()):
        teams[team.id] = team._replace(parent=names.team(team.parent), lead=names.person(team.lead))
    for person in list(people.values()):
        people[person.id] = person._replace(team=names.team(person.team))
    return names


def _aliases(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names to ids; a name that two entries share means neither, and stays a plain name."""
    seen: dict[str, list[str]] = {}
    for name, id in named:
        seen.setdefault(" ".join(name.split()).casefold(), []).append(id)
    return {name: ids[0] for name, ids in seen.items() if len(ids) == 1}
