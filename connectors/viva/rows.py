"""Rows of an export, read field by field; what has the wrong shape is noted as a fault and read as absent."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from connectors.contract import Fault
from connectors.viva.export_files import ExportFile

HINT = "Export the organisation again, or mend the row by hand."


class Ref(NamedTuple):
    """A thing named by its id, with its name where the export gives it."""

    id: str
    name: str
    email: str = ""


class Row:
    """One row of one file. Readers return None or nothing for what is absent or, after noting a fault, malformed."""

    def __init__(self, data: Mapping[str, Any], place: str, faults: list[Fault]) -> None:
        self.data = data
        self.place = place
        self.faults = faults

    def fault(self, field: str, expected: str) -> None:
        """Note that a field is not what it must be."""
        self.faults.append(Fault("", f"“{field}” should be {expected}.", HINT, self.place))

    def id(self, field: str = "ID") -> str:
        """An id, which is never absent."""
        found = as_id(self.data.get(field))
        if not found:
            self.fault(field, "an id (a number or text)")
        return found

    def text(self, field: str) -> str | None:
        """A text; a number is taken as its digits."""
        value = self.data.get(field)
        if value is None or isinstance(value, str):
            return (value or "").strip() or None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        self.fault(field, "text")
        return None

    def number(self, field: str) -> float | str | None:
        """A number; number-like text is left to the document's own reader."""
        value = self.data.get(field)
        if value is None or (isinstance(value, (int, float, str)) and not isinstance(value, bool)):
            if isinstance(value, str):
                return value.strip() or None
            return plain_number(value) if value is not None else None
        self.fault(field, "a number")
        return None

    def inner(self, field: str) -> Row:
        """An object within the row; empty where it is absent."""
        value = self.data.get(field)
        if value is not None and not isinstance(value, Mapping):
            self.fault(field, "an object")
        return Row(value if isinstance(value, Mapping) else {}, self.place, self.faults)

    def many(self, field: str) -> Iterator[Row]:
        """The objects of a list; a single object counts as a list of one."""
        value = self.data.get(field)
        items = [value] if isinstance(value, Mapping) else value
        if items is not None and not isinstance(items, list):
            self.fault(field, "a list")
            return
        for item in items or ():
            if isinstance(item, Mapping):
                yield Row(item, self.place, self.faults)
            else:
                self.fault(field, "a list of objects")

    def ids(self, field: str) -> list[str]:
        """A list of ids, each once."""
        value = self.data.get(field)
        if value is None:
            return []
        found = [as_id(item) for item in value] if isinstance(value, list) else [""]
        if not all(found):
            self.fault(field, "a list of ids")
        return list(dict.fromkeys(each for each in found if each))

    def refs(self, field: str) -> list[Ref]:
        """People or teams, each once, as the export names them."""
        found = [ref for row in self.many(field) if (ref := row.ref(field))]
        return list({ref.id: ref for ref in found}.values())

    def ref(self, field: str) -> Ref | None:
        """The row as a reference to a person, team or time period."""
        name, id_ = self.text("Name"), as_id(self.data.get("ID"))
        if not id_ and not name:
            if self.data:
                self.fault(field, "named by an ID or a Name")
            return None
        return Ref(id_ or name or "", name or "", self.text("Email") or "")


def rows_of(file: ExportFile | None, faults: list[Fault], id_field: str = "ID") -> Iterator[Row]:
    """The rows of a file, in order; a row that is no object, or has no id, is a fault."""
    for index, data in enumerate(file.rows if file else ()):
        place = f"{file.name if file else ''}, row {index + 1}"
        if not isinstance(data, Mapping):
            faults.append(Fault("", "The row should be an object.", HINT, place))
            continue
        id_ = as_id(data.get(id_field))
        row = Row(data, f"{place}, {id_field} {id_}" if id_ else place, faults)
        if id_:
            yield row
        else:
            row.fault(id_field, "an id (a number or text)")


def as_id(value: Any) -> str:
    """An id as text; "" where the value is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str, float)):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else ""
    return str(value).strip()


def plain_number(value: float) -> float:
    """The number, as an integer where it is one."""
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value
