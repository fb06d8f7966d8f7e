"""The published NAS-Bench-Macro network in torch, for inputs (batch, 3, height, width).

Stem convolution with 32 channels; three stages of 2, 3 and 3 layers, whose first layer halves height and width and doubles the
channels; a 1x1 convolution with 1280 channels, global average pooling, linear classifier. Source: Su et al., CVPR 2021, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.initialisation import Convolution, Linear, initialise

CHANNELS, FEATURES = 32, 1280
STAGES = (2, 3, 3)
#: Kernel and expansion of the inverted residual blocks.
BLOCKS = {"mbconv_3x3_e3": (3, 3), "mbconv_5x5_e6": (5, 6)}


def _convolution(inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    """Return a convolution without bias and its batch normalisation."""
    layer = Convolution(inputs, outputs, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False)
    return [layer, nn.BatchNorm2d(outputs)]


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution, projection; the input is added where it has the output's shape."""

    def __init__(self, inputs: int, outputs: int, stride: int, kernel: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.block = nn.Sequential(
            *_convolution(inputs, hidden),
            nn.ReLU(),
            *_convolution(hidden, hidden, kernel, stride, groups=hidden),
            nn.ReLU(),
            *_convolution(hidden, outputs),
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.block(x)
        return out + x if self.residual else out


def operation(kind: str, inputs: int, outputs: int, stride: int) -> nn.Module:
    """Return the module of a layer's operation. Where the shape changes, identity is a 1x1 convolution."""
    if kind in BLOCKS:
        return InvertedResidual(inputs, outputs, stride, *BLOCKS[kind])
    return nn.Identity() if stride == 1 and inputs == outputs else nn.Sequential(*_convolution(inputs, outputs, stride=stride))


class Network(nn.Module):
    """The network of one chain: (batch, 3, height, width) -> logits (batch, classes)."""

    def __init__(self, kinds: Sequence[str], classes: int, seed: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_convolution(3, CHANNELS, 3), nn.ReLU())
        first = list(chain.from_iterable([True, *[False] * (count - 1)] for count in STAGES))
        layers, channels = {}, CHANNELS
        for place, (kind, starts) in enumerate(zip(kinds, first, strict=True)):
            width = 2 * channels if starts else channels
            layers[f"{place}-{kind}"] = operation(kind, channels, width, 2 if starts else 1)
            channels = width
        self.layers = nn.ModuleDict(layers)
        self.head = nn.Sequential(*_convolution(channels, FEATURES), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
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
            for place, (kind, module) in enumerate(zip(self._kinds, self.layers.values(), strict=True))
        ]

    @property
    def stages(self) -> list[nn.Module]:
        """The layers, each of which reads the output of the one before."""
        return list(self.layers.values())
