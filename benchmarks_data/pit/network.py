"""The pooling-based vision transformer.

(batch, 3, height, width) -> (batch, classes).

Overlapping patches of 16 pixels, every 8 pixels, three stages of blocks, and a depthwise
convolution of stride 2 between them that multiplies channels; beside the patches goes a class
token, which a linear layer takes from stage to stage, and which alone is classified.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from benchmarks_data.attention import attend, heads_of, joined
from benchmarks_data.benchmark import Operation
from benchmarks_data.initialisation import Convolution, Linear, generator, initialise
from benchmarks_data.pit.space import Configuration

PATCH, STRIDE = 16, 8
#: Of layer normalisation, as ViT-Bench sets it.
EPSILON = 1e-6
#: Standard deviation of the class token and of the places' embedding.
SPREAD = 0.02


class Attention(nn.Module):
    """Self-attention: (batch, tokens, width) -> the same."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query_key_value = Linear(width, 3 * width)
        self.projection = Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        parts = self.query_key_value(x).chunk(3, dim=-1)
        out: Tensor = self.projection(joined(attend(*(heads_of(one, self.heads) for one in parts))))
        return out


class Block(nn.Module):
    """Attention and feed-forward layers, each of what is normalised, and added to its input."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(width, EPSILON), Attention(width, heads))
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(width, EPSILON), Linear(width, hidden), nn.GELU(), Linear(hidden, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(x)
        out: Tensor = x + self.feed_forward(x)
        return out


class Pooling(nn.Module):
    """A depthwise convolution of the places, (batch, channels, height, width), and a linear layer
    of the class token, (batch, 1, channels).
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = Convolution(inputs, outputs, 3, stride=2, padding=1, groups=inputs)
        self.linear = Linear(inputs, outputs)

    def forward(self, places: Tensor, token: Tensor) -> tuple[Tensor, Tensor]:
        return self.convolution(places), self.linear(token)


class Network(nn.Module):
    """The network of a configuration for square images of so many pixels.

    Its operations are the attention (edge (0, 1)) and the feed-forward layers (edge (1, 2)) of
    each block, which is a cell. It has no stages in the sense of the contract: a block's output is
    normalised where it is read and not where it is added, so that scaling it does not scale the
    network's output.
    """

    stages = None

    def __init__(
        self, configuration: Configuration, classes: int, seed: int, image: int = 224
    ) -> None:
        super().__init__()
        widths, side = configuration.widths, (image - PATCH) // STRIDE + 1
        self.embedding = Convolution(3, widths[0], PATCH, stride=STRIDE)
        self.places = nn.Parameter(torch.empty(1, widths[0], side, side))
        self.token = nn.Parameter(torch.empty(1, 1, widths[0]))
        self.transformers = nn.ModuleList(
            nn.Sequential(
                *(Block(width, heads, width * configuration.mlp_ratio) for _ in range(blocks))
            )
            for width, heads, blocks in zip(
                widths, configuration.num_heads, configuration.depth, strict=True
            )
        )
        self.pooling = nn.ModuleList(Pooling(*pair) for pair in pairwise(widths))
        self.norm = nn.LayerNorm(widths[-1], EPSILON)
        self.classifier = Linear(widths[-1], classes)
        initialise(self, seed)
        for name in ("places", "token"):
            values = getattr(self, name)
            nn.init.trunc_normal_(values, std=SPREAD, generator=generator(seed, name))

    @property
    def operations(self) -> list[Operation]:
        """The two operations of every block, in order."""
        blocks = [block for block in self.modules() if isinstance(block, Block)]
        return [
            Operation(cell, edge, kind, True, getattr(block, kind))
            for cell, block in enumerate(blocks)
            for kind, edge in (("attention", (0, 1)), ("feed_forward", (1, 2)))
        ]

    @property
    def head_inputs(self) -> list[nn.Module]:
        """The layers of queries, keys and values, which are split into heads."""
        return [one.query_key_value for one in self.modules() if isinstance(one, Attention)]

    def forward(self, images: Tensor) -> Tensor:
        places = self.embedding(images) + self.places
        token = self.token.expand(len(images), -1, -1)
        for number, transformer in enumerate(self.transformers):
            if number:
                places, token = self.pooling[number - 1](places, token)
            side = places.shape[2:]
            x = transformer(torch.cat([token, places.flatten(2).transpose(1, 2)], dim=1))
            token, places = x[:, :1], x[:, 1:].transpose(1, 2).unflatten(2, side)
        out: Tensor = self.classifier(self.norm(token[:, 0]))
        return out
