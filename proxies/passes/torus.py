"""Networks on a torus, where the opposite side of the image lies beyond its boundary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from torch import Tensor, nn
from torch.nn import functional

from benchmarks_data.layers import ShiftByPixel
from proxies.passes.common import overridden

#: What gives back an image that is constant over space.
_KEEPS_CONSTANTS = (nn.AvgPool2d, nn.MaxPool2d, nn.Upsample, ShiftByPixel)


@contextmanager
def periodic_boundary(network: nn.Module) -> Iterator[None]:
    """Let convolutions and poolings find the opposite side of the image beyond its boundary."""
    modules = list(network.modules())
    convolutions = [module for module in modules if isinstance(module, nn.Conv2d)]
    with ExitStack() as stack:
        stack.enter_context(overridden(convolutions, padding_mode="circular"))
        for module in modules:
            if isinstance(module, nn.AvgPool2d | nn.MaxPool2d) and module.padding:
                stack.enter_context(overridden([module], forward=partial(_pool_on_torus, module)))
        yield


def _pool_on_torus(module: nn.AvgPool2d | nn.MaxPool2d, x: Tensor) -> Tensor:
    padding = module.padding
    assert isinstance(padding, int)
    padded = functional.pad(x, (padding,) * 4, mode="circular")
    pool = functional.avg_pool2d if isinstance(module, nn.AvgPool2d) else functional.max_pool2d
    return pool(padded, module.kernel_size, module.stride)


@contextmanager
def one_pixel(network: nn.Module) -> Iterator[None]:
    """Let an image of one pixel stand for one that is constant over the torus.

    A convolution multiplies it by its summed kernels, whatever its stride and dilation; poolings,
    shifts and interpolation give it back. The network is one that names itself ``pixelwise``
    (:class:`benchmarks_data.benchmark.CellNetwork`).
    """
    with ExitStack() as stack:
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                stack.enter_context(overridden([module], forward=partial(_summed, module)))
            elif isinstance(module, _KEEPS_CONSTANTS):
                stack.enter_context(overridden([module], forward=_unchanged))
        yield


def _summed(module: nn.Conv2d, x: Tensor) -> Tensor:
    weight = module.weight.sum((2, 3), keepdim=True)
    return functional.conv2d(x, weight, module.bias, groups=module.groups)


def _unchanged(x: Tensor) -> Tensor:
    return x
