"""The time zone in which a tool's days begin: tools that tell moments do not say on which day people see them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError, fields


class TimeZone(fields.String):
    """The name of a time zone, such as Europe/Berlin, kept as its text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name: str = super()._deserialize(value, attr, data, **kwargs).strip()
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValidationError("Not a time zone; write UTC or a name such as Europe/Berlin.") from None
        return name
