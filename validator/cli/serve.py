"""`okr-validator serve`: the HTTP API."""

from __future__ import annotations

import click

from validator.api.server import serve

_EPILOG = """\b
Examples:
  okr-validator serve --port 8000
  curl -s -H "Content-Type: application/json" --data @okrs.json http://127.0.0.1:8000/v1/validations
"""


@click.command("serve", epilog=_EPILOG)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1), help="Threads of each process.")
def command(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the HTTP API until interrupted."""
    serve(host, port, workers, threads)
