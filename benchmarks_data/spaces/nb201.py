"""The supernet of NAS-Bench-201.

Six choices of five operations, shared by all cells (Dong and Yang 2020, section 4.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from torch import Tensor, nn

from benchmarks_data.benchmark import Architecture, Dataset
from benchmarks_data.initialisation import initialise
from benchmarks_data.nb201 import BENCHMARK
from benchmarks_data.nb201.network import (
    CELLS_PER_STAGE,
    CHANNELS,
    assembled,
    operation,
    through_cell,
)
from benchmarks_data.nb201.space import EDGES, OPERATIONS, format_cell
from benchmarks_data.spaces.choice import NONE, Choice
from benchmarks_data.spaces.supernet import Candidates, Gates, Supernet

CHOICES = tuple(Choice(f"{edge[0]}-{edge[1]}", edge, OPERATIONS) for edge in EDGES)


class Cell(nn.Module):
    """A cell whose edges carry all candidates."""

    def __init__(self, gates: Gates, channels: int) -> None:
        super().__init__()
        self.edges = nn.ModuleList(
            Candidates(
                gates,
                number,
                {kind: operation(kind, channels, channels) for kind in choice.operations},
            )
            for number, choice in enumerate(CHOICES)
        )

    def forward(self, x: Tensor) -> Tensor:
        return through_cell(x, self.edges)


class NasBench201Supernet(Supernet):
    """The published network with such cells."""

    space = "nb201"

    def __init__(
        self, classes: int, seed: int, *, channels: int = CHANNELS, cells: int = CELLS_PER_STAGE
    ) -> None:
        super().__init__()
        self.choices = CHOICES
        self.gates = Gates(CHOICES)
        parts = assembled(lambda width: Cell(self.gates, width), classes, channels, cells)
        self.stem, self.body, self.head, self.classifier = parts
        initialise(self, seed)
        self.stages = list(self.body)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.head(self.body(self.stem(x))))
        return logits


class NasBench201Space:
    """The space (:class:`benchmarks_data.spaces.SearchSpace`)."""

    name = benchmark = "nb201"
    description = "NAS-Bench-201: one cell, 6 edges x 5 operations, 15 cells of 16 channels"
    datasets: ClassVar[Mapping[str, Dataset]] = BENCHMARK.datasets
    choices = CHOICES
    limits = ()
    least_cells = 1
    nodes: ClassVar[Mapping[int, str]] = {0: "input", 1: "", 2: "", 3: "output"}

    def supernet(
        self, dataset: str, seed: int, *, channels: int | None = None, cells: int | None = None
    ) -> Supernet:
        return NasBench201Supernet(
            self.datasets[dataset].classes,
            seed,
            channels=channels or CHANNELS,
            cells=cells or CELLS_PER_STAGE,
        )

    def decode(
        self,
        chosen: Sequence[str | None],
        order: Sequence[float],  # noqa: ARG002
    ) -> Architecture:
        return BENCHMARK.architecture(
            BENCHMARK.index(format_cell([kind or NONE for kind in chosen]))
        )

    def network(self, architecture: Any, dataset: str, seed: int) -> Any:
        return BENCHMARK.network(architecture.index, self.datasets[dataset].classes, seed)


SPACE = NasBench201Space()
