"""The real command in a process of its own: exit codes, pipes, signals, terminals, encodings, what it imports."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from validator.cli import schema
from validator.cli.main import main

ROOT = Path(__file__).parents[2]
UNOWNED = ("validate", "unowned.yaml", "--ruleset", "rules.yaml")
STDIN = ("validate", "-", "--ruleset", "rules.yaml")


def environment(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TERM": "xterm", **more}


def run(*arguments: str, env: dict[str, str] | None = None, **how: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "validator", *arguments]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    return subprocess.run(command, env=env or environment(), timeout=60, check=False, **how)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("validate", "owned.yaml", "--ruleset", "rules.yaml"), 0, id="0 passes the gate"),
        pytest.param(UNOWNED, 1, id="1 has findings at the gate"),
        pytest.param(("validate", "missing.yaml"), 2, id="2 is a bad input"),
        pytest.param(("no-such-command",), 2, id="2 is bad usage"),
        pytest.param(("--version",), 0, id="0 says the version"),
    ],
)
def test_the_exit_code_of_the_process(folder: Path, arguments: tuple[str, ...], code: int) -> None:
    assert code == run(*arguments).returncode


def test_an_unexpected_failure_exits_3_in_one_line_with_a_hint(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken() -> dict[str, Any]:
        raise RuntimeError("out of\nluck")

    monkeypatch.setattr(schema, "document_schema", broken)
    assert main(["schema"]) == 3
    said = capfd.readouterr().err
    assert said == (
        "okr-validator failed: RuntimeError: out of luck. Run again with OKR_VALIDATOR_DEBUG=1 for the traceback.\n"
    )
    monkeypatch.setenv("OKR_VALIDATOR_DEBUG", "1")
    assert main(["schema"]) == 3
    assert "Traceback" in capfd.readouterr().err


@pytest.mark.parametrize("indented", [False, True], ids=["JSON", "YAML"])
def test_standard_input_is_read(folder: Path, indented: bool) -> None:
    document = {"objectives": [{"id": "C1", "title": "Win", "owners": []}]}
    text = (folder / "unowned.yaml").read_bytes() if indented else orjson.dumps(document)
    said = run(*STDIN, "--format", "json", input=text)
    assert said.returncode == 1
    assert orjson.loads(said.stdout)["findings"][0]["rule"] == "unowned-objective"


@pytest.mark.parametrize("text", [b"", b"   \n", b'{"objectives": [', b"\xff\xfe\x00", b"- [", b"7"])
def test_what_cannot_be_read_from_standard_input_exits_2(folder: Path, text: bytes) -> None:
    said = run(*STDIN, input=text)
    assert (said.returncode, said.stdout) == (2, b"")
    assert said.stderr.strip()


def test_a_reader_that_stops_reading_is_no_error(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        said = run(*UNOWNED, stdout=writer)
    finally:
        os.close(writer)
    assert (said.returncode, said.stderr) == (1, b"")


def interrupted(process: subprocess.Popen[bytes]) -> int:
    """The exit code after Ctrl-C, pressed again where the first fell just before a read began."""
    for _ in range(10):
        process.send_signal(signal.SIGINT)
        try:
            return process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("the command does not stop")


def _interruptible() -> None:
    """Heed Ctrl-C even where the tests run in the background, which does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interruption_exits_130_without_a_traceback(folder: Path) -> None:
    command = [sys.executable, "-m", "validator", *STDIN]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment(), preexec_fn=_interruptible, **pipes) as process:  # type: ignore[call-overload]
        # More than a pipe holds: once it is written, the command is reading.
        process.stdin.write(b" " * 1_000_000)
        process.stdin.flush()
        assert interrupted(process) == 130
        assert process.stderr.read() == b"\nInterrupted.\n"


def test_an_encoding_without_our_marks_gets_ascii(folder: Path) -> None:
    said = run(*UNOWNED, env=environment(PYTHONIOENCODING="ascii"))
    assert said.returncode == 1
    assert b'x "Win the south" has no owner.  C2' in said.stdout


def test_formats_for_machines_are_utf_8_whatever_the_terminal(folder: Path) -> None:
    said = run(*UNOWNED, "--format", "json", env=environment(PYTHONIOENCODING="latin-1"))
    assert "“Win the south” has no owner." in orjson.loads(said.stdout)["findings"][0]["message"]


@pytest.mark.parametrize(("more", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_for_terminals_that_want_it(folder: Path, more: dict[str, str], coloured: bool) -> None:
    ours, theirs = pty.openpty()
    try:
        assert run(*UNOWNED, env=environment(**more), stdout=theirs).returncode == 1
        assert coloured is (b"\x1b[" in os.read(ours, 100_000))
    finally:
        os.close(ours)
        os.close(theirs)


def test_judging_a_document_loads_nothing_of_the_web_service(folder: Path) -> None:
    program = (
        "import sys; from validator.cli.main import main; main(sys.argv[1:]);"
        "print(sorted({'flask', 'flask_smorest', 'gunicorn'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, *UNOWNED, "--quiet"]
    said = subprocess.run(command, env=environment(), capture_output=True, timeout=60, check=True)
    assert said.stdout == b"[]\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_report_that_cannot_be_written_never_passes(folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        said = run("validate", "owned.yaml", "--ruleset", "rules.yaml", stdout=full)
    assert said.returncode == 3
    assert said.stderr.startswith(b"okr-validator failed: OSError: ")


def test_a_shell_can_complete_commands_and_options() -> None:
    def completed(words: str) -> list[str]:
        more = {"COMP_WORDS": words, "COMP_CWORD": "1", "_OKR_VALIDATOR_COMPLETE": "bash_complete"}
        return run(env=environment(**more)).stdout.decode().split()

    assert completed("okr-validator val") == ["plain,validate"]
