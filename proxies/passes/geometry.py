"""Singular values of features, and how the output bends when the input goes along a circle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from proxies.passes.common import Inputs, image_statistics, output_hooks, tensors_of
from proxies.passes.features import _check_map
from proxies.passes.requirements import of_another_size
from proxies.view import View

#: Outputs of the network, drawn with replacement, along which the curve is looked at.
COORDINATES = 10


@dataclass(frozen=True)
class FeatureConditions:
    """Smallest / largest singular value of one image's features, one number a call of a module; 0
    of features that are zero.
    """

    ratios: list[float]


def feature_conditions(view: View, inputs: Inputs) -> FeatureConditions:
    """Send one image through the network, and take the singular values of what every module puts
    out that has no other modules in it: a matrix of channels by places.

    Normalisation is by the image's own statistics. A vector is a matrix of one column, whose ratio
    is 1. Source: Asthana et al. 2025 (Dextr), arXiv 2508.12977.
    """
    ratios: list[float] = []
    last: tuple[Tensor | None, float] = (None, 0.0)

    def see(module: nn.Module, several: Any) -> None:
        nonlocal last
        output = tensors_of(several)[-1]
        _check_map(module, output)
        # A skip connection hands on its input. Any network may have overwritten it.
        if output is not last[0] or view.anatomy is not None:
            features = output[0].unsqueeze(1) if output.dim() == 2 else output[0].flatten(1)
            last = output, _ratio(features.double())
        ratios.append(last[1])

    network = view.module
    innermost = [module for module in network.modules() if not any(module.children())]
    with image_statistics(network), output_hooks(innermost, see), torch.no_grad():
        network(inputs.images(1))
    return FeatureConditions(ratios)


def _ratio(features: Tensor) -> float:
    values = torch.linalg.svdvals(features)
    return float(values[-1] / values[0]) if values[0] > 0 else 0.0


@dataclass(frozen=True)
class OutputCurvature:
    """The extrinsic curvature of the output at a point of a circle of inputs; NaN where the output
    stands still.
    """

    curvature: float


def output_curvature(view: View, inputs: Inputs, *, side: int) -> OutputCurvature:
    """Differentiate the output twice along a great circle of images of *side* pixels and norm 1.

    For the velocity v and the acceleration a of ten drawn outputs at the angle 0 the curvature is
    |v|^-3 sqrt(|v|^2 |a|^2 - (v a)^2). Normalisation is by the image's own statistics. In float64
    whatever the network's precision: float32 was wrong by 4 % on the cell of six 3 x 3
    convolutions. Source: Asthana et al. 2025 (Dextr), arXiv 2508.12977, whose code looks at one
    point; Poole et al. 2016, arXiv 1606.05340.
    """
    network = view.module
    start, ahead = _orthonormal(inputs, side)
    values = chain(network.named_parameters(), network.named_buffers())
    fixed = {name: _in_double(value.detach()) for name, value in values}
    angle = torch.zeros((), dtype=torch.float64, device=inputs.device, requires_grad=True)
    with image_statistics(network), torch.enable_grad():
        image = angle.cos() * start + angle.sin() * ahead
        with of_another_size(view, inputs, side):
            outputs = functional_call(network, fixed, (image,))[0]
        moves = _moves(outputs, angle)
    stream = inputs.stream("output_curvature", "coordinates")
    chosen = torch.randint(len(outputs), (COORDINATES,), generator=stream).to(outputs.device)
    return OutputCurvature(_curvature(*(one.detach()[chosen] for one in moves)))


def _in_double(value: Tensor) -> Tensor:
    return value.double() if value.is_floating_point() else value


def _orthonormal(inputs: Inputs, side: int) -> tuple[Tensor, Tensor]:
    """Return two Gaussian images (1, channels, side, side) in float64, made orthogonal and of norm
    1.
    """
    shape = (2, 1, inputs.image_shape[0], side, side)
    one, other = inputs.gaussian(shape, "output_curvature").double()
    one = one / one.norm()
    other = other - (one * other).sum() * one
    return one, other / other.norm()


def _moves(outputs: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Return the first and the second derivatives of all outputs (classes,) by an angle.

    The derivative of a sum with weights is linear in these: its derivative by them has those of all
    outputs at once. (PyTorch's second derivatives forward leave out those of normalisation.)
    """
    weights = torch.ones_like(outputs, requires_grad=True)

    def derivative(of: Tensor, by: Tensor) -> Tensor:
        return torch.autograd.grad(of, by, create_graph=True, materialize_grads=True)[0]

    first = derivative(outputs @ weights, angle)
    if not first.requires_grad:
        return torch.zeros_like(outputs), torch.zeros_like(outputs)
    second = derivative(first, angle)
    by_weights = [derivative(one, weights) for one in (first, second) if one.requires_grad]
    return by_weights[0], by_weights[1] if len(by_weights) > 1 else torch.zeros_like(outputs)


def _curvature(velocity: Tensor, acceleration: Tensor) -> float:
    """Return the acceleration across the velocity over the velocity's square, which is the same."""
    square = velocity.square().sum()
    if not square > 0:
        return math.nan
    across = acceleration - (acceleration * velocity).sum() / square * velocity
    return float(across.norm() / square)
