"""The trivial baselines that every proxy has to beat.

Size and depth, known without computing anything.

They stand beside every result, because much of what proxies predict is how much there is of a
network (White et al., "A Deeper Look at Zero-Cost Proxies for Lightweight NAS", ICLR Blog Track
2022).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxies import proxy
from proxies.view import NO_OPERATIONS, NotApplicable

if TYPE_CHECKING:
    from proxies.passes.cost import Cost


@proxy("params", reads="cost")
def params(cost: Cost) -> float:
    """Number of trainable parameters of the network, dead edges included."""
    return float(cost.params)


@proxy("params_nonembedding", reads="cost")
def params_nonembedding(cost: Cost) -> float:
    """Number of trainable parameters without those that turn tokens into vectors, and back.

    It is that of params for networks of benchmarks that take no tokens.
    """
    if cost.embedding is None:
        raise NotApplicable("which modules of the network embed tokens is unknown")
    return float(cost.params - cost.embedding)


@proxy("flops", reads="cost")
def flops(cost: Cost) -> float:
    """Number of multiply-accumulates of convolutions and linear layers for one image, dead edges
    included.

    They equal the official figures of NAS-Bench-201. Other programs count more:
    NAS-Bench-Suite-Zero adds 3 for each value that a convolution in a cell puts out and 9 for each
    that a pooling does, and so agrees in rank at tau .97 only.
    """
    if cost.flops is None:
        raise NotApplicable(cost.uncounted)
    return float(cost.flops)


@proxy("live_params", reads="cost")
def live_params(cost: Cost) -> float:
    """Number of trainable parameters without those of operations on dead edges."""
    return _known(cost.live_params)


@proxy("live_convs", reads="cost")
def live_convs(cost: Cost) -> float:
    """Number of operations on live edges that hold weights, over all cells."""
    return _known(cost.live_convs)


@proxy("layers", reads="cost")
def layers(cost: Cost) -> float:
    """Number of modules with trainable parameters of their own, dead edges included.

    Convolutions, linear layers, normalisations, embeddings. Tybl and Neumann ("Training-free Neural
    Architecture Search through Variance of Knowledge of Deep Network Weights", CVPR 2025) set it
    beside their score, but count parameter tensors, which orders the cells of NAS-Bench-201 alike:
    by their convolutions, dead ones included.
    """
    return float(cost.layers)


def _known(number: int | None) -> float:
    if number is None:
        raise NotApplicable(NO_OPERATIONS)
    return float(number)
