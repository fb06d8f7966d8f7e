"""All cells of NAS-Bench-101, found by enumeration and kept in a file, since finding them takes a
minute.

A cell is a directed acyclic graph of at most 7 vertices and 9 edges, whose every vertex lies on a
path from input to output, with an operation on each inner vertex; cells are equal when their graphs
are isomorphic (Ying et al., ICML 2019, section 2.2). The representative is the one that the
published generator meets first: fewest vertices, then the smallest code of the matrix, then the
first labels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations, product
from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[np.int8]]

MAX_VERTICES, MAX_EDGES, OPERATIONS = 7, 9, 3
#: Labels of the input and of the output in a graph's hash; those of inner vertices number the
#: operations.
INPUT, OUTPUT = -1, -2


def graphs(vertices: int) -> Iterator[Matrix]:
    """Yield the graphs (vertices, vertices) of full paths, one for each class of isomorphic ones,
    the smallest code first.

    Bit x + y (y - 1) / 2 of a code says whether there is an edge from x to y.
    """
    targets, sources = np.tril_indices(vertices, -1)  # the order of the bits
    bits = len(sources)
    codes = np.arange(2**bits)
    edges = (codes[:, None] >> np.arange(bits)) & 1
    into = np.stack([edges[:, targets == vertex].any(1) for vertex in range(1, vertices)])
    out = np.stack([edges[:, sources == vertex].any(1) for vertex in range(vertices - 1)])
    full = into.all(0) & out.all(0) & (edges.sum(1) <= MAX_EDGES)
    seen: set[bytes] = set()
    for row in edges[full]:
        matrix = np.zeros((vertices, vertices), dtype=np.int8)
        matrix[sources, targets] = row
        if matrix.tobytes() not in seen:
            seen.update(_relabelled(matrix))
            yield matrix


def _relabelled(matrix: Matrix) -> Iterator[bytes]:
    """Yield the matrices that come from another order of the inner vertices, where every edge still
    leads forward.
    """
    vertices = len(matrix)
    for inner in permutations(range(1, vertices - 1)):
        order = [0, *inner, vertices - 1]
        permuted = matrix[np.ix_(order, order)]
        if not np.tril(permuted).any():
            yield permuted.tobytes()


def graph_hash(matrix: Matrix, labels: list[int]) -> str:
    """Return the published MD5 hash of a graph, the same for isomorphic ones.

    A Weisfeiler-Lehman refinement of its labels.
    """
    vertices = range(len(matrix))
    into = [[w for w in vertices if matrix[w, v]] for v in vertices]
    out = [[w for w in vertices if matrix[v, w]] for v in vertices]
    return _hash(into, out, labels)


def _hash(into: list[list[int]], out: list[list[int]], labels: list[int]) -> str:
    hashes = [
        _md5(str((len(o), len(i), label))) for o, i, label in zip(out, into, labels, strict=True)
    ]
    for _ in hashes:
        hashes = [
            _md5(
                "".join(sorted([hashes[w] for w in i]))
                + "|"
                + "".join(sorted([hashes[w] for w in o]))
                + "|"
                + own
            )
            for i, o, own in zip(into, out, hashes, strict=True)
        ]
    return hashlib.md5(str(sorted(hashes)).encode(), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=1_000_000)
def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def cells(vertices: int) -> Iterator[tuple[str, Matrix, tuple[int, ...]]]:
    """Yield hash, graph and operations of the cells with so many vertices.

    Isomorphic ones may come again, after the first.
    """
    for matrix in graphs(vertices):
        span = range(vertices)
        into = [[w for w in span if matrix[w, v]] for v in span]
        out = [[w for w in span if matrix[v, w]] for v in span]
        for operations in product(range(OPERATIONS), repeat=vertices - 2):
            yield _hash(into, out, [INPUT, *operations, OUTPUT]), matrix, operations
