"""Single edits of a cell of NAS-Bench-101."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import numpy as np

from benchmarks_data.edits import one_changed
from benchmarks_data.nb101 import space
from benchmarks_data.nb101.enumeration import MAX_EDGES, MAX_VERTICES, Matrix

#: A graph's adjacency, input first and output last, and the operations of its inner vertices. An
#: edge may lead backward.
Graph = tuple[Matrix, tuple[str, ...]]


def neighbours(index: int) -> list[int]:
    """Return the cells that one edit makes of *index*, ascending.

    As isomorphic cells are one architecture, different edits may lead to the same one.
    """
    cell = space.cell(index)
    graph = cell.matrix, cell.operations
    edited = [*_operations(*graph), *_edges(*graph), *_vertex_more(*graph), *_vertex_less(*graph)]
    indices = {_index(*one) for one in edited if _is_full(one[0])}
    return sorted(other for other in indices if other not in (None, index))


def _operations(matrix: Matrix, operations: tuple[str, ...]) -> Iterator[Graph]:
    for changed in one_changed(operations, space.KINDS):
        yield matrix, changed


def _edges(matrix: Matrix, operations: tuple[str, ...]) -> Iterator[Graph]:
    for source, target in _pairs(len(matrix)):
        changed = matrix.copy()
        changed[source, target] ^= 1
        yield changed, operations


def _vertex_more(matrix: Matrix, operations: tuple[str, ...]) -> Iterator[Graph]:
    """Yield graphs with a new vertex, which is the last of the inner ones."""
    new = len(matrix) - 1
    room = np.insert(np.insert(matrix, new, 0, axis=0), new, 0, axis=1)
    vertices = [*range(new), new + 1]  # where the old ones are now
    for source, target in _pairs(len(matrix)):
        grown = room.copy()
        grown[vertices[source], new] = grown[new, vertices[target]] = 1
        for kind in space.KINDS:
            yield grown, (*operations, kind)


def _vertex_less(matrix: Matrix, operations: tuple[str, ...]) -> Iterator[Graph]:
    for vertex in range(1, len(matrix) - 1):
        if matrix[vertex].sum() == matrix[:, vertex].sum() == 1:
            left = np.delete(np.delete(matrix, vertex, axis=0), vertex, axis=1)
            yield left, operations[: vertex - 1] + operations[vertex:]


def _pairs(vertices: int) -> Iterator[tuple[int, int]]:
    """Yield what an edge may lead from and to: anything but out of the output or to the input."""
    for source in range(vertices - 1):
        for target in range(1, vertices):
            if source != target:
                yield source, target


def _is_full(matrix: Matrix) -> bool:
    """Return whether a graph is small enough, and no vertex of it is idle."""
    full = matrix[:-1].any(axis=1).all() and matrix[:, 1:].any(axis=0).all()
    return bool(full) and len(matrix) <= MAX_VERTICES and matrix.sum() <= MAX_EDGES


def _index(matrix: Matrix, operations: tuple[str, ...]) -> int | None:
    """Return the index of a full graph; None where it has a circle."""
    before = {vertex: np.flatnonzero(matrix[:, vertex]).tolist() for vertex in range(len(matrix))}
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError:
        return None
    forward = matrix[np.ix_(order, order)]
    inner = tuple(operations[vertex - 1] for vertex in order[1:-1])
    return space.index(space.format_cell(space.Cell(tuple(map(tuple, forward.tolist())), inner)))
