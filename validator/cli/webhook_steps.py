"""The commands of `okr-validator webhooks` that take one step with an endpoint: hold it back, try it, remove it."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import click
from sqlalchemy import Connection

from validator.cli.opened import actor, database_url, opened
from validator.cli.output import print_lines
from validator.service import endpoints
from validator.service.endpoint_rows import an_endpoint
from validator.store.engine import writing


def _command(name: str, sentence: str, change: Callable[[Connection, str, int], str]) -> click.Command:
    """A command that changes the endpoint of an id, and says what came of it."""

    @click.command(name, help=sentence)
    @click.argument("id")
    @database_url
    def changed(id: str, database_url: str | None) -> None:
        with opened(database_url) as engine, writing(engine) as connection:
            said = change(connection, id, an_endpoint(connection, id).version)
        print_lines(said)

    return changed


def _pause(connection: Connection, id: str, version: int) -> str:
    endpoints.pause(connection, _now(), actor(), id, paused=True, version=version)
    return f"Messages to {id} wait."


def _resume(connection: Connection, id: str, version: int) -> str:
    endpoints.pause(connection, _now(), actor(), id, paused=False, version=version)
    return f"Messages to {id} are sent again."


def _enable(connection: Connection, id: str, version: int) -> str:
    since = endpoints.enable(connection, _now(), actor(), id, version=version).missed_since
    replay = f"okr-validator webhooks replay {id} --state dead --since {since:%Y-%m-%dT%H:%M:%S}" if since else ""
    missed = f" What it missed: {replay}" if replay else ""
    return f"{id} is tried again.{missed}"


def _remove(connection: Connection, id: str, version: int) -> str:
    endpoints.remove(connection, _now(), actor(), id, version=version)
    return f"{id} is removed, with its messages."


def _ping(connection: Connection, id: str, _version: int) -> str:
    return f"Delivery {endpoints.ping(connection, _now(), actor(), id)} waits for the worker."


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


STEPS = (
    _command("pause", "Hold back messages to the endpoint ID; they wait.", _pause),
    _command("resume", "Send messages to the endpoint ID again, those that waited first.", _resume),
    _command("enable", "Take up again the endpoint ID, which was disabled as nothing arrived.", _enable),
    _command("remove", "Remove the endpoint ID with its messages.", _remove),
    _command("ping", "Send a test message to the endpoint ID.", _ping),
)
