"""A function and a benchmark as somebody brings them to an evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from torch import nn

from benchmarks_data.benchmark import Architecture, Dataset
from benchmarks_data.table import Table

ARCHS = [0, 1, 77, 1651, 3000, 8000, 9999, 15624]


def weights(network: nn.Module, inputs: Any) -> float:
    """Sum of absolute weights, and nothing of <b>bold</b>."""
    assert inputs.images(2).shape == (2, *inputs.image_shape)
    return sum(float(one.detach().abs().sum()) for one in network.parameters())


class Chain(nn.Sequential):
    """A network with operations and stages, as a benchmark's are."""

    operations: ClassVar[list[Any]] = []
    stages: ClassVar[list[nn.Module]] = []


class Tiny:
    """A benchmark of chains of one to eight convolutions."""

    name = "tiny"
    description = "chains of convolutions"
    size = 8
    datasets: ClassVar[dict[str, Dataset]] = {"cifar10": Dataset(10, 8)}

    def architecture(self, index: int) -> Architecture:
        return Architecture(index, f"chain{index}", ("conv",) * (index + 1))

    def index(self, string: str) -> int:
        return int(string.removeprefix("chain"))

    def is_connected(self, index: int) -> bool:  # noqa: ARG002
        return True

    def canonical(self, index: int) -> int:
        return index

    def network(self, index: int, classes: int, seed: int) -> Chain:
        torch.manual_seed(seed)
        convolutions = [nn.Conv2d(3, 3, 3, padding=1) for _ in range(index + 1)]
        pool = nn.AdaptiveAvgPool2d(1)
        return Chain(*convolutions, pool, nn.Flatten(), nn.Linear(3, classes))

    def table(self, folder: Path | None = None) -> Table:  # noqa: ARG002
        return Table("mine", "0" * 64, pd.DataFrame({"cifar10_test": np.arange(8.0)}))
