"""Dextr against its definition, computed literally and independently, in float64."""

import math

import numpy as np
import pytest
import torch
from torch import nn

import proxies
from benchmarks_data.nb201 import space
from proxies.passes.geometry import (
    FeatureConditions,
    OutputCurvature,
    feature_conditions,
    output_curvature,
)
from proxies.view import NotApplicable, View, cell_view
from tests.networks import FORMULA_CELLS as CELLS
from tests.networks import inputs, small

SIDE = 16


def evenness(net: nn.Module) -> float:
    """The sum over innermost modules of the smallest singular value over the largest."""
    ratios: list[float] = []

    def see(_: nn.Module, __: object, output: torch.Tensor) -> None:
        features = output[0].numpy().reshape(output.shape[1], -1)
        values = np.linalg.svd(features, compute_uv=False)
        ratios.append(values.min() / values.max() if values.max() > 0 else 0.0)

    for module in net.modules():
        if not list(module.children()):
            module.register_forward_hook(see)
    with torch.no_grad():
        net.train()(inputs().images(1))
    assert len(ratios) > 20
    return sum(ratios)


def curvature(net: nn.Module) -> float:
    """|v|^-3 sqrt(|v|^2 |a|^2 - (v a)^2), output by output, by derivatives of derivatives."""
    one, other = inputs().gaussian((2, 1, 3, SIDE, SIDE), "output_curvature")
    one = one / one.norm()
    other = other - (one * other).sum() * one
    other = other / other.norm()
    angle = torch.zeros((), dtype=torch.float64, requires_grad=True)
    outputs = net.train()(one * angle.cos() + other * angle.sin())[0]
    stream = inputs().stream("output_curvature", "coordinates")
    v, a = [], []
    for index in torch.randint(10, (10,), generator=stream):
        (first,) = torch.autograd.grad(outputs[index], angle, create_graph=True)
        v.append(float(first.detach()))
        a.append(float(torch.autograd.grad(first, angle, retain_graph=True)[0]))
    vv, aa, va = (float(np.dot(x, y)) for x, y in ((v, v), (a, a), (v, a)))
    return vv**-1.5 * math.sqrt(vv * aa - va**2)


@pytest.mark.parametrize("cell", [one for one in CELLS if space.is_connected(one)])
def test_dextr(cell: tuple[str, ...]) -> None:
    a = math.log(1 + evenness(small(cell)))
    b = math.log(1 + curvature(small(cell)))
    assert b > 0.1
    seen = (
        feature_conditions(cell_view(small(cell)), inputs()),
        output_curvature(cell_view(small(cell)), inputs(), side=SIDE),
    )
    assert proxies.request("dextr").score(*seen) == pytest.approx(a * b / (a + b), rel=1e-6)


def test_an_output_that_stands_still_has_no_score() -> None:
    still = output_curvature(cell_view(small(("none",) * 6)), inputs(), side=SIDE)
    assert math.isnan(still.curvature)
    assert math.isnan(proxies.request("dextr").score(FeatureConditions([1.0]), still))
    assert math.isnan(proxies.request("dextr").score(FeatureConditions([]), OutputCurvature(0.0)))


def test_a_straight_output_does_not_bend() -> None:
    """Of a linear network with one output the acceleration lies along the velocity."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 1)).double()
    assert output_curvature(View(net), inputs(), side=8).curvature == pytest.approx(0, abs=1e-9)


def test_a_vector_counts_one_and_a_module_around_others_nothing() -> None:
    net = nn.Sequential(nn.Sequential(nn.Flatten(), nn.Linear(192, 10)), nn.Identity()).double()
    assert feature_conditions(View(net), inputs()).ratios == pytest.approx([1, 1, 1])


def test_one_image_needs_two_values_of_a_channel() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(192, 6), nn.BatchNorm1d(6)).double()
    with pytest.raises(NotApplicable, match="one value a channel"):
        feature_conditions(View(net), inputs())
    with pytest.raises(NotApplicable, match="one value a channel"):
        output_curvature(View(net), inputs(), side=8)
