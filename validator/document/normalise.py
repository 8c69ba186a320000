"""From checked values to an OKR set: names become ids, absent lists become empty, levels come from teams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from validator.document import model
from validator.document.checks import faults_of
from validator.document.load import capped, load
from validator.document.names import Names, Spelled, names_of
from validator.document.provides import provided
from validator.errors import BadInput

Values = Mapping[str, Any]


def normalise(document: object) -> model.OkrSet:
    """The OKR set that a document holds. Raises BadInput with every fault found."""
    loaded = load(document)
    faults = capped(faults_of(loaded))
    if faults:
        raise BadInput(faults)
    spelled: Spelled = ({}, {}, {})
    okrs = _okr_set(loaded, spelled)
    settled = zip(spelled, (okrs.teams, okrs.people, okrs.cycles), strict=True)
    return (
        okrs if all(name in named for least, named in settled for name in least.values()) else _okr_set(loaded, spelled)
    )


def _okr_set(loaded: Values, spelled: Spelled) -> model.OkrSet:
    names = names_of(loaded, spelled)
    objectives = tuple(_objective(entry, names) for entry in _all(loaded, "objectives"))
    loose = tuple(_key_result(entry, None, names) for entry in _all(loaded, "key_results"))
    organisation = loaded["organisation"] or {}
    return model.OkrSet(
        source=_source(loaded["source"] or {}),
        organisation=model.Organisation(
            organisation.get("id") or "organisation", organisation.get("name") or "The organisation"
        ),
        objectives=objectives,
        loose_key_results=loose,
        initiatives=tuple(_initiative(entry, names) for entry in _all(loaded, "initiatives")),
        dependencies=tuple(_dependency(entry, names) for entry in _all(loaded, "dependencies")),
        reviews=tuple(_review(entry, names) for entry in _all(loaded, "reviews")),
        conflicts=tuple(_conflict(entry, names) for entry in _all(loaded, "conflicts")),
        governance=_governance(loaded["governance"] or {}, names),
        cycles=names.cycles,
        teams=names.teams,
        people=names.people,
        provides=provided(loaded),
    )


def _all(loaded: Values, field: str) -> Iterable[Values]:
    return loaded[field] or ()


def _source(values: Values) -> model.Source:
    return model.Source(
        tool=values.get("tool"),
        exported_at=values.get("exported_at"),
        url=values.get("url"),
        complete=values.get("complete") is not False,
        provides=frozenset(values.get("provides") or ()),
        notes=tuple(values.get("notes") or ()),
    )


def _objective(entry: Values, names: Names) -> model.Objective:
    team = names.team(entry["team"])
    own = names.teams.get(team) if team is not None else None
    return model.Objective(
        id=entry["id"],
        title=entry["title"],
        description=entry["description"],
        level=entry["level"] or (own.level if own else None),
        team=team,
        cycle=names.cycle(entry["cycle"]),
        owners=tuple(_owners(entry["owners"] or (), names)),
        contributors=tuple(_contributors(entry["contributors"] or (), team, names)),
        parents=_links(entry["parents"]),
        strategic_brief=entry["strategic_brief"],
        status=status(entry["status"]),
        progress=entry["progress"],
        start=entry["start"],
        end=entry["end"],
        created_by=names.person(entry["created_by"]),
        updated_at=entry["updated_at"],
        url=entry["url"],
        key_results=tuple(_key_result(kr, entry["id"], names) for kr in entry["key_results"] or ()),
    )


def _owners(entries: Iterable[Values], names: Names) -> Iterator[model.Owner]:
    """Owners, each once; one who is listed twice is primary when one of the two says so."""
    marks: dict[str, list[bool | None]] = {}
    for entry in entries:
        person = names.person(entry["person"])
        if person is not None:
            marks.setdefault(person, []).append(entry["primary"])
    for person, primary in marks.items():
        yield model.Owner(person, _either(primary))


def _either(marks: Iterable[bool | None]) -> bool | None:
    """True where one mark is, False where one is and none is true, None where nothing is said."""
    said = [mark for mark in marks if mark is not None]
    return any(said) if said else None


def _contributors(entries: Iterable[Values], own: str | None, names: Names) -> Iterator[model.Contributor]:
    """Contributing teams, each once; a team does not contribute to its own objective."""
    listed: dict[str, list[Values]] = {}
    for entry in entries:
        team = names.team(entry["team"])
        if team is not None and team != own:
            listed.setdefault(team, []).append(entry)
    for team, said in listed.items():
        roles = sorted(role for entry in said if (role := status(entry["role"])))
        yield model.Contributor(team, roles[0] if roles else None, _either(entry["acknowledged"] for entry in said))


def _links(entries: Iterable[Values] | None) -> tuple[model.Link, ...]:
    if not entries:
        return ()
    links = {(e["id"], e["kind"] or "parent"): e["weight"] for e in entries}
    return tuple(model.Link(id, kind, weight) for (id, kind), weight in links.items())


def _key_result(entry: Values, objective: str | None, names: Names) -> model.KeyResult:
    shared = entry["shared_with"]
    return model.KeyResult(
        id=entry["id"],
        title=entry["title"],
        objective=objective,
        description=entry["description"],
        metric=entry["metric"],
        unit=entry["unit"],
        direction=entry["direction"],
        start=entry["start"],
        target=entry["target"],
        current=entry["current"],
        owner=names.person(entry["owner"]),
        lead_team=names.team(entry["lead_team"]),
        shared_with=_teams(shared, names) if shared else (),
        segment=entry["segment"],
        start_date=entry["start_date"],
        due=entry["due"],
        cycle=names.cycle(entry["cycle"]),
        status=status(entry["status"]),
        progress=entry["progress"],
        updated_at=entry["updated_at"],
        created_by=names.person(entry["created_by"]),
        url=entry["url"],
        parents=_links(entry["parents"]),
    )


def _teams(entries: Iterable[str] | None, names: Names) -> tuple[str, ...]:
    resolved = (names.team(entry) for entry in entries or ())
    return tuple(dict.fromkeys(team for team in resolved if team is not None))


def _initiative(entry: Values, names: Names) -> model.Initiative:
    return model.Initiative(
        entry["id"], entry["title"], tuple(dict.fromkeys(entry["objectives"] or ())), names.team(entry["team"]),
        names.person(entry["owner"]), names.cycle(entry["cycle"]), entry["start"], entry["end"], status(entry["status"]),
        entry["progress"], entry["url"],
    )  # fmt: skip


def _dependency(entry: Values, names: Names) -> model.Dependency:
    return model.Dependency(
        entry["id"], entry["from_"], names.team(entry["on_team"]) or entry["on_team"], entry["kind"] or "dependency",
        entry["need"], entry["impact"], entry["decision_date"], entry["decided"], entry["failure_trigger"],
        entry["acknowledged"],
    )  # fmt: skip


def _review(entry: Values, names: Names) -> model.Review:
    return model.Review(
        entry["id"], status(entry["kind"]), entry["date"], _teams(entry["teams"], names),
        tuple(dict.fromkeys(entry["objectives"] or ())), entry["decision_authority"],
    )  # fmt: skip


def _conflict(entry: Values, names: Names) -> model.Conflict:
    return model.Conflict(
        entry["id"], tuple(dict.fromkeys(entry["objectives"] or ())), entry["summary"], entry["status"] or "open",
        names.person(entry["decision_maker"]), entry["escalate_within_days"],
    )  # fmt: skip


def _governance(entry: Values, names: Names) -> model.Governance:
    escalation, forum = entry.get("escalation") or {}, entry.get("forum")
    return model.Governance(
        conflict_resolver=_filled(entry.get("conflict_resolver")),
        raise_within_days=escalation.get("raise_within_days"),
        act_within_days=escalation.get("act_within_days"),
        tie_breaker=_filled(entry.get("tie_breaker")),
        translation_owner=_filled(entry.get("translation_owner")),
        forum=_forum(forum, names) if forum else None,
    )


def _forum(entry: Values, names: Names) -> model.Forum:
    members = (names.person(member) for member in entry["members"] or ())
    return model.Forum(
        _filled(entry["name"]), tuple(person for person in members if person), _teams(entry["teams"], names),
        entry["decision_authority"], entry["every_days"], entry["next"],
    )  # fmt: skip


def _filled(text: str | None) -> str | None:
    return text if text and text.strip() else None


def status(text: str | None) -> str | None:
    """A word of a tool as one word of ours: "On Track" is on_track."""
    if text is None:
        return None
    return "_".join(text.replace("-", " ").casefold().split()) or None
