"""Configurations of the space of pooling-based vision transformers, as ViT-Bench writes them."""

from __future__ import annotations

from typing import Literal

import msgspec

Heads = Literal[2, 4, 8]


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the space's networks.

    Attributes:
        base_dim: width of a head; a stage is as wide as its heads together.
        depth: blocks of each stage.
        mlp_ratio: width of the feed-forward layers, as a multiple of the stage's.
        num_heads: of each stage; they never fall, so that pooling may multiply channels.
    """

    base_dim: Literal[16, 24, 32, 40]
    depth: tuple[Literal[1, 2, 3], Literal[4, 6, 8], Literal[2, 4, 6]]
    mlp_ratio: Literal[2, 4, 6, 8]
    num_heads: tuple[Heads, Heads, Heads]

    @property
    def widths(self) -> tuple[int, ...]:
        """The channels of each stage."""
        return tuple(self.base_dim * heads for heads in self.num_heads)
