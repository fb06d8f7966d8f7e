"""Single edits of a cell of NAS-Bench-101."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from benchmarks_data.edits import one_changed
from benchmarks_data.nb101 import space
from benchmarks_data.nb101.enumeration import MAX_EDGES, MAX_VERTICES, Matrix

#: A graph's adjacency, and the operations of its inner vertices.
Graph = tuple[Matrix, tuple[str, ...]]


def neighbours(index: int) -> list[int]:
    """Return the cells that one edit makes of *index*, ascending.

    As isomorphic cells are one architecture, different edits may lead to the same one.
    """
    cell = space.cell(index)
    graph = cell.matrix, cell.operations
    edited = [*_operations(*graph), *_edges(*graph), *_vertex_more(*graph), *_vertex_less(*graph)]
    return sorted({_index(*one) for one in edited if _is_cell(one[0])} - {index})


def _operations(matrix: Matrix, operations: tuple[str, ...]) -> Iterator[Graph]:
    for changed in one_changed(operations, space.KINDS):
        yield matrix, changed


def _edges(matrix: Matrix, operations: tuple[str, ...]) -> Iterator[Graph]:
    for source, target in combinations(range(len(matrix)), 2):
        changed = matrix.copy()
        changed[source, target] ^= 1
        yield changed, operations


def _vertex_more(matrix: Matrix, operations: tuple[str, ...]) -> Iterator[Graph]:
    """Yield graphs with a new vertex, which stands right before the end of its edge out."""
    for source, target in combinations(range(len(matrix)), 2):
        grown = np.insert(np.insert(matrix, target, 0, axis=0), target, 0, axis=1)
        grown[source, target] = grown[target, target + 1] = 1
        for kind in space.KINDS:
            yield grown, (*operations[: target - 1], kind, *operations[target - 1 :])


def _vertex_less(matrix: Matrix, operations: tuple[str, ...]) -> Iterator[Graph]:
    for vertex in range(1, len(matrix) - 1):
        if matrix[vertex].sum() == matrix[:, vertex].sum() == 1:
            left = np.delete(np.delete(matrix, vertex, axis=0), vertex, axis=1)
            yield left, operations[: vertex - 1] + operations[vertex:]


def _is_cell(matrix: Matrix) -> bool:
    """Return whether a graph is small enough, and every vertex lies on a path from input to
    output.
    """
    full = matrix[:-1].any(axis=1).all() and matrix[:, 1:].any(axis=0).all()
    return bool(full) and len(matrix) <= MAX_VERTICES and matrix.sum() <= MAX_EDGES


def _index(matrix: Matrix, operations: tuple[str, ...]) -> int:
    return space.index(
        space.format_cell(space.Cell(tuple(map(tuple, matrix.tolist())), operations))
    )
