"""Google Sheets: cells in many locales, the sign-in of a service account, and an API that misbehaves."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors import google_sheets, registry
from connectors.contract import Missing, Page, Reading
from connectors.google import asking
from connectors.google.accounts import SCOPE
from connectors.google.cells import rows
from connectors.google.locales import habits
from connectors.reading.table import Cell
from tests.connectors.fake_tool import PEOPLE, SECRET, Asked, Flavour, Listing, Node, Reply, Single, Trouble, tree
from tests.connectors.trouble import CASES, COMPLETE, ERROR, PARTIAL, Case, Sync, check_case
from validator.document.load import load
from validator.document.normalise import normalise

BOOK = "1AbCdEfGhIjKlMnOpQrStUvWxYz"
EMAIL = "okr-reader@acme-okrs.iam.example"
HEADER = ["ID", "Type", "Title", "Parent", "Owner", "Start", "Target", "Current", "Due"]
DUE = (dt.date(2026, 12, 31) - dt.date(1899, 12, 30)).days


# Cells


def only(value: Any, shown: Any) -> Cell | None:
    found = list(rows(1, [["x", value]], [["x", shown]]))
    return found[0].cells.get(1) if found else None


@pytest.mark.parametrize(
    ("value", "shown", "read"),
    [
        (46387, "31.12.2026", "2026-12-31"), (46387, "12/31/2026", "2026-12-31"), (46387, "31/12/26", "2026-12-31"),
        (46387, "2026-12-31", "2026-12-31"), (46387, "31. Dezember 2026", "2026-12-31"), (46387, "31 Dec", "2026-12-31"),
        (46387, "Dec 2026", "2026-12-31"), (46387, "2026年12月31日", "2026-12-31"), (46387, "Thursday, December 31, 2026", "2026-12-31"),
        (46387.5, "12/31/2026 12:00:00", "2026-12-31T12:00:00"), (46387.5625, "12/31/2026 1:30 PM", "2026-12-31T13:30:00"),
        (46387, "46387", 46387), (46387, "46,387", 46387), (46387, "46.387,00", 46387), (46387, "46 387 kr", 46387),
        (2026, "2026", 2026), (2026, "2,026.00", 2026), (12.5, "12,5", 12.5), (1, "1", 1), (31, "31 days", 31), (12, "12.0", 12),
        (0.5, "12:00:00", 0.5), (-3, "-3", -3), (1e9, "1E+09", 1_000_000_000), (45323, "45323", 45323), (46387, None, 46387),
    ],
)  # fmt: skip
def test_a_number_is_a_date_only_where_it_is_shown_as_that_date(value, shown, read) -> None:
    assert only(value, shown).value == read


@pytest.mark.parametrize(
    ("value", "shown", "read"),
    [(0.9, "90%", Cell(90, "%")), (0.125, "12,5 %", Cell(12.5, "%")), (0.29, "29%", Cell(29, "%")), (1200.5, "1.200,50 €", Cell(1200.5, "€")),
     (-3, "-$3.00", Cell(-3, "$")), (True, "TRUE", Cell(True)), ("  Grow ", "  Grow ", Cell("Grow")), ("", "", None), (None, None, None),
     ([1], "x", None)],
)  # fmt: skip
def test_what_is_shown_tells_the_unit_of_a_number(value, shown, read) -> None:
    assert only(value, shown) == read


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#ERROR!", "Loading..."])
def test_a_cell_in_error_has_no_value(error) -> None:
    assert only(error, error) == Cell(None, problem=f"shows {error}", hint="Mend the formula.")


def test_rows_may_be_shorter_than_the_sheet_or_empty() -> None:
    found = list(rows(5, [["a"], [], ["", "", 3], "odd", ["b", None]], [["a"], [], ["", "", "3"], [], ["b"]]))
    assert [(row.number, {at: cell.text for at, cell in row.cells.items()}) for row in found] == [
        (5, {0: "a"}), (7, {2: "3"}), (9, {0: "b"})
    ]  # fmt: skip


def test_a_row_that_changed_between_the_two_questions_is_read_as_it_was_shown() -> None:
    (row,) = rows(2, [["Old", 46387, 0.9], ["Gone", 46387]], [["New", "31.12.2026", "90%"]])
    assert [cell.text for cell in row.cells.values()] == ["New", "31.12.2026", "90%"]


@pytest.mark.parametrize(
    ("locale", "how"),
    [("de_DE", {"dates": "dmy", "decimals": "comma"}), ("en_US", {"dates": "mdy", "decimals": "point"}), ("en_GB", {"dates": "dmy", "decimals": "point"}),
     ("fr", {"dates": "dmy", "decimals": "comma"}), ("sv_SE", {"decimals": "comma"}), ("ja_JP", {"decimals": "point"}), ("xx", {}), ("", {})],
)  # fmt: skip
def test_a_locale_has_its_habits(locale, how) -> None:
    assert habits(locale) == how


# Reading


def mapped(
    table: Sequence[Sequence[Any]], *, locale: str = "en_US", missing: Sequence[Missing] = (), **more: Any
) -> Reading:
    """The reading of one sheet, in which a cell is a value, or a value and how it is shown."""
    values = [[cell[0] if isinstance(cell, tuple) else cell for cell in row] for row in table]
    shown = [[cell[1] if isinstance(cell, tuple) else str(cell) for cell in row] for row in table]
    block = {"sheet": "OKRs", "first": 1, "last": len(values), "values": values, "shown": shown}
    pages = [Page("spreadsheet", [{"title": "Goals", "locale": locale}]), Page("rows", [block]), *missing]
    reading = google_sheets.to_document(
        pages, registry.settings_of("google-sheets", {"key": "env:A", "spreadsheet": BOOK, **more})
    )
    load(reading.document)
    return reading


def test_rows_are_read_as_those_of_a_spreadsheet_file() -> None:
    reading = mapped(
        [["Objective", "Key result", "Owner", "Start", "Target", "Due"],
         ["Win", "Grow", "Ann", (0.25, "25,0 %"), (0.9, "90,0 %"), (46387, "31.12.2026")]],
        locale="de_DE",
    )  # fmt: skip
    (objective,) = reading.document["objectives"]
    (found,) = objective["key_results"]
    assert (found["start"], found["target"], found["unit"], found["due"]) == (25, 90, "%", "2026-12-31")
    assert reading.places["/objectives/0/key_results/0/target"] == "Goals, sheet “OKRs”, cell E2"
    source = reading.document["source"]
    assert source["tool"] == "Google Sheets"
    assert source["url"] == f"https://docs.google.com/spreadsheets/d/{BOOK}"
    assert {"key_results", "measures", "dates"} <= set(source["provides"])
    assert set(source["provides"]) <= set(google_sheets.PROVIDES)
    assert source["complete"] is True


@pytest.mark.parametrize(
    ("texts", "locale", "given", "order"),
    [(["01/02/2026"], "de_DE", {}, "dmy"), (["01/02/2026"], "en_US", {}, "mdy"), (["01/02/2026", "31/12/2026"], "en_US", {}, "dmy"),
     (["01/02/2026"], "en_US", {"dates": "dmy"}, "dmy")],
)  # fmt: skip
def test_the_locale_decides_over_typed_texts_only_where_nothing_else_does(texts, locale, given, order) -> None:
    table = [["Objective", "Due"], *([f"Win {number}", text] for number, text in enumerate(texts))]
    assert mapped(table, locale=locale, **given).document["source"]["reading"]["dates"] == order


def test_a_wanted_cell_in_error_is_named_by_its_place() -> None:
    with pytest.raises(registry.SourceError) as caught:
        mapped([["Objective", "Key result", "Target"], ["Win", "Grow", "#REF!"]])
    (fault,) = caught.value.faults
    assert (fault.message, fault.place) == ("The cell shows #REF!.", "Goals, sheet “OKRs”, cell C2")


def test_a_sheet_that_is_missing_is_named_where_nothing_is_left_to_read() -> None:
    with pytest.raises(registry.SourceError, match="without sheet “Goals”: 503"):
        mapped([["Name", "Colour"], ["a", "b"]], missing=[Missing("sheet “Goals”", "503 Service Unavailable.")])


@pytest.mark.parametrize(
    ("given", "pointers"),
    [({"spreadsheet": "short"}, {"/spreadsheet"}), ({"key": SECRET}, {"/key"}), ({"dates": "ymd", "per_minute": 0}, {"/dates", "/per_minute"})],
)  # fmt: skip
def test_settings_name_every_fault(given, pointers) -> None:
    with pytest.raises(registry.SourceError) as caught:
        registry.settings_of("google-sheets", {"key": "env:A", "spreadsheet": BOOK, **given})
    assert {fault.pointer for fault in caught.value.faults} == pointers
    assert SECRET not in str(caught.value)


def test_the_address_of_a_spreadsheet_does_for_its_id() -> None:
    given = {"key": "env:A", "spreadsheet": f"https://docs.google.com/spreadsheets/d/{BOOK}/edit?gid=0#gid=0"}
    assert registry.settings_of("google-sheets", given)["spreadsheet"] == BOOK


# The sign-in


class TokenServer:
    """Takes signed requests for tokens, as Google does, and gives the answers that are set."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.answers: list[tuple[int, bytes]] = []
        token = {"access_token": SECRET, "expires_in": 3599, "token_type": "Bearer"}
        self.good = (200, json.dumps(token).encode())
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                owner.asked.append((self.path, parse_qs(body)))
                status, content = owner.answers.pop(0) if owner.answers else owner.good
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args: Any) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def private_key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.private_bytes(*form).decode()


