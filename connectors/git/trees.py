"""What a branch of a repository holds: fetched without its history, and read without ever being checked out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from connectors.contract import Fault, Missing, SourceError
from connectors.git.running import LARGEST, Git

_READ = "refs/okr/read"
_LINK, _SUBMODULE = "120000", "160000"
_SUFFIXES = (".yaml", ".yml", ".json")
_OTHER_SUFFIXES = (
    ".csv", ".docx", ".gif", ".htm", ".html", ".jpeg", ".jpg", ".md", ".odt", ".pdf", ".png", ".pptx", ".rst", ".svg",
    ".toml", ".txt", ".webp", ".xlsx", ".xml",
)  # fmt: skip
"""Names of links that lead to no document; any other may lead to a folder of them."""
_MOST = 5_000
"""Files that are read."""
_AT_ONCE = 8 * 1024 * 1024
"""Bytes of files that are held at a time."""


class Blob(NamedTuple):
    """A file of a commit."""

    path: str
    id: str
    size: int


def commit_of(git: Git, url: str, ref: str | None) -> tuple[str, str]:
    """Full name and commit of a branch or tag; of the one that is shown first where none is named. Raises SourceError."""
    names = ["HEAD"] if ref is None else [f"refs/heads/{ref}", f"refs/tags/{ref}"]
    lines = git("ls-remote", "--quiet", "--", url, *names).decode("utf-8", "replace").splitlines()
    found = {name: id_ for id_, _, name in (line.partition("\t") for line in lines)}
    for name in names:
        if name in found:
            return name, found[name]
    if ref is not None:
        raise SourceError(Fault("/ref", f"The repository has no branch or tag “{ref}”."))
    raise SourceError(Fault("/url", "The repository has no commit yet.", "If it has, this is not the address of it."))


def fetch_commit(git: Git, url: str, name: str) -> None:
    """Fetch what a branch or tag holds now, without its history. Raises SourceError."""
    git("init", "--quiet", "--bare", "repository")
    git(
        "-C", "repository", "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
        "--", url, f"+{name}:{_READ}",
    )  # fmt: skip


def listed(git: Git, folder: str) -> tuple[list[Blob], list[Missing]]:
    """The documents in a folder of what was fetched, and what there is not read. Raises SourceError."""
    within = ["--", f"{folder}/"] if folder else []
    output = git("-C", "repository", "ls-tree", "-r", "-z", "-l", "--full-tree", _READ, *within)
    blobs, missing = [], []
    for entry in output.decode("utf-8", "replace").split("\0")[:-1]:
        about, _, path = entry.partition("\t")
        mode, _, id_, size = about.split()
        inside = path[len(folder) :].strip("/") if folder else path
        if any(part.startswith(".") for part in inside.split("/")):
            continue
        if mode == _SUBMODULE:
            missing.append(Missing(path, "It is a repository within the repository, which is not read."))
        elif mode == _LINK:
            if not path.lower().endswith(_OTHER_SUFFIXES):
                missing.append(Missing(path, "It is a link, which is not followed."))
        elif path.lower().endswith(_SUFFIXES):
            blobs.append(Blob(path, id_, int(size)))
    if not blobs and not missing:
        where = f"in “{folder}”" if folder else "in the repository"
        raise SourceError(
            Fault("/folder", f"There is no YAML or JSON file {where}.", "Name the folder with documents.")
        )
    return _bounded(blobs, missing)


def _bounded(blobs: Sequence[Blob], missing: list[Missing]) -> tuple[list[Blob], list[Missing]]:
    taken: list[Blob] = []
    left: list[Blob] = []
    size = 0
    for blob in blobs:
        if size + blob.size > LARGEST or len(taken) >= _MOST:
            left.append(blob)
        else:
            taken.append(blob)
            size += blob.size
    if left:
        more = f" and {len(left) - 1:,} more" if len(left) > 1 else ""
        reason = f"More than {LARGEST // 1024 // 1024} MB, or {_MOST:,} files, are not read."
        missing.append(Missing(f"{left[0].path}{more}", reason))
    return taken, missing


def contents(git: Git, blobs: Sequence[Blob]) -> Iterator[tuple[Blob, bytes]]:
    """The files with what they hold, some at a time. Raises SourceError."""
    for batch in _batches(blobs):
        rest = git("-C", "repository", "cat-file", "--batch", given="".join(f"{blob.id}\n" for blob in batch))
        for blob in batch:
            head, _, rest = rest.partition(b"\n")
            size = int(head.split()[2])
            yield blob, rest[:size]
            rest = rest[size + 1 :]


def _batches(blobs: Sequence[Blob]) -> Iterator[list[Blob]]:
    batch: list[Blob] = []
    size = 0
    for blob in blobs:
        if batch and size + blob.size > _AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(blob)
        size += blob.size
    if batch:
        yield batch
