"""Any tool that answers JSON over HTTP, by a mapping that an admin writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from connectors.contract import Missing, Page, Reach, Reading
from connectors.http.authenticating import NOTHING, AuthenticationSchema, Headers, revealed
from connectors.http.client import Client
from connectors.http.fields import BaseUrl, reveal
from connectors.http.references import check
from connectors.mapping import sections
from connectors.mapping.asking import Asker
from connectors.mapping.fields import MOST
from connectors.mapping.language import Request, RequestSchema, faults_of, named_apart
from connectors.mapping.writing import Writing
from connectors.reading.zones import TimeZone

TITLE = "Any tool with a JSON API, by a mapping"
PROVIDES = sections.PROVIDES
TESTED_AGAINST = (
    "ClickUp's API v2 reference and Leapsome's OpenAPI document on a mock server that checks every request, by mappings that were "
    "not thought of when the language was made; shapes written from what is documented of Tability, Lattice, Quantive and "
    "Perdoo; and a server written for this project; never a live account"
)
GUIDE = """\
## A first mapping

Write what the tool is asked and what its fields mean into a file, such as this one for ClickUp's goals:

```yaml
tool: ClickUp
base_url: https://api.clickup.com/api
auth: {kind: header, name: Authorization, secret: env:OKR_CLICKUP_TOKEN}
time_zone: Europe/Berlin
read:
  - get: /v2/team/512/goal
    query: {include_completed: true}
    records: [goals, folders.*.goals.*]
    then:
      - get: /v2/goal/{id}
        records: goal
        people: {records: [members, owners], id: id, name: username, email: email}
        objectives:
          unless: {archived: true}
          id: id
          title: name
          description: description
          owners: owners.*.id
          end: {path: due_date, date: milliseconds}
          created_by: creator
          url: pretty_url
          key_results:
            records: key_results
            id: id
            title: name
            unit: {path: type, words: {percentage: "%", "*": null}}
            start: steps_start
            target: steps_end
            current: [steps_current, last_action.steps_current]
            owner: owners.*.id
```

Make the connection with it, try its credential and first pages, and look at the whole before anything is stored:

    export OKR_CLICKUP_TOKEN=…
    okr-validator connections add goals --connector http-json --settings clickup.yaml
    okr-validator connections test goals
    okr-validator sync goals --dry-run

Over HTTP the same object is the connection's `settings`. Every fault of a mapping is told at once, with its place.

## The credential

`auth` has a `kind` and a `secret`, which is always a reference (`env:NAME` or `file:PATH`). Take an account that may see the
OKRs and nothing more; only reading is asked for.

| Kind | What is sent | It also needs |
| --- | --- | --- |
| `bearer` | `Authorization: Bearer …` | |
| `header` | a header | `name`; `prefix` where words stand before the secret, such as `"API "` |
| `basic` | `Authorization: Basic …` | `user` |
| `query` | a parameter of every request | `name` |

A token that has to be fetched first, with another secret, is not supported.

## What is asked: `read`

Each entry asks for one list. The first one must answer; of any other, what cannot be read makes the set incomplete.

| Option | Meaning |
| --- | --- |
| `get` or `post` | Path below `base_url`. A `post` must only read, for it may be repeated. |
| `query`, `body` | Parameters, and the body of a post, such as `{query: "query($after: String) { … }"}` for GraphQL. A secret in them is a reference (`env:NAME`, `file:PATH`). |
| `records` | Where the records are in the answer: a path, or several of which all are read. Default: the answer itself. |
| `paging` | How to ask for the rest; see below. Default: there is one page. |
| `objectives`, `key_results`, `teams`, `people`, `cycles`, `initiatives` | What the records are. One list may be read as several of them, and each may be a list of mappings. |
| `then` | What to ask for each record, up to three deep: entries like these, in which `{id}` stands for a field of the record, in the path, in the query, and as a whole text in the body. `where` and `unless` (below) say for which records. |
| `name` | A name for people, where the path does not give a good one. |

| Paging | How it goes on | Options |
| --- | --- | --- |
| `offset` | the number of records read is sent, until no more come | `send` (default `offset`), `total` |
| `page` | the number of the page is sent, until one is empty | `send` (`page`), `first` (1 or 0), `total` of records or `pages` |
| `cursor` | a word from the answer is sent | `at`, `send`; `more`: a flag that says whether there is more |
| `next` | the address of the next page is in the answer | `at` |
| `link` | it is in the header `Link` | |
| `relay` | `endCursor` of a `pageInfo` is sent | `at`; `send` (`variables.after`) |

`at`, `more`, `total` and `pages` are paths into the answer; `send` is a parameter, or in a post a path into the body. The size
of a page is a parameter of yours in `query` or `body`. An address that names another host is not followed.

