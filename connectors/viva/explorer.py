"""Cells of an Explorer view: parents in one text, check-ins spilling over the right edge of the header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from connectors.reading.names import fold_name
from connectors.reading.table import Cell
from connectors.sheets.grid import Line, Taken
from connectors.sheets.protos import Proto, Ref
from connectors.viva.okrs import weight

# The last bracket of its kind ends a parent; a title may hold brackets itself, even this one.
ALIGNED_TO = re.compile(r"\(weight:\s*(?P<weight>[^,()]*),\s*Id:\s*(?P<id>\d+)\)", re.IGNORECASE)
LATEST_DAY = re.compile(r"(?:Activity Date|Checkin Date):\s*(\d{4}-\d\d-\d\d)")
CURRENT_VALUE = re.compile(r"Current Value:\s*([^;]+);")
CHECK_IN = "checkin date:"


def parents(line: Line) -> Iterable[Ref]:
    """The parents that a row's “Aligned To” names by id."""
    taken = line.take("parent")
    for _, ref in split_aligned_to(taken) if taken else ():
        yield ref


def split_aligned_to(taken: Taken) -> list[tuple[str, Ref]]:
    """Each parent's title, "" where the cell has none, with its reference; a cell without any id is one title."""
    found, end = [], 0
    matches = list(ALIGNED_TO.finditer(taken.text))
    for position, match in enumerate(matches):
        title = taken.text[end : match.start()]
        following = matches[position + 1] if position + 1 < len(matches) else None
        # Text goes on after the bracket without a parting sign: the bracket was part of the title.
        if following and _continues(taken.text[match.end() : following.start()]):
            continue
        found.append((title.strip(" ,;\n"), Ref(match["id"], taken.place, "parent", weight(match["weight"]))))
        end = match.end()
    return found or [(taken.text, Ref(taken.text, taken.place))]


def _continues(between: str) -> bool:
    return between.startswith(" ")


def recovered(lines: Sequence[Line]) -> dict[str, str]:
    """Ids of items by their folded titles, as other rows' “Aligned To” names them; only where one id has the title."""
    ids: dict[str, set[str]] = {}
    for line in lines:
        taken = line.take("parent")
        for title, ref in split_aligned_to(taken) if taken else ():
            if title and ref.text.isdigit():
                ids.setdefault(fold_name(title), set()).add(ref.text)
    return {title: next(iter(same)) for title, same in ids.items() if len(same) == 1}


def with_recovered_ids(protos: Sequence[Proto], lines: Sequence[Line]) -> tuple[list[Proto], int]:
    """The items, those without an id given one that other rows know them by; and how many were."""
    known = recovered(lines)
    titles = [fold_name(proto.title) for proto in protos]
    taken = {proto.id_cell.text for proto in protos if proto.id_cell}
    given: list[Proto] = []
    count = 0
    for proto, title in zip(protos, titles, strict=True):
        id_ = known.get(title)
        if proto.id_cell is None and id_ and id_ not in taken:
            taken.add(id_)
            proto = proto._replace(id_cell=Taken(Cell(id_), id_, proto.draft.places[""]))  # noqa: PLW2901
            count += 1
        given.append(proto)
    return given, count


def last_check_in(line: Line) -> tuple[str, str]:
    """Day and value of the latest check-in of a row, each "" where there is none; wherever in the row it stands."""
    found = [cell.text for cell in line.row.cells.values() if cell.text.lower().startswith(CHECK_IN)]
    dated = [(max(days), text) for text in found if (days := LATEST_DAY.findall(text))]
    if not dated:
        return "", ""
    day, text = max(dated)
    value = CURRENT_VALUE.search(text)
    return day, value[1].strip() if value else ""
