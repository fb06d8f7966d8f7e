"""The search space of ProxylessNAS.

Chains of inverted residual blocks, each with a kernel and an expansion of its own, or skipped.

Cai, Zhu, Han, "ProxylessNAS: Direct Neural Architecture Search on Target Task and Hardware", ICLR
2019, https://arxiv.org/abs/1812.00332. Two things differ: activations are ReLU where the paper has
ReLU6, whose bound is not homogeneous; and the shortcut lies inside each candidate, where the paper
adds it to all of them, so that skipping has a sensitivity at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from benchmarks_data.benchmark import Dataset
from benchmarks_data.initialisation import Linear, initialise
from benchmarks_data.layers import InvertedResidual, convolution_bn
from benchmarks_data.spaces.choice import Choice
from benchmarks_data.spaces.sizes import check_cells
from benchmarks_data.spaces.supernet import Candidates, Gates, Supernet


@dataclass(frozen=True)
class Sizes:
    """How wide a chain is: channels of the stem, of its first block and before the classifier, and
    (channels, number of layers,
    stride of the first) of each stage.
    """

    stem: int
    first: int
    features: int
    stages: tuple[tuple[int, int, int], ...]

    @property
    def layers(self) -> list[tuple[int, int, int]]:
        """(inputs, outputs, stride) of every layer in which a block is chosen."""
        layers, channels = [], self.first
        for width, count, stride in self.stages:
            for place in range(count):
                layers.append((channels, width, stride if place == 0 else 1))
                channels = width
        return layers


SIZES = Sizes(
    32, 16, 1280, ((24, 4, 2), (40, 4, 2), (80, 4, 2), (96, 4, 1), (192, 4, 2), (320, 1, 1))
)
SKIP = "skip_connect"
#: Kernel and expansion of each block.
BLOCKS = {
    f"mbconv_{kernel}x{kernel}_e{expansion}": (kernel, expansion)
    for kernel in (3, 5, 7)
    for expansion in (3, 6)
}


def _kinds(inputs: int, outputs: int, stride: int) -> tuple[str, ...]:
    """Return the candidates of a layer: it can be skipped where the shape stays the same."""
    return (SKIP, *BLOCKS) if stride == 1 and inputs == outputs else tuple(BLOCKS)


CHOICES = tuple(
    Choice(f"layer {place}", (place, place + 1), _kinds(*shape))
    for place, shape in enumerate(SIZES.layers)
)


def operation(kind: str, inputs: int, outputs: int, stride: int) -> nn.Module:
    """Return the module of a candidate."""
    return (
        nn.Identity() if kind == SKIP else InvertedResidual(inputs, outputs, stride, *BLOCKS[kind])
    )


class Chain(Supernet):
    """Stem, layers, classifier: (batch, 3, height, width) -> logits (batch, classes)."""

    def __init__(
        self,
        layers: Sequence[nn.Module],
        classes: int,
        seed: int,
        *,
        channels: int,
        sizes: Sizes = SIZES,
    ) -> None:
        super().__init__()
        first, last = (
            scaled(sizes.first, channels, sizes),
            scaled(sizes.stages[-1][0], channels, sizes),
        )
        self.stem = nn.Sequential(
            *convolution_bn(3, channels, 3, 2),
            nn.ReLU(),
            InvertedResidual(channels, first, 1, 3, 1),
        )
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(
            *convolution_bn(last, sizes.features), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.classifier = Linear(sizes.features, classes)
        initialise(self, seed)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.head(self.body(self.stem(x))))
        return logits


def scaled(width: int, channels: int, sizes: Sizes = SIZES) -> int:
    """Return a number of channels of a chain whose stem has *channels* instead of its published
    ones.
    """
    return max(1, round(width * channels / sizes.stem))


class ProxylessSupernet(Chain):
    """All candidates in every layer."""

    space = "proxyless"

    def __init__(self, classes: int, seed: int, *, channels: int = SIZES.stem) -> None:
        gates = Gates(CHOICES)
        layers = []
        for number, (inputs, outputs, stride) in enumerate(SIZES.layers):
            shape = scaled(inputs, channels), scaled(outputs, channels), stride
            modules = {kind: operation(kind, *shape) for kind in CHOICES[number].operations}
            layers.append(Candidates(gates, number, modules))
        super().__init__(layers, classes, seed, channels=channels)
        self.choices, self.gates = CHOICES, gates
        self.stages = list(self.body)


@dataclass(frozen=True)
class Found:
    """A chain: the operation of each layer."""

    kinds: tuple[str, ...]

    def __str__(self) -> str:
        return ",".join(self.kinds)


class ProxylessSpace:
    """The space (:class:`benchmarks_data.spaces.SearchSpace`)."""

    name, benchmark = "proxyless", ""
    description = (
        "ProxylessNAS: 21 inverted residual blocks, kernel 3, 5 or 7, expansion 3 or 6, or skipped"
    )
    datasets: ClassVar[Mapping[str, Dataset]] = {"imagenet": Dataset(1000, 224)}
    choices = CHOICES
    limits = ()
    least_cells = None
    nodes: ClassVar[Mapping[int, str]] = {}

    def supernet(
        self, dataset: str, seed: int, *, channels: int | None = None, cells: int | None = None
    ) -> Supernet:
        check_cells(self, cells)
        return self._supernet(self.datasets[dataset].classes, seed, channels)

    def _supernet(self, classes: int, seed: int, channels: int | None) -> Supernet:
        return ProxylessSupernet(classes, seed, channels=channels or SIZES.stem)

    def decode(self, chosen: Sequence[str | None], order: Sequence[float]) -> Found:  # noqa: ARG002
        return Found(tuple(str(kind) for kind in chosen))

    def network(self, architecture: Any, dataset: str, seed: int) -> Any:
        layers = [
            operation(kind, *shape)
            for kind, shape in zip(architecture.kinds, SIZES.layers, strict=True)
        ]
        return Chain(layers, self.datasets[dataset].classes, seed, channels=SIZES.stem)


SPACE = ProxylessSpace()