A list may change while it is read. Name the `total` where the tool tells it: where it shrinks, a page is read again, or the set
is incomplete. Without a `total`, an `offset` goes back by one record, and a `page` is asked for twice, to see whether anything
slipped away; where it may have, the set is incomplete. A tool whose offsets must be whole pages needs the `total`. What `more`
or a relay's `at` leads to must be in some answer; a cursor or address that is absent is the end.

## Where fields come from

The names on the left are those of the OKR set document; every section needs `id`, and objectives and key results `title`. On the
right is one of these:

| Form | Meaning |
| --- | --- |
| `owner.email` | A path: names with dots; a number for an entry of a list; `*` for all of them. |
| `/owner/e.mail` | The same as a JSON Pointer, for names with dots in them. |
| `[due, cycle.end]` | The first path that leads to something. |
| `{value: team}` | Always this. |
| `{template: "https://tool.example/goals/{id}"}` | A text with fields in it; in an address they are quoted. |
| `{path: state, words: {1: on_track, "*": null}}` | The tool's words and what they mean; `null`: nothing; `"*"`: any other. |
| `{path: due, date: milliseconds}` | A date in `seconds` or `milliseconds` since 1970; the default is `iso`, of which one with a time and an offset is the day in `time_zone`, where that is set. |
| `{path: done, times: 100}` | A number to be multiplied. Numbers may come as text, with a percent sign too. |

Words of the field (`On track`, `amber`, `Dept.`, …) are known without a table. Also:

- `records` in a section: its records are not the ones of the list but lie in them, at these paths.
- `where: {type: objective}` and `unless: {archived: [true, 1]}`: only records with, or without, one of these values.
- `^` in a path is the record around the one at hand, or the one for which it was asked: `^.id`.
- `key_results` within `objectives` are key results of that objective. Elsewhere `objective` says whose they are: `goal.id`.
- An objective's `owner` is the one who is accountable, `owners` are all that are named. `parents` and `supports` are ids.
- An objective that two mappings tell of has the fields of both, so long as one of them gives the title.

## Limits

- What is not found for a record (404), though `then` asks for it, makes the set incomplete, as does every other fault.
- A record without an id or title makes the set incomplete: nothing is taken for resolved until the mapping is mended.
- A note names every field that was never found in a record.
- Of a GraphQL answer with errors nothing is taken, even where some data came with it.
- What is mapped is what the source counts as able to express; rules that need more are not evaluated.
"""


class SETTINGS(Schema):
    """What may be set."""

    tool = fields.String(
        required=True,
        validate=validate.Length(1, 60),
        metadata={"description": "Name of the tool, as reports show it."},
    )
    base_url = BaseUrl(required=True, metadata={"description": "Address of the API."})
    auth = fields.Nested(
        AuthenticationSchema, load_default=None, metadata={"description": "The credential; see above. Default: none."}
    )
    headers = Headers(
        load_default=dict,
        metadata={"description": "Further headers, each with a text or a reference to a secret."},
    )
    per_minute = fields.Integer(
        load_default=60, validate=validate.Range(1, 10_000), metadata={"description": "Most requests in a minute."}
    )
    time_zone = TimeZone(
        load_default=None,
        metadata={
            "description": "Zone in which dates are set: moments are days there. Default: UTC; ISO texts stay as written."
        },
    )
    read = fields.List(
        fields.Nested(RequestSchema),
        required=True,
        validate=validate.Length(1, MOST),
        metadata={"description": "What is asked, and what it means; see above."},
    )

    @validates_schema
    def check_mapping(self, data: Mapping[str, Any], **_: Any) -> None:
        """Raise ValidationError where the requests do not fit together."""
        faults = faults_of(data["read"])
        if faults:
            raise ValidationError({"read": faults})

    @post_load
    def name_requests(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """Each request with a name of its own."""
        return {**data, "read": named_apart(data["read"])}


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """What the mapping asks for, list after list. Raises SourceError."""
    proof = settings["auth"].proof() if settings["auth"] else NOTHING
    further = revealed(settings["headers"])
    headers, secrets = {**further.headers, **proof.headers}, (*further.secrets, *proof.secrets)
    asked_with = _revealed(settings["read"], reach)
    with Client(
        settings["base_url"],
        reach,
        headers=headers,
        secrets=(*secrets, *asked_with.values()),
        per_minute=settings["per_minute"],
    ) as client:
        asker = Asker(client, proof.params, reach)
        for number, request in enumerate(settings["read"]):
            yield from asker.read(request.revealed(asked_with), needed=number == 0)


def _revealed(requests: Iterable[Request], reach: Reach) -> dict[str, str]:
    """The secrets in what is asked, by their references, read now. Raises SourceError."""
    found = dict.fromkeys(reference for request in requests for reference in request.references())
    for reference in found:
        check(reference, reach.secrets)
    return {reference: reveal(reference) for reference in found}


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Map what came back, as the settings say."""
    zone = settings["time_zone"]
    writing = Writing(settings["read"], ZoneInfo(zone) if zone else None)
    writing.take(pages)
    return writing.reading(settings["tool"])
