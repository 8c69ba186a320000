"""`okr-validator serve`: the HTTP API."""

from __future__ import annotations

import sys

import click

from validator.api.server import serve

_EPILOG = """\b
Examples:
  okr-validator serve --port 8000
  okr-validator serve --with-worker
  curl -s -H "Content-Type: application/json" --data @okrs.json http://127.0.0.1:8000/v1/validations

What is not given comes from the environment (OKR_VALIDATOR_HOST, OKR_VALIDATOR_PORT and so on), else is the default.
"""


@click.command("serve", epilog=_EPILOG)
@click.option("--host", help="Address to listen on; default: 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; default: 8000.")
@click.option("--workers", type=click.IntRange(1), help="Processes.")
@click.option("--threads", type=click.IntRange(1), help="Requests that one process serves at a time.")
@click.option("--allow-remote", is_flag=True, default=None, help="Listen on an address that other machines reach.")
@click.option("--with-worker", is_flag=True, help="Run syncs and the work of the night, too, in a process beside it.")
def command(
    host: str | None,
    port: int | None,
    workers: int | None,
    threads: int | None,
    allow_remote: bool | None,
    with_worker: bool,
) -> None:
    """Serve the HTTP API until interrupted."""
    beside = [sys.executable, "-m", "validator", "worker", "--tied"] if with_worker else None
    serve(host, port, workers, threads, allow_remote=allow_remote, beside=beside)
