"""The operations of FlexiBERT's encoder layers.

(batch, tokens, width) -> the same. They are those of the reference's encoder in PyTorch
(github.com/aaronserianni/training-free-nas).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from benchmarks_data.attention import attend, heads_of, joined
from benchmarks_data.flexibert.space import Layer
from benchmarks_data.initialisation import Convolution, Linear


class Attention(nn.Module):
    """Self-attention by scaled dot product; *weighted*, one more matrix multiplies the query."""

    def __init__(self, width: int, heads: int, *, weighted: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (Linear(width, width) for _ in range(3))
        self.weight = Linear(width, width, bias=False) if weighted else nn.Identity()
        self.projection = Linear(width, width)

    @property
    def head_inputs(self) -> list[nn.Module]:
        """The layers whose outputs are split into heads."""
        weight = [] if isinstance(self.weight, nn.Identity) else [self.weight]
        return [self.query, self.key, self.value, *weight]

    def forward(self, x: Tensor) -> Tensor:
        parts = self.weight(self.query(x)), self.key(x), self.value(x)
        out: Tensor = self.projection(joined(attend(*(heads_of(one, self.heads) for one in parts))))
        return out


class Transform(nn.Module):
    """A linear layer, and the Fourier or cosine transform of each head over tokens and width."""

    def __init__(self, width: int, heads: int, *, cosine: bool) -> None:
        super().__init__()
        self.heads, self.cosine = heads, cosine
        self.input = Linear(width, width)

    @property
    def head_inputs(self) -> list[nn.Module]:
        """The layer whose output is split into heads."""
        return [self.input]

    def forward(self, x: Tensor) -> Tensor:
        x = heads_of(self.input(x), self.heads)
        return joined(cosine_transform(x) if self.cosine else torch.fft.fft2(x).real)


def cosine_transform(x: Tensor) -> Tensor:
    """Return the two-dimensional discrete cosine transform of the last two axes: type II, without
    normalisation, as ``scipy.fft.dctn`` has it.
    """
    for _ in range(2):
        x = _along_last(x).transpose(-1, -2)
    return x


def _along_last(x: Tensor) -> Tensor:
    """Transform the last axis by one Fourier transform of its reordered values (Makhoul 1980)."""
    length = x.shape[-1]
    values = torch.fft.fft(torch.cat([x[..., ::2], x[..., 1::2].flip(-1)], dim=-1))
    angles = torch.arange(length, dtype=x.dtype, device=x.device) * (math.pi / (2 * length))
    out: Tensor = 2 * (values.real * angles.cos() + values.imag * angles.sin())
    return out


class SpanConvolution(nn.Module):
    """Mixed attention (Jiang et al., "ConvBERT", NeurIPS 2020, arXiv 2008.02496).

    Half of the width is attention, half a convolution over neighbouring tokens whose kernel is
    computed at each token from what surrounds it.
    """

    def __init__(self, width: int, heads: int, kernel: int) -> None:
        super().__init__()
        self.heads, self.kernel = heads // 2, kernel
        half = width // 2
        self.query, self.key, self.value = (Linear(width, half) for _ in range(3))
        # Over tokens alone: tokens are rows, and there is one column.
        self.depthwise = Convolution(
            width, width, (kernel, 1), padding=(kernel // 2, 0), groups=width, bias=False
        )
        self.pointwise = Linear(width, half)
        self.kernels = Linear(half, self.heads * kernel)
        self.spans = Linear(width, half)
        self.projection = Linear(width, width)

    @property
    def head_inputs(self) -> list[nn.Module]:
        """The layers whose outputs are split into heads of attention, not of the convolution."""
        return [self.query, self.key, self.value]

    def forward(self, x: Tensor) -> Tensor:
        query = self.query(x)
        parts = (heads_of(one, self.heads) for one in (query, self.key(x), self.value(x)))
        attention = joined(attend(*parts))
        spanned = self.depthwise(x.transpose(1, 2).unsqueeze(-1)).squeeze(-1).transpose(1, 2)
        places = *x.shape[:2], self.heads, -1
        kernels = self.kernels(self.pointwise(spanned) * query).reshape(places).softmax(-1)
        margin = self.kernel // 2
        padded = nn.functional.pad(self.spans(x), (0, 0, margin, margin))
        windows = padded.unfold(1, self.kernel, 1).reshape(*places, self.kernel)
        convolved = (windows @ kernels.unsqueeze(-1)).flatten(2)
        out: Tensor = self.projection(torch.cat([attention, convolved], dim=-1))
        return out


def operation_of(layer: Layer, width: int) -> nn.Module:
    """Return the operation of an encoder layer."""
    if layer.operation in ("DFT", "DCT"):
        return Transform(width, layer.heads, cosine=layer.operation == "DCT")
    if layer.operation == "DSC":
        return SpanConvolution(width, layer.heads, layer.kernel)
    return Attention(width, layer.heads, weighted=layer.operation == "WMA")
