"""Building blocks of transformers that several search spaces share."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def heads_of(x: Tensor, heads: int) -> Tensor:
    """Return the values of each head: (batch, tokens, width) -> (batch, heads, tokens, width /
    heads).
    """
    return x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)


def joined(x: Tensor) -> Tensor:
    """Return the values of all heads side by side, the inverse of :func:`heads_of`."""
    return x.transpose(1, 2).flatten(2)


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return scaled dot-product attention, for each head: softmax(Q K^T / sqrt(width)) V.

    Written out, because PyTorch's fused attention has no second derivatives.
    """
    scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    return torch.softmax(scores, dim=-1) @ value
