"""Transformer-XL with heads and widths of their own in each layer.

Dai et al., "Transformer-XL: Attentive Language Models beyond a Fixed-Length Context", ACL 2019,
arXiv 1901.02860. Attention looks at the distance between places, and layers are normalised after
each block.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks_data.initialisation import Linear
from benchmarks_data.spaces.language.configuration import Configuration
from benchmarks_data.spaces.language.network import LanguageModel, attended, split_heads


class Attention(nn.Module):
    """Causal attention to contents and to distances.

    Score of place i for place j: (q_i + u) k_j + (q_i + v) r_{i-j}, over the square root of a
    head's width.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.inputs = Linear(width, 3 * width, bias=False)
        self.distances = Linear(width, width, bias=False)
        self.output = Linear(width, width, bias=False)
        self.u = nn.Parameter(torch.empty(heads, 1, width // heads))
        self.v = nn.Parameter(torch.empty(heads, 1, width // heads))

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        query, key, value = (
            split_heads(one, self.heads) for one in self.inputs(x).chunk(3, dim=-1)
        )
        waves = sinusoids(length, width, x)
        # Once for each sequence, since scores by sample ask every layer for its samples.
        far = split_heads(self.distances(waves.expand(batch, -1, -1)), self.heads)
        by_content = (query + self.u) @ key.transpose(-1, -2)
        by_distance = shifted((query + self.v) @ far.transpose(-1, -2))
        scores = (by_content + by_distance) / math.sqrt(query.shape[-1])
        out: Tensor = self.output(attended(scores, value))
        return out


def sinusoids(length: int, width: int, like: Tensor) -> Tensor:
    """Return sines and cosines (length, width) of the distances length - 1 down to 0."""
    distances = torch.arange(length - 1, -1, -1, device=like.device, dtype=like.dtype)
    exponents = torch.arange(0, width, 2, device=like.device, dtype=like.dtype) / width
    angles = distances[:, None] * torch.pow(10000.0, -exponents)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def shifted(scores: Tensor) -> Tensor:
    """Return scores (batch, heads, length, length) by place in place of distance.

    Column j of row i holds what column length - 1 - i + j held: the distance i - j. Beyond the
    diagonal, which causal attention does not see, values have no meaning.
    """
    batch, heads, length, _ = scores.shape
    padded = functional.pad(scores, (1, 0))
    return padded.reshape(batch, heads, length + 1, length)[:, :, 1:]


class FeedForward(nn.Module):
    """Two linear layers with a ReLU between them."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.inputs = Linear(width, inner)
        self.relu = nn.ReLU()
        self.output = Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.output(self.relu(self.inputs(x)))
        return out


class Block(nn.Module):
    """A layer."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.attention_norm = nn.LayerNorm(width)
        self.feed_forward = FeedForward(width, inner)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        x = self.attention_norm(x + self.attention(x))
        out: Tensor = self.norm(x + self.feed_forward(x))
        return out


class TransformerXl(LanguageModel):
    """The network of ``gpt2_lm1b``."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__(configuration)
        one = configuration
        self.blocks = nn.ModuleList(
            Block(one.width, heads, inner)
            for heads, inner in zip(one.heads, one.inner, strict=True)
        )

    def distribution(self, name: str) -> tuple[float, float]:
        """As its authors draw: scales of normalisation vary about 1."""
        if name.endswith("norm.weight"):
            return 1.0, self.configuration.deviation
        return super().distribution(name)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.tokens(ids)
        for block in self.blocks:
            x = block(x)
        return self.tokens.log_probabilities(x[:, -1])
