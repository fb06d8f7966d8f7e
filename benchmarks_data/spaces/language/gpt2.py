"""GPT-2 with heads and widths of their own in each layer.

Radford et al., "Language Models are Unsupervised Multitask Learners", 2019. Layers are normalised
before each block and at the end, and places have learned embeddings.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from benchmarks_data.initialisation import Linear
from benchmarks_data.spaces.language.configuration import Configuration
from benchmarks_data.spaces.language.network import LanguageModel, attended, split_heads

EPSILON = 1e-5


class Attention(nn.Module):
    """Normalisation and causal attention."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.inputs = Linear(width, 3 * width)
        self.output = Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            split_heads(one, self.heads) for one in self.inputs(self.norm(x)).chunk(3, dim=-1)
        )
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        out: Tensor = self.output(attended(scores, value))
        return out


class FeedForward(nn.Module):
    """Normalisation and two linear layers with GELU between them."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.inputs = Linear(width, inner)
        self.gelu = nn.GELU(approximate="tanh")
        self.output = Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.output(self.gelu(self.inputs(self.norm(x))))
        return out


class Block(nn.Module):
    """A layer."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.feed_forward = FeedForward(width, inner)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(x)
        out: Tensor = x + self.feed_forward(x)
        return out


class Gpt2(LanguageModel):
    """The network of ``gpt2_wt103``."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__(configuration)
        one = configuration
        self.positions = nn.Embedding(one.length, one.width)
        self.blocks = nn.ModuleList(
            Block(one.width, heads, inner)
            for heads, inner in zip(one.heads, one.inner, strict=True)
        )
        self.norm = nn.LayerNorm(one.width, eps=EPSILON)

    @property
    def embeddings(self) -> list[nn.Module]:
        return [self.tokens, self.positions]

    def distribution(self, name: str) -> tuple[float, float]:
        """As its authors draw: what adds to the residual stream is smaller, the more layers add."""
        if name.endswith("norm.weight"):
            return 1.0, 0.0
        if name.endswith("output.weight"):
            return 0.0, self.configuration.deviation / math.sqrt(2 * self.configuration.layers)
        return super().distribution(name)

    def forward(self, ids: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.tokens(ids) + self.positions(places)
        for block in self.blocks:
            x = block(x)
        return self.tokens.log_probabilities(self.norm(x[:, -1]))
