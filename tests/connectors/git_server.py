"""Repositories on disk, and git's own server for them over HTTP, which can be told to misbehave."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

_ENVIRONMENT = {
    "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@alder.example", "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@alder.example",
}  # fmt: skip


class Repository(NamedTuple):
    """A repository with a working folder."""

    folder: Path

    def git(self, *arguments: str) -> str:
        asked = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(asked, env=_ENVIRONMENT, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, files: Mapping[str, str]) -> str:
        """Write files and commit everything there is; gives the commit."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "more")
        return self.git("rev-parse", "HEAD")


def repository(folder: Path) -> Repository:
    """A new repository in a folder."""
    folder.mkdir(parents=True)
    made = Repository(folder)
    made.git("init", "--quiet", "--initial-branch=main")
    return made


class Served(NamedTuple):
    """A server, and the requests that it got."""

    url: str
    asked: list[tuple[str, str | None]]
    """Path and the header Authorization of each."""
    answer: dict[str, object]
    """What it answers instead, if anything: status, and headers."""


@contextmanager
def served(root: Path, authorization: str | None = None) -> Iterator[Served]:
    """Serve the repositories below a folder; with `authorization`, only to requests with that header."""
    asked: list[tuple[str, str | None]] = []
    answer: dict[str, object] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Authorization")))
            if answer:
                self.send_response(int(str(answer["status"])))
                for name, value in dict(answer.get("headers") or {}).items():
                    self.send_header(name, value)
                self.end_headers()
            elif authorization is not None and self.headers.get("Authorization") != authorization:
                self.send_response(401)
                self.send_header("WWW-Authenticate", "Basic realm=git")
                self.end_headers()
            else:
                self._backend()

        do_POST = do_GET

        def _backend(self) -> None:
            path, _, query = self.path.partition("?")
            environment = _ENVIRONMENT | {
                "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
                "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }  # fmt: skip
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=True)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}", asked, answer)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
