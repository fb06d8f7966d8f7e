"""What the passes give, for many NAS-Bench-101 cells at once."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from torch import nn

from benchmarks_data.nb101.space import Cell
from proxies.engines.nb101.flow import flows
from proxies.engines.nb101.graph import CLASSIFIER, KERNELS, Adjacency, cells, classifier, stem
from proxies.engines.pixel import Drawn, Expected, Matrices
from proxies.engines.sizes import Size, convolution, linear, total
from proxies.passes.common import Inputs, layers_of
from proxies.passes.cost import Cost
from proxies.passes.synaptic_flow import SynapticFlow

#: The cell without an inner vertex.
SMALLEST = Cell(((0, 1), (0, 0)), ())
#: Rows that a batch has at most, and about how many numbers each holds: some 9 cells of 12 tensors
#: of up to 512 channels.
LARGEST, NUMBERS_OF_A_ROW = 729, 2**16


class Shared:
    """What the cells of a seed share: the matrices of their layers."""

    def __init__(self, make: Callable[[Cell], nn.Module], inputs: Inputs) -> None:
        self.inputs, self._make = inputs, make
        self.matrices: dict[str, Matrices] = {
            "periodic_flow": Drawn(make, inputs),
            "expected_flow": Expected(inputs),
        }

    @cached_property
    def classes(self) -> int:
        """How many there are, which the smallest network tells."""
        return layers_of(self._make(SMALLEST))[CLASSIFIER].weight.shape[0]


def compute(name: str, shared: Shared, given: Sequence[Cell], memory: int | None) -> list[Any]:
    """Return the result of a pass for each cell, or what its computation raised.

    Args:
        name: of a pass in the engine's passes.
        shared: what the cells share.
        given: the cells.
        memory: bytes that a batch may take; None lets it have its largest size.
    """
    rows_of: defaultdict[Adjacency, list[int]] = defaultdict(list)
    for number, cell in enumerate(given):
        rows_of[cell.adjacency].append(number)
    row = NUMBERS_OF_A_ROW * shared.inputs.dtype.itemsize
    most = LARGEST if memory is None else max(1, memory // row)
    results: list[Any] = [None] * len(given)
    for adjacency, rows in rows_of.items():
        for start in range(0, len(rows), most):
            batch = rows[start : start + most]
            operations = [given[one].operations for one in batch]
            for one, result in zip(batch, _tried(name, shared, adjacency, operations), strict=True):
                results[one] = result
    return results


def _tried(
    name: str, shared: Shared, adjacency: Adjacency, operations: Sequence[tuple[str, ...]]
) -> Sequence[Any]:
    """Return the result of each cell of a graph.

    A batch that fails, as by too little memory, is computed in halves.
    """
    try:
        if name == "cost":
            return _costs(shared, adjacency, operations)
        return _flows(shared.matrices[name], shared.classes, adjacency, operations)
    except Exception as error:
        if len(operations) == 1:
            return [error]
    middle = len(operations) // 2
    parts = operations[:middle], operations[middle:]
    return [one for part in parts for one in _tried(name, shared, adjacency, part)]


def _flows(
    matrices: Matrices,
    classes: int,
    adjacency: Adjacency,
    operations: Sequence[tuple[str, ...]],
) -> list[SynapticFlow]:
    every = flows(
        adjacency,
        operations,
        lambda layer, row: matrices.of(layer, Cell(adjacency, operations[row])),
        classes,
    )
    numbers = range(len(cells(adjacency)))
    places = [(number, (one, one)) for number in numbers for one in range(1, len(adjacency) - 1)]
    chosen = [[kind in KERNELS for kind in row] * len(numbers) for row in operations]
    return every.of_rows(places, chosen)


def _costs(
    shared: Shared, adjacency: Adjacency, operations: Sequence[tuple[str, ...]]
) -> list[Cost]:
    """Return the sizes: that of a graph's projections, and what each vertex adds."""
    _, height, width = shared.inputs.image_shape
    stacked = [(cell, (height >> cell.stack) * (width >> cell.stack)) for cell in cells(adjacency)]
    fixed = total(
        itertools.chain(
            [convolution(stem(), height * width)],
            [linear(classifier(shared.classes))],
            (convolution(one, area) for cell, area in stacked for one in cell.projections.values()),
        )
    )

    def added(vertex: int, kind: str) -> Size:
        if kind not in KERNELS:
            return Size(0, 0, 0)
        return total(convolution(cell.convolution(vertex, kind), area) for cell, area in stacked)

    known = {
        (vertex, kind): added(vertex, kind)
        for vertex in range(1, len(adjacency) - 1)
        for kind in {row[vertex - 1] for row in operations}
    }
    results = []
    for row in operations:
        size = total([fixed, *(known[one] for one in enumerate(row, 1))])
        convolutions = sum(kind in KERNELS for kind in row) * len(stacked)
        results.append(Cost(size.params, size.flops, size.params, convolutions, size.layers))
    return results
