"""Networks in bfloat16: what is rounded, and what is not."""

import pytest
import torch
from torch import nn

from benchmarks_data.nb201 import space
from proxies.passes import PASSES
from proxies.passes.common import laid_out
from proxies.passes.complexity import gaussian_complexity
from proxies.passes.loss import loss_gradient
from proxies.passes.precision import single, to_bfloat16
from proxies.view import cell_view
from tests.networks import inputs, network

POOLED = ("avg_pool_3x3",) * 6


def in_bfloat16(cell: tuple[str, ...]) -> nn.Module:
    """The small network of a cell, whose weights are drawn in float32."""
    net = network(cell, torch.float32, channels=4, cells_per_stage=1)
    to_bfloat16(net)
    return net


def test_the_network_is_the_one_of_the_seed_rounded() -> None:
    drawn = network(space.cell(1), torch.float32, channels=4, cells_per_stage=1)
    for name, rounded in in_bfloat16(space.cell(1)).named_parameters():
        assert torch.equal(rounded, drawn.get_parameter(name).bfloat16())


def test_average_pooling_is_computed_in_float32_and_rounded_once() -> None:
    pools = [one for one in in_bfloat16(POOLED).modules() if isinstance(one, nn.AvgPool2d)]
    x = laid_out(torch.randn(2, 4, 8, 8)).bfloat16().requires_grad_()
    assert pools
    for pool in pools:
        exact = type(pool).forward(pool, x.float())
        assert torch.equal(pool(x), exact.bfloat16())
        (gradient,) = torch.autograd.grad(pool(x).sum(), x)
        (expected,) = torch.autograd.grad(exact.sum(), x)
        assert torch.equal(gradient, expected)


def test_single_leaves_other_precisions_as_they_are() -> None:
    double = torch.ones(1, dtype=torch.float64)
    assert single(double) is double
    assert single(double.bfloat16()).dtype == torch.float32


def test_formulas_get_weights_and_gradients_in_float32() -> None:
    result = loss_gradient(cell_view(in_bfloat16(space.cell(1))), inputs("bfloat16"), batch=4)
    tensors = [one for pair in result.weights.values() for one in pair]
    assert {one.dtype for one in [*tensors, *result.channels.values()]} == {torch.float32}


def test_statistics_of_gaussian_complexity_are_in_float32() -> None:
    """A mean of them in bfloat16 has 8 digits, and a running variance loses what is added to it."""
    networks = {
        "bfloat16": in_bfloat16(space.cell(1462)),
        "float32": network(space.cell(1462), torch.float32, channels=4, cells_per_stage=1),
    }
    low, exact = (
        gaussian_complexity(cell_view(net), inputs(dtype), batch=4, repeats=4)
        for dtype, net in networks.items()
    )
    variances = [[value for repeat in one.variances for value in repeat] for one in (low, exact)]
    assert variances[0] == pytest.approx(variances[1], rel=0.01)
    for values in (variances[0], low.differences):
        known = torch.tensor(values, dtype=torch.float64)
        assert (known.bfloat16().double() != known).float().mean() > 0.9


def test_no_pass_without_a_batch_of_images_is_in_bfloat16() -> None:
    """Products over many layers, sizes and supernets."""
    for name in ("synaptic_flow", "periodic_flow", "expected_flow", "cost", "weight_norms"):
        assert not PASSES[name].bfloat16
    assert not any(one.bfloat16 for one in PASSES.values() if one.supernet or one.hands_out_network)


@pytest.mark.parametrize("name", [name for name, one in PASSES.items() if one.bfloat16])
def test_a_pass_in_bfloat16_draws_something(name: str) -> None:
    assert PASSES[name].needs & {"images", "noise", "labels"}
