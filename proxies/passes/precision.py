"""Networks in bfloat16, and what of their passes is not.

Weights, images and activations are bfloat16. PyTorch's kernels add up in float32, and what passes
make of activations and gradients, their statistics, is float32 or float64.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn


def single(values: Tensor) -> Tensor:
    """Return values in float32 where they are in bfloat16, and else as they are."""
    return values.float() if values.dtype is torch.bfloat16 else values


def to_bfloat16(network: nn.Module) -> None:
    """Round the parameters of a network to bfloat16, in place.

    Average pooling stays in float32: on a CPU its backward pass takes 2.6 times as long in
    bfloat16. So does a convolution with a stride over maps of one pixel: there the gradient of the
    weights reads memory that nothing has written (PyTorch 2.13 on a CPU; with kernels of 3, 5 and 7
    and any channels, not over larger maps).
    """
    network.to(torch.bfloat16)
    for module in network.modules():
        if isinstance(module, nn.AvgPool2d):
            module.forward = partial(_in_single, module.forward)  # type: ignore[method-assign]
        if isinstance(module, nn.Conv2d) and max(module.stride) > 1:
            module.forward = partial(_strided, module)  # type: ignore[method-assign]


def _in_single(forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    return forward(x.float()).to(x.dtype)


def _strided(convolution: nn.Conv2d, x: Tensor) -> Tensor:
    """Return what a convolution makes of maps, in float32 where a side of these is one pixel."""
    weight, bias = convolution.weight, convolution.bias
    if min(x.shape[-2:]) == 1:
        weight, bias = single(weight), None if bias is None else single(bias)
    out: Tensor = convolution._conv_forward(x.to(weight.dtype), weight, bias)
    return out.to(x.dtype)
