"""NAS-Bench-201's official files, and the directory of NATS-Bench's topology search space, which
has the same architectures.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks_data.formats import nats
from benchmarks_data.formats.official import Rows
from benchmarks_data.nb201 import pth, space

EPOCHS = (12, 200)
#: Whether the official files have every architecture.
COMPLETE = True


def columns() -> list[str]:
    """Return the columns of the table."""
    return nats.columns(EPOCHS)


def read(path: Path, skip: frozenset[int]) -> Rows:
    """Yield a row for each architecture, but for those in *skip*."""
    if path.is_dir() or path.name.endswith(".pbz2"):
        return nats.read(path, [space.format_cell(cell) for cell in space.cells()], EPOCHS, skip)
    return pth.read(path, skip)
