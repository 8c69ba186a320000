"""`okr-validator keys`: who may use the HTTP API."""

from __future__ import annotations

import datetime
import os

import click
from sqlalchemy import Connection

from validator.api.key_schemas import shown
from validator.cli.faults import fault_lines
from validator.cli.opened import actor, address, database_url, opened
from validator.cli.output import print_lines
from validator.cli.tables import format_option, print_json, print_table
from validator.errors import BadInput, Fault
from validator.report.clean import one_line
from validator.service import keys
from validator.service.key_wishes import ROLES, Wish
from validator.service.keys import Key
from validator.service.pepper import BadPepper, Pepper, check
from validator.settings import read_settings
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator keys create "Nightly export" --role submitter --connection acme --days 365
  okr-validator keys create Ana --role admin
  okr-validator keys list
  okr-validator keys revoke 0f3c9a1be2d47785

\b
Roles, each more than the one before it:
  reader     reads reports, findings and rulesets
  submitter  also has OKR sets judged and recorded
  editor     also waives, decides, edits drafts and connections
  publisher  also publishes rulesets and brings older ones back
  admin      also makes and revokes keys, reads the audit trail and erases

Until the first key is made, the server answers only programs of its own machine; from then on it asks everybody for one:
  curl -H "Authorization: Bearer okrv_..." http://127.0.0.1:8000/v1/rulesets

\b
What keys are hashed with is kept in a file beside an SQLite database (FILE.pepper): copy it along. For PostgreSQL set
OKR_VALIDATOR_PEPPER to env:NAME or file:PATH, alike for the servers and for this command.
"""
_PAGE = 200


@click.group("keys", epilog=_EPILOG)
def command() -> None:
    """Make, list and revoke the keys of the HTTP API."""


@command.command("create")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the key may do.")
@click.option("--connection", "connections", multiple=True, metavar="ID", help="Only for this one; repeatable.")
@click.option("--days", type=click.IntRange(1, 36_500), help="Days until it ends; default: when it is revoked.")
@format_option
@database_url
def create_key(
    name: str,
    role: str,
    connections: tuple[str, ...],
    days: int | None,
    format_name: str,
    database_url: str | None,
) -> None:
    """Make a key for the app or person NAME. It is printed this once, and can never be read again."""
    now = _now()
    ends = None if days is None else now + datetime.timedelta(days=days)
    wish = Wish(name, role, connections or None, ends)
    with opened(database_url) as engine:
        pepper = _pepper(database_url)
        with reading(engine) as connection:
            check(connection, pepper)
        secret = pepper.make()
        with writing(engine) as connection:
            key, text = keys.create(connection, secret, now, actor(), wish)
    if format_name == "json":
        print_json({**shown(key, now), "key": text})
        return
    print_lines(text)
    click.echo(f"Key {key.id} of “{one_line(key.name)}”, {key.role}. Keep it: it is not shown again.", err=True)


@command.command("list")
@format_option
@database_url
def list_keys(format_name: str, database_url: str | None) -> None:
    """List the keys, the newest first, revoked ones too; never their secrets."""
    with opened(database_url) as engine, reading(engine) as connection:
        found: list[Key] = []
        while page := keys.listed(connection, below=found[-1].id if found else None, limit=_PAGE):
            found.extend(page)
        _warn(connection, database_url)
    now = _now()
    if format_name == "json":
        print_json({"keys": [shown(key, now) for key in found]})
    else:
        empty = "There is no key yet. Make one with: okr-validator keys create NAME --role ROLE"
        print_table(_HEAD, [_row(key, now) for key in found], empty)


@command.command("revoke")
@click.argument("id")
@format_option
@database_url
def revoke_key(id: str, format_name: str, database_url: str | None) -> None:
    """Revoke the key ID at once and for good."""
    now = _now()
    with opened(database_url) as engine, writing(engine) as connection:
        key = keys.revoke(connection, now, actor(), keys.id_in(id))
    if key is None:
        # What was given is not repeated: it may be a secret of something else.
        raise BadInput([Fault("", "There is no such key.", "okr-validator keys list shows the ids")])
    if format_name == "json":
        print_json(shown(key, now))
    else:
        print_lines(f"Key {key.id} of “{one_line(key.name)}” opens nothing any more.")


_HEAD = ("ID", "NAME", "ROLE", "CONNECTIONS", "STATE", "MADE", "ENDS", "LAST USED")


def _row(key: Key, now: datetime.datetime) -> tuple[str, ...]:
    scope = "all" if key.connections is None else ", ".join(key.connections)
    moments = (key.created_at, key.expires_at, key.last_used_at)
    said = (f"{moment:%Y-%m-%d}" if moment else "never" for moment in moments)
    return (key.id, key.name, key.role, scope, keys.status_of(key, now), *said)


def _pepper(database_url: str | None) -> Pepper:
    return Pepper(read_settings().pepper, address(database_url), os.environ)


def _warn(connection: Connection, database_url: str | None) -> None:
    """Say where every key would be refused; to list and to revoke them, no pepper is needed."""
    try:
        check(connection, _pepper(database_url))
    except BadPepper as error:
        click.echo("\n".join(fault_lines(error.faults)), err=True)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
