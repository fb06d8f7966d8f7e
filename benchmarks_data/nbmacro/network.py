"""The published NAS-Bench-Macro network in torch, for inputs (batch, 3, height, width).

Stem convolution with 32 channels; three stages of 2, 3 and 3 layers, whose first layer halves
height and width and doubles the channels; a 1x1 convolution with 1280 channels, global average
pooling, linear classifier. Source: Su et al., CVPR 2021, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import ClassVar

from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.initialisation import Linear, initialise
from benchmarks_data.layers import InvertedResidual, convolution_bn

CHANNELS, FEATURES = 32, 1280
STAGES = (2, 3, 3)
#: Kernel and expansion of the inverted residual blocks.
BLOCKS = {"mbconv_3x3_e3": (3, 3), "mbconv_5x5_e6": (5, 6)}


def operation(kind: str, inputs: int, outputs: int, stride: int) -> nn.Module:
    """Return the module of a layer's operation.

    Where the shape changes, identity is a 1x1 convolution.
    """
    if kind in BLOCKS:
        return InvertedResidual(inputs, outputs, stride, *BLOCKS[kind])
    return (
        nn.Identity()
        if stride == 1 and inputs == outputs
        else nn.Sequential(*convolution_bn(inputs, outputs, stride=stride))
    )


class Network(nn.Module):
    """The network of one chain: (batch, 3, height, width) -> logits (batch, classes)."""

    pixelwise: ClassVar[bool] = True

    def __init__(self, kinds: Sequence[str], classes: int, seed: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(*convolution_bn(3, CHANNELS, 3), nn.ReLU())
        first = list(chain.from_iterable([True, *[False] * (count - 1)] for count in STAGES))
        layers, channels = {}, CHANNELS
        for place, (kind, starts) in enumerate(zip(kinds, first, strict=True)):
            width = 2 * channels if starts else channels
            layers[f"{place}-{kind}"] = operation(kind, channels, width, 2 if starts else 1)
            channels = width
        self.layers = nn.ModuleDict(layers)
        self.head = nn.Sequential(
            *convolution_bn(channels, FEATURES), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.classifier = Linear(FEATURES, classes)
        self._kinds = tuple(kinds)
        initialise(self, seed)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for layer in self.layers.values():
            x = layer(x)
        logits: Tensor = self.classifier(self.head(x))
        return logits

    @property
    def operations(self) -> list[Operation]:
        """Every layer's operation, from one place of the chain to the next."""
        return [
            Operation(0, (place, place + 1), kind, True, module)
            for place, (kind, module) in enumerate(
                zip(self._kinds, self.layers.values(), strict=True)
            )
        ]

    @property
    def stages(self) -> list[nn.Module]:
        """The layers, each of which reads the output of the one before."""
        return list(self.layers.values())
