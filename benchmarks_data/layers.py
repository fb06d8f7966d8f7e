"""Building blocks that the networks of several search spaces share.

(batch, channels, height, width) -> the same.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchmarks_data.initialisation import Convolution


class Zero(nn.Module):
    """The operation none. It multiplies, so that the result stays a function of the input."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 0.0


class ReluConvBn(nn.Sequential):
    """ReLU, convolution without bias, batch normalisation."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__(
            nn.ReLU(),
            Convolution(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
        )


class ShiftByPixel(nn.Module):
    """Leaves out the first row and the first column, of an odd size after zeros beyond the last."""

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        return nn.functional.pad(x, (0, width % 2, 0, height % 2))[:, :, 1:, 1:]


class FactorizedReduce(nn.Module):
    """The skip connection that halves height and width.

    Two 1x1 convolutions of stride 2, one of them shifted by a pixel.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.convolutions = nn.ModuleList(
            Convolution(inputs, outputs // 2, 1, stride=2, bias=False) for _ in range(2)
        )
        self.shift = ShiftByPixel()
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(x)
        first, second = self.convolutions
        out: Tensor = self.norm(torch.cat([first(x), second(self.shift(x))], dim=1))
        return out


def convolution_bn(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1
) -> list[nn.Module]:
    """Return a convolution without bias and its batch normalisation."""
    layer = Convolution(
        inputs, outputs, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False
    )
    return [layer, nn.BatchNorm2d(outputs)]


class InvertedResidual(nn.Module):
    """Expansion (none of a factor of 1), depthwise convolution, projection.

    The input is added where it has the output's shape.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, kernel: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.block = nn.Sequential(
            *([*convolution_bn(inputs, hidden), nn.ReLU()] if expansion > 1 else []),
            *convolution_bn(hidden, hidden, kernel, stride, groups=hidden),
            nn.ReLU(),
            *convolution_bn(hidden, outputs),
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.block(x)
        return out + x if self.residual else out
