"""The official directory of NATS-Bench's size search space."""

from __future__ import annotations

from pathlib import Path

from benchmarks_data.formats import nats
from benchmarks_data.formats.official import Rows
from benchmarks_data.nats_sss import BENCHMARK

EPOCHS = (1, 12, 90)
#: Whether the official files have every architecture.
COMPLETE = True


def columns() -> list[str]:
    """Return the columns of the table."""
    return nats.columns(EPOCHS)


def read(path: Path, skip: frozenset[int]) -> Rows:
    """Yield a row for each architecture, but for those in *skip*."""
    return nats.read(
        path,
        [BENCHMARK.architecture(index).string for index in range(BENCHMARK.size)],
        EPOCHS,
        skip,
    )
