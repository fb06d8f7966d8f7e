"""Benchmarks that files of plugins define."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks_data.benchmark import Benchmark


@dataclass(frozen=True)
class Plugged:
    """A benchmark, the file that defines it, and the checksum of that file.

    Stored scores belong to one checksum.
    """

    benchmark: Benchmark
    file: Path
    checksum: int


#: By name.
PLUGGED: dict[str, Plugged] = {}