class SignIn(NamedTuple):
    server: TokenServer
    file: Path

    def settings(self, url: str, **more: Any) -> dict[str, Any]:
        given = {"key": f"file:{self.file}", "spreadsheet": BOOK, "base_url": url, **more}
        return registry.settings_of("google-sheets", given)


@pytest.fixture
def sign_in(private_key: str, tmp_path: Path) -> Iterator[SignIn]:
    """A key file, and the server that takes it; no word of the key comes to light."""
    server, file = TokenServer(), tmp_path / "google.json"
    info = {
        "type": "service_account",
        "client_email": EMAIL,
        "private_key": private_key,
        "private_key_id": "k1",
        "token_uri": server.url,
    }
    file.write_text(json.dumps(info))
    yield SignIn(server, file)
    server.close()


def claims(server: TokenServer) -> dict[str, Any]:
    (_, body), *_ = server.asked
    part = body["assertion"][0].split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_the_token_is_got_for_reading_spreadsheets_only(sync: Sync, sign_in: SignIn, private_key: str) -> None:
    outcome = sync(google_sheets, flavour(), sign_in.settings)
    assert outcome.ended == COMPLETE
    assert {key: claims(sign_in.server)[key] for key in ("iss", "scope", "aud")} == {
        "iss": EMAIL, "scope": SCOPE, "aud": "https://oauth2.googleapis.com/token"
    }  # fmt: skip
    assert [path for path, _ in sign_in.server.asked] == ["/token"]
    said = f"{sync.logged.text} {outcome.reading!r}"
    assert not any(line in said for line in private_key.splitlines()[1:-1])
    assert sign_in.server.asked[0][1]["assertion"][0].split(".")[2] not in said


