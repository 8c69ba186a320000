"""Schedules as cron writes them, in the time of a zone."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

from validator.errors import Fault

HINT = "five fields such as “0 6 * * 1-5”: minute, hour, day of the month, month, day of the week; a sixth before them: second"
_NAMES = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)\b", re.IGNORECASE)
_FIELD = re.compile(r"[0-9*/,#?L-]+")
_WORDS = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")
_LONGEST = 200


def faults_of(schedule: str | None, zone: str) -> Iterator[Fault]:
    """What is wrong with a schedule (None: there is none) and its zone."""
    if not _is_zone(zone):
        yield Fault("/zone", f"There is no time zone “{zone[:100]}”.", "a name such as UTC or Europe/Berlin")
    if schedule is None:
        return
    if not _is_cron(schedule):
        yield Fault("/schedule", f"“{schedule[:100]}” is no schedule.", HINT)
    elif not _ever_comes(schedule):
        yield Fault("/schedule", f"The schedule “{schedule}” names a day that never comes.", HINT)


def next_tick(schedule: str, zone: str, after: datetime.datetime) -> datetime.datetime:
    """The first moment of a schedule after a moment, in UTC.

    A time that the clocks skip comes when they have sprung forward. One that they show twice comes once, the first time,
    unless the schedule is for every hour. Raises ValueError for a schedule or zone that cannot be used.
    """
    try:
        ticks = croniter(_spaced(schedule), after.astimezone(ZoneInfo(zone)), second_at_beginning=True)
        tick: datetime.datetime = ticks.get_next(datetime.datetime)
        while _comes_again(tick) and not _is_hourly(schedule):
            tick = ticks.get_next(datetime.datetime)
    except (CroniterError, ZoneInfoNotFoundError, KeyError) as error:
        raise ValueError(str(error)) from None
    return tick.astimezone(datetime.UTC)


def _spaced(schedule: str) -> str:
    return " ".join(schedule.split())


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_cron(text: str) -> bool:
    if text in _WORDS:
        return True
    fields = _NAMES.sub("0", text).split()
    if len(text) > _LONGEST or len(fields) not in (5, 6) or not all(map(_FIELD.fullmatch, fields)):
        return False
    return bool(croniter.is_valid(_spaced(text), second_at_beginning=True))


def _ever_comes(schedule: str) -> bool:
    try:
        next_tick(schedule, "UTC", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    except ValueError:
        return False
    return True


def _comes_again(tick: datetime.datetime) -> bool:
    """Whether clocks show this time for the second time, having been put back."""
    return tick.fold == 1 and tick.replace(fold=0).utcoffset() != tick.utcoffset()


def _is_hourly(schedule: str) -> bool:
    fields = schedule.split()
    return schedule == "@hourly" or (len(fields) > 1 and fields[len(fields) - 4].startswith("*"))
