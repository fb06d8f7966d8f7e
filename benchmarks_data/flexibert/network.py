"""FlexiBERT's encoder with a classifier: (batch, tokens) of token ids -> (batch, classes).

As BERT and ELECTRA: each operation and each feed-forward part is added to its input and then
normalised. The linear transforms are neither added nor normalised.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.flexibert import VOCABULARY
from benchmarks_data.flexibert.operations import (
    Attention,
    SpanConvolution,
    Transform,
    operation_of,
)
from benchmarks_data.flexibert.space import Encoder, Layer
from benchmarks_data.initialisation import Linear, initialise_normal

#: Tokens of a sequence at most, kinds of sequences, and the width of what stands for a token.
LONGEST, KINDS, EMBEDDING = 512, 2, 128
#: Of layer normalisation.
EPSILON = 1e-12
#: Standard deviation of all weights; biases are 0.
SPREAD = 0.02


class Embedding(nn.Module):
    """The sum of what stands for a token, its place and its kind of sequence, normalised."""

    def __init__(self, width: int) -> None:
        super().__init__()
        sizes = VOCABULARY, LONGEST, KINDS
        self.words, self.places, self.kinds = (_unset(size) for size in sizes)
        self.norm = nn.LayerNorm(EMBEDDING, EPSILON)
        self.projection = nn.Identity() if width == EMBEDDING else Linear(EMBEDDING, width)

    def forward(self, tokens: Tensor) -> Tensor:
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.words(tokens) + self.kinds(torch.zeros_like(tokens)) + self.places(places)
        out: Tensor = self.projection(self.norm(x))
        return out


def _unset(size: int) -> nn.Embedding:
    """Return an embedding whose weights :func:`initialise_normal` draws."""
    return nn.Embedding(size, EMBEDDING, _weight=torch.empty(size, EMBEDDING))


class Block(nn.Module):
    """An encoder layer: its operation, then feed-forward layers with GELU between them."""

    def __init__(self, layer: Layer, width: int) -> None:
        super().__init__()
        self.operation = operation_of(layer, width)
        plain = isinstance(self.operation, Transform)
        self.first_norm = None if plain else nn.LayerNorm(width, EPSILON)
        parts: list[nn.Module] = []
        inputs = width
        for outputs in layer.widths:
            parts += [Linear(inputs, outputs), nn.GELU()]
            inputs = outputs
        self.feed_forward = nn.Sequential(*parts, Linear(inputs, width))
        self.second_norm = nn.LayerNorm(width, EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        mixed = self.operation(x)
        if self.first_norm is not None:
            mixed = self.first_norm(mixed + x)
        out: Tensor = self.second_norm(self.feed_forward(mixed) + mixed)
        return out


class Network(nn.Module):
    """An encoder, and a linear classifier of its first token as in fine-tuning.

    Its operations are those of each layer (edge (0, 1)) and its feed-forward layers (edge (1, 2));
    a layer is a cell. It has no stages in the sense of the contract: every layer ends in a
    normalisation, after which no scale is left.
    """

    stages = None

    def __init__(self, encoder: Encoder, classes: int, seed: int) -> None:
        super().__init__()
        self.embedding = Embedding(encoder.width)
        self.layers = nn.Sequential(*(Block(one, encoder.width) for one in encoder.layers))
        self.classifier = Linear(encoder.width, classes)
        self._kinds = [one.operation for one in encoder.layers]
        initialise_normal(self, seed, SPREAD)

    @property
    def embeddings(self) -> list[nn.Module]:
        """What turns tokens, their places and their kinds into vectors."""
        return [self.embedding.words, self.embedding.places, self.embedding.kinds]

    @property
    def operations(self) -> list[Operation]:
        """The operation and the feed-forward part of every layer, in order."""
        operations = []
        blocks = [block for block in self.layers if isinstance(block, Block)]
        for cell, (kind, block) in enumerate(zip(self._kinds, blocks, strict=True)):
            operations += [
                Operation(cell, (0, 1), kind, True, block.operation),
                Operation(cell, (1, 2), "feed_forward", True, block.feed_forward),
            ]
        return operations

    @property
    def head_inputs(self) -> list[nn.Module]:
        """The layers whose outputs are split into heads, those of linear transforms among them."""
        kinds = Attention | Transform | SpanConvolution
        parts = [module for module in self.modules() if isinstance(module, kinds)]
        return [layer for part in parts for layer in part.head_inputs]

    def forward(self, tokens: Tensor) -> Tensor:
        out: Tensor = self.classifier(self.layers(self.embedding(tokens))[:, 0])
        return out
