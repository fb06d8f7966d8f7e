"""The layers of NAS-Bench-101's networks, graph by graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from nasbench_pytorch.model.model import compute_vertex_channels

from proxies.engines.pixel import Layer

Adjacency = tuple[tuple[int, ...], ...]

IMAGE, CHANNELS, STACKS, CELLS_PER_STACK = 3, 128, 3, 3
CLASSIFIER = "published.classifier"
#: The kernels of operations that are convolutions.
KERNELS = {"c3": 3, "c1": 1}


def stem() -> Layer:
    """Return the first convolution."""
    return Layer("published.layers.0.conv_bn_relu.0", CHANNELS, IMAGE, 3)


def classifier(classes: int) -> Layer:
    """Return the linear layer."""
    return Layer(CLASSIFIER, classes, CHANNELS * 2 ** (STACKS - 1))


@dataclass(frozen=True)
class Cell:
    """A graph at one of the places of the network.

    Attributes:
        name: of the module.
        stack: that it is in, from 0 on.
        channels: of each vertex.
        sources: of each vertex, the inner vertices that lead to it.
        projections: the layers from the input, by the vertex that they lead to.
    """

    name: str
    stack: int
    channels: tuple[int, ...]
    sources: tuple[tuple[int, ...], ...]
    projections: dict[int, Layer]

    @property
    def output(self) -> int:
        """The last vertex, which stacks what its sources put out and adds its projection."""
        return len(self.channels) - 1

    def convolution(self, vertex: int, kind: str) -> Layer:
        """Return the layer of a vertex that is a convolution."""
        kernel, channels = KERNELS[kind], self.channels[vertex]
        name = f"{self.name}.vertex_op.{vertex}.conv{kernel}x{kernel}.conv_bn_relu.0"
        return Layer(name, channels, channels, kernel)


@lru_cache(maxsize=8)
def cells(adjacency: Adjacency) -> tuple[Cell, ...]:
    """Return the cells of a network in order."""
    return tuple(_cells(adjacency))


def _cells(adjacency: Adjacency) -> Iterator[Cell]:
    matrix = np.array(adjacency, dtype=np.int8)
    sources = tuple(
        tuple(source for source in range(1, vertex) if matrix[source, vertex])
        for vertex in range(len(matrix))
    )
    inputs = CHANNELS
    for place in range(STACKS * CELLS_PER_STACK):
        stack = place // CELLS_PER_STACK
        name = f"published.layers.{1 + place + stack}"  # a pooling stands between two stacks
        outputs = CHANNELS * 2**stack
        channels = compute_vertex_channels(inputs, outputs, matrix)
        projections = {
            vertex: Layer(f"{name}.input_op.{vertex}.conv_bn_relu.0", channels[vertex], inputs)
            for vertex in range(1, len(matrix))
            if matrix[0, vertex]
        }
        yield Cell(name, stack, tuple(channels), sources, projections)
        inputs = outputs
