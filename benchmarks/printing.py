"""Figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping


def print_figures(rows: Mapping[str, object]) -> None:
    """Print figures by name, one a line."""
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:<{width}}  {value}")