REFUSED = json.dumps({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}).encode()


@pytest.mark.parametrize(
    ("answers", "says", "waits"),
    [
        ([(400, REFUSED)], "Invalid JWT Signature", 0),
        ([(401, b"")], "401 Unauthorized", 0),
        ([(200, b"<html>Sign in</html>")], "web page", 0),
        ([(200, b"[]")], "answered no token", 0),
        ([(200, b"{}")], "gave no token", 0),
        ([(200, b"x" * 1_100_000)], "larger than", 0),
        ([(503, b"")] * 6, "503 Service Unavailable", 5),
    ],
)
def test_a_sign_in_that_fails_is_one_clear_error(sync: Sync, sign_in: SignIn, answers, says, waits) -> None:
    sign_in.server.answers += answers
    outcome = sync(google_sheets, flavour(), sign_in.settings)
    assert outcome.ended == ERROR
    assert says in str(outcome.error)
    assert len(outcome.waits) == waits
    assert outcome.tool.asked == []


def test_a_sign_in_that_fails_for_a_moment_is_tried_again(sync: Sync, sign_in: SignIn) -> None:
    sign_in.server.answers += [(503, b""), (429, b"")]
    outcome = sync(google_sheets, flavour(), sign_in.settings)
    assert (outcome.ended, len(outcome.waits)) == (COMPLETE, 2)


