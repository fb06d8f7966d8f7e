"""What readers of official files are, and the rows that they yield."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


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


class Official(Protocol):
    """What a benchmark's module ``official`` offers.

    ``COMPLETE``: whether a source has every architecture of the benchmark.
    """

    COMPLETE: bool

    def columns(self) -> list[str]:
        """Return the columns of the table that a source becomes."""

    def read(self, path: Path, skip: frozenset[int]) -> Rows:
        """Yield a row for each architecture in the source at *path*.

        Those in *skip* without their values.
        """
