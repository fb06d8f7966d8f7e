"""The network of TransNAS-Bench-101's classification tasks at micro level in torch, for inputs
(batch, 3, height, width).

A stem that quarters height and width, with 64 channels; five modules of two cells, of which the
first, third and fifth halve height and width and double the channels; global average pooling,
linear classifier. Source: Duan et al., CVPR 2021, section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn

from benchmarks_data.initialisation import Convolution, Linear, initialise
from benchmarks_data.layers import FactorizedReduce, ReluConvBn, Zero
from benchmarks_data.nb201.network import CellModule, StackedCells, operation
from benchmarks_data.nb201.space import INPUT

CHANNELS, CELLS = 64, 2
#: Whether each module reduces.
MODULES = (True, False, True, False, True)


class StridedZero(Zero):
    """The operation none that halves height and width and doubles the channels."""

    def forward(self, x: Tensor) -> Tensor:
        zero = super().forward(x[:, :, ::2, ::2])
        return torch.cat([zero, zero], dim=1)


def _operation(inputs: int, outputs: int, kind: str, edge: tuple[int, int]) -> nn.Module:
    """Return the module of an operation; edges from the first node reduce where the cell does."""
    if edge[0] != INPUT or inputs == outputs:
        return operation(kind, outputs, outputs)
    match kind:
        case "none":
            return StridedZero()
        case "skip_connect":
            return FactorizedReduce(inputs, outputs)
    return ReluConvBn(inputs, outputs, 1 if kind == "nor_conv_1x1" else 3, stride=2)


def stem() -> nn.Module:
    """Return the layers before the first module."""
    half = CHANNELS // 2
    return nn.Sequential(
        Convolution(3, half, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(half),
        ReluConvBn(half, CHANNELS, 3, stride=2),
    )


class Network(StackedCells):
    """The network of one cell: (batch, 3, height, width) -> logits (batch, classes)."""

    def __init__(self, cell: Sequence[str], classes: int, seed: int) -> None:
        super().__init__(cell)
        self.stem = stem()
        body: list[nn.Module] = []
        channels = CHANNELS
        for reduces in MODULES:
            width = 2 * channels if reduces else channels
            body += [
                CellModule(cell, partial(_operation, inputs, width))
                for inputs in (channels, *[width] * (CELLS - 1))
            ]
            channels = width
        self.body = nn.Sequential(*body)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = Linear(channels, classes)
        initialise(self, seed)