def test_a_sign_in_at_an_address_that_may_not_be_asked_is_refused(sync: Sync, sign_in: SignIn) -> None:
    info = json.loads(sign_in.file.read_text()) | {"token_uri": "http://169.254.169.254/token"}
    sign_in.file.write_text(json.dumps(info))
    outcome = sync(google_sheets, flavour(), sign_in.settings)
    assert "private or reserved" in str(outcome.error)


@pytest.mark.parametrize(
    "content", ["{}", "[]", "not json", '{"type": "service_account", "private_key": "-----BEGIN"}']
)
def test_another_file_than_a_key_is_one_clear_error(sync: Sync, sign_in: SignIn, content: str) -> None:
    sign_in.file.write_text(content)
    outcome = sync(google_sheets, flavour(), sign_in.settings)
    assert [(fault.pointer, fault.message) for fault in outcome.error.faults] == [
        ("/key", "The secret is no key file of a service account.")
    ]


# The API, in trouble

NODES = tree(72, 24)


def row_of(node: Node) -> list[Any]:
    people = {id_: name for id_, name, _ in PEOPLE}
    kind = "Key result" if node.kind == "key_result" else "Objective"
    numbers = [node.start, node.target, node.current] if node.kind == "key_result" else ["", "", ""]
    return [node.id, kind, node.title, node.parent or "", people[node.owner], *numbers, DUE]


TABLE = [HEADER, *map(row_of, NODES)]


def shown(table: Sequence[Sequence[Any]]) -> list[list[str]]:
    """As the spreadsheet shows them in German."""
    return [
        ["31.12.2026" if cell == DUE else f"{cell:.1f}".replace(".", ",") if isinstance(cell, float) else str(cell) for cell in row]
        for row in table
    ]  # fmt: skip


