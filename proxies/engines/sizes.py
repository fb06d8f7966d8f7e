"""Sizes of networks from the shapes of their layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from proxies.engines.pixel import Layer


class Size(NamedTuple):
    """Parameters, multiply-accumulates for one image, and modules with parameters."""

    params: int
    flops: int
    layers: int


def convolution(layer: Layer, area: int, *, normalised: bool = True) -> Size:
    """Return the size of a convolution without bias, and of its normalisation, which multiplies
    nothing that is counted.

    Args:
        layer: of the convolution.
        area: pixels of its output.
        normalised: whether it has a normalisation.
    """
    norm = 2 * layer.outputs if normalised else 0
    return Size(layer.weights + norm, layer.weights * area, 2 if normalised else 1)


def linear(layer: Layer) -> Size:
    """Return the size of a linear layer with bias."""
    return Size(layer.weights + layer.outputs, layer.weights, 1)


def total(sizes: Iterable[Size]) -> Size:
    """Return the sum of sizes."""
    params, flops, layers = 0, 0, 0
    for size in sizes:
        params, flops = params + size.params, flops + size.flops
        layers += size.layers
    return Size(params, flops, layers)
