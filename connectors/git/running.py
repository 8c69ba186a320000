"""Running git within bounds: time, memory, and bytes written."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, NamedTuple

from connectors.http.faults import HttpFault, Kind
from connectors.http.scrub import Scrubber, shorten

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest file that git may write: the packed repository, or what it says."""
_MEMORY = 2 * 1024 * 1024
"""KiB of address space."""
_BOUNDED = f'ulimit -f {LARGEST // 512}; ulimit -v {_MEMORY} 2>/dev/null; exec git "$@"'
"""Words of the command come as arguments and are not read by the shell."""
_FAR_ENOUGH = 20_000
_OLDEST = (2, 37)
"""An older git pays no heed to `http.curloptResolve`, and would ask wherever a name leads to by then."""
_KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("refused", r"host key verification failed|no \S+ host key is known", "Set `host_key` to the key of the server."),
    ("refused", r"error: 30\d|redirect", "A redirect is not followed: set `url` to where the repository is now."),
    ("credential", r"authentication failed|could not read (username|password)|permission denied \(|error: 401|invalid format",
     "The credential is wrong, has run out or was taken back: make a new one."),
    ("permission", r"error: 403|access denied|not authorized", "Give the credential the right to read the repository."),
    ("not_found", r"not found|error: 404|does not exist|not appear to be a git repository|couldn't find remote ref|no such",
     "Check `url`, and that the credential may see the repository."),
    ("rate", r"error: 429", "The server takes no more requests for now: sync less often."),
    ("server", r"error: 5\d\d", "The server has a problem of its own: try again later."),
    ("network", r"could not resolve|failed to connect|connection (refused|reset|timed out)|unable to access|certificate",
     "Check the address, the network and the proxy."),
)  # fmt: skip


class Git(NamedTuple):
    """Runs git in a folder of its own."""

    folder: Path
    environment: Mapping[str, str]
    patience: float
    """Seconds that one command may take."""
    scrub: Scrubber

    def __call__(self, *arguments: str, given: str = "") -> bytes:
        """What a command says; `given` is what it reads. Raises HttpFault."""
        paths = {name: self.folder / name for name in ("in", "out", "err")}
        paths["in"].write_text(given, "utf-8")
        with paths["in"].open("rb") as reads, paths["out"].open("wb") as says, paths["err"].open("wb") as complains:
            code = self._ended(["/bin/sh", "-c", _BOUNDED, "git", *arguments], reads, says, complains)
        if code == 0:
            return paths["out"].read_bytes()
        raise self._fault(code, paths["err"].read_bytes()[:_FAR_ENOUGH].decode("utf-8", "replace"))

    def check_version(self) -> None:
        """Go on where git can be told which address to ask; raises HttpFault where it is too old, or not there."""
        said = self("version").decode("utf-8", "replace").strip()
        found = re.search(r"(\d+)\.(\d+)", said)
        if found is None or (int(found[1]), int(found[2])) < _OLDEST:
            raise HttpFault("refused", f"“{shorten(said)}” is too old: not run.", "Install git 2.37 or later.")

    def _ended(self, command: list[str], reads: IO[bytes], says: IO[bytes], complains: IO[bytes]) -> int:
        try:
            process = subprocess.Popen(  # noqa: S603 - fixed words, and addresses and names that were checked
                command, stdin=reads, stdout=says, stderr=complains, cwd=self.folder, env=self.environment,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise HttpFault("network", f"git cannot be run: {error.strerror}.") from None
        try:
            return process.wait(self.patience)
        except subprocess.TimeoutExpired:
            raise HttpFault("timeout", "git was not done in time.", "Try again later.") from None
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _fault(self, code: int, said: str) -> HttpFault:
        if any(path.stat().st_size >= LARGEST - 4096 for path in self.folder.rglob("*") if path.is_file()):
            message = f"The repository is larger than {LARGEST // 1024 // 1024} MB, packed."
            return HttpFault("too_large", message, "Keep the documents in a repository of their own.")
        if code == 127:
            hint = "Install git on the machine that runs the syncs."
            return HttpFault("network", "The program git is not there.", hint)
        lines = [line for line in said.splitlines() if line.strip() and not line.startswith("warning: ")]
        told = next(
            (line for line in lines if line.startswith(("fatal: ", "error: ", "remote: "))), "".join(lines[-1:])
        )
        # A server may write to the terminal of whoever reads this.
        bare = "".join(char for char in told if char.isprintable())
        words = shorten(self.scrub(bare.partition(": ")[2] or bare)) or f"it ended with {code}"
        for kind, pattern, hint in _KINDS:
            if re.search(pattern, said, re.IGNORECASE):
                return HttpFault(kind, f"git: {words}.", hint)
        return HttpFault("request", f"git: {words}.", "Check the settings.")
