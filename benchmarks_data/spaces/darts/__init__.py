"""The DARTS space: normal and reduction cells of four nodes with two operations each (Liu et al.,
ICLR 2019, arXiv 1806.09055).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from benchmarks_data.benchmark import Dataset
from benchmarks_data.spaces.darts.genotype import (
    CELLS,
    CHOICES,
    CONCAT,
    EDGES_PER_NODE,
    INPUTS,
    NODES,
    Genotype,
)
from benchmarks_data.spaces.sizes import check_cells

if TYPE_CHECKING:
    from benchmarks_data.spaces.darts.network import Network
    from benchmarks_data.spaces.darts.supernet import DartsSupernet

SEARCH_CHANNELS, SEARCH_CELLS = 16, 8
#: Channels and number of cells of the networks that are trained: those that the paper reports.
TRAINED = {"cifar10": (36, 20), "cifar100": (36, 20), "imagenet": (48, 14)}


class DartsSpace:
    """The space (:class:`benchmarks_data.spaces.SearchSpace`)."""

    name, benchmark = "darts", ""
    description = (
        "DARTS: normal and reduction cell, 4 nodes with 2 of up to 5 inputs each, 8 "
        "operations; searched in 8 cells"
    )
    datasets: ClassVar[Mapping[str, Dataset]] = {
        "cifar10": Dataset(10, 32),
        "cifar100": Dataset(100, 32),
        "imagenet": Dataset(1000, 224),
    }
    choices = CHOICES
    #: Fewer have no normal cell.
    least_cells = 3
    #: The inputs are what the two cells before put out; the cell puts out the other four, joined.
    nodes: ClassVar[Mapping[int, str]] = {
        0: "$c_{k-2}$",
        1: "$c_{k-1}$",
        **dict.fromkeys(CONCAT, ""),
    }
    limits = tuple(
        (
            tuple(
                n
                for n, choice in enumerate(CHOICES)
                if choice.group == cell and choice.edge[1] == node
            ),
            EDGES_PER_NODE,
        )
        for cell in CELLS
        for node in range(INPUTS, INPUTS + NODES)
    )

    def supernet(
        self, dataset: str, seed: int, *, channels: int | None = None, cells: int | None = None
    ) -> DartsSupernet:
        from benchmarks_data.spaces.darts.supernet import DartsSupernet

        check_cells(self, cells)
        size = {"channels": channels or SEARCH_CHANNELS, "cells": cells or SEARCH_CELLS}
        return DartsSupernet(
            self.datasets[dataset].classes, seed, **size, imagenet=dataset == "imagenet"
        )

    def decode(self, chosen: Sequence[str | None], order: Sequence[float]) -> Genotype:
        cells: dict[str, list[tuple[str, int]]] = {cell: [] for cell in CELLS}
        for numbers, _ in self.limits:
            for number in sorted(numbers, key=lambda number: -order[number]):
                if (kind := chosen[number]) is not None:
                    cells[CHOICES[number].group].append((kind, CHOICES[number].edge[0]))
        return Genotype(tuple(cells["normal"]), tuple(cells["reduce"]))

    def network(self, architecture: Any, dataset: str, seed: int) -> Network:
        from benchmarks_data.spaces.darts.network import Network

        channels, cells = TRAINED[dataset]
        classes = self.datasets[dataset].classes
        return Network(
            architecture,
            classes,
            seed,
            channels=channels,
            cells=cells,
            imagenet=dataset == "imagenet",
        )


SPACE = DartsSpace()
