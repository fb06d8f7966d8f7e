"""The synaptic flow on a torus of all cells of one graph at once.

They differ in the operations of their vertices: at each vertex the rows that use an operation are
taken together. No weight gradient is needed, as <theta, dR/dtheta> = <output, dR/doutput>.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from proxies.engines.nb101.graph import KERNELS, Adjacency, Cell, cells, classifier, stem
from proxies.engines.pixel import Flows, Layer, dot, product, rescaled

#: The rows of each operation at a vertex, by kind.
Users = dict[str, Tensor]


@torch.no_grad()
def flows(
    adjacency: Adjacency,
    operations: Sequence[Sequence[str]],
    matrix: Callable[[Layer, int], Tensor],
    classes: int,
) -> Flows:
    """Return the flow through the network of each cell.

    Args:
        adjacency: of the graph that they share.
        operations: of the inner vertices of each cell.
        matrix: returns the matrix (outputs, inputs) of a layer that the cell of a row has.
        classes: of the classifier.
    """
    first, head = matrix(stem(), 0).sum(1), matrix(classifier(classes), 0).sum(0)
    vertices = range(len(adjacency) - 2)
    users = [_users([row[vertex] for row in operations], first.device) for vertex in vertices]
    passes = [_CellPass(cell, users, matrix) for cell in cells(adjacency)]
    x, log_scale = first.expand(len(operations), -1), torch.zeros(len(operations)).double()
    scales = []
    for one in passes:
        x, scale = rescaled(one.forward(x))
        scales.append(scale)
        log_scale += scale.double().log().cpu()
    g = head.expand_as(x)
    total = dot(x, g)
    for one, scale in zip(reversed(passes), reversed(scales), strict=True):
        g = one.backward(g / scale[:, None])
    return Flows(
        total,
        _columns([flow for one in passes for flow in one.operations], total),
        _columns([flow for one in passes for flow in one.projections], total),
        log_scale,
    )


def _users(kinds: Sequence[str], device: torch.device) -> Users:
    return {
        kind: torch.tensor([row for row, other in enumerate(kinds) if other == kind], device=device)
        for kind in sorted(set(kinds))
    }


def _columns(flows: list[Tensor], like: Tensor) -> Tensor:
    return torch.stack(flows, dim=1) if flows else like.new_zeros(len(like), 0)


class _CellPass:
    """A cell, forward and backward once.

    Attributes:
        operations: after the way back, <output, dR/doutput> of each inner vertex.
        projections: of each projection.
    """

    def __init__(
        self, cell: Cell, users: list[Users], matrix: Callable[[Layer, int], Tensor]
    ) -> None:
        self._cell, self._users, self._matrix = cell, users, matrix
        self._values: dict[int, Tensor] = {}
        self._projected: dict[int, Tensor] = {}
        self.operations: list[Tensor] = []
        self.projections: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        """Return what the cell makes of its input."""
        cell = self._cell
        for vertex, layer in cell.projections.items():
            self._projected[vertex] = product(x, self._matrix(layer, 0).T)
        for vertex in range(1, cell.output):
            width = cell.channels[vertex]
            terms = [self._values[source][:, :width] for source in cell.sources[vertex]]
            self._values[vertex] = self._operated(vertex, _sum(terms + self._at(vertex)), False)
        joined = [self._values[source] for source in cell.sources[cell.output]]
        return _sum(([torch.cat(joined, dim=1)] if joined else []) + self._at(cell.output))

    def _at(self, vertex: int) -> list[Tensor]:
        return [self._projected[vertex]] if vertex in self._projected else []

    def backward(self, g: Tensor) -> Tensor:
        """Return the derivative by the cell's input, given that by its output."""
        cell = self._cell
        by_output = {vertex: torch.zeros_like(value) for vertex, value in self._values.items()}
        start = 0
        for source in cell.sources[cell.output]:
            end = start + cell.channels[source]
            by_output[source] += g[:, start:end]
            start = end
        by_sum = {cell.output: g}
        for vertex in range(cell.output - 1, 0, -1):
            by_sum[vertex] = self._operated(vertex, by_output[vertex], True)
            for source in cell.sources[vertex]:
                by_output[source][:, : cell.channels[vertex]] += by_sum[vertex]
        self.operations = [dot(self._values[one], by_output[one]) for one in self._values]
        self.projections = [dot(value, by_sum[one]) for one, value in self._projected.items()]
        return _sum(
            [
                product(by_sum[one], self._matrix(layer, 0))
                for one, layer in cell.projections.items()
            ]
        )

    def _operated(self, vertex: int, x: Tensor, adjoint: bool) -> Tensor:
        """Return what each row's operation at a vertex, or its adjoint, makes of *x*."""
        out = torch.empty_like(x)
        for kind, rows in self._users[vertex - 1].items():
            taken = x.index_select(0, rows)
            if kind in KERNELS:
                layer = self._cell.convolution(vertex, kind)
                matrix = self._matrix(layer, int(rows[0]))
                taken = product(taken, matrix if adjoint else matrix.T)
            out.index_copy_(0, rows, taken)
        return out


def _sum(terms: Sequence[Tensor]) -> Tensor:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
