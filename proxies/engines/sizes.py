"""Sizes of networks from the shapes of their layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from proxies.engines.pixel import Layer


class Size(NamedTuple):
    """Parameters, and multiply-accumulates for one image."""

    params: int
    flops: int


def convolution(layer: Layer, area: int, *, normalised: bool = True) -> Size:
    """Return the size of a convolution without bias, and of its normalisation, which multiplies
    nothing that is counted.

    Args:
        layer: of the convolution.
        area: pixels of its output.
        normalised: whether it has a normalisation.
    """
    norm = 2 * layer.outputs if normalised else 0
    return Size(layer.weights + norm, layer.weights * area)


def linear(layer: Layer) -> Size:
    """Return the size of a linear layer with bias."""
    return Size(layer.weights + layer.outputs, layer.weights)


def total(sizes: Iterable[Size]) -> Size:
    """Return the sum of sizes."""
    params, flops = 0, 0
    for size in sizes:
        params, flops = params + size.params, flops + size.flops
    return Size(params, flops)
