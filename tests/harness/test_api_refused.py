"""Ways of writing a network that a score cannot follow: it is refused, with a reason."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmarks_data.errors import InputError
from tests.harness.written import Net, made, refused, scores


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
