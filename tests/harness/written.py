"""A network to write in other ways, and its scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

import harness
from proxies.status import NOT_APPLICABLE, OK


class Net(nn.Module):
    """Two convolutions, pooling and a classifier, whose parts each test writes otherwise."""

    def __init__(self, norm: Callable[[int], nn.Module] = nn.BatchNorm2d) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.second = nn.Conv2d(8, 8, 3, padding=1)
        self.norm = norm(8)
        self.pool: nn.Module = nn.AdaptiveAvgPool2d(1)
        self.classifier: nn.Module = nn.Linear(8, 5)

    def features(self, x: Tensor) -> Tensor:
        return functional.relu(self.norm(self.second(functional.relu(self.first(x)))))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.pool(self.features(x)).flatten(1))
        return logits


def made(kind: Callable[..., nn.Module] = Net, **options: Any) -> nn.Module:
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        return kind(**options)


def scores(network: nn.Module, *names: str, **arguments: Any) -> dict[str, Any]:
    """Return for every proxy its score, or why there is none."""
    frame = harness.score(network, names, **{"image_shape": (3, 8, 8), **arguments})
    rows = zip(frame["proxy"], frame["score"], frame["status"], strict=True)
    return {
        name.partition("[")[0]: value if status == OK else status for name, value, status in rows
    }


def refused(network: nn.Module, reason: str, *names: str, **arguments: Any) -> None:
    for status in scores(network, *names, **arguments).values():
        assert isinstance(status, str), status
        assert status.startswith(NOT_APPLICABLE)
        assert reason in status
