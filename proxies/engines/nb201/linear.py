"""Linear maps between activations of many architectures at once, each with its adjoint.

Activations are (rows, height, width, channels), contiguous: a row is an architecture. Convolutions
take that layout fastest on a CPU, and a row, or a run of rows, is one piece of memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

#: Pixels that a convolution is computed among at least.
FEWEST = 32


class LinearMap(Protocol):
    """A linear map of every row, which does not depend on the row."""

    def apply(self, x: Tensor) -> Tensor:
        """Return the image of each row; it may be *x* itself."""

    def adjoint(self, g: Tensor) -> Tensor:
        """Return the adjoint's image of each row; it may be *g* itself."""


class Identity:
    """The skip connection, and pooling of what is constant over space."""

    def apply(self, x: Tensor) -> Tensor:
        return x

    def adjoint(self, g: Tensor) -> Tensor:
        return g


class Convolution:
    """A convolution without bias, padded by zeros so that stride 1 keeps height and width.

    Even sizes if the stride is 2.
    """

    def __init__(self, weight: Tensor, stride: int = 1) -> None:
        """Take a *weight* of shape (outputs, inputs, kernel, kernel), kernel odd, and a stride of 1
        or 2.
        """
        self._stride, self._padding = stride, weight.shape[-1] // 2
        self._weight = weight.contiguous(memory_format=torch.channels_last)
        self._reverse = (
            weight.transpose(0, 1).flip(2, 3).contiguous(memory_format=torch.channels_last)
        )

    def apply(self, x: Tensor) -> Tensor:
        return _convolved(
            x, lambda rows: functional.conv2d(rows, self._weight, None, self._stride, self._padding)
        )

    def adjoint(self, g: Tensor) -> Tensor:
        if self._stride == 1:
            return _convolved(
                g, lambda rows: functional.conv2d(rows, self._reverse, None, 1, self._padding)
            )
        return _convolved(
            g,
            lambda rows: functional.conv_transpose2d(
                rows, self._weight, None, self._stride, self._padding, self._stride - 1
            ),
        )


def _convolved(x: Tensor, convolution: Callable[[Tensor], Tensor]) -> Tensor:
    """Return the convolution of each row, computed among at least FEWEST pixels and two rows.

    Of fewer, libraries take sums in another order, and the last digits of a row would depend on how
    many are computed with it.
    """
    least = max(2, FEWEST // (x.shape[1] * x.shape[2]))
    padded = torch.cat([x, x.new_zeros(least - len(x), *x.shape[1:])]) if len(x) < least else x
    return _channels_last(convolution(_channels_first(padded))[: len(x)])


class AveragePooling:
    """3x3 average pooling of stride 1 over what lies inside the image."""

    def __init__(
        self, height: int, width: int, dtype: torch.dtype, device: torch.device | str = "cpu"
    ) -> None:
        inside = torch.ones(1, 1, height, width, dtype=dtype, device=device)
        #: Nine times the share of each pixel in the averages that it enters.
        self._share = 1 / functional.avg_pool2d(inside, 3, 1, 1).permute(0, 2, 3, 1)

    def apply(self, x: Tensor) -> Tensor:
        return _channels_last(
            functional.avg_pool2d(_channels_first(x), 3, 1, 1, count_include_pad=False)
        )

    def adjoint(self, g: Tensor) -> Tensor:
        return _channels_last(functional.avg_pool2d(_channels_first(g * self._share), 3, 1, 1))


class Halving:
    """2x2 average pooling of stride 2."""

    def apply(self, x: Tensor) -> Tensor:
        return _channels_last(functional.avg_pool2d(_channels_first(x), 2))

    def adjoint(self, g: Tensor) -> Tensor:
        return (g / 4).repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)


def _channels_first(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)


def _channels_last(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1).contiguous()
