"""`okr-validator texts`: rulesets, the failure table and the metric catalogue in the database, with their versions."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import click
from sqlalchemy import Connection

from validator.api.previews import preview_shown
from validator.api.text_schemas import draft_shown, version_shown
from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines, print_out
from validator.cli.source import STANDARD_INPUT
from validator.cli.tables import format_option, print_json, print_table
from validator.cli.texts_shown import by_rule, print_preview, print_version
from validator.errors import BadInput, Fault
from validator.report.words import counted
from validator.rules.files import shipped_text
from validator.rules.table_texts import SHIPPED, TABLES
from validator.service.drafts import delete_draft, draft_of, save_draft
from validator.service.faults import NotFound
from validator.service.preview import preview
from validator.service.publishing import check_draft, difference, publish, rollback, version_number
from validator.service.texts import KINDS, RULESET, Target, names, target, text_of, versions
from validator.settings import read_settings
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator texts show base --version shipped > base.yaml    begin from what is shipped
  okr-validator texts list                                       see what is stored
  okr-validator texts draft our-rules our-rules.yaml             save what you edited as the draft
  okr-validator texts check our-rules                            compile it, run its examples
  okr-validator texts preview our-rules --connection acme        see what it would change
  okr-validator texts diff our-rules                             the same by line and by rule
  okr-validator texts publish our-rules --note "Fewer warnings"  put it in force
  okr-validator texts versions our-rules                         see who published what, and when
  okr-validator texts rollback our-rules 3                       put version 3 in force again
  okr-validator texts discard our-rules                          delete the draft

\b
NAME is that of a ruleset, or failure-table or metrics. A published version never changes. A stored ruleset extends shipped
ones by name, and published ones by name and version: extends: [base, our-rules@3].
"""
_PAGE = 200
_note = click.option("--note", default="", help="Why; it stays with the version.")


@click.group("texts", epilog=_EPILOG)
def command() -> None:
    """Edit rulesets, the failure table and the metric catalogue: draft, preview, publish, go back."""


@command.command("list")
@format_option
@database_url
def list_texts(format_name: str, database_url: str | None) -> None:
    """List what has a draft or was published."""
    with opened(database_url) as engine, reading(engine) as connection:
        found = [
            {"kind": kind, "name": name, "version": version, "draft": _draft_version(connection, Target(kind, name))}
            for kind in KINDS
            for name, version in names(connection, kind).items()
        ]
    if format_name == "json":
        print_json({"texts": found})
        return
    rows = [list(entry.values()) for entry in found]
    print_table(("KIND", "NAME", "IN FORCE", "DRAFT"), rows, "Nothing is stored: what is shipped is in force.")


@command.command("show")
@click.argument("name")
@click.option("--version", "chosen", default="draft", show_default=True, help="A number, draft or shipped.")
@database_url
def show_text(name: str, chosen: str, database_url: str | None) -> None:
    """Print the draft of NAME, or a version of it."""
    what = _target(name)
    with opened(database_url) as engine, reading(engine) as connection:
        print_out(_text(connection, what, chosen), encoding="utf-8")


@command.command("draft")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--edited", type=click.IntRange(1), help="Version of the draft that you edited; default: the latest.")
@click.option("--base", type=click.IntRange(1), help="Published version that it now takes into account.")
@format_option
@database_url
def save(
    name: str, file: str, edited: int | None, base: int | None, format_name: str, database_url: str | None
) -> None:
    """Save the text in FILE ("-": standard input) as the draft of NAME.

    With --edited, a draft that somebody else has saved meanwhile is never overwritten.
    """
    what, text = _target(name), _read(file)
    with opened(database_url) as engine, writing(engine) as connection:
        version = edited or _draft_version(connection, what)
        draft = save_draft(connection, _now(), actor(), what, text, version=version, base=base)
    if format_name == "json":
        print_json(draft_shown(what, draft))
    else:
        print_lines(f"{name}: draft saved, version {draft.version}.")


@command.command("discard")
@click.argument("name")
@click.option("--edited", type=click.IntRange(1), help="Version of the draft that you have read; default: the latest.")
@format_option
@database_url
def discard(name: str, edited: int | None, format_name: str, database_url: str | None) -> None:
    """Delete the draft of NAME. What was published stays."""
    what = _target(name)
    with opened(database_url) as engine, writing(engine) as connection:
        version = edited or draft_of(connection, what).version
        removed = delete_draft(connection, _now(), actor(), what, version=version)
    if format_name == "json":
        print_json(draft_shown(what, removed))
    else:
        print_lines(f"{name}: the draft, version {removed.version}, is deleted.")


