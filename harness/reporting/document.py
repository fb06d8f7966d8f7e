"""A report before it is written, of a run or of something else.

Headline, sections with tables and figures, and provenance, the same for HTML and Markdown.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.reporting.tables import Table


@dataclass(frozen=True)
class Section:
    """A part of a report. Figures are PNG files whose SVG lies beside them, with what they show."""

    title: str
    text: str = ""
    table: Table | None = None
    figures: Sequence[tuple[Path, str]] = ()


@dataclass(frozen=True)
class KeyNumber:
    """A number that a report opens with: what it is, the number, and its interval or sample."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Verdict:
    """What a report comes to: a sentence, and the numbers that it is made of."""

    sentence: str
    numbers: Sequence[KeyNumber]


@dataclass(frozen=True)
class Part:
    """What a report says of one target. The first part's verdict opens the report."""

    target: str
    headline: Sequence[str]
    sections: Sequence[Section]
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes:
        title: what it is about, in a line.
        headline: sentences about all targets.
        parts: what it says of each target.
        command: what made it, as typed.
        facts: what was computed with what: names and values.
        points: data of the chart that answers to the pointer; empty where there is none.
    """

    title: str
    headline: Sequence[str]
    parts: Sequence[Part]
    command: str
    facts: Sequence[tuple[str, str]]
    points: Mapping[str, Any]


def shown_command(command: Sequence[str]) -> str:
    """Return a command as one would type it: its name, which may hold spaces, and its arguments."""
    return " ".join([command[0], *map(shlex.quote, command[1:])])


def facts(provenance: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return the entries of run.json as names and values, but for the command and what is known
    about each proxy.
    """
    entries = []
    for key, value in provenance.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            entries += facts(value, f"{name}, ")
        elif key == "proxies":
            entries.append((name, ", ".join(proxy["name"] for proxy in value)))
        elif key == "scored_by":
            entries += [(name, shown_command(command)) for command in value]
        elif key != "command" and value not in (None, "", []):
            entries.append(
                (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
            )
    return entries
