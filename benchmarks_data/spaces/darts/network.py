"""The networks of the DARTS space in torch, for inputs (batch, 3, height, width).

Cells in a row, each of which reads the two before; at a third and two thirds of the row a reduction
cell, which halves height and width and doubles the channels. The CIFAR network begins with a
convolution, the ImageNet network with three of stride 2. Source: Liu et al., ICLR 2019, arXiv
1806.09055, section 3 and its published code; auxiliary heads and drop path, which serve training,
are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.initialisation import Convolution, Linear, initialise
from benchmarks_data.layers import FactorizedReduce, ReluConvBn, Zero
from benchmarks_data.spaces.darts.genotype import (
    EDGES_PER_NODE,
    INPUTS,
    NODES,
    Genotype,
    reduces_at,
)
from benchmarks_data.spaces.darts.liveness import live_terms
from benchmarks_data.spaces.supernet import Candidates, summed

STEM_MULTIPLIER = 3
#: What two cells before a cell put out.
State = tuple[Tensor, Tensor]


class StridedZero(Zero):
    """The operation none, which drops pixels where its edge does."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self._stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x[:, :, :: self._stride, :: self._stride])


def _separable(channels: int, kernel: int, stride: int, dilation: int = 1) -> list[nn.Module]:
    """Return ReLU, depthwise convolution, 1x1 convolution and batch normalisation."""
    padding = dilation * (kernel // 2)
    return [
        nn.ReLU(),
        Convolution(
            channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False
        ),
        Convolution(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
    ]


def operation(kind: str, channels: int, stride: int) -> nn.Module:
    """Return the module of an operation *kind*; it keeps the number of channels."""
    match kind:
        case "none":
            return StridedZero(stride)
        case "max_pool_3x3":
            return nn.MaxPool2d(3, stride, padding=1)
        case "avg_pool_3x3":
            return nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)
        case "skip_connect":
            return nn.Identity() if stride == 1 else FactorizedReduce(channels, channels)
        case "sep_conv_3x3" | "sep_conv_5x5":
            kernel = int(kind[-1])
            return nn.Sequential(
                *_separable(channels, kernel, stride), *_separable(channels, kernel, 1)
            )
        case "dil_conv_3x3" | "dil_conv_5x5":
            return nn.Sequential(*_separable(channels, int(kind[-1]), stride, dilation=2))
    raise ValueError(f"no operation {kind!r} in the DARTS space")


POOLINGS = ("max_pool_3x3", "avg_pool_3x3")
#: (source node, node, module).
Edge = tuple[int, int, nn.Module]
#: Returns the edges of a cell and the nodes that it joins, from its number of channels and whether
#: it reduces.
Interior = Callable[[int, bool], tuple[list[Edge], tuple[int, ...]]]


class Cell(nn.Module):
    """A cell: (output of the cell before the last, output of the last) -> the outputs of the last
    cell and of this one.

    Its *edges* are modules by (source node, node, further mark); a node sums those that lead to it.
    """

    def __init__(
        self, inputs: Sequence[nn.Module], edges: Sequence[Edge], concat: Sequence[int]
    ) -> None:
        super().__init__()
        self.inputs = nn.ModuleList(inputs)
        self.edges = nn.ModuleDict(
            {f"{place}-{source}-{node}": edge for place, (source, node, edge) in enumerate(edges)}
        )
        self._ends = [(source, node) for source, node, _ in edges]
        self._concat = list(concat)

    def forward(self, state: State) -> State:
        nodes = [module(x) for module, x in zip(self.inputs, state, strict=True)]
        for node in range(INPUTS, INPUTS + NODES):
            leading = zip(self._ends, self.edges.values(), strict=True)
            nodes.append(
                summed(
                    edge(nodes[source])
                    for (source, end), edge in leading
                    if end == node and not _closed(edge)
                )
            )
        return state[1], torch.cat([nodes[node] for node in self._concat], dim=1)


def _closed(edge: nn.Module) -> bool:
    return isinstance(edge, Candidates) and edge.closed


class Body(nn.Module):
    """Stem, cells and classifier.

    *stages* are the cells: each takes and returns the outputs of two cells.
    """

    def __init__(
        self,
        interior: Interior,
        classes: int,
        *,
        channels: int,
        cells: int,
        imagenet: bool,
        image_channels: int = 3,
    ) -> None:
        super().__init__()
        if imagenet:
            half = channels // 2
            first_layer = Convolution(image_channels, half, 3, stride=2, padding=1, bias=False)
            self.stem = nn.Sequential(
                first_layer, nn.BatchNorm2d(half), ReluConvBn(half, channels, 3, stride=2)
            )
            self.second_stem: nn.Module = ReluConvBn(channels, channels, 3, stride=2)
            before, last = channels, channels
        else:
            before = last = STEM_MULTIPLIER * channels
            self.stem = nn.Sequential(
                Convolution(image_channels, last, 3, padding=1, bias=False), nn.BatchNorm2d(last)
            )
            self.second_stem = nn.Identity()
        reduced = imagenet
        rows: list[nn.Module] = []
        for place in range(cells):
            reduces = reduces_at(place, cells)
            channels = 2 * channels if reduces else channels
            first = (
                FactorizedReduce(before, channels) if reduced else ReluConvBn(before, channels, 1)
            )
            edges, concat = interior(channels, reduces)
            rows.append(Cell([first, ReluConvBn(last, channels, 1)], edges, concat))
            before, last, reduced = last, len(concat) * channels, reduces
        self.cells = nn.ModuleList(rows)
        self.stages: list[nn.Module] = rows
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = Linear(last, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        state = x, self.second_stem(x)
        for cell in self.cells:
            state = cell(state)
        logits: Tensor = self.classifier(self.head(state[1]))
        return logits


class Network(Body):
    """The network of a genotype: (batch, channels, height, width) -> logits (batch, classes).

    Without *scales* the operations are those of the search network: no normalisation in them has a
    scale and a shift, and poolings are followed by one.
    """

    pixelwise: ClassVar[bool] = True

    def __init__(
        self,
        genotype: Genotype,
        classes: int,
        seed: int,
        *,
        channels: int = 36,
        cells: int = 20,
        imagenet: bool = False,
        image_channels: int = 3,
        scales: bool = True,
    ) -> None:
        super().__init__(
            partial(_chosen, genotype, scales),
            classes,
            channels=channels,
            cells=cells,
            imagenet=imagenet,
            image_channels=image_channels,
        )
        self._genotype = genotype
        initialise(self, seed)

    @property
    def operations(self) -> list[Operation]:
        """Every term of every cell.

        A term is an edge of its own, from the node that it reads to its number: 0 to 7 in the
        normal cell, two for each node in turn, and 8 to 15 in the reduction cell. Two terms that
        join the same nodes stay apart, and so do equal terms of the two kinds of cells.
        """
        cells = [cell for cell in self.cells if isinstance(cell, Cell)]
        operations = []
        for place, (cell, live) in enumerate(
            zip(cells, live_terms(self._genotype, len(cells)), strict=True)
        ):
            reduces = reduces_at(place, len(cells))
            terms = self._genotype.reduce if reduces else self._genotype.normal
            parts = zip(terms, live, cell.edges.values(), strict=True)
            for number, ((kind, source), alive, module) in enumerate(parts, reduces * len(terms)):
                operations.append(Operation(place, (source, number), kind, alive, module))
        return operations


def _chosen(
    genotype: Genotype, scales: bool, channels: int, reduces: bool
) -> tuple[list[Edge], tuple[int, ...]]:
    terms, concat = (
        (genotype.reduce, genotype.reduce_concat)
        if reduces
        else (genotype.normal, genotype.normal_concat)
    )
    make = operation if scales else _searched
    edges = [
        (
            source,
            INPUTS + place // EDGES_PER_NODE,
            make(kind, channels, 2 if reduces and source < INPUTS else 1),
        )
        for place, (kind, source) in enumerate(terms)
    ]
    return edges, concat


def _searched(kind: str, channels: int, stride: int) -> nn.Module:
    """Return an operation as the search network has it."""
    module = operation(kind, channels, stride)
    if kind in POOLINGS:
        module = nn.Sequential(module, nn.BatchNorm2d(channels))
    without_scales(module)
    return module


def without_scales(part: nn.Module) -> None:
    """Replace every batch normalisation by one without scale and shift."""
    for module in part.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, nn.BatchNorm2d(child.num_features, affine=False))
