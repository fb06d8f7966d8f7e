"""Lists of genotypes that were trained in a network of the DARTS space."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Dataset
from benchmarks_data.graph_features import joined_features
from benchmarks_data.listed import ListedBenchmark
from benchmarks_data.spaces.choice import NONE
from benchmarks_data.spaces.darts.genotype import (
    CELLS,
    EDGES_PER_NODE,
    INPUTS,
    NODES,
    OPERATIONS,
    Genotype,
    genotype_of_text,
)
from benchmarks_data.spaces.darts.liveness import canonical, depth, is_connected

if TYPE_CHECKING:
    from benchmarks_data.spaces.darts.network import Network


#: The operations that carry something.
CARRYING = tuple(kind for kind in OPERATIONS if kind != NONE)


class ListedGenotypes(ListedBenchmark):
    """A list of genotypes, written ``normal:op~node|...;reduce:op~node|...``.

    Attributes:
        channels: of the first cells.
        cells: of the network.
        scales: whether normalisation inside operations has a scale and a shift, as in the network
            of the DARTS paper; without, the operations are those of its search network.
    """

    datasets: ClassVar[Mapping[str, Dataset]]
    channels: ClassVar[int]
    cells: ClassVar[int]
    scales: ClassVar[bool]

    def parse(self, string: str) -> Genotype:
        return genotype_of_text(string)

    def genotype(self, index: int) -> Genotype:
        """Return the genotype of *index*; raise InputError when there is none."""
        return self.parse(self.architecture(index).string)

    def is_connected(self, index: int) -> bool:
        return is_connected(self.genotype(index), self.cells)

    def canonical(self, index: int) -> Hashable:
        return canonical(self.genotype(index), self.cells)

    def depth(self, index: int) -> int:
        return depth(self.genotype(index), self.cells)

    def graph_features(self, index: int) -> dict[str, float]:
        """Return those of both cells (:func:`benchmarks_data.graph_features.joined_features`)."""
        genotype = self.genotype(index)
        features: dict[str, float] = {}
        for name, cell in zip(CELLS, (genotype.normal, genotype.reduce), strict=True):
            terms = [
                ((source, INPUTS + place // EDGES_PER_NODE), kind)
                for place, (kind, source) in enumerate(cell)
            ]
            own = joined_features(terms, CARRYING, INPUTS, INPUTS + NODES)
            features |= {f"{name} {key}": value for key, value in own.items()}
        return features

    def network(self, index: int, classes: int, seed: int) -> Network:
        """Return the published network.

        Its images have the channels of the data set with so many *classes*, else 3.
        """
        from benchmarks_data.spaces.darts.network import Network

        of_classes = (one.channels for one in self.datasets.values() if one.classes == classes)
        return Network(
            self.genotype(index),
            classes,
            seed,
            channels=self.channels,
            cells=self.cells,
            image_channels=next(of_classes, 3),
            scales=self.scales,
        )
