"""Weights as a pure function of a seed and a module's name.

No global random state is read or changed.
"""

from __future__ import annotations

import hashlib
import math

import torch
from torch import nn


class Convolution(nn.Conv2d):
    """A convolution whose weights :func:`initialise` draws."""

    def reset_parameters(self) -> None:
        """Leave the weights unset: drawing them here would use the global random state."""


class Linear(nn.Linear):
    """A linear layer whose weights :func:`initialise` draws."""

    def reset_parameters(self) -> None:
        """Leave the weights unset: drawing them here would use the global random state."""


def generator(seed: int, *names: object) -> torch.Generator:
    """Return a CPU generator whose stream depends on *seed* and *names* alone."""
    digest = hashlib.sha256("/".join(map(str, (seed, *names))).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


def initialise(network: nn.Module, seed: int) -> None:
    """Draw the weights of all convolutions and linear layers as PyTorch does by default.

    Uniform in +-1/sqrt(fan in).

    A layer's weights depend on *seed*, its qualified name and its shape. Architectures that name an
    operation by where it stands and its kind therefore share its weights (common random numbers),
    whatever else they hold.
    """
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            stream = generator(seed, name)
            fan_in = module.weight[0].numel()
            bound = 1 / math.sqrt(fan_in)
            with torch.no_grad():
                module.weight.uniform_(-bound, bound, generator=stream)
                if module.bias is not None:
                    module.bias.uniform_(-bound, bound, generator=stream)


def initialise_normal(network: nn.Module, seed: int, std: float) -> None:
    """Draw the weights of all convolutions, linear layers and embeddings as BERT does.

    Normal with a standard deviation of *std*; biases are 0. A layer's weights depend on what
    :func:`initialise` says.
    """
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear | nn.Embedding):
            with torch.no_grad():
                module.weight.normal_(0, std, generator=generator(seed, name))
                if not isinstance(module, nn.Embedding) and module.bias is not None:
                    module.bias.zero_()
