"""What scores cannot say of a network is not applicable, with the reason."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import harness
from proxies.status import OK
from tests.harness import own


class ByHand(nn.Module):
    """The weights of a layer, or an activation, that no module says anything of."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way
        self.first, self.head = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(8, 10)
        self.more = nn.Parameter(torch.randn(8, 8))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        if self.way == "clamp":
            return self.head(x.clamp(min=0).relu().mean((2, 3)))  # type: ignore[no-any-return]
        x = x.relu().mean((2, 3))
        if self.way == "random":
            return self.head(functional.dropout(x))  # type: ignore[no-any-return]
        if self.way == "weights":
            return self.head(x @ (self.more * 2))  # type: ignore[no-any-return]
        if self.way == "rows":
            return self.head(x.repeat_interleave(2, 0).relu())[::2]  # type: ignore[no-any-return]
        if self.way == "products":
            return self.head(x * x.roll(1, 1))  # type: ignore[no-any-return]
        raise ValueError(self.way)


@pytest.mark.parametrize(
    ("way", "proxy", "reason"),
    [
        ("clamp", "naswot", "also computes clamp"),
        ("clamp", "swap", "also computes clamp"),
        ("random", "snip", "random numbers"),
        ("random", "naswot", "random numbers"),
        ("weights", "flops", "a matrix of shape"),
        ("weights", "snip", "a matrix of shape"),
        ("weights", "l2_norm", "a matrix of shape"),
        ("weights", "zen", "normalisation"),
        ("rows", "naswot", "does not count samples"),
        ("rows", "fisher", "does not count samples"),
        ("products", "synflow", "by one another"),
        ("products", "te_regions", "by one another"),
    ],
)
def test_what_cannot_be_seen_rightly_is_not_applicable(way: str, proxy: str, reason: str) -> None:
    row = harness.score(ByHand(way), proxy, **own.SQUARE).iloc[0]
    assert row["status"].startswith("not applicable: ")
    assert reason in row["status"]
    assert math.isnan(row["score"])


def test_what_passes_the_stages_by_is_noticed() -> None:
    class Skips(own.ResNet):
        def forward(self, x: Tensor) -> Tensor:
            x = self.stem(x)
            x = self.layer2(x + self.layer1(x))
            return self.fc(self.pool(x).flatten(1))  # type: ignore[no-any-return]

    row = harness.score(Skips(), "synflow", stages=["layer1", "layer2"], **own.SQUARE).iloc[0]
    assert "passes them by" in row["status"]


class Gated(own.ResNet):
    """Pools inside too, as squeeze and excitation does."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer1(self.stem(x))
        x = self.layer2(x * self.pool(x))
        return self.fc(x.mean((2, 3)))  # type: ignore[no-any-return]


class ChannelsLast(nn.Module):
    """Its stage is linear on maps (batch, height, width, channels)."""

    def __init__(self) -> None:
        super().__init__()
        self.stage, self.head = nn.Linear(3, 8), nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stage(x.permute(0, 2, 3, 1)).relu()
        return self.head(x.mean((1, 2)))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("network", "proxy", "arguments", "reason"),
    [
        (Gated(), "zen[batch=4,repeats=1]", {}, "the network pools elsewhere"),
        (ChannelsLast(), "az_expressivity[batch=4]", {"stages": ["stage"]}, "channels last"),
        (ChannelsLast(), "meco", {}, "channels last"),
        (own.mlp(), "az_expressivity[batch=4]", {"stages": ["1", "4"]}, "the stages have 2 axes"),
        (nn.Conv2d(3, 10, 8), "snip[batch=4]", {}, "the output is (2, 10, 1, 1) for 2 samples"),
        (nn.Flatten(), "l2_norm", {}, "there is none"),
    ],
)
def test_features_that_are_others_are_not_taken(
    network: nn.Module, proxy: str, arguments: dict[str, Any], reason: str
) -> None:
    row = harness.score(network, proxy, **own.SQUARE, **arguments).iloc[0]
    assert row["status"].startswith("not applicable: ")
    assert reason in row["status"]


def test_frozen_weights_have_no_gradient() -> None:
    network = own.Plain()
    network.first.requires_grad_(False)
    scores = harness.score(network, ["snip", "params"], **own.SQUARE)
    assert "first is frozen" in scores["status"][0]
    assert scores["score"][1] == 876 + 130


def test_few_images_are_told() -> None:
    scores = harness.score(own.Plain(), ["snip", "jacov[batch=4]"], images=torch.randn(8, 3, 8, 8))
    assert "the score takes 64 samples, and images has 8" in scores["status"][0]
    assert scores["status"][1] == OK
