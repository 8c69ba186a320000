"""Column names as people write them, by the field they mean. Case, accents, punctuation and camelCase do not matter."""

from __future__ import annotations

from connectors.reading.words import fold

FIELDS: dict[str, tuple[str, ...]] = {
    "objective": (
        "objective", "objectives", "objective title", "objective name", "objective description text", "goal",
        "goals", "goal name", "goal title", "o", "ziel", "objectif", "objetivo",
    ),
    "key_result": (
        "key result", "key results", "key result name", "key result title", "kr", "krs", "kr name", "kr title",
        "measurable key result", "schlusselergebnis", "resultat cle", "resultado clave",
    ),
    "initiative": (
        "initiative", "initiatives", "task", "task name", "project", "action", "action item", "deliverable",
    ),
    "title": (
        "title", "name", "okr", "okr title", "okr name", "item", "objective or key result", "objective key result",
    ),
    "object_type": ("object type",),
    "type": ("type", "okr type", "item type", "kind", "record type", "type name", "entry type"),
    "id": (
        "id", "okr id", "ref", "reference", "okr reference", "key", "number", "no", "nr", "identifier",
        "goal identifier",
    ),
    "parent": (
        "parent", "parent id", "parent okr", "parent objective", "parent objective id", "parent goal", "aligned to",
        "aligns to", "aligns with", "aligned with", "alignment", "parent aligned to", "aligned objective",
        "parent title", "company objective", "rolls up to", "contributes to", "parent name", "parent okr id",
        "parent key result",
    ),
    "supports": ("supports", "supported objective", "also supports", "supporting", "secondary parent"),
    "owner": (
        "owner", "owners", "responsible", "assignee", "assigned to", "owner name", "owner email", "owner e mail",
        "owned by", "owner email id", "person responsible", "besitzer", "verantwortlich", "responsable",
        "objective owners",
    ),
    "primary_owner": (
        "primary owner", "lead", "lead owner", "accountable", "accountable owner", "accountable person", "dri",
        "main owner", "directly responsible individual", "objective lead", "single owner",
        "primary accountable owner",
    ),
    "co_owner": (
        "co owner", "co owners", "coowner", "coowners", "secondary owner", "other owners", "additional owners",
    ),
    "team": ("team", "teams", "owning team", "team name", "squad", "group", "tribe", "equipe", "equipo"),
    "lead_team": ("lead team", "delivery team", "responsible team"),
    "shared_with": ("shared with", "shared with teams", "shared teams"),
    "contributors": (
        "contributors", "contributing teams", "supporting teams", "supporting team", "contributor",
        "contributor teams", "collaborating teams", "partner teams", "other teams", "collaborators",
        "contributing team",
    ),
    "level": ("level", "okr level", "tier", "objective level", "goal level", "okr tier", "scope level"),
    "cycle": (
        "cycle", "quarter", "period", "time period", "session", "timeframe", "time frame", "okr cycle",
        "okr period", "year", "fiscal quarter", "cycle name", "quartal", "trimestre",
    ),
    "brief": ("strategic brief", "brief", "brief link", "link to brief", "strategy brief", "strategic brief link"),
    "metric": (
        "metric", "metric name", "measure", "kpi", "indicator", "measured by", "how measured", "success metric",
    ),
    "unit": ("unit", "units", "metric unit", "uom", "unit of measure", "measurement unit", "metric type unit"),
    "direction": ("direction", "target type", "metric direction", "target direction", "better when"),
    "start": (
        "start", "baseline", "from", "initial", "initial value", "start value", "starting value", "base",
        "baseline value", "starting point", "metric start value", "start from", "starting", "begin value",
    ),
    "target": (
        "target", "to", "target value", "end value", "goal value", "metric target value", "desired value",
        "target to", "end target", "final value", "zielwert",
    ),
    "current": (
        "current", "actual", "current value", "actual value", "latest value", "latest", "now", "value",
        "current status value", "actual to date", "current actual",
    ),
    "progress": (
        "progress", "complete", "percent complete", "completion", "progress percent", "percent done",
        "percentage complete", "progress percentage", "attainment", "pct complete",
        "overall progress",
    ),
    "due": (
        "due", "due date", "deadline", "end date", "end", "target date", "finish date", "by when", "due by",
        "completion date", "ends", "due on", "finish", "end on", "due at", "timeline end",
    ),
    "start_date": ("start date", "starts", "begin date", "begins", "from date", "start on", "timeline start"),
    "status": ("status", "state", "health", "rag", "rag status", "current status", "okr status"),
    "description": ("description", "details", "context", "what and why", "beschreibung"),
    "segment": ("segment", "region", "market", "customer segment"),
    "tags": ("tags", "tag", "labels", "label", "category", "categories"),
    "url": ("url", "link", "hyperlink", "okr link", "okr url"),
    "created_by": ("creator", "created by", "author"),
    "updated": (
        "last updated", "updated", "updated at", "last update", "last check in", "last checkin", "last modified",
        "updated on", "date updated", "last edited", "last updated date",
    ),
    "email": ("email", "e mail", "email address", "mail", "user email"),
    "first_name": ("first name", "given name", "firstname", "forename"),
    "last_name": ("last name", "family name", "surname", "lastname"),
    "person": ("person", "full name", "user name", "user", "employee", "people", "member", "display name"),
    "parent_team": ("parent team", "reports to team", "part of team", "team parent"),
    "team_lead": ("team lead", "team leader", "head", "manager", "team owner", "team owners", "leader"),
    "function": (
        "function", "department", "division", "business unit", "dept", "team function", "business function",
        "abteilung", "functional area", "area",
    ),
    "segments": ("segments", "regions", "markets", "customer segments"),
}  # fmt: skip

BY_NAME: dict[str, str] = {fold(name): field for field, names in FIELDS.items() for name in names}

RANK: dict[str, int] = {fold(name): rank for names in FIELDS.values() for rank, name in enumerate(names)}
"""Which of two columns of one field is meant: the one whose name stands first in its list."""
