"""A file at an https address: whatever the file connectors read, fetched at every sync."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from marshmallow import Schema, ValidationError, fields, validate

from connectors import registry
from connectors.contract import Missing, Page, Progress, Reach, Reading, Settings, Unchanged
from connectors.http.authenticating import NOTHING, AuthenticationSchema
from connectors.http.client import Client, Download
from connectors.http.faults import HttpFault
from connectors.http.fields import HttpsUrl, reveal
from connectors.http.references import REFERENCE

TITLE = "An exported file at an https address"
PROVIDES: tuple[str, ...] = ()
TESTED_AGAINST = "a server written for this project"
GUIDE = """\
## The file

Any file that `okr-validator validate` reads: CSV, XLSX, an OKR set document as JSON or YAML, an export of Viva Goals (ZIP). It
is recognised by its content; `format` names the connector for it where that is not wanted.

    okr-validator connections add plan --connector https-file --set url=https://files.example.com/okrs.xlsx

## The credential

An address that anybody may read needs none. Otherwise:

- an address that is a secret itself, such as a signed link, is kept where the service can read it, and named: `url=env:NAME`
  or `url=file:PATH`;
- a token or password is set as `auth`, in a file of settings (`connections add … --settings FILE`):

      url: https://files.example.com/okrs.csv
      auth: {kind: bearer, secret: env:OKR_FILES_TOKEN}

  `kind` is `bearer`; `header` or `query`, with its `name` and, where the tool wants one, a `prefix` before the secret; or
  `basic`, with its `user`. The least right is to read that one file.

## Limits

- Redirects are followed on the same host only: give the address at which the file is. Private and metadata addresses are
  refused unless the operator allowed their network (`OKR_VALIDATOR_ALLOWED_NETWORKS`).
- At most 64 MB, unpacked.
- Where the server sends `ETag` or `Last-Modified`, an unchanged file is not sent again; without them it is compared.
- A file that was exported by hand is as old as its export.
"""
_WEB_PAGE = re.compile(rb"\s*<(!doctype html|html|head|body)\b", re.IGNORECASE)
_NAME = re.compile(r"[^\w.-]+")
_KEPT = "digest"
LARGEST = 64 * 1024 * 1024
"""Bytes of a file, unpacked."""


class UrlOrReference(HttpsUrl):
    """An https address, or a reference to one that is a secret."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and REFERENCE.fullmatch(value.strip()):
            return value.strip()
        return super()._deserialize(value, attr, data, **kwargs)


def _is_known(name: str) -> None:
    known = registry.all_connectors()
    if name not in known:
        raise ValidationError(f"Not one of: {', '.join(known)}.")


class SETTINGS(Schema):
    """What may be set."""

    url = UrlOrReference(
        required=True,
        metadata={"description": "Address of the file, or `env:NAME` or `file:PATH` where it is a secret."},
    )
    auth = fields.Nested(
        AuthenticationSchema, load_default=None, metadata={"description": "The credential; see above. Default: none."}
    )
    format = fields.String(
        load_default=None,
        validate=_is_known,
        metadata={
            "description": "Connector that reads the file, such as `spreadsheet`. Default: found by its content."
        },
    )
    dates = fields.String(
        load_default=None,
        validate=validate.OneOf(("dmy", "mdy")),
        metadata={"description": "Order of a date such as 01/02/2026: `dmy` or `mdy`."},
    )
    decimals = fields.String(
        load_default=None,
        validate=validate.OneOf(("point", "comma")),
        metadata={"description": "Mark between whole and fraction in text numbers: `point` or `comma`."},
    )
    sheet = fields.String(
        load_default=None,
        validate=validate.Length(1, 100),
        metadata={"description": "The one sheet of a workbook to read."},
    )


class File(NamedTuple):
    """A file as it was sent."""

    name: str
    content: bytes


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """The file. Raises SourceError, and Unchanged where it is the one that was read last."""
    proof = settings["auth"].proof() if settings["auth"] else NOTHING
    url, secrets = settings["url"], list(proof.secrets)
    if REFERENCE.fullmatch(url):
        url = _address(url)
        secrets += [url, *filter(None, (urlsplit(url).path.strip("/"), urlsplit(url).query))]
    with Client(url, reach, headers={"Accept": "*/*", **proof.headers}, secrets=secrets, largest=LARGEST) as client:
        given = client.download(params=proof.params, conditional=True)
    if _WEB_PAGE.match(given.content):
        said = f"GET {_shown(settings['url'])}: a web page came instead of a file."
        hint = "A sign-in page mostly means a wrong address, or a credential that has run out."
        raise HttpFault("format", said, hint, status=given.status)
    digest = hashlib.sha256(given.content).hexdigest()
    if reach.known.get(_KEPT) == digest:
        raise Unchanged
    reach.remember(_KEPT, digest)
    reach.progress(Progress("files", 1, 1))
    yield Page("files", [File(_name(given, "" if url != settings["url"] else url), given.content)])


def _address(reference: str) -> str:
    """The address behind a reference. Raises SourceError, which does not show it."""
    try:
        return str(HttpsUrl().deserialize(reveal(reference)))
    except ValidationError as error:
        said = f"The address in “{reference}” cannot be used: {' '.join(map(str, error.messages))}"
        fault = HttpFault("refused", said, "It begins with https:// and holds no user name or password.")
    raise fault


def _shown(url: str) -> str:
    return url.partition("?")[0]


def _name(given: Download, url: str) -> str:
    """A name for the file, for people and for how it is read."""
    header = Message()
    header["Content-Disposition"] = given.headers.get("Content-Disposition", "")
    said = header.get_filename() or unquote(urlsplit(url).path)
    name = _NAME.sub("_", said.replace("\\", "/").rpartition("/")[2]).lstrip(".")
    return name[-100:] or "file"


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Read the file as the connector for it does."""
    file = next(record for page in pages if isinstance(page, Page) for record in page.records)
    given = Settings(settings["dates"], settings["decimals"], settings["sheet"])
    with tempfile.TemporaryDirectory(prefix="okr-validator-") as folder:
        path = Path(folder) / file.name
        path.write_bytes(file.content)
        return registry.read(path, name=settings["format"], settings=given)
