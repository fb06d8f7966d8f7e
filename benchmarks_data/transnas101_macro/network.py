"""The network of TransNAS-Bench-101's classification tasks at macro level in torch, for inputs
(batch, 3, height, width).

The stem of the micro level; four to six modules of two residual blocks, of which the first block
changes height, width and channels; global average pooling, linear classifier. Sources: Duan et al.,
CVPR 2021, section 3.2, and the authors' code (github.com/yawen-d/TransNASBench,
lib/models/net_infer).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.initialisation import Convolution, Linear, initialise
from benchmarks_data.layers import ReluConvBn
from benchmarks_data.transnas101_micro.network import CHANNELS, stem

BLOCKS = 2


class ResidualBlock(nn.Module):
    """Two normalised 3x3 convolutions, each of a ReLU of what it reads.

    The input is added, through a normalised 1x1 convolution where the shape changes. The authors'
    code hands that normalisation True for its epsilon and its momentum, so that both are 1.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = ReluConvBn(inputs, outputs, 3, stride)
        self.second = ReluConvBn(outputs, outputs, 3)
        self.shortcut = (
            nn.Identity()
            if stride == 1 and inputs == outputs
            else nn.Sequential(
                Convolution(inputs, outputs, 1, stride, bias=False),
                nn.BatchNorm2d(outputs, eps=1.0, momentum=1.0),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.shortcut(x) + self.second(self.first(x))
        return out


class Network(nn.Module):
    """The network of one chain: (batch, 3, height, width) -> logits (batch, classes)."""

    pixelwise: ClassVar[bool] = True

    def __init__(self, kinds: Sequence[str], classes: int, seed: int) -> None:
        super().__init__()
        self.stem = stem()
        modules, channels = {}, CHANNELS
        for place, kind in enumerate(kinds):
            width = 2 * channels if "double" in kind else channels
            blocks = [ResidualBlock(channels, width, 2 if "halve" in kind else 1)]
            blocks += [ResidualBlock(width, width, 1) for _ in range(1, BLOCKS)]
            modules[f"{place}-{kind}"] = nn.Sequential(*blocks)
            channels = width
        self.body = nn.ModuleDict(modules)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = Linear(channels, classes)
        self._kinds = tuple(kinds)
        initialise(self, seed)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for module in self.body.values():
            x = module(x)
        logits: Tensor = self.classifier(self.head(x))
        return logits

    @property
    def operations(self) -> list[Operation]:
        """The modules, each of which is what one digit chooses, from place to place of the
        chain.
        """
        return [
            Operation(0, (place, place + 1), kind, True, module)
            for place, (kind, module) in enumerate(
                zip(self._kinds, self.body.values(), strict=True)
            )
        ]

    @property
    def stages(self) -> list[nn.Module]:
        """The modules, each of which reads the output of the one before."""
        return list(self.body.values())
