"""The published network of NATS-Bench's size search space in torch, for inputs (batch, 3, height,
width).

Stem convolution; cell, residual block of stride 2, cell, residual block of stride 2, cell, each
with its own number of channels; batch normalisation, ReLU, global average pooling, linear
classifier. Source: NATS-Bench, section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from torch import nn

from benchmarks_data.initialisation import Convolution, Linear, initialise
from benchmarks_data.nb201.network import CellModule, ReductionBlock, StackedCells, operation
from benchmarks_data.nb201.space import INPUT

#: The best cell of the topology search space, one operation for each edge.
CELL = (
    "nor_conv_3x3",
    "nor_conv_3x3",
    "nor_conv_3x3",
    "skip_connect",
    "nor_conv_3x3",
    "nor_conv_3x3",
)


def _operation(inputs: int, outputs: int, kind: str, edge: tuple[int, int]) -> nn.Module:
    """Return the module of an operation; edges from the first node change the number of channels.

    A skip connection that does so is a normalised 1x1 convolution.
    """
    inputs = inputs if edge[0] == INPUT else outputs
    if kind == "skip_connect" and inputs != outputs:
        return nn.Sequential(Convolution(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
    return operation(kind, inputs, outputs)


class Network(StackedCells):
    """The network of five numbers of channels.

    (batch, 3, height, width) -> logits (batch, classes).
    """

    def __init__(self, channels: Sequence[int], classes: int, seed: int) -> None:
        super().__init__(CELL)
        self.stem = nn.Sequential(
            Convolution(3, channels[0], 3, padding=1, bias=False), nn.BatchNorm2d(channels[0])
        )
        before = [channels[0], *channels[:-1]]
        self.body = nn.Sequential(
            *(
                ReductionBlock(inputs, outputs)
                if place % 2
                else CellModule(CELL, partial(_operation, inputs, outputs))
                for place, (inputs, outputs) in enumerate(zip(before, channels, strict=True))
            )
        )
        self.head = nn.Sequential(
            nn.BatchNorm2d(channels[-1]), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.classifier = Linear(channels[-1], classes)
        initialise(self, seed)
