"""A folder of OKR set documents (YAML or JSON) in a git repository."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from connectors.contract import Missing, Page, Progress, Reach, Reading, Unchanged
from connectors.git import trees
from connectors.git.addresses import RepositoryUrl, place_of
from connectors.git.merging import Merging
from connectors.git.running import Git
from connectors.git.scratch import scratch
from connectors.git.surroundings import Login, variables
from connectors.http.fields import Secret, reveal
from connectors.http.scrub import Scrubber
from connectors.http.secrets import in_proxies

TITLE = "A folder of documents in a git repository"
PROVIDES: tuple[str, ...] = ()
TESTED_AGAINST = (
    "git 2.39 with repositories of its own, on this machine and over HTTP by git's own server; ssh only with a program in its "
    "place"
)
GUIDE = """\
## The documents

Every `.yaml`, `.yml` and `.json` file in `folder` (and in folders below it) is an OKR set document, or a part of one: teams in
one file, the objectives of each team in another. Hidden files and all other kinds are left alone. Together they are one set:

- objectives, key results, initiatives, dependencies, reviews and conflicts have ids of their own across all files;
- cycles, teams and people may be told of in several files, so long as these agree.

A file that cannot be read, has a field that the document does not know, or repeats an id, makes the set incomplete: the sync
names it, and nothing is taken for resolved until it is mended.

## The credential

- `https`: an access token that may read the repository, and nothing else (on GitHub a fine-grained token with *Contents:
  read*, on GitLab a project access token with `read_repository`):

      export OKR_GIT_TOKEN=…
      okr-validator connections add plans --connector git-folder --set url=https://git.example.com/okrs.git \\
        --set folder=okrs --set token=env:OKR_GIT_TOKEN

- `ssh`: a deploy key for reading. `key` names the file or variable that holds the private key (without a passphrase); without
  it the server is shown no key, not even one of the user who runs the service. `host_key` is the server's own, as `ssh-keyscan`
  prints it after the name; without it, the known hosts of the user who runs the service count:

      okr-validator connections add plans --connector git-folder --set url=git@git.example.com:okrs.git \\
        --set folder=okrs --set key=file:/run/secrets/okr_deploy_key --set "host_key=ssh-ed25519 AAAA…"

- a repository on the same machine: its path, in a folder that the operator allowed (`OKR_VALIDATOR_ALLOWED_FOLDERS`).

## How it is read

One commit is fetched without its history, by the program git (2.37 or later) of the machine, and read without a checkout: no
hook, submodule, link or filter of the repository has any effect. A repository within it is named as missing, and so is a link,
unless it has the name of another kind of file, such as `logo.png`. The commit is remembered; while it is the newest, nothing is
read again.

## Limits

- 64 MB packed, and 64 MB or 5,000 files of documents; a YAML file has at most 2 MB.
- Redirects are not followed. Private and metadata addresses are refused unless the operator allowed their network.
- Whether texts hold what they should, such as a date, is found when the whole set is judged: then the sync fails, and says where.
"""
_COMMIT = "commit"
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+-]{0,200}")


def _is_ref(name: str) -> None:
    if not _REF.fullmatch(name) or ".." in name or "//" in name or name.endswith((".lock", ".", "/")):
        raise ValidationError("Not the name of a branch or tag.")


def _is_folder(path: str) -> None:
    parts = path.strip("/").split("/") if path.strip("/") else []
    if len(path) > 500 or not path.isprintable() or {"", ".", ".."} & set(parts):
        raise ValidationError("Not the path of a folder in a repository.")


class SETTINGS(Schema):
    """What may be set."""

    url = RepositoryUrl(
        required=True, metadata={"description": "Address of the repository; or its path, where that was allowed."}
    )
    ref = fields.String(
        load_default=None,
        validate=_is_ref,
        metadata={"description": "Branch or tag. Default: the branch that the repository shows first."},
    )
    folder = fields.String(
        load_default="",
        validate=_is_folder,
        metadata={"description": "Folder in the repository. Default: all of it."},
    )
    token = Secret(load_default=None, metadata={"description": "For https: the access token or password."})
    user = fields.String(
        load_default="git",
        validate=validate.Regexp(r"[A-Za-z0-9._@+-]{1,200}\Z", error="Not the name of a user."),
        metadata={"description": "For https: the user; most servers take any name with a token."},
    )
    key = Secret(load_default=None, metadata={"description": "For ssh: the private key."})
    host_key = fields.String(
        load_default=None,
        validate=validate.Regexp(
            r"[a-z0-9@.-]{3,60} [A-Za-z0-9+/=]{20,2000}\Z", error="Not a key such as “ssh-ed25519 AAAA…”."
        ),
        metadata={"description": "For ssh: the key of the server, such as `ssh-ed25519 AAAA…`."},
    )

    @validates_schema
    def check_login(self, data: Mapping[str, Any], **_: Any) -> None:
        """Raise ValidationError for a credential that the address has no use for."""
        encrypted = data["url"].startswith(("https://", "http://"))
        of_ssh = not encrypted and not data["url"].startswith("/")
        wrong = {"token": data["token"] and not encrypted, "key": data["key"] and not of_ssh}
        faults = {name: ["The address has no use for it."] for name, is_wrong in wrong.items() if is_wrong}
        if faults:
            raise ValidationError(faults)


class File(NamedTuple):
    """A document as it lies in the repository."""

    path: str
    content: bytes


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """The files of the newest commit. Raises SourceError, and Unchanged where it was read before."""
    url, folder = settings["url"], settings["folder"].strip("/")
    place = place_of(url, reach)
    login, secrets = _login(settings)
    with scratch() as own:
        scrub = Scrubber([*secrets, *in_proxies()])
        git = Git(own, variables(place, login, own), reach.patience, scrub)
        git.check_version()
        name, commit = trees.commit_of(git, place.url, settings["ref"])
        if reach.known.get(_COMMIT) == commit:
            raise Unchanged
        trees.fetch_commit(git, place.url, name)
        blobs, missing = trees.listed(git, folder)
        yield from missing
        for number, (blob, content) in enumerate(trees.contents(git, blobs), 1):
            reach.progress(Progress("files", number, len(blobs)))
            yield Page("files", [File(blob.path, content)])
        reach.remember(_COMMIT, commit)


def _login(settings: Mapping[str, Any]) -> tuple[Login, list[str]]:
    """What git proves itself with, and the secrets in it. Raises SourceError."""
    if settings["token"]:
        token = reveal(settings["token"])
        both = base64.b64encode(f"{settings['user']}:{token}".encode()).decode()
        return Login(header=f"Basic {both}"), [token, both]
    if settings["key"]:
        key = reveal(settings["key"], lines=True)
        return Login(key=key, host_key=settings["host_key"] or ""), [key]
    return Login(host_key=settings["host_key"] or ""), []


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Merge the documents to one; whatever is wrong with a file is missing, with its name."""
    merging, missing = Merging(), []
    for page in pages:
        if isinstance(page, Missing):
            missing.append(page)
            continue
        for file in page.records:
            missing += merging.take(file.path, file.content)
    document = {**merging.document, "source": merging.source("git", bool(missing))}
    return Reading(document, {}, (), tuple(missing))