def flavour(
    tables: Mapping[str, Sequence[Sequence[Any]]] = {"OKRs": TABLE}, *, grows: int = 0, rows: int = 0
) -> Flavour:
    """A spreadsheet of these sheets, with some empty rows; it `grows` by so many whenever it is looked at."""
    looks = itertools.count()

    def book(asked: Asked) -> Any:
        more = next(looks) * grows
        sheets = [
            {"properties": {"title": title, "sheetType": "GRID", "gridProperties": {"rowCount": (rows or len(table) + 9) + more, "columnCount": 26}}}
            for title, table in tables.items()
        ]  # fmt: skip
        sheets.append({"properties": {"title": "Chart", "sheetType": "OBJECT"}})
        return {"properties": {"title": "Goals", "locale": "de_DE"}, "sheets": sheets}

    def named(asked: Asked) -> Sequence[Sequence[Any]]:
        return tables[
            unquote(asked.parts.get("cells", asked.parts.get("same", ""))).rpartition("!")[0][1:-1].replace("''", "'")
        ]

    def first(asked: Asked) -> str:
        cells = unquote(asked.path).rpartition("!")[2]
        return str(int(cells.partition(":")[0][1:]) - 1)

    def values(name: str, how: str) -> Listing:
        def body(served: Any) -> dict[str, Any]:
            found = [_trimmed(row) for row in served.records]
            return {"range": "OKRs!A1:Z1", "majorDimension": "ROWS", **({"values": found} if found else {})}

        def records(asked: Asked) -> Sequence[Any]:
            return named(asked) if how == "UNFORMATTED_VALUE" else shown(named(asked))

        # Trouble is counted by path: only the values themselves have this one.
        path = f"/v4/spreadsheets/{BOOK}/values/{{{name}}}"
        return Listing(path, records, body, paging="offset", token=first, size=40,
                       when=lambda asked: asked.query["valueRenderOption"] == how)  # fmt: skip

    return Flavour(
        (
            Single(f"/v4/spreadsheets/{BOOK}", book),
            values("cells", "UNFORMATTED_VALUE"),
            values("same", "FORMATTED_VALUE"),
        ),
        credential=("Authorization", f"Bearer {SECRET}"),
        main=f"/v4/spreadsheets/{BOOK}/values/{{cells}}",
        error=lambda status: {"error": {"code": status, "message": f"Fault {status}", "status": "RESOURCE_EXHAUSTED"}},
    )


def _trimmed(row: Sequence[Any]) -> list[Any]:
    """As Google sends a row: without the empty cells at its end."""
    filled = [at for at, cell in enumerate(row) if cell != ""]
    return list(row[: filled[-1] + 1]) if filled else []


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_BLOCK", 40)


def test_a_sheet_of_several_blocks_arrives_whole(sync: Sync, sign_in: SignIn) -> None:
    outcome = sync(google_sheets, flavour(), sign_in.settings)
    assert outcome.ended == COMPLETE
    document = outcome.reading.document
    parents = {each["id"]: [link["id"] for link in each.get("parents", [])] for each in document["objectives"]}
    assert parents == {node.id: [node.parent] if node.parent else [] for node in NODES if node.kind == "objective"}
    homes = {each["id"]: found["id"] for found in document["objectives"] for each in found.get("key_results", [])}
    assert homes == {node.id: node.parent for node in NODES if node.kind == "key_result"}
    assert {each["due"] for found in document["objectives"] for each in found.get("key_results", [])} == {"2026-12-31"}
    assert document["source"]["reading"] == {"dates": "dmy", "decimals": "comma"}
    cells = [unquote(asked.path).rpartition("/")[2] for asked in outcome.tool.asked if "values" in asked.path]
    assert cells == [f"'OKRs'!A{first}:Z{last}" for first, last in ((1, 40), (41, 80), (81, 106)) for _ in range(2)]
    assert {asked.query["majorDimension"] for asked in outcome.tool.asked if "values" in asked.path} == {"ROWS"}
    assert outcome.progress[-1] == ("rows", 106, 106)
    normalise(document)


def test_names_of_sheets_are_quoted_and_one_may_be_chosen(sync: Sync, sign_in: SignIn) -> None:
    tables = {"Ann's / 100% “goals”": TABLE[:20], "Tasks": [["Name", "Colour"], ["a", "b"]]}
    outcome = sync(google_sheets, flavour(tables), sign_in.settings)
    assert outcome.ended == COMPLETE
    assert len(outcome.ids()) == 19
    assert any("Tasks" in note for note in outcome.reading.notes)
    outcome = sync(google_sheets, flavour(tables), lambda url: sign_in.settings(url, sheet="task"))
    assert outcome.error.faults[0].message == "“Goals” has no sheet “task”."
    assert "Did you mean “Tasks”?" in outcome.error.faults[0].hint


