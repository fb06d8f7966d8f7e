"""Ways of writing a network that a score must follow, or refuse."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import harness
from benchmarks_data.errors import InputError
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


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("end", "names"),
    [
        (
            nn.Softmax(1),
            ("jacov[batch=8]", "epe_nas[batch=8]", "te_ntk[batch=4]", "te_ntk[batch=4,mode=train]"),
        ),
        (nn.BatchNorm1d(5), ("jacov[batch=8]", "epe_nas[batch=8]")),
    ],
)
def test_derivatives_of_a_constant_are_not_correlated(
    end: nn.Module, names: tuple[str, ...], dtype: torch.dtype
) -> None:
    network = made()
    jacov = scores(network, "jacov[batch=8]")["jacov"]
    assert isinstance(jacov, float)
    network.classifier = nn.Sequential(network.classifier, end)
    refused(network, "that sum is constant", *names, dtype=dtype)


def test_a_singular_tangent_kernel_has_no_condition() -> None:
    images = torch.ones(4, 3, 8, 8)
    refused(made(), "singular", "te_ntk[batch=4]", images=images)


class Scripted(Net):
    def __init__(self) -> None:
        super().__init__()
        self.activation = torch.jit.script(nn.ReLU())

    def features(self, x: Tensor) -> Tensor:
        return self.activation(super().features(x) - self.first(x))  # type: ignore[no-any-return]


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_activations_of_torchscript_are_not_left_out() -> None:
    names = ("naswot[batch=8]", "swap[batch=8]")
    refused(made(Scripted), "cannot be seen", *names)


class Drawing(Net):
    def __init__(self, draw: Callable[[], float]) -> None:
        super().__init__()
        self.draw = draw

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x + self.draw())


class Counting(Net):
    calls = 1.0

    def forward(self, x: Tensor) -> Tensor:
        self.calls *= 2
        return super().forward(x) * self.calls


def others() -> tuple[Any, ...]:
    return random.getstate(), str(np.random.get_state())  # noqa: NPY002


def of_python() -> float:
    return random.random()


def of_numpy() -> float:
    return float(np.random.random_sample())  # noqa: NPY002


@pytest.mark.parametrize("draw", [of_python, of_numpy])
def test_random_numbers_of_others_are_noticed_and_put_back(draw: Callable[[], float]) -> None:
    before = others()
    refused(made(Drawing, draw=draw), "random numbers", "snip[batch=8]", "jacov[batch=8]", "meco")
    assert others() == before


def test_a_network_that_remembers_has_only_parameters() -> None:
    network = made(Counting)
    refused(network, "another output each time", "flops", "snip[batch=8]", "jacov[batch=8]")
    assert isinstance(scores(network, "params")["params"], float)


def test_weights_that_are_computed_are_told() -> None:
    network = made()
    nn.utils.parametrizations.weight_norm(network.get_submodule("first"))
    refused(network, "those of first are computed", "snip[batch=8]", "te_ntk[batch=4]")
    assert isinstance(scores(network, "jacov[batch=8]")["jacov"], float)


def test_what_a_network_does_not_take_is_bad_input() -> None:
    with pytest.raises(InputError, match="does not take images") as caught:
        scores(made(Viewed), "params", image_shape=(3, 9, 9))
    assert type(caught.value) is InputError


def test_a_forward_that_runs_the_original_is_refused() -> None:
    network = made()
    forward = network.forward
    network.forward = lambda x: forward(x)  # type: ignore[method-assign]
    with pytest.raises(InputError, match="its forward was replaced"):
        scores(network, "params")


def test_complex_parameters_are_refused() -> None:
    network = made()
    network.phase = nn.Parameter(torch.ones(1, dtype=torch.complex64))
    with pytest.raises(InputError, match="phase is complex"):
        scores(network, "params")


class Unformatted(Net):
    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            raise RuntimeError("unsupported memory format option")
        return super().forward(x)


def test_only_a_lack_of_memory_is_an_error_of_the_machine() -> None:
    refused(made(Unformatted), "unsupported memory format", "snip[batch=8]", "jacov[batch=8]")


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
