"""What the passes give, for many sizes of NATS-Bench at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks_data.nats_sss import LAYERS
from benchmarks_data.nb201.space import EDGES
from proxies.engines.nats_sss.flow import (
    CLASSIFIER,
    WIDTH,
    Channels,
    classifier,
    edge_layer,
    flows,
    layers,
    stem,
)
from proxies.engines.pixel import Drawn, Expected, Layer, Matrices
from proxies.engines.sizes import convolution, linear, total
from proxies.passes.common import Inputs, layers_of
from proxies.passes.cost import Cost
from proxies.passes.synaptic_flow import SynapticFlow

#: Rows that a batch has at most, and matrices that each takes.
LARGEST, MATRICES_OF_A_ROW = 256, 32
#: The places of the body that are cells.
CELLS = range(0, LAYERS, 2)
SMALLEST = (8,) * LAYERS


class Shared:
    """What the sizes of a seed share: the matrices of their layers."""

    def __init__(self, make: Callable[[Channels], nn.Module], inputs: Inputs) -> None:
        self.inputs, self._make = inputs, make
        self.matrices: dict[str, _Filled] = {
            "periodic_flow": _Filled(Drawn(make, inputs), inputs),
            "expected_flow": _Filled(Expected(inputs), inputs),
        }

    @cached_property
    def classes(self) -> int:
        """How many there are, which the smallest network tells."""
        return layers_of(self._make(SMALLEST))[CLASSIFIER].weight.shape[0]


class _Filled:
    """Matrices of layers, filled up by zeros."""

    def __init__(self, matrices: Matrices, inputs: Inputs) -> None:
        self._matrices = matrices
        self._identity = torch.eye(WIDTH, dtype=inputs.dtype, device=inputs.device)
        self._known: dict[Layer, Tensor] = {}

    def of(self, layer: Layer | None, channels: Channels) -> Tensor:
        """Return the matrix of a layer, of inputs and outputs up to WIDTH; None is the identity."""
        if layer is None:
            return self._identity
        if layer not in self._known:
            matrix = self._matrices.of(layer, channels)
            missing = 0, WIDTH - matrix.shape[1], 0, WIDTH - matrix.shape[0]
            self._known[layer] = nn.functional.pad(matrix, missing)
        return self._known[layer]

    def row(self, layer: Layer, channels: Channels, dim: int) -> Tensor:
        """Return the sum of a layer's matrix over its outputs (0) or inputs (1), filled up."""
        summed = self._matrices.of(layer, channels).sum(dim)
        return nn.functional.pad(summed, (0, WIDTH - len(summed)))


def compute(name: str, shared: Shared, given: Sequence[Channels], memory: int | None) -> list[Any]:
    """Return the result of a pass for each size, or what its computation raised.

    Args:
        name: of a pass in the engine's passes.
        shared: what the sizes share.
        given: the numbers of channels of each.
        memory: bytes that a batch may take; None lets it have its largest size.
    """
    if name == "cost":
        return [_cost(shared, channels) for channels in given]
    row = MATRICES_OF_A_ROW * WIDTH**2 * shared.inputs.dtype.itemsize
    most = LARGEST if memory is None else max(1, memory // row)
    batches = (given[start : start + most] for start in range(0, len(given), most))
    return [result for batch in batches for result in _tried(name, shared, batch)]


def _tried(name: str, shared: Shared, batch: Sequence[Channels]) -> Sequence[Any]:
    """Return the flow of each size.

    A batch that fails, as by too little memory, is computed in halves.
    """
    try:
        return _flows(shared.matrices[name], shared.classes, batch)
    except Exception as error:
        if len(batch) == 1:
            return [error]
    middle = len(batch) // 2
    return [*_tried(name, shared, batch[:middle]), *_tried(name, shared, batch[middle:])]


def _flows(filled: _Filled, classes: int, batch: Sequence[Channels]) -> list[SynapticFlow]:
    def stacked(layer_of: Callable[[Channels], Layer | None]) -> Tensor:
        return torch.stack([filled.of(layer_of(channels), channels) for channels in batch])

    every = flows(
        torch.stack([filled.row(stem(one), one, 1) for one in batch]),
        torch.stack([filled.row(classifier(one, classes), one, 0) for one in batch]),
        stacked,
    )
    places = [(number, edge) for number in range(len(CELLS)) for edge in EDGES]
    chosen = [
        [
            edge_layer(place, number, channels) is not None
            for place in CELLS
            for number in range(len(EDGES))
        ]
        for channels in batch
    ]
    return every.of_rows(places, chosen)


def _cost(shared: Shared, channels: Channels) -> Cost:
    _, height, width = shared.inputs.image_shape
    body = layers(channels)
    sizes = [convolution(stem(channels), height * width)]
    for place, part in enumerate(body):
        stage = (place + 1) // 2
        area = (height >> stage) * (width >> stage)
        sizes += [convolution(one, area, normalised="shortcut" not in one.name) for one in part]
    size = total([*sizes, linear(classifier(channels, shared.classes))])
    params = size.params + 2 * channels[-1]  # the last normalisation
    convolutions = sum(len(body[place]) for place in CELLS)
    return Cost(params, size.flops, params, convolutions, size.layers + 1)
