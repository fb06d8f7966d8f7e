"""NAS-Bench-201: 15,625 cells of six edges with five operations each (Dong and Yang, ICLR 2020,
arXiv 2001.00326).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Architecture, Dataset
from benchmarks_data.edits import one_changed
from benchmarks_data.nb201 import space

if TYPE_CHECKING:
    from benchmarks_data.nb201.network import Network
    from benchmarks_data.table import Table


class NasBench201:
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`)."""

    name = "nb201"
    paper = "https://arxiv.org/abs/2001.00326"
    description = (
        "NAS-Bench-201: cells of 6 edges x 5 operations, trained on cifar10, cifar100, "
        "imagenet16-120"
    )
    size = space.SIZE
    datasets: ClassVar[Mapping[str, Dataset]] = {
        "cifar10": Dataset(10, 32),
        "cifar100": Dataset(100, 32),
        "imagenet16-120": Dataset(120, 16),
    }

    def architecture(self, index: int) -> Architecture:
        cell = space.cell(index)
        return Architecture(index, space.format_cell(cell), cell)

    def index(self, string: str) -> int:
        return space.index(string)

    def is_connected(self, index: int) -> bool:
        return space.is_connected(space.cell(index))

    def canonical(self, index: int) -> str:
        return _canonical(index)

    def without_dead_edges(self, index: int) -> int:
        return space.number(space.without_dead_edges(space.cell(index)))

    def neighbours(self, index: int) -> list[int]:
        """Return the 24 cells with another operation on one edge, as the published evolution
        mutates them (Dong and Yang, ICLR 2020).
        """
        changed = one_changed(space.cell(index), space.OPERATIONS)
        return sorted(map(space.number, changed))

    def depth(self, index: int) -> int:
        return space.depth(space.cell(index))

    def graph_features(self, index: int) -> dict[str, float]:
        return space.graph_features(space.cell(index), space.OPERATIONS)

    def network(
        self, index: int, classes: int, seed: int, *, channels: int | None = None
    ) -> Network:
        from benchmarks_data.nb201.network import CHANNELS, Network

        return Network(space.cell(index), classes, seed, channels=channels or CHANNELS)

    def table(self, folder: Path | None = None) -> Table:
        from benchmarks_data.measurements import table_in
        from benchmarks_data.nb201.sources import embedded
        from benchmarks_data.target import cost_columns

        return embedded() if folder is None else table_in(folder, self, cost_columns(self.datasets))


@cache
def _canonical(index: int) -> str:
    return space.canonical(space.cell(index))


BENCHMARK = NasBench201()
