"""The MobileNet space in which FreeDARTS was searched.

ProxylessNAS' chain with other widths, six candidates and nothing to skip.

Zhang, Huang, Wang, arXiv 2106.11542; sizes from the authors' code,
github.com/anonymous-submission1991/FreeDARTS, mobilenet_space: 21 layers of 32, 56, 112, 128, 256
and 432 channels. Every layer that keeps the shape has a shortcut past its candidates. As in
:mod:`benchmarks_data.spaces.proxyless` activations are ReLU, where the code has ReLU6, whose bound
is not homogeneous.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from benchmarks_data.layers import InvertedResidual
from benchmarks_data.spaces.choice import Choice
from benchmarks_data.spaces.proxyless import BLOCKS, Chain, ProxylessSpace, Sizes, scaled
from benchmarks_data.spaces.supernet import Candidates, Gates, Supernet

SIZES = Sizes(
    40, 24, 1728, ((32, 4, 2), (56, 4, 2), (112, 4, 2), (128, 4, 1), (256, 4, 2), (432, 1, 1))
)
CHOICES = tuple(
    Choice(f"layer {place}", (place, place + 1), tuple(BLOCKS))
    for place in range(len(SIZES.layers))
)


class Layer(nn.Module):
    """What is chosen, or all that can be chosen, and a shortcut past it where the shape stays the
    same.
    """

    def __init__(self, chosen: nn.Module, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.chosen = chosen
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.chosen(x)
        return out + x if self.shortcut else out


def _block(kind: str, shape: tuple[int, int, int]) -> InvertedResidual:
    block = InvertedResidual(*shape, *BLOCKS[kind])
    block.residual = False  # the layer's
    return block


class MobileSupernet(Chain):
    """All candidates in every layer."""

    space = "mobile"

    def __init__(self, classes: int, seed: int, *, channels: int = SIZES.stem) -> None:
        gates, layers = Gates(CHOICES), []
        for number, (inputs, outputs, stride) in enumerate(SIZES.layers):
            shape = scaled(inputs, channels, SIZES), scaled(outputs, channels, SIZES), stride
            modules = {kind: _block(kind, shape) for kind in CHOICES[number].operations}
            layers.append(Layer(Candidates(gates, number, modules), *shape))
        super().__init__(layers, classes, seed, channels=channels, sizes=SIZES)
        self.choices, self.gates = CHOICES, gates
        self.stages = list(self.body)


class MobileSpace(ProxylessSpace):
    """The space (:class:`benchmarks_data.spaces.SearchSpace`)."""

    name = "mobile"
    description = (
        "FreeDARTS' MobileNet space: 21 inverted residual blocks, kernel 3, 5 or 7, "
        "expansion 3 or 6"
    )
    choices = CHOICES

    def _supernet(self, classes: int, seed: int, channels: int | None) -> Supernet:
        return MobileSupernet(classes, seed, channels=channels or SIZES.stem)

    def network(self, architecture: Any, dataset: str, seed: int) -> Any:
        layers = [
            Layer(_block(kind, shape), *shape)
            for kind, shape in zip(architecture.kinds, SIZES.layers, strict=True)
        ]
        return Chain(layers, self.datasets[dataset].classes, seed, channels=SIZES.stem, sizes=SIZES)


SPACE = MobileSpace()
