"""What readers of official files share: the rows that they yield."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """The results of an architecture.

    Attributes:
        index: of the architecture; None where a reader only says how far it is.
        values: by column; empty for an architecture that was to be skipped.
        done: which part of the source has been read, 0 to 1.
    """

    index: int | None
    values: dict[str, float]
    done: float


Rows = Iterator[Row]
