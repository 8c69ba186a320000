"""People and teams: the sheets that list them, and how cells of other sheets name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from connectors.reading import words
from connectors.reading.headers import is_okr_header
from connectors.reading.items import drop_empty
from connectors.reading.names import fold_name, many_teams
from connectors.sheets.grid import Line, Table


class Directory(NamedTuple):
    """The listed people and teams, and the id by folded name or e-mail where it is no other's too."""

    people: list[dict[str, Any]]
    teams: list[dict[str, Any]]
    places: dict[str, str]
    person_ids: Mapping[str, str]
    team_ids: Mapping[str, str]

    def person(self, name: str) -> str:
        """The id of a person, or the name as it is."""
        return self.person_ids.get(fold_name(name), name)

    def team(self, name: str) -> str:
        """The id of a team, or the name as it is."""
        return self.team_ids.get(fold_name(name), name)


def is_people(table: Table) -> bool:
    """Whether the sheet lists people: e-mail addresses with names, and no OKRs."""
    fields = table.header.fields
    named = fields & {"first_name", "last_name", "person", "title"}
    return not is_okr_header(fields) and "email" in fields and bool(named)


def is_teams(table: Table) -> bool:
    """Whether the sheet lists teams: names with a parent team, lead, level or function, and no OKRs."""
    fields = table.header.fields
    about = fields & {
        "parent_team",
        "team_lead",
        "lead_team",
        "primary_owner",
        "level",
        "function",
        "segments",
        "parent",
    }
    return not is_okr_header(fields) and bool(fields & {"team", "title"}) and bool(about) and "email" not in fields


def read_directory(people: list[Line], teams: list[Line]) -> Directory:
    """Read the sheets of people and teams."""
    places: dict[str, str] = {}
    persons = [_person(line) for line in people]
    groups = [_team(line) for line in teams]
    persons, groups = _listed(persons, people, "people", places), _listed(groups, teams, "teams", places)
    person_ids = _unique((person["id"], fold_name(name)) for person in persons for name in _names(person))
    team_ids = _unique((team["id"], fold_name(name)) for team in groups for name in (team["id"], team.get("name", "")))
    for person in persons:
        if "team" in person:
            person["team"] = team_ids.get(fold_name(person["team"]), person["team"])
    for team in groups:
        if "parent" in team:
            team["parent"] = team_ids.get(fold_name(team["parent"]), team["parent"])
        if "lead" in team:
            team["lead"] = person_ids.get(fold_name(team["lead"]), team["lead"])
    return Directory(persons, groups, places, person_ids, team_ids)


def _person(line: Line) -> dict[str, Any]:
    full = f"{line.text('first_name')} {line.text('last_name')}".strip()
    name = line.text("person") or full or line.text("title")
    email = line.text("email")
    return drop_empty({"id": line.text("id") or email or name, "name": name, "email": email, "team": line.text("team")})


def _team(line: Line) -> dict[str, Any]:
    has_title = ("title", "", 0) in line.table.columns
    name = line.text("title") if has_title else line.text("team")
    function = line.text("function") or (line.text("team") if has_title else "")
    return drop_empty(
        {
            "id": line.text("id") or name,
            "name": name,
            "level": words.level(line.text("level")),
            "function": function,
            "parent": line.text("parent_team") or line.text("parent"),
            "lead": line.text("team_lead") or line.text("primary_owner") or line.text("owner"),
            "segments": many_teams(line.text("segments")),
        }
    )


def _listed(
    found: list[dict[str, Any]], lines: list[Line], section: str, places: dict[str, str]
) -> list[dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {}
    for entry, line in zip(found, lines, strict=True):
        if not entry.get("id"):
            continue
        if entry["id"] in kept:
            if entry != kept[entry["id"]]:
                line.table.log.note(f"“{entry['id']}” is listed twice: the second is left out ({line.place}).")
            continue
        places[f"/{section}/{len(kept)}"] = line.place
        kept[entry["id"]] = entry
    return list(kept.values())


def _names(person: dict[str, Any]) -> list[str]:
    given = [person["id"], person.get("email", ""), person.get("name", "")]
    first, _, last = str(person.get("name", "")).rpartition(" ")
    return [name for name in (*given, f"{last}, {first}" if first else "") if name]


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    ids: dict[str, set[str]] = {}
    for id_, name in pairs:
        ids.setdefault(name, set()).add(id_)
    return {name: next(iter(same)) for name, same in ids.items() if name and len(same) == 1}


def with_functions(directory: Directory, lines: Iterable[Line]) -> Directory:
    """The directory with the function of each team that rows name beside it, where they agree."""
    found: dict[str, set[str]] = {}
    for line in lines:
        team, function = line.text("team"), line.text("function")
        if team and function:
            found.setdefault(directory.team(team), set()).add(function)
    known = {team["id"]: team for team in directory.teams}
    for id_, functions in found.items():
        team_data = known.setdefault(id_, {"id": id_, "name": id_})
        if len(functions) == 1:
            team_data.setdefault("function", next(iter(functions)))
    return directory._replace(teams=list(known.values()))
