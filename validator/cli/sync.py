"""`okr-validator sync`: read the source of a connection, judge what it holds and remember it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import Engine

from connectors.contract import Fault, Progress
from validator.cli.faults import fault_lines
from validator.cli.opened import actor, address, database_url, opened
from validator.cli.output import print_lines, print_out, terminal_view
from validator.cli.progress import stages
from validator.jobs.liveness import held, new_name, taken_from_the_dead
from validator.jobs.means import means_of
from validator.report.formats import FORMATS
from validator.service import sync, sync_rows
from validator.service.last_run import last_run
from validator.service.lookups import NotAllowed
from validator.service.runs import RunResult
from validator.service.sync import Means
from validator.settings import read_settings
from validator.store.engine import reading, writing

_EPILOG = """\b
Examples:
  okr-validator sync acme
  okr-validator sync acme --dry-run
  okr-validator sync acme --enqueue
  okr-validator syncs list acme

\b
Exit codes:
  0 passes the gate of the connection   1 findings at the gate   2 the source cannot be read, or what it holds be judged
  Nothing new at the source: as the last run.
"""


@click.command("sync", epilog=_EPILOG)
@click.argument("connection")
@click.option("--dry-run", is_flag=True, help="Say what would be new and what resolved; store nothing.")
@click.option("--enqueue", is_flag=True, help="Leave it to a worker.")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--quiet", is_flag=True, help="Print no report; the exit code says it.")
@database_url
def command(
    connection: str, dry_run: bool, enqueue: bool, format_name: str, quiet: bool, database_url: str | None
) -> int:
    """Read the source of CONNECTION, judge what it holds and record the run, in this process."""
    if dry_run and enqueue:
        raise click.UsageError("Give --dry-run or --enqueue, not both.")
    show = _Show(connection, format_name, quiet)
    with opened(database_url) as engine:
        if enqueue:
            return _enqueue(engine, connection)
        with _means(engine, address(database_url), quiet=quiet) as means:
            if dry_run:
                return show.rehearsed(sync.rehearse(means, connection))
            row, result = _synced(means, address(database_url), connection)
            return show.ended(engine, row, result)


class _Show:
    """How what a sync came to is shown."""

    def __init__(self, connection: str, format_name: str, quiet: bool) -> None:
        self._connection, self._format, self._quiet = connection, format_name, quiet

    def rehearsed(self, result: RunResult) -> int:
        """What would be new, and what gone."""
        lives = [(finding["life"], finding["message"]) for finding in result.report["findings"]]
        turned = [(life["state"], message) for life, message in lives if life["state"] in ("new", "reopened")]
        turned += [(one["state"], f"{one['rule']} {one['items'][0]['id']}") for one in result.report["missed"]]
        if self._format == "text" and not self._quiet:
            print_lines(*(f"{state:<10}{told}" for state, told in turned or [("", "Nothing would come or go.")]))
        else:
            self._report(result)
        click.echo(f"A rehearsal: {result.run['status'].upper()}. Nothing was stored.", err=True)
        return _code(result.run["status"])

    def ended(self, engine: Engine, row: Any, result: RunResult | None) -> int:
        """What a sync came to."""
        if row.problem is not None:
            for line in fault_lines([Fault(**fault) for fault in row.problem]):
                click.echo(line, err=True)
            return 2
        if result is not None:
            self._report(result)
            told = f"Run {result.run['number']} of {self._connection} ({result.run['id']})"
            click.echo(f"{told}: {result.run['status'].upper()}.", err=True)
            return _code(result.run["status"])
        with reading(engine) as store:
            last = last_run(store, self._connection)
        click.echo(f"Nothing is new at the source since run {last.number if last else 0}.", err=True)
        return _code(last.status if last else "fail")

    def _report(self, result: RunResult) -> None:
        if not self._quiet:
            encoding = "" if self._format == "text" else "utf-8"
            view = terminal_view(self._connection)
            print_out(FORMATS[self._format].render(result.report, view=view), encoding=encoding)


def _code(status: str) -> int:
    return 0 if status == "pass" else 1


def _enqueue(engine: Engine, connection: str) -> int:
    settings = read_settings()
    with writing(engine) as store:
        row = sync.ask(store, means_of(settings, engine, "").clock(), actor(), connection)
    print_lines(row.id)
    click.echo("A worker takes it on. Look at it with: okr-validator syncs show " + row.id, err=True)
    return 0


@contextmanager
def _means(engine: Engine, where: str, *, quiet: bool) -> Iterator[Means]:
    """What this process syncs with: a lock that tells others that it lives, and a terminal that shows how far it is."""
    me = new_name()
    with held(where, me), stages(quiet=quiet) as stage:
        means = means_of(read_settings(), engine, me)
        yield means._replace(reach=means.reach._replace(progress=lambda progress: stage(_how_far(progress))))


def _how_far(progress: Progress) -> str:
    of = "" if progress.total is None else f" of {progress.total:,}"
    return f"{progress.stage} {progress.done:,}{of}" if progress.done else progress.stage


def _synced(means: Means, where: str, connection: str) -> tuple[Any, RunResult | None]:
    id = _taken_on(means, where, connection)
    try:
        result = sync.record(means, id) if sync.pull(means, id) else None
    except KeyboardInterrupt:
        with writing(means.engine) as store:
            sync_rows.withdraw(store, id)
        raise
    with reading(means.engine) as store:
        return sync_rows.a_sync(store, id), result


def _taken_on(means: Means, where: str, connection: str) -> str:
    """The id of a sync that is this process's to run. Raises NotAllowed where another runs it."""
    with reading(means.engine) as store:
        found = sync_rows.open_sync(store, connection)
    if found is not None and found.handed_at is None and found.executor is not None:
        with taken_from_the_dead(where, found.executor) as dead:
            if dead:
                with writing(means.engine) as store:
                    sync_rows.count_resume(store, found.id)
    with writing(means.engine) as store:
        row = sync.ask(store, means.clock(), actor(), connection)
        if row.handed_at is not None or row.executor is not None:
            hint = f"look at it with: okr-validator syncs show {row.id}"
            raise NotAllowed([Fault("", f"A sync of {connection} is under way already.", hint)])
        sync_rows.begin(store, means.clock(), row.id, means.executor)
        return str(row.id)
