"""Convolution, and batch normalisation in training mode, whose second derivatives cost little more
than their first.

PyTorch differentiates the backward pass of batch normalisation by some thirty element-wise
products, and that of convolution by convolutions with kernels as large as the image. The functions
here use the fused kernels of the first backward pass once more.

Convolution, x * W being the convolution, B(dy, x, W) = (dx, dW) its backward pass, and F = <u, dx>
+ <v, dW>:

    dF/d(dy) = u * W + x * v,    (dF/dx, dF/dW) = B(dy, u, v).

Batch normalisation of a channel of n values, P(v) = v - mean(v) - y mean(v y) being a projection,
and s = 1 / sqrt(variance + eps):

    y = (x - mean(x)) s,    dx = s P(dy),    and for F = <u, dx>:
    dF/d(dy) = s P(u),      dF/dx = -s/n (<dy, y> s P(u) + <u, y> s P(dy) + <u, dx> y).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from proxies.passes.common import apply, overridden

#: Stride, padding, dilation and groups of a convolution.
Geometry = tuple[Any, Any, Any, int]


@contextmanager
def twice_differentiable(network: nn.Module) -> Iterator[None]:
    """Let every convolution and batch normalisation compute by this module.

    Normalisations use the batch's statistics.

    A normalisation that is bypassed already stays so.
    """
    with ExitStack() as stack:
        for module in network.modules():
            if (
                isinstance(module, nn.BatchNorm2d)
                and type(module).forward is nn.BatchNorm2d.forward
                and "forward" not in vars(module)
            ):
                stack.enter_context(overridden([module], forward=partial(_normalise, module)))
            elif (
                isinstance(module, nn.Conv2d)
                and type(module).forward is nn.Conv2d.forward
                and type(module)._conv_forward is nn.Conv2d._conv_forward
                and module.padding_mode == "zeros"
                and not isinstance(module.padding, str)
            ):
                stack.enter_context(overridden([module], forward=partial(_convolve, module)))
        yield


def _convolve(module: nn.Conv2d, x: Tensor) -> Tensor:
    y: Tensor = apply(
        _Convolution,
        x,
        module.weight,
        (module.stride, module.padding, module.dilation, module.groups),
    )
    return y if module.bias is None else y + module.bias.view(-1, 1, 1)


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, geometry: Geometry) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.geometry = geometry
        return _convolution(x, weight, geometry)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        return *apply(_ConvolutionBackward, gradient, *ctx.saved_tensors, ctx.geometry), None


class _ConvolutionBackward(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, gradient: Tensor, x: Tensor, weight: Tensor, geometry: Geometry
    ) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(gradient, x, weight)
        ctx.geometry = geometry
        return _convolution_backward(gradient, x, weight, geometry)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, u: Tensor, v: Tensor) -> tuple[Tensor | None, ...]:
        gradient, x, weight = ctx.saved_tensors
        by_gradient = _convolution(u, weight, ctx.geometry).add_(_convolution(x, v, ctx.geometry))
        return by_gradient, *_convolution_backward(gradient, u, v, ctx.geometry), None


def _convolution(x: Tensor, weight: Tensor, geometry: Geometry) -> Tensor:
    return nn.functional.conv2d(x, weight, None, *geometry)


def _convolution_backward(
    gradient: Tensor, x: Tensor, weight: Tensor, geometry: Geometry
) -> tuple[Tensor, Tensor]:
    stride, padding, dilation, groups = geometry
    by_x, by_weight, _ = torch.ops.aten.convolution_backward(
        gradient,
        x,
        weight,
        None,
        stride,
        padding,
        dilation,
        False,
        (0, 0),
        groups,
        [True, True, False],
    )
    return by_x, by_weight


def _normalise(module: nn.BatchNorm2d, x: Tensor) -> Tensor:
    y: Tensor = apply(_Normalisation, x, module.eps)
    if not module.affine or (bool((module.weight == 1).all()) and not bool(module.bias.any())):
        return y  # as at initialisation; no pass differentiates by weight and bias
    return y * module.weight.view(-1, 1, 1) + module.bias.view(-1, 1, 1)


class _Normalisation(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, eps: float) -> Tensor:
        y, mean, scale = torch.native_batch_norm(x, None, None, None, None, True, 0.0, eps)
        ctx.save_for_backward(x, mean, scale)
        ctx.eps = eps
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        x, mean, scale = ctx.saved_tensors
        return apply(_NormalisationBackward, gradient, x, mean, scale, ctx.eps), None


class _NormalisationBackward(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, gradient: Tensor, x: Tensor, mean: Tensor, scale: Tensor, eps: float
    ) -> Tensor:
        projected, inner = _project(gradient, x, mean, scale, eps)
        ctx.save_for_backward(x, mean, scale, projected, inner)
        ctx.eps = eps
        return projected

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, u: Tensor) -> tuple[Tensor | None, ...]:
        x, mean, scale, projected, inner = ctx.saved_tensors
        by_gradient, inner_u = _project(u, x, mean, scale, ctx.eps)
        factor = (-scale * x.shape[1] / x.numel()).view(-1, 1, 1)
        with_dx = (u * projected).sum((0, 2, 3)) * scale
        by_x = torch.addcmul(inner_u.view(-1, 1, 1) * projected, inner.view(-1, 1, 1), by_gradient)
        by_x.addcmul_(x - mean.view(-1, 1, 1), with_dx.view(-1, 1, 1)).mul_(factor)
        return by_gradient, by_x, None, None, None


def _project(
    gradient: Tensor, x: Tensor, mean: Tensor, scale: Tensor, eps: float
) -> tuple[Tensor, Tensor]:
    """Return s P(gradient), and per channel the inner product of gradient and y."""
    ones = torch.ones_like(mean)  # on CUDA there is no gradient of a weight that is None
    projected, inner, _ = torch.ops.aten.native_batch_norm_backward(
        gradient, x, ones, None, None, mean, scale, True, eps, [True, True, False]
    )
    return projected, inner
