"""What commands say of the source of a connection: its settings as options, its schedule, and whether it answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from connectors.contract import Fault, Reach, SourceError
from connectors.reading.files import read_bytes
from connectors.reading.yaml_text import parse_yaml
from validator.cli.connection_view import changed, print_connection
from validator.cli.opened import database_url, opened
from validator.cli.tables import format_option, print_json, print_table
from validator.service.connections import MOST_GRACE
from validator.service.lookups import a_connection
from validator.service.sync_source import source_of
from validator.service.sync_trial import Tried, try_source
from validator.settings import read_settings
from validator.store.engine import reading

set_option = click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE", help="Setting of the connector; repeatable."
)
settings_option = click.option(
    "--settings",
    "settings_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of settings, as YAML or JSON.",
)


@click.command("schedule")
@click.argument("id")
@click.argument("cron", required=False)
@click.option("--zone", help="Time zone of the schedule, such as Europe/Berlin.")
@click.option("--grace", type=click.IntRange(0, MOST_GRACE), help="Minutes until a source unheard is silent.")
@click.option("--pause", "paused", flag_value=True, type=bool, default=None, help="Let the schedule rest.")
@click.option("--resume", "paused", flag_value=False, type=bool, help="Go on from the next moment of the schedule.")
@click.option("--none", "never", is_flag=True, help="Take the schedule away.")
@format_option
@database_url
def set_schedule(
    id: str,
    cron: str | None,
    zone: str | None,
    grace: int | None,
    paused: bool | None,
    never: bool,
    format_name: str,
    database_url: str | None,
) -> None:
    """Have the source of the connection ID read by schedule: CRON is five fields such as "0 6 * * 1-5"."""
    asked = {"schedule": cron, "zone": zone, "grace_minutes": grace, "paused": paused}
    changes: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if never:
        changes["schedule"] = None
    if not changes or (never and cron is not None):
        raise click.UsageError("Give CRON, --zone, --grace, --pause, --resume or --none.")
    entry = changed(database_url, id, lambda _row: changes)
    next_at = entry["source"]["next_at"]
    print_connection(entry, format_name, f"Read next at {next_at}." if next_at else "No schedule has it read.")


@click.command("test")
@click.argument("id")
@format_option
@database_url
def test_source(id: str, format_name: str, database_url: str | None) -> None:
    """Ask the source of the connection ID for its first pages, until an objective comes of them; nothing is stored.

    Shows whether credential, scope and settings are right. Exits 2 where they are not, and says what is wrong.
    """
    with opened(database_url) as engine, reading(engine) as connection:
        source = source_of(a_connection(connection, id))
    settings = read_settings()
    tried = try_source(
        source, Reach(settings.allowed_networks, secrets=settings.secrets, folders=settings.allowed_folders)
    )
    if format_name == "json":
        print_json({**tried._asdict(), "missing": [part._asdict() for part in tried.missing]})
    else:
        print_table(("WHAT", "ANSWER"), _lines(tried), "")


def settings_from(file: Path | None, given: tuple[str, ...]) -> dict[str, Any]:
    """The settings of a file, with those given one by one over them; a name given twice makes a list.

    Raises SourceError for a file that holds none, and click.UsageError for what is no NAME=VALUE.
    """
    settings = {} if file is None else _read(file)
    single: dict[str, Any] = {}
    for text in given:
        name, mark, value = text.partition("=")
        if not mark or not name.strip():
            raise click.UsageError(f"“{text}” is no NAME=VALUE.")
        before = single.get(name.strip())
        single[name.strip()] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return {**settings, **single}


def _lines(tried: Tried) -> list[tuple[str, str]]:
    """What a source answered when it was tried, as rows of a table."""
    read = ", ".join(f"{count:,} {kind}" for kind, count in tried.read.items())
    mapped = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in tried.mapped.items())
    rows = [
        ("connector", tried.title),
        ("first pages", read or "nothing"),
        ("becomes", mapped or "nothing"),
        ("can express", ", ".join(tried.provides)),
    ]
    rows += [("missing", f"{part.scope}: {part.reason}") for part in tried.missing]
    return rows + [("note", note) for note in tried.notes]


def _read(file: Path) -> dict[str, Any]:
    data = parse_yaml(read_bytes(file), file.name).data
    if not isinstance(data, Mapping):
        raise SourceError(
            Fault("", f"“{file.name}” holds no settings.", "names and values, such as base_url: https://…")
        )
    return dict(data)
