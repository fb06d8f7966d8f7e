"""Ways of writing a network that a score must follow, or refuse."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks_data.errors import InputError
from tests.harness.written import Net, made, refused, scores


class Viewed(Net):
    def __init__(self) -> None:
        super().__init__()
        self.classifier = nn.Linear(512, 5)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(x).view(-1, 512))
        return logits


class Reshaped(Viewed):
    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(x).flatten(1))
        return logits


def test_a_view_of_a_convolution_is_followed() -> None:
    names = ("flops", "snip[batch=8]", "grasp[batch=8]", "jacov[batch=8]", "te_ntk[batch=4]")
    viewed, reshaped = scores(made(Viewed), *names), scores(made(Reshaped), *names)
    for name, value in viewed.items():
        assert math.isclose(value, reshaped[name], rel_tol=1e-3), name


class Tied(Net):
    def __init__(self) -> None:
        super().__init__()
        self.third = nn.Conv2d(8, 8, 3, padding=1)
        self.third.weight = self.second.weight

    def features(self, x: Tensor) -> Tensor:
        return functional.relu(self.third(super().features(x)))


def test_a_weight_that_two_layers_share_is_not_counted_twice() -> None:
    network = made(Tied)
    names = (
        *(f"{name}[batch=8]" for name in ("snip", "grad_norm", "grasp", "fisher", "zico", "plain")),
        *("l2_norm", "zen[batch=4]", "te_ntk[batch=4]", "te_regions"),
    )
    refused(network, "two layers share one: second and third", *names)
    assert scores(network, "params")["params"] == sum(one.numel() for one in network.parameters())


class Activated(nn.Module):
    def __init__(self, stage: nn.Module, *, inplace: bool) -> None:
        super().__init__()
        self.stage, self.inplace = stage, inplace

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.stage(x), inplace=self.inplace)


class Overwriting(nn.Module):
    """A network that may overwrite what its stage puts out."""

    def __init__(self, *, inplace: bool) -> None:
        super().__init__()
        stage = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8))
        self.block = Activated(stage, inplace=inplace)
        self.classifier = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.block(x).mean((2, 3)))
        return logits


def test_values_that_are_overwritten_are_read_before() -> None:
    overwriting, other = (made(Overwriting, inplace=inplace) for inplace in (True, False))
    names, stages = ("meco", "zen[batch=4]"), ["block.stage"]
    assert scores(overwriting, *names, stages=stages) == scores(other, *names, stages=stages)


def test_what_a_network_does_not_take_is_bad_input() -> None:
    with pytest.raises(InputError, match="does not take images") as caught:
        scores(made(Viewed), "params", image_shape=(3, 9, 9))
    assert type(caught.value) is InputError


class Gated(Net):
    """A network whose one pooling module is that of a gate."""

    def __init__(self) -> None:
        super().__init__()
        self.squeeze = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        gate = self.squeeze(self.pool(x).flatten(1)).sigmoid()
        logits: Tensor = self.classifier((x * gate[:, :, None, None]).mean((2, 3)))
        return logits


def test_zen_is_of_what_the_classifier_reads() -> None:
    assert isinstance(scores(made(), "zen[batch=4]")["zen"], float)
    refused(made(Gated), "the one pooling", "zen[batch=4]")
    untracked = made(norm=lambda width: nn.BatchNorm2d(width, track_running_stats=False))
    refused(untracked, "norm has none", "zen[batch=4]")


class ByFunction(nn.Module):
    """Batch normalisation that is no module of PyTorch's."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("variance", torch.full((width,), 4.0))

    def forward(self, x: Tensor) -> Tensor:
        return functional.batch_norm(x, self.mean, self.variance, training=self.training)


class Activating(nn.BatchNorm2d):
    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(super().forward(x))


class Tokens(Net):
    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.features(x).flatten(2).transpose(1, 2)
        logits: Tensor = self.classifier(functional.relu(self.mix(tokens)).mean(1))
        return logits


class Scaled(Net):
    def features(self, x: Tensor) -> Tensor:
        x = super().features(x)
        return functional.relu(self.first(x[:, :3] / x.mean()))


def test_normalisation_by_a_function_is_noticed() -> None:
    names = ("synflow", "snip[batch=8]", "naswot[batch=8]", "jacov[batch=8]", "meco", "te_regions")
    refused(made(norm=ByFunction), "outside of its modules", *names[:-1])
    assert all(isinstance(one, float) for one in scores(made(), *names).values())


def test_regions_and_flow_are_of_networks_that_are_linear_between_relus() -> None:
    instance = made(norm=lambda width: nn.InstanceNorm2d(width, affine=True))
    refused(instance, "image's own statistics", "synflow", "te_regions")
    refused(made(Scaled), "by one another", "synflow", "te_regions")
    refused(made(Tokens), "applied to tokens", "te_regions")
    refused(made(norm=Activating), "also does something else", "synflow")
    assert isinstance(scores(instance, "snip[batch=8]")["snip"], float)
