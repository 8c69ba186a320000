"""A service that remembers, asked without a network, on a day of the test's own choosing; and a set with faults of all kinds."""

from __future__ import annotations

import copy
import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from validator.api.app import create_app
from validator.api.guard import EXTENSION
from validator.settings import Settings

Document = dict[str, Any]
DAY = datetime.date(2026, 8, 3)


class Remembering(NamedTuple):
    """The service."""

    client: FlaskClient
    url: str

    def on(self, day: datetime.date) -> None:
        """From now on it is this day, six in the morning."""
        extensions = self.client.application.extensions
        moment = datetime.datetime.combine(day, datetime.time(6), datetime.UTC)
        extensions[EXTENSION] = extensions[EXTENSION]._replace(clock=lambda: moment)

    def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """The JSON of an answer that must have this status."""
        return self.answer(method, path, status, **more).get_json()

    def answer(self, method: str, path: str, status: int = 200, **more: Any) -> TestResponse:
        """An answer that must have this status."""
        answer = self.client.open(path, method=method, **more)
        assert answer.status_code == status, answer.text[:500]
        return answer

    def connection(self, id: str, **more: Any) -> str:
        """Make a connection; gives its path."""
        self.ask("POST", "/v1/connections", 201, json={"id": id, "name": id.title(), **more})
        return f"/v1/connections/{id}"

    def run(self, id: str, document: Document, day: datetime.date = DAY) -> Document:
        """Judge a set on a day, as of it; gives the report."""
        self.on(day)
        report: Document = self.ask("POST", f"/v1/connections/{id}/runs?as_of={day}", 201, json=document)
        return report

    def all_of(self, path: str, name: str, **query: Any) -> list[Document]:
        """Every entry of a list, page by page."""
        return [entry for page in self.pages(path, name, **query) for entry in page]

    def pages(self, path: str, name: str, **query: Any) -> Iterator[list[Document]]:
        """The pages of a list."""
        while True:
            page = self.ask("GET", path, query_string=query)
            yield page[name]
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def finding(self, id: str, rule: str) -> Document:
        """The one finding of a rule in a connection."""
        (found,) = self.all_of("/v1/findings", "findings", connection=id, rule=rule)
        return found


def remembering(empty_store: Path, folder: Path, **settings: Any) -> Remembering:
    """A service on a database of its own, on DAY."""
    shutil.copyfile(empty_store, folder / "okr.db")
    url = f"sqlite:///{folder}/okr.db"
    made = Remembering(create_app(Settings(database_url=url, **settings)).test_client(), url)
    made.on(DAY)
    return made


def _objective(id: str, title: str, team: str, owners: list[str], key_result: str) -> Document:
    key_results = [{"id": f"{id}1", "title": key_result, "metric": "churn rate", "unit": "%"}]
    named = {"owners": [{"person": person, "primary": True} for person in owners], "key_results": key_results}
    return {"id": id, "title": title, "level": "team", "team": team, "cycle": "q3", "parents": [], **named}


_SET: Document = {
    "source": {"tool": "test"},
    "cycles": [{"id": "q3", "name": "Q3", "start": "2026-07-01", "end": "2026-09-30"}],
    "teams": [{"id": "süd", "name": "Vertrieb Süd"}, {"id": "東京", "name": "東京チーム"}],
    "people": [{"id": "zoë", "name": "Zoë Øst"}, {"id": "ünal", "name": "Ünal Öztürk", "email": "unal@example.com"}],
    "objectives": [
        _objective("A", "Kunden halten", "süd", ["zoë"], "Churn rate from 5% to 3%"),
        _objective("B", "Раздать всех", "東京", [], "Churn rate from 5% to 8%"),
        _objective("C", "広げる", "東京", ["ünal"], "Visits by clients of the branch"),
    ],
    "dependencies": [{"id": "D1", "from": "A", "on_team": "東京", "need": "データ", "decision_date": "2026-08-05"}],
    "governance": {"conflict_resolver": "Zoë Øst", "escalation": {"raise_within_days": 2, "act_within_days": 5}},
}


def a_set(**changes: Any) -> Document:
    """Two teams that pull one measure two ways, an objective without an owner, a dependency that is due on 5 August."""
    return copy.deepcopy(_SET | changes)


def owned(document: Document) -> Document:
    """The set with an owner for every objective."""
    for objective in document["objectives"]:
        objective["owners"] = objective["owners"] or [{"person": "ünal", "primary": True}]
    return document
