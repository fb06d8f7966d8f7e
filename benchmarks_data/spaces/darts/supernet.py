"""The search network of the DARTS space, with all choices open."""

from __future__ import annotations

from functools import partial

from torch import nn

from benchmarks_data.initialisation import initialise
from benchmarks_data.spaces.darts.genotype import CELLS, CHOICES, INPUTS, NODES
from benchmarks_data.spaces.darts.network import (
    POOLINGS,
    Body,
    Edge,
    operation,
    without_scales,
)
from benchmarks_data.spaces.supernet import Candidates, Gates, Supernet


class DartsSupernet(Body, Supernet):
    """The search network, in which every edge carries all candidates.

    (batch, 3, height, width) -> logits (batch, classes).

    As published: poolings are followed by batch normalisation, and inside cells no normalisation
    has a scale and a shift.
    """

    space = "darts"

    def __init__(
        self, classes: int, seed: int, *, channels: int = 16, cells: int = 8, imagenet: bool = False
    ) -> None:
        gates = Gates(CHOICES)
        super().__init__(
            partial(_open, gates), classes, channels=channels, cells=cells, imagenet=imagenet
        )
        self.choices, self.gates = CHOICES, gates
        without_scales(self.cells)
        initialise(self, seed)


def _open(gates: Gates, channels: int, reduces: bool) -> tuple[list[Edge], tuple[int, ...]]:
    edges: list[Edge] = []
    for number, choice in enumerate(CHOICES):
        if choice.group == CELLS[reduces]:
            stride = 2 if reduces and choice.edge[0] < INPUTS else 1
            modules = {kind: operation(kind, channels, stride) for kind in choice.operations}
            for kind in POOLINGS:
                modules[kind] = nn.Sequential(modules[kind], nn.BatchNorm2d(channels))
            edges.append((*choice.edge, Candidates(gates, number, modules)))
    return edges, tuple(range(INPUTS, INPUTS + NODES))
