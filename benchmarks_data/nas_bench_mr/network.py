"""The classification network of NAS-Bench-MR in torch, for inputs (batch, 3, height, width).

A stem of two convolutions of stride 2; modules, each of which joins neighbouring resolutions and
sends every resolution through residual blocks; all resolutions, resized to the lowest and joined by
a 1x1 convolution; global average pooling, linear classifier. Sources: Ding et al., ICLR 2022,
arXiv 2103.13253, section 3, and the authors' code (github.com/dingmyu/NCP, models/supernet.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.initialisation import Linear, initialise
from benchmarks_data.layers import convolution_bn
from benchmarks_data.nas_bench_mr.setting import Branch, Setting

#: Feature maps of several resolutions, the highest first.
Maps = tuple[Tensor, ...]


def _layer(inputs: int, outputs: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    return [*convolution_bn(inputs, outputs, kernel, stride), nn.ReLU()]


def _resized(x: Tensor, like: Tensor) -> Tensor:
    """Return *x* with the height and width of another map, interpolated where they differ."""
    size = like.shape[2:]
    if x.shape[2:] == size:
        return x
    return nn.functional.interpolate(x, size=size, mode="bilinear", align_corners=False)


class ResidualBlock(nn.Module):
    """Two normalised 3x3 convolutions that keep the shape, the input added, ReLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            *_layer(channels, channels, 3), *convolution_bn(channels, channels, 3)
        )
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(self.block(x) + x)
        return out


class Fusion(nn.Module):
    """Sums of neighbouring resolutions: maps of a module -> maps that the next one's blocks read.

    A new resolution is a convolution of stride 2 of the sum before it.
    """

    def __init__(self, inputs: Sequence[int], outputs: Sequence[int]) -> None:
        super().__init__()
        self.known = len(inputs)
        self.edges = nn.ModuleDict(
            {
                f"{source}-{target}": _between(source, target, inputs[source], outputs[target])
                for target in range(self.known)
                for source in range(max(target - 1, 0), min(target + 2, self.known))
            }
        )
        self.relus = nn.ModuleList(nn.ReLU() for _ in inputs)
        self.new = nn.ModuleList(
            nn.Sequential(*_layer(outputs[place - 1], outputs[place], 3, stride=2))
            for place in range(self.known, len(outputs))
        )

    def forward(self, maps: Maps) -> Maps:
        sums: dict[int, Tensor] = {}
        for name, edge in self.edges.items():
            source, target = map(int, name.split("-"))
            term = edge(maps[source])
            sums[target] = sums[target] + _resized(term, sums[target]) if target in sums else term
        fused = [relu(sums[place]) for place, relu in enumerate(self.relus)]
        for layer in self.new:
            fused.append(layer(fused[-1]))
        return tuple(fused)


def _between(source: int, target: int, inputs: int, outputs: int) -> nn.Module:
    """Return what leads from one resolution to itself or to a neighbour."""
    if source > target:
        return nn.Sequential(*_layer(inputs, outputs, 1), nn.Upsample(scale_factor=2))
    return nn.Sequential(*_layer(inputs, outputs, 3, stride=1 if source == target else 2))


class Module(nn.Module):
    """A module: maps -> maps, where a single map may stand for one resolution."""

    def __init__(self, inputs: Sequence[int], branches: Sequence[Branch]) -> None:
        super().__init__()
        self.fusion = Fusion(inputs, [branch.channels for branch in branches])
        self._blocks = [
            [ResidualBlock(branch.channels) for _ in range(branch.blocks)] for branch in branches
        ]
        self.branches = nn.ModuleList(nn.Sequential(*blocks) for blocks in self._blocks)

    def forward(self, maps: Maps | Tensor) -> Maps:
        fused = self.fusion(maps if isinstance(maps, tuple) else (maps,))
        return tuple(branch(x) for branch, x in zip(self.branches, fused, strict=True))

    def operations(self, cell: int) -> list[Operation]:
        """Return the edges between resolutions and the residual blocks.

        Node 4 n + b is branch b: what the module reads (n = 0), the sum (1), the output of each
        block in turn (2, 3, ...).
        """
        edges: list[tuple[tuple[int, int], str, nn.Module]] = []
        for name, edge in self.fusion.edges.items():
            source, target = map(int, name.split("-"))
            edges.append(((source, 4 + target), "fuse", edge))
        for place, layer in enumerate(self.fusion.new, self.fusion.known):
            edges.append(((4 + place - 1, 4 + place), "fuse", layer))
        for place, blocks in enumerate(self._blocks):
            for number, block in enumerate(blocks, 1):
                ends = 4 * number + place, 4 * (number + 1) + place
                edges.append((ends, "residual_block", block))
        return [Operation(cell, ends, kind, True, module) for ends, kind, module in edges]


class Network(nn.Module):
    """The network of a setting: (batch, 3, height, width) -> logits (batch, classes)."""

    pixelwise: ClassVar[bool] = True

    def __init__(self, setting: Setting, classes: int, seed: int) -> None:
        super().__init__()
        first, second = setting.stem
        self.stem = nn.Sequential(*_layer(3, first, 3, 2), *_layer(first, second, 3, 2))
        rows, channels = [], [second]
        for branches in setting.modules:
            rows.append(Module(channels, branches))
            channels = [branch.channels for branch in branches]
        self.body, self._rows = nn.ModuleList(rows), rows
        self.join = nn.Sequential(*_layer(sum(channels), setting.head, 1))
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = Linear(setting.head, classes)
        initialise(self, seed)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.stem(x)
        for module in self.body:
            maps = module(maps)
        joined = self.join(torch.cat([_resized(one, maps[-1]) for one in maps], dim=1))
        logits: Tensor = self.classifier(self.head(joined))
        return logits

    @property
    def operations(self) -> list[Operation]:
        """Every edge between resolutions and every residual block. All are live."""
        return [
            operation
            for number, module in enumerate(self._rows)
            for operation in module.operations(number)
        ]

    @property
    def stages(self) -> list[nn.Module]:
        """The modules, each of which reads all maps of the one before."""
        return list(self._rows)
