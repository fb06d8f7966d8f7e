"""Decoder-only language models: what GPT-2 and Transformer-XL have in common."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from benchmarks_data.benchmark import Operation
from benchmarks_data.initialisation import generator
from benchmarks_data.spaces.language.configuration import Configuration
from benchmarks_data.spaces.language.tokens import AdaptiveTokens


class LanguageModel(nn.Module):
    """Ids of tokens (batch, length) -> logarithms of the probabilities of the token that comes next
    (batch, vocabulary).

    Those after the last token alone: at every place they would take 200 KB. There is no dropout,
    and no memory of earlier segments. Who derives from it sets ``blocks``.

    Attributes:
        blocks: one a layer, (batch, length, width) -> the same, each with the modules ``attention``
            and ``feed_forward``.
        stages: unknown: with layer normalisation, scaling the output of one does not scale that of
            the network.
    """

    blocks: nn.ModuleList
    stages = None

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        self.configuration = configuration
        self.tokens = AdaptiveTokens(configuration)

    @property
    def operations(self) -> list[Operation]:
        """Attention and feed-forward block of each layer, which is a cell."""
        kinds = ("attention", "feed_forward")
        return [
            Operation(layer, (place, place + 1), kind, True, getattr(block, kind))
            for layer, block in enumerate(self.blocks)
            for place, kind in enumerate(kinds)
        ]

    @property
    def head_inputs(self) -> list[nn.Module]:
        """The layers of queries, keys and values, which are split into heads."""
        attentions: list[Any] = [block.attention for block in self.blocks]
        return [one.inputs for one in attentions]

    @property
    def embeddings(self) -> list[nn.Module]:
        """What turns tokens into vectors, and vectors into tokens."""
        return [self.tokens]

    def distribution(self, name: str) -> tuple[float, float]:
        """Return mean and standard deviation of a parameter when it is drawn."""
        if name.rpartition(".")[2] in ("bias", "cluster_bias") or ".biases." in name:
            return 0.0, 0.0
        if "projections" in name:
            return 0.0, self.configuration.projection_deviation
        return 0.0, self.configuration.deviation

    def forward(self, ids: Tensor) -> Tensor:
        raise NotImplementedError


def drawn(network: Any, seed: int) -> Any:
    """Return a network that was made on the device meta, on the CPU, with weights as they are drawn
    by *seed* and the name of each.
    """
    network = network.to_empty(device="cpu")
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            mean, deviation = network.distribution(name)
            parameter.normal_(mean, deviation, generator=generator(seed, name))
    return network


def causal(length: int, device: torch.device) -> Tensor:
    """Return which places (length, length) a place must not see: those that come later."""
    return torch.ones(length, length, dtype=torch.bool, device=device).triu(1)


def split_heads(values: Tensor, heads: int) -> Tensor:
    """Return (batch, length, width) as (batch, heads, length, width / heads)."""
    batch, length, width = values.shape
    return values.reshape(batch, length, heads, width // heads).transpose(1, 2)


def attended(scores: Tensor, values: Tensor) -> Tensor:
    """Return what places attend to, (batch, length, width).

    Written out, since fused attention has no second derivatives.

    Args:
        scores: (batch, heads, length, length).
        values: (batch, heads, length, width / heads).
    """
    hidden = causal(scores.shape[-1], scores.device)
    weights = scores.masked_fill(hidden, -torch.inf).softmax(-1)
    return (weights @ values).transpose(1, 2).flatten(2)
