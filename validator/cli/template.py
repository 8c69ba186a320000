"""`okr-validator template`: a workbook to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from connectors.reading.template import write_template
from validator.cli.output import print_lines


@click.command("template", epilog="\b\nExample:\n  okr-validator template okrs.xlsx\n")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
def command(path: Path, force: bool) -> None:
    """Write an empty workbook with every sheet and column that can be read to PATH."""
    if path.exists() and not force:
        raise click.UsageError(f"{path} exists. Give another name, or --force to overwrite it.")
    try:
        write_template(path)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or "it cannot be written") from error
    print_lines(f"Wrote {path}. Fill it in, then: okr-validator validate {path}")
