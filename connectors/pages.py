"""One page of documentation for each source connector, written from its module: python -m connectors.pages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marshmallow import fields, missing

from connectors import registry
from connectors.contract import SourceConnector
from connectors.http.fields import Secret

FOLDER = Path(__file__).parents[1] / "docs" / "connectors"
_WRITTEN = "<!-- Written by `python -m connectors.pages` from connectors/{}.py: change it there. -->"


def pages() -> dict[str, str]:
    """Every page, in Markdown, by the name of its file."""
    sources = registry.all_sources()
    return {"README.md": _index(sources)} | {f"{name}.md": page(name, source) for name, source in sources.items()}


def page(name: str, source: SourceConnector) -> str:
    """The page of one connector, in Markdown."""
    parts = (
        f"# {source.TITLE}",
        _WRITTEN.format(name.replace("-", "_")),
        f"Connector `{name}`. Tested against: {_sentence(source.TESTED_AGAINST)}",
        source.GUIDE.strip(),
        "## Settings",
        "\n".join(_settings(source)),
        "## What it can tell",
        f"{', '.join(f'`{word}`' for word in source.PROVIDES) or 'What the document says that it holds'}.",
        "A rule that needs something else is not evaluated, unless an overlay supplies it.",
    )
    return "\n\n".join(parts) + "\n"


def write(folder: Path = FOLDER) -> list[Path]:
    """Write every page; gives those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def _index(sources: dict[str, SourceConnector]) -> str:
    rows = [
        f"| [{source.TITLE}]({name}.md) | `{name}` | {_cell(source.TESTED_AGAINST)} |"
        for name, source in sources.items()
    ]
    head = "# Connectors\n\n<!-- Written by `python -m connectors.pages`. -->\n"
    return "\n".join([head, "| Tool | Name | Tested against |", "| --- | --- | --- |", *rows]) + "\n"


def _settings(source: SourceConnector) -> Iterator[str]:
    yield "| Setting | Value | Meaning |"
    yield "| --- | --- | --- |"
    for name, field in source.SETTINGS().fields.items():
        meaning = str(field.metadata.get("description", ""))
        yield f"| `{field.data_key or name}` | {_cell(_value(field))} | {_cell(meaning)} |"


def _value(field: fields.Field[Any]) -> str:
    kind = "`env:NAME` or `file:PATH`" if isinstance(field, Secret) else ""
    if field.required:
        return f"needed; {kind}".removesuffix("; ")
    default = field.load_default
    said = "" if default in (missing, None, "") or callable(default) else f"default `{_plain(default)}`"
    return "; ".join(filter(None, ("optional" if not said else "", kind, said)))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    for path in write():
        sys.stdout.write(f"{path.name}: written\n")
