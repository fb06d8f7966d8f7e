"""Columns of tables that hold text for people, which nothing reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection


def without_columns(text: str, names: Collection[str]) -> str:
    """Return the text of a table without the columns *names*; lines keep their numbers.

    A row that is shorter or longer than the header stays so, for who reads it to refuse.

    Raises:
        csv.Error: it is no CSV file.
    """
    header = next(csv.reader(io.StringIO(text, newline="")), [])
    places = {place for place, name in enumerate(header) if name in names}
    if not places:
        return text
    kept = io.StringIO(newline="")
    writer = csv.writer(kept, lineterminator="\n")
    for row in csv.reader(io.StringIO(text, newline="")):
        writer.writerow([cell for place, cell in enumerate(row) if place not in places])
    return kept.getvalue()
