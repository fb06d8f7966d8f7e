"""Tables of reports: kinds of columns, and how a row of a frame fills them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.reporting.phrases import interval_text


@dataclass(frozen=True)
class Cell:
    """What a table shows, and the number that it sorts by; text sorts as text."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class Table:
    """Headings with their explanations, rows of cells, and the positions of rows that stand out."""

    headings: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]
    marked: Collection[int] = ()


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, what that means, and how a row of the frame fills it."""

    heading: str
    meaning: str
    cell: Callable[[Mapping[str, Any]], Cell]


def text(heading: str, key: str, meaning: str = "") -> Column:
    """Return a column of text, blank where unknown."""
    return Column(heading, meaning, lambda row: Cell("" if pd.isna(row[key]) else str(row[key])))


def number(heading: str, key: str, meaning: str = "", style: str = "z.3f") -> Column:
    """Return a column of numbers, blank where unknown.

    Z in *style* writes what rounds to -0 as 0.
    """

    def cell(row: Mapping[str, Any]) -> Cell:
        known = not pd.isna(row[key])
        return Cell(format(row[key], style), float(row[key])) if known else Cell("", -math.inf)

    return Column(heading, meaning, cell)


def beside(heading: str, key: str, other: str, pattern: str, meaning: str = "") -> Column:
    """Return a column of numbers with another one beside it, as *pattern* says.

    It is shown alone where that is unknown.
    """

    def cell(row: Mapping[str, Any]) -> Cell:
        if pd.isna(row[key]):
            return Cell("", -math.inf)
        shown = f"{row[key]:.2f}" if pd.isna(row[other]) else pattern.format(row[key], row[other])
        return Cell(shown, float(row[key]))

    return Column(heading, meaning, cell)


ALONE = (
    "for other architectures like these, or classes of them where all are scored; blank "
    "where these show no variation"
)


def interval(low: str, high: str, meaning: str = ALONE) -> Column:
    """Return a column of 95 % intervals, whose ends are in two columns of the frame."""

    def cell(row: Mapping[str, Any]) -> Cell:
        return Cell(
            interval_text(row[low], row[high]), -math.inf if pd.isna(row[low]) else float(row[low])
        )

    return Column("95 % interval", meaning, cell)


def measured(heading: str, key: str, meaning: str = "", style: str = ".2f") -> Column:
    """Return a column of numbers with their intervals, whose ends are in the columns *key* ``_low``
    and ``_high``.
    """

    def cell(row: Mapping[str, Any]) -> Cell:
        if pd.isna(row[key]):
            return Cell("", -math.inf)
        value, low, high = (
            format(row[f"{key}{end}"], f"z{style}") for end in ("", "_low", "_high")
        )
        return Cell(
            value if pd.isna(row[f"{key}_low"]) else f"{value} ({low} to {high})", float(row[key])
        )

    return Column(heading, meaning, cell)


def fill(rows: pd.DataFrame, columns: Sequence[Column], subject: str | None = None) -> Table:
    """Return a table with a row for each of the frame; that of the proxy *subject* stands out."""
    named = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    cells = [[column.cell(row) for column in columns] for row in named]
    marked = (
        []
        if subject is None
        else [position for position, row in enumerate(named) if row.get("proxy") == subject]
    )
    return Table([(column.heading, column.meaning) for column in columns], cells, marked)
