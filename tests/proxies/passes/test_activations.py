"""What is seen of activations."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn

import proxies
from benchmarks_data.initialisation import initialise
from benchmarks_data.layers import FactorizedReduce
from benchmarks_data.nb201 import space
from proxies.passes.activations import (
    ActivationCodes,
    activation_codes,
    any_patterns,
    linear_regions,
    neuron_patterns,
)
from proxies.view import NotApplicable, View, cell_view
from tests.networks import CELLS, inputs, network, small


def test_naswot_counts_agreeing_units_over_every_call_of_a_relu() -> None:
    class Toy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.relu(-self.relu(x))

    images = torch.tensor([[1.0, 1.0, -1.0], [1.0, -1.0, -1.0]])
    codes = activation_codes(
        View(Toy()), replace(inputs("float32"), images=lambda *_: images), batch=2
    )
    # The first call agrees on two units of three; the second call is inactive everywhere, so it
    # agrees on all three.
    assert codes.units == 6
    assert codes.agreement.tolist() == [[6, 5], [5, 6]]
    assert proxies.request("naswot").score(codes) == pytest.approx(math.log(6 * 6 - 5 * 5))


def test_naswot_is_lowest_for_images_with_equal_codes() -> None:
    agreement = torch.tensor([[6.0, 6.0], [6.0, 6.0]], dtype=torch.float64)
    assert proxies.request("naswot").score(ActivationCodes(agreement, 6)) == -math.inf


def test_naswot_is_lowest_exactly_where_no_relu_sees_the_image() -> None:
    def sees_image(cell: tuple[str, ...]) -> bool:
        reached = {space.INPUT}
        for kind, (source, target) in zip(cell, space.EDGES, strict=True):
            if kind != "none" and source in reached:
                reached.add(target)
        convs = [
            edge for kind, edge in zip(cell, space.EDGES, strict=True) if kind in space.CONVOLUTIONS
        ]
        return space.OUTPUT in reached or any(source in reached for source, _ in convs)

    blind = [cell for cell in space.cells() if not sees_image(cell)]
    assert len(blind) == 201  # as many as in the public scores of reference_scores
    for cell in blind[::20] + CELLS:
        net = network(cell, torch.float32, channels=4, cells_per_stage=1)
        score = proxies.request("naswot").score(
            activation_codes(cell_view(net), inputs("float32"), batch=16)
        )
        assert (score == -math.inf) == (not sees_image(cell))


class CalledRelu(nn.Module):
    """A ReLU that is no nn.ReLU."""

    def __init__(self, call: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self._call = call

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._call(x)


WAYS = {
    "torch.relu": torch.relu,
    "functional": nn.functional.relu,
    "functional, by name": lambda x: nn.functional.relu(input=x),
    "method": torch.Tensor.relu,
    "in place": lambda x: x.clone().relu_(),
    "functional, in place": lambda x: nn.functional.relu(x.clone(), inplace=True),
}


@pytest.mark.parametrize("way", WAYS)
def test_relus_are_seen_whatever_way_they_are_called(way: str) -> None:
    cell = ("nor_conv_3x3", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "none", "avg_pool_3x3")

    def results(net: nn.Module) -> tuple[object, ...]:
        codes = activation_codes(cell_view(net), inputs(), batch=4)
        patterns, regions = (
            neuron_patterns(cell_view(net), inputs(), batch=4),
            linear_regions(cell_view(net), inputs()),
        )
        return codes.units, codes.agreement.tolist(), patterns.distinct, regions.crossed

    net = small(cell)
    expected = results(net)
    for module in list(net.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.ReLU):
                setattr(module, name, CalledRelu(WAYS[way]))
    assert not any(isinstance(module, nn.ReLU) for module in net.modules())
    assert results(net) == expected


def test_the_skip_connection_that_halves_has_a_relu_that_is_seen() -> None:
    block = FactorizedReduce(4, 8)
    initialise(block, 0)
    images = torch.randn(2, 4, 8, 8)
    codes = activation_codes(
        View(block), replace(inputs("float32"), images=lambda *_: images), batch=2
    )
    assert codes.units == 4 * 8 * 8


def test_patterns_of_any_activation_are_those_of_relus_where_there_are_no_others() -> None:
    cell = ("nor_conv_3x3", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "none", "avg_pool_3x3")
    view = cell_view(small(cell))
    assert any_patterns(view, inputs(), batch=4) == neuron_patterns(view, inputs(), batch=4)


SMOOTH = {
    "nn.GELU": nn.GELU(),
    "functional.gelu": nn.functional.gelu,
    "of tanh": nn.GELU("tanh"),
    "nn.SiLU": nn.SiLU(),
    "functional.silu": nn.functional.silu,
    "nn.ReLU": nn.ReLU(),
}


class Units(nn.Module):
    """Every token is a unit of its own."""

    def __init__(self, activation: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self._activation = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._activation(x)


@pytest.mark.parametrize("way", SMOOTH)
def test_distinct_patterns_of_units_by_hand(way: str) -> None:
    """Three samples of two tokens with two channels: four units, of which two are alike."""
    values = torch.tensor([[[1.0, -1], [2, -3]], [[-1, -1], [-2, 5]], [[1, -1], [2, -1]]])
    given = replace(inputs("float32"), images=lambda *_: values)
    view = View(Units(SMOOTH[way]))
    assert any_patterns(view, given, batch=3).distinct == [3]
    if way != "nn.ReLU":
        assert neuron_patterns(view, given, batch=3).distinct == [0]


def test_patterns_need_an_axis_of_samples() -> None:
    given = replace(inputs("float32"), images=lambda *_: torch.ones(3, 2))
    with pytest.raises(NotApplicable, match="does not count samples"):
        any_patterns(View(Units(lambda x: nn.functional.gelu(x.T))), given, batch=3)


def test_swap_of_any_activation_is_of_the_networks_own_weights() -> None:
    request = proxies.request("swap[activations=any,batch=4]")
    assert [name for name, _ in request.readings] == ["any_patterns"]
    with pytest.raises(ValueError, match="leave out weights=normal"):
        proxies.request("swap[activations=any,weights=normal]")
