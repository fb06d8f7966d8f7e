"""The published NAS-Bench-201 network in torch, for inputs (batch, 3, height, width).

Stem convolution; three stages of five cells with 16, 32 and 64 channels, joined by residual blocks
of stride 2; batch normalisation, ReLU, global average pooling, linear classifier. Source:
NAS-Bench-201, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar

from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.initialisation import Convolution, Linear, initialise
from benchmarks_data.layers import ReluConvBn, Zero
from benchmarks_data.nb201.space import EDGES, INPUT, OUTPUT, live_edges

CHANNELS = 16
CELLS_PER_STAGE = 5
STAGES = 3


def operation(kind: str, inputs: int, outputs: int) -> nn.Module:
    """Return the module of an operation *kind*.

    It keeps height and width, and all but convolutions the number of channels.
    """
    match kind:
        case "none":
            return Zero()
        case "skip_connect":
            return nn.Identity()
        case "nor_conv_1x1":
            return ReluConvBn(inputs, outputs, 1)
        case "nor_conv_3x3":
            return ReluConvBn(inputs, outputs, 3)
        case "avg_pool_3x3":
            return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    raise ValueError(f"no operation {kind!r} in NAS-Bench-201")


class CellModule(nn.Module):
    """A cell: each node is the sum of the operations on its incoming edges.

    An operation's qualified name tells cell, edge and kind, which is what its weights depend on.
    """

    def __init__(
        self, cell: Sequence[str], make: Callable[[str, tuple[int, int]], nn.Module]
    ) -> None:
        """Make the cell from the operation of each of EDGES.

        *make* returns the module of an operation on an edge.
        """
        super().__init__()
        self.edges = nn.ModuleDict(
            {
                f"{edge[0]}-{edge[1]}-{kind}": make(kind, edge)
                for kind, edge in zip(cell, EDGES, strict=True)
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        return through_cell(x, self.edges.values())


def through_cell(x: Tensor, edges: Iterable[nn.Module]) -> Tensor:
    """Return the output of a cell whose *edges* carry these modules."""
    nodes = {INPUT: x}
    for (source, target), edge in zip(EDGES, edges, strict=True):
        term = edge(nodes[source])
        nodes[target] = nodes[target] + term if target in nodes else term
    return nodes[OUTPUT]


def _keeping(channels: int, kind: str, _edge: tuple[int, int]) -> nn.Module:
    return operation(kind, channels, channels)


class ReductionBlock(nn.Module):
    """The residual block between two stages: halves height and width, doubles the channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = ReluConvBn(inputs, outputs, 3, stride=2)
        self.second = ReluConvBn(outputs, outputs, 3)
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, stride=2), Convolution(inputs, outputs, 1, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        joined: Tensor = self.shortcut(x) + self.second(self.first(x))
        return joined


class StackedCells(nn.Module):
    """A network of stem, body, head and classifier, whose body holds cells.

    (batch, 3, height, width) -> logits (batch, classes).

    Who derives from it sets the four modules and calls :func:`initialise`.
    """

    stem: nn.Module
    body: nn.Sequential
    head: nn.Module
    classifier: nn.Module
    pixelwise: ClassVar[bool] = True

    def __init__(self, cell: Sequence[str]) -> None:
        super().__init__()
        self._cell = tuple(cell)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.head(self.body(self.stem(x))))
        return logits

    @property
    def operations(self) -> list[Operation]:
        """Every edge's operation in every cell (the places of ZEROS' gates)."""
        cells = [module for module in self.body if isinstance(module, CellModule)]
        return [
            Operation(number, edge, kind, live, module)
            for number, cell in enumerate(cells)
            for edge, kind, live, module in zip(
                EDGES, self._cell, live_edges(self._cell), cell.edges.values(), strict=True
            )
        ]

    @property
    def stages(self) -> list[nn.Module]:
        """The cells and the blocks between them, each of which reads the one before."""
        return list(self.body)


class Network(StackedCells):
    """The network of one cell: (batch, 3, height, width) -> logits (batch, classes)."""

    def __init__(
        self,
        cell: Sequence[str],
        classes: int,
        seed: int,
        *,
        channels: int = CHANNELS,
        cells_per_stage: int = CELLS_PER_STAGE,
    ) -> None:
        super().__init__(cell)
        parts = assembled(
            lambda width: CellModule(cell, partial(_keeping, width)),
            classes,
            channels,
            cells_per_stage,
        )
        self.stem, self.body, self.head, self.classifier = parts
        initialise(self, seed)


def assembled(
    cell: Callable[[int], nn.Module], classes: int, channels: int, cells_per_stage: int
) -> tuple[nn.Module, nn.Sequential, nn.Module, nn.Module]:
    """Return stem, body, head and classifier of the published network.

    *cell* makes a cell of some number of channels.
    """
    body: list[nn.Module] = []
    for stage in range(STAGES):
        width = channels * 2**stage
        if stage:
            body.append(ReductionBlock(width // 2, width))
        body += [cell(width) for _ in range(cells_per_stage)]
    return (
        nn.Sequential(Convolution(3, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)),
        nn.Sequential(*body),
        nn.Sequential(nn.BatchNorm2d(width), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        Linear(width, classes),
    )