@command.command("check")
@click.argument("name")
@database_url
def check(name: str, database_url: str | None) -> None:
    """Compile the draft of NAME and run its examples, as publishing does. Every fault is listed, and exits 2."""
    with opened(database_url) as engine:
        done = check_draft(engine, _target(name))
    parts = (counted(number, noun.removesuffix("s")) for noun, number in done.items() if isinstance(number, int))
    print_lines(f"{name}: {', '.join(parts)}, no fault.")


@command.command("publish")
@click.argument("name")
@click.option("--edited", type=click.IntRange(1), help="Version of the draft that you checked; default: the latest.")
@_note
@format_option
@database_url
def publish_text(name: str, edited: int | None, note: str, format_name: str, database_url: str | None) -> None:
    """Publish the draft of NAME, once it compiles and its examples are as expected."""
    what = _target(name)
    with opened(database_url) as engine:
        with reading(engine) as connection:
            version = edited or draft_of(connection, what).version
        made = publish(engine, _now(), actor(), what, version=version, note=note)
    print_version(version_shown(what, made), format_name)


@command.command("rollback")
@click.argument("name")
@click.argument("version", type=click.IntRange(1))
@_note
@format_option
@database_url
def roll_back(name: str, version: int, note: str, format_name: str, database_url: str | None) -> None:
    """Put VERSION of NAME in force again, under a new number."""
    what = _target(name)
    with opened(database_url) as engine:
        made = rollback(engine, _now(), actor(), what, version, note=note)
    print_version(version_shown(what, made), format_name)


@command.command("versions")
@click.argument("name")
@format_option
@database_url
def list_versions(name: str, format_name: str, database_url: str | None) -> None:
    """List the published versions of NAME, the newest first."""
    what, found, below = _target(name), [], None
    with opened(database_url) as engine, reading(engine) as connection:
        while page := versions(connection, what, below=below, limit=_PAGE):
            found += [version_shown(what, version) for version in page]
            below = page[-1].version
    if format_name == "json":
        print_json({"versions": found})
        return
    fields = ("version", "published_at", "published_by", "restored_from", "note")
    rows = [[entry[field] for field in fields] for entry in found]
    head = ("VERSION", "PUBLISHED", "BY", "AGAIN", "NOTE")
    print_table(head, rows, f"Nothing was published under {name}.")


@command.command("diff")
@click.argument("name")
@click.argument("before", required=False)
@click.argument("after", default="draft")
@format_option
@database_url
def compare(name: str, before: str | None, after: str, format_name: str, database_url: str | None) -> None:
    """Compare two versions of NAME: numbers, draft or shipped. By default the version in force, and the draft."""
    with opened(database_url) as engine:
        found = difference(engine, _target(name), before, after)
    if format_name == "json":
        print_json(found._asdict())
    elif found.unified:
        print_lines(*found.unified.splitlines(), *by_rule(found.rules))
    else:
        print_lines("No difference.")


@command.command("preview")
@click.argument("name")
@click.option("--connection", "connections", multiple=True, metavar="ID", help="Connection to try it on; repeatable.")
@format_option
@database_url
def try_draft(name: str, connections: tuple[str, ...], format_name: str, database_url: str | None) -> None:
    """Try the draft of the ruleset NAME on the last sets of connections. Nothing is stored."""
    with opened(database_url) as engine:
        found = preview_shown(preview(engine, name, connections, model=read_settings().model_dir))
    if format_name == "json":
        print_json(found)
        return
    print_preview(found)


def _target(name: str) -> Target:
    return target(name if name in TABLES else RULESET, name)


def _draft_version(connection: Connection, what: Target) -> int | None:
    try:
        return draft_of(connection, what).version
    except NotFound:
        return None


def _text(connection: Connection, what: Target, chosen: str) -> str:
    if chosen == "draft":
        return draft_of(connection, what).text
    return shipped_text(what.name) if chosen == SHIPPED else text_of(connection, what, version_number(chosen))


def _read(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise click.FileError(file, error.strerror or "it cannot be read") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput([Fault("", "It is not UTF-8 text.", "save it as UTF-8", file)]) from None


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
