"""What Schemathesis must be told besides the description of the API."""

from __future__ import annotations

import json

from benchmarks.fuzz_seed import Ids

_CHECKS = """
# The document has rules that no schema can tell: a set without objectives, a date that could be two.
[checks.positive_data_acceptance]
enabled = false
# Whatever refuses, refuses: 412 and 414 among others.
[checks.negative_data_rejection]
expected-statuses = ["4xx", "503"]
# RFC 6585 has a status of its own for a change that does not say which version was read.
[checks.missing_required_header]
expected-statuses = [400, 401, 403, 415, 422, 428]
"""


def settings_for(ids: Ids, key: str | None, *, pinned: bool) -> str:
    """The settings, in TOML: which values mean something, and which key is sent.

    `pinned` says whether those in paths and queries are sent every time, so that nothing ends at 404; else now and then.
    """
    lines = [_CHECKS]
    for name, values in ids.items():
        lines += [f"[dictionaries.{_plain(name)}]", f"values = {json.dumps(values)}"]
    lines += ["[parameters]", *(f'"{name}" = {_value(name, ids, pinned)}' for name in ids)]
    # What the other requests need must last: a key among the keys, and the connections.
    lines += _pinned("DELETE /v1/keys/{id}", "path.id", ids["path.id"][0])
    lines += _pinned("DELETE /v1/connections/{connection_id}", "path.connection_id", "gone")
    lines += _pinned("POST /v1/connections/{connection_id}/erase", "path.connection_id", "erased")
    return "\n".join([*lines, *(["[auth.openapi.key]", f"bearer = {json.dumps(key)}"] if key else [])])


def _value(name: str, ids: Ids, pinned: bool) -> str:
    if pinned and not name.startswith("header."):
        return json.dumps(ids[name][0])
    return f'{{ dictionary = "{_plain(name)}", probability = 0.9 }}'


def _pinned(operation: str, parameter: str, value: str) -> list[str]:
    pinned = f"parameters = {{ {json.dumps(parameter)} = {json.dumps(value)} }}"
    return ["[[operations]]", f"include-name = {json.dumps(operation)}", pinned]


def _plain(name: str) -> str:
    return name.replace(".", "_").casefold()
