"""The layers of NATS-Bench's size networks, and the synaptic flow on a torus of many at once.

Rows have different numbers of channels: all are filled up by channels that are zero. No weight
gradient is needed, as <theta, dR/dtheta> = <output, dR/doutput>.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks_data.nats_sss import CHANNELS, LAYERS
from benchmarks_data.nats_sss.network import CELL
from benchmarks_data.nb201.space import EDGES, INPUT, OUTPUT
from proxies.engines.pixel import Flows, Layer, dot, rescaled

#: Channels that every row is filled up to.
WIDTH = CHANNELS[-1]
IMAGE, CLASSIFIER = 3, "classifier"
#: The number of channels of each of the five layers.
Channels = tuple[int, ...]
#: Returns the matrices (rows, WIDTH, WIDTH) of a layer of all rows, which are told by their
#: channels; None is a skip connection.
Stacked = Callable[[Callable[[Channels], Layer | None]], Tensor]


def stem(channels: Channels) -> Layer:
    """Return the first convolution."""
    return Layer("stem.0", channels[0], IMAGE, 3)


def classifier(channels: Channels, classes: int) -> Layer:
    """Return the linear layer."""
    return Layer(CLASSIFIER, classes, channels[-1])


def edge_layer(place: int, number: int, channels: Channels) -> Layer | None:
    """Return the convolution on an edge of the cell at a place of the body.

    None where it is a skip connection.
    """
    (source, target), kind = EDGES[number], CELL[number]
    outputs = channels[place]
    inputs = _before(place, channels) if source == INPUT else outputs
    name = f"body.{place}.edges.{source}-{target}-{kind}"
    if kind == "nor_conv_3x3":
        return Layer(f"{name}.1", outputs, inputs, 3)
    return Layer(f"{name}.0", outputs, inputs) if inputs != outputs else None


def block_layer(place: int, name: str, channels: Channels) -> Layer:
    """Return the convolution ``shortcut``, ``first`` or ``second`` of the residual block at a place
    of the body.
    """
    inputs, outputs = _before(place, channels), channels[place]
    inputs = outputs if name == "second" else inputs
    return Layer(f"body.{place}.{name}.1", outputs, inputs, 1 if name == "shortcut" else 3)


def _before(place: int, channels: Channels) -> int:
    return channels[max(place - 1, 0)]


def layers(channels: Channels) -> list[list[Layer]]:
    """Return the convolutions of each place of the body."""
    return [
        [block_layer(place, name, channels) for name in ("shortcut", "first", "second")]
        if place % 2
        else [
            layer
            for number in range(len(EDGES))
            if (layer := edge_layer(place, number, channels)) is not None
        ]
        for place in range(LAYERS)
    ]


@torch.no_grad()
def flows(first: Tensor, head: Tensor, stacked: Stacked) -> Flows:
    """Return the flow of each row.

    Args:
        first: what the stem puts out, (rows, WIDTH).
        head: the derivative of R by what the body puts out, (rows, WIDTH).
        stacked: returns the matrices of layers.
    """
    parts = [
        _BlockPass(place, stacked) if place % 2 else _CellPass(place, stacked)
        for place in range(LAYERS)
    ]
    x, log_scale, scales = first, torch.zeros(len(first)).double(), []
    for one in parts:
        x, scale = rescaled(one.forward(x))
        scales.append(scale)
        log_scale += scale.double().log().cpu()
    total, g = dot(x, head), head
    for one, scale in zip(reversed(parts), reversed(scales), strict=True):
        g = one.backward(g / scale[:, None])
    edges = [flow for one in parts if isinstance(one, _CellPass) for flow in one.flow]
    blocks = [flow for one in parts if isinstance(one, _BlockPass) for flow in one.flow]
    return Flows(total, torch.stack(edges, dim=1), torch.stack(blocks, dim=1), log_scale)


def _apply(matrices: Tensor, x: Tensor) -> Tensor:
    """Return each row's product with its matrix; a single one is computed twice, as libraries take
    its sums in another order, and the last digits would depend on how many there are.
    """
    if len(x) == 1:
        return _apply(matrices.repeat(2, 1, 1), x.repeat(2, 1))[:1]
    return (matrices @ x[:, :, None])[:, :, 0]


def _adjoint(matrices: Tensor, g: Tensor) -> Tensor:
    return (g[:, None, :] @ matrices)[:, 0, :]


class _CellPass:
    """A cell, forward and backward once; *flow* is then that of each edge."""

    def __init__(self, place: int, stacked: Stacked) -> None:
        self._matrices = [
            stacked(lambda channels, number=number: edge_layer(place, number, channels))  # type: ignore[misc]
            for number in range(len(EDGES))
        ]
        self._outputs: list[Tensor] = []
        self.flow: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        nodes = {INPUT: x}
        for (source, target), matrices in zip(EDGES, self._matrices, strict=True):
            self._outputs.append(_apply(matrices, nodes[source]))
            term = self._outputs[-1]
            nodes[target] = nodes[target] + term if target in nodes else term
        return nodes[OUTPUT]

    def backward(self, g: Tensor) -> Tensor:
        gradients, flow = {OUTPUT: g}, []
        for (source, target), matrices, output in zip(
            reversed(EDGES), reversed(self._matrices), reversed(self._outputs), strict=True
        ):
            flow.append(dot(output, gradients[target]))
            term = _adjoint(matrices, gradients[target])
            gradients[source] = gradients[source] + term if source in gradients else term
        self.flow = flow[::-1]
        return gradients[INPUT]


class _BlockPass:
    """A residual block; *flow* is then that of its three convolutions."""

    def __init__(self, place: int, stacked: Stacked) -> None:
        self._shortcut, self._first, self._second = (
            stacked(lambda channels, name=name: block_layer(place, name, channels))  # type: ignore[misc]
            for name in ("shortcut", "first", "second")
        )
        self._outputs: list[Tensor] = []
        self.flow: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        short = _apply(self._shortcut, x)
        deep = _apply(self._second, _apply(self._first, x))
        self._outputs = [short, deep]
        return short + deep

    def backward(self, g: Tensor) -> Tensor:
        short, deep = (dot(output, g) for output in self._outputs)
        self.flow = [short, deep, deep]  # a branch's two convolutions carry the same
        return _adjoint(self._shortcut, g) + _adjoint(self._first, _adjoint(self._second, g))