def test_a_block_of_texts_is_asked_for_once(sync: Sync, sign_in: SignIn) -> None:
    outcome = sync(
        google_sheets, flavour({"OKRs": [["Objective", "Owner"], ["Win", "Ann"]]}, rows=90), sign_in.settings
    )
    assert outcome.ids()
    assert len([asked for asked in outcome.tool.asked if "values" in asked.path]) == 3


def test_rows_that_change_between_the_two_questions_are_asked_for_again(sync: Sync, sign_in: SignIn) -> None:
    trouble = Trouble("vanishing", 1, 1, path=f"/v4/spreadsheets/{BOOK}/values/{{same}}")
    outcome = sync(google_sheets, flavour(), sign_in.settings, trouble)
    assert outcome.ended == COMPLETE
    assert len(outcome.ids()) == 72
    assert len([asked for asked in outcome.tool.asked if "values" in asked.path]) == 8


TROUBLES: Mapping[str, Case] = {
    **CASES,
    "a repeating token": Case(Trouble("repeating"), COMPLETE),
    "duplicates between pages": Case(Trouble("duplicate", 2), PARTIAL, "while it was read"),
    "items that vanish between pages": Case(Trouble("vanishing", 2), PARTIAL, "while it was read"),
}
GROWS = {"duplicates between pages": 2, "items that vanish between pages": -2}


@pytest.mark.parametrize("name", TROUBLES)
def test_every_trouble_ends_in_a_document_or_in_one_clear_error(sync: Sync, sign_in: SignIn, name: str) -> None:
    case = TROUBLES[name]
    outcome = sync(google_sheets, flavour(grows=GROWS.get(name, 0)), sign_in.settings, case.trouble)
    check_case(outcome, case)
    if case.ends == PARTIAL:
        scope = "sheet “OKRs”" if name in GROWS else "sheet “OKRs” after row 40"
        assert [missing.scope for missing in outcome.missing] == [scope]


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "The caller does not have permission"), (404, "Requested entity was not found."),
     (403, "Google Sheets API has not been used in project 7 before or it is disabled.")],
)  # fmt: skip
def test_a_spreadsheet_that_is_not_shared_says_whom_to_share_it_with(
    sync: Sync, sign_in: SignIn, status: int, words: str
) -> None:
    reply = Reply(status, {}, {"error": {"code": status, "message": words, "status": "PERMISSION_DENIED"}})
    tool = flavour()._replace(routes=(Single(f"/v4/spreadsheets/{BOOK}", lambda _asked: reply),))
    outcome = sync(google_sheets, tool, sign_in.settings)
    assert words.rstrip(".") in str(outcome.error)
    assert f"Share the spreadsheet with {EMAIL} as a viewer" in outcome.error.faults[0].hint


def test_a_used_up_quota_is_waited_for_and_then_told(sync: Sync, sign_in: SignIn) -> None:
    outcome = sync(google_sheets, flavour(), sign_in.settings, Trouble("status", status=429))
    assert outcome.ended == ERROR
    assert "429 Too Many Requests" in str(outcome.error)
    assert "“Fault 429”" in str(outcome.error)
    assert len(outcome.waits) == 5


def test_no_minute_has_more_than_the_allowed_questions(sync: Sync, sign_in: SignIn) -> None:
    outcome = sync(google_sheets, flavour(), lambda url: sign_in.settings(url, per_minute=3))
    assert len(outcome.tool.asked) == 8
    assert sum(seconds > 55 for seconds in outcome.waits) == 5


def test_more_rows_than_are_read_make_the_reading_incomplete(
    sync: Sync, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MAX_ROWS", 80)
    outcome = sync(google_sheets, flavour(), sign_in.settings)
    assert [(missing.scope, missing.reason) for missing in outcome.missing] == [
        ("sheet “OKRs” after row 80", "More than 80 rows are not read.")
    ]
