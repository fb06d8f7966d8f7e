"""Networks of one pixel, many at once: what the engines on a torus share.

There the all-ones image stays constant over space, so a convolution is a matrix between channels,
its kernels' sums, and poolings are the identity. Activations are (rows, channels): a row is an
architecture.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from proxies.passes.common import Inputs, layers_of
from proxies.passes.synaptic_flow import SynapticFlow
from proxies.view import Place

#: Rows that a product is computed among at least. Of fewer, libraries take sums in another order,
#: and the last digits of a row would depend on how many are computed with it.
FEWEST = 32


class Layer(NamedTuple):
    """A convolution or linear layer. Architectures that have an equal one share its weights."""

    name: str
    outputs: int
    inputs: int
    kernel: int = 1

    @property
    def weights(self) -> int:
        """How many there are."""
        return self.outputs * self.inputs * self.kernel**2


class Matrices(Protocol):
    """Gives the matrix (outputs, inputs) of a layer, all of it non-negative."""

    def of(self, layer: Layer, structure: Any) -> Tensor:
        """Return the matrix of a *layer* that the architecture of *structure* has."""


class Drawn:
    """The sums over space of kernels' absolute weights.

    They are read from networks, one for all layers that it is the first to have.
    """

    def __init__(self, make: Callable[[Any], nn.Module], inputs: Inputs) -> None:
        self._make, self._inputs = make, inputs
        self._known: dict[Layer, Tensor] = {}

    def of(self, layer: Layer, structure: Any) -> Tensor:
        if layer not in self._known:
            for name, module in layers_of(self._make(structure)).items():
                self._read(name, module.weight.detach())
        return self._known[layer]

    def _read(self, name: str, weight: Tensor) -> None:
        kernel = weight.shape[2] if weight.dim() == 4 else 1
        layer = Layer(name, weight.shape[0], weight.shape[1], kernel)
        if layer not in self._known:
            placed = weight.to(self._inputs.device, self._inputs.dtype)
            self._known[layer] = placed.abs().reshape(*weight.shape[:2], -1).sum(2)


class Expected:
    """The expectation of the same, of weights uniform in +-1/sqrt(fan in): no weight is read."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs

    def of(self, layer: Layer, structure: Any) -> Tensor:  # noqa: ARG002
        area = layer.kernel**2
        value = torch.tensor(
            area * 0.5 * (layer.inputs * area) ** -0.5,
            dtype=self._inputs.dtype,
            device=self._inputs.device,
        )
        return value.expand(layer.outputs, layer.inputs)


def product(x: Tensor, matrix: Tensor) -> Tensor:
    """Return the product of each row with *matrix*, computed among at least FEWEST rows."""
    if len(x) >= FEWEST:
        return x @ matrix
    padded = torch.cat([x, x.new_zeros(FEWEST - len(x), x.shape[1])])
    return (padded @ matrix)[: len(x)]


def dot(x: Tensor, y: Tensor) -> Tensor:
    """Return the inner product of each row of *x* with that of *y*, (rows,)."""
    products: Tensor = torch.linalg.vecdot(x, y)
    return products


def rescaled(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return each row divided by its largest value, and those values, (rows,).

    All are positive.
    """
    scale = x.amax(dim=1)
    return x / scale[:, None], scale


@dataclass(frozen=True)
class Flows:
    """The flow through the networks of some architectures, all divided by exp(``log_scale``).

    Attributes:
        total: R, (rows,). The stem and the classifier carry all of it.
        operations: <output, dR/doutput> of each place, (rows, places).
        layers: of the convolutions that are no operation, (rows, layers).
        log_scale: (rows,), float64.
    """

    total: Tensor
    operations: Tensor
    layers: Tensor
    log_scale: Tensor

    def of_rows(
        self, places: Sequence[Place], convolutions: Sequence[Sequence[bool]]
    ) -> list[SynapticFlow]:
        """Return the flow of each row.

        Args:
            places: of the operations, all of which are live.
            convolutions: for each row which of them are convolutions.
        """
        live = frozenset(places)
        rows = zip(
            self.total.tolist(),
            self.operations.tolist(),
            self.layers.tolist(),
            self.log_scale.tolist(),
            convolutions,
            strict=True,
        )
        return [
            SynapticFlow(
                operations=dict(zip(places, operations, strict=True)),
                live=live,
                log_scale=log_scale,
                total=total,
                layers=[total, total, *layers, *itertools.compress(operations, chosen)],
            )
            for total, operations, layers, log_scale, chosen in rows
        ]
