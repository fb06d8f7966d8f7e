"""The search space: 423,624 cells, numbered by the rank of their graph's hash among all."""

from __future__ import annotations

import os
import re
import sys
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from benchmarks_data.errors import InputError
from benchmarks_data.nb101.enumeration import (
    INPUT,
    MAX_EDGES,
    MAX_VERTICES,
    OPERATIONS,
    OUTPUT,
    Matrix,
    cells,
    graph_hash,
)

SIZE = 423_624
#: How many cells there are by their number of vertices.
CELLS_BY_VERTICES = {2: 1, 3: 6, 4: 84, 5: 2_441, 6: 62_010, 7: 359_082}
#: Operations by their published labels: 3x3 convolution, 1x1 convolution, 3x3 max pooling.
KINDS = ("c3", "c1", "mp")
CACHE = "nb101-cells-1.npz"


@dataclass(frozen=True)
class Cell:
    """A cell's graph: adjacency (vertices, vertices), upper triangular, and the operation of each
    inner vertex.
    """

    adjacency: tuple[tuple[int, ...], ...]
    operations: tuple[str, ...]

    @property
    def matrix(self) -> Matrix:
        """The adjacency as an array."""
        return np.array(self.adjacency, dtype=np.int8)


@dataclass(frozen=True)
class _Space:
    """All cells in the order of their hashes (n, 16).

    Vertices (n,), matrix as bits (n,) and operations as a number (n,).
    """

    hashes: np.ndarray[Any, np.dtype[np.uint8]]
    vertices: np.ndarray[Any, np.dtype[np.uint8]]
    edges: np.ndarray[Any, np.dtype[np.uint32]]
    operations: np.ndarray[Any, np.dtype[np.uint8]]


def vertices_of(index: int) -> int:
    """Return the number of vertices of an index's cell; raise InputError when there is none."""
    _check(index)
    return int(_space().vertices[index])


def _check(index: int) -> None:
    if not 0 <= index < SIZE:
        raise InputError(
            f"NAS-Bench-101 has no architecture {index}: indices run from 0 to {SIZE - 1}"
        )


def cell(index: int) -> Cell:
    """Return the cell of an index; raise InputError when there is none."""
    _check(index)
    space = _space()
    vertices = int(space.vertices[index])
    return Cell(
        _adjacency(vertices, int(space.edges[index])),
        _operations(vertices, int(space.operations[index])),
    )


@cache
def _adjacency(vertices: int, bits: int) -> tuple[tuple[int, ...], ...]:
    """Return a graph; some thousand of them make all cells."""
    matrix = np.zeros((vertices, vertices), dtype=int)
    upper = np.triu_indices(vertices, 1)
    matrix[upper] = [bits >> place & 1 for place in range(len(upper[0]))]
    return tuple(map(tuple, matrix.tolist()))


@cache
def _operations(vertices: int, number: int) -> tuple[str, ...]:
    operations = []
    for _ in range(vertices - 2):
        number, kind = divmod(number, OPERATIONS)
        operations.append(KINDS[kind])
    return tuple(reversed(operations))


def depth(cell: Cell) -> int:
    """Return the number of convolutions on the path from the cell's input to its output that has
    the most of them.
    """
    steps = [0] * len(cell.adjacency)
    for target in range(1, len(steps)):
        before = [steps[source] for source in range(target) if cell.adjacency[source][target]]
        convolution = target <= len(cell.operations) and cell.operations[target - 1] != "mp"
        steps[target] = max(before) + convolution
    return steps[-1]


def hash_of(index: int) -> str:
    """Return the published hash of an index's cell."""
    fingerprint: str = _space().hashes[index].tobytes().hex()
    return fingerprint


def format_cell(cell: Cell) -> str:
    """Return a cell as text: the upper triangle of its matrix row by row, and the operations, as in
    ``101101:c3|mp``.
    """
    upper = (row[vertex + 1 :] for vertex, row in enumerate(cell.adjacency))
    return "".join(map(str, chain.from_iterable(upper))) + ":" + "|".join(cell.operations)


def index(text: str) -> int:
    """Return the index of a cell's text, or of its published hash; isomorphic cells have one index.

    Raises:
        InputError: it is malformed, or not a cell of the space.
    """
    wanted = text if re.fullmatch(r"[0-9a-f]{32}", text) else _hash_of_text(text)
    hashes = _space().hashes
    # The first 8 bytes of a hash find its place, as hashes are in ascending order.
    first, key = _keys(), int(wanted[:16], 16)
    place = int(np.searchsorted(first, np.uint64(key)))
    while place < SIZE and int(first[place]) == key:
        if hashes[place].tobytes().hex() == wanted:
            return place
        place += 1
    if wanted == text:
        raise InputError(f"no cell of NAS-Bench-101 has the hash {text}")
    raise InputError(
        f"{text!r} is no cell of NAS-Bench-101: a cell has at most {MAX_EDGES} edges and no idle "
        "vertex"
    )


@cache
def _keys() -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.ascontiguousarray(_space().hashes[:, :8]).view(">u8").ravel().astype(np.uint64)


def _hash_of_text(text: str) -> str:
    bits, _, words = text.partition(":")
    operations = words.split("|") if words else []
    vertices = len(operations) + 2
    expected = vertices * (vertices - 1) // 2
    if (
        vertices > MAX_VERTICES
        or not re.fullmatch(f"[01]{{{expected}}}", bits)
        or any(kind not in KINDS for kind in operations)
    ):
        raise InputError(
            f"{text!r} is no cell of NAS-Bench-101: expected the upper triangle of a matrix of "
            f"at most {MAX_VERTICES} vertices and "
            f"its operations among {', '.join(KINDS)}, as in '101101:c3|mp', or a hash"
        )
    matrix = np.zeros((vertices, vertices), dtype=np.int8)
    matrix[np.triu_indices(vertices, 1)] = [int(bit) for bit in bits]
    return graph_hash(matrix, [INPUT, *(KINDS.index(kind) for kind in operations), OUTPUT])


@cache
def _space() -> _Space:
    path = user_cache_path("zeros-harness") / CACHE
    space = _read(path)
    if space is None:
        print(f"finding the {SIZE:,} cells of NAS-Bench-101, once: about a minute", file=sys.stderr)
        space = _enumerate()
        _write(path, space)
    return space


def _read(path: Path) -> _Space | None:
    """Return what an earlier enumeration has left; None where there is nothing usable."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            space = _Space(
                arrays["hashes"], arrays["vertices"], arrays["edges"], arrays["operations"]
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    shapes = [(SIZE, 16), (SIZE,), (SIZE,), (SIZE,)]
    parts: list[np.ndarray[Any, Any]] = [
        space.hashes,
        space.vertices,
        space.edges,
        space.operations,
    ]
    return space if [part.shape for part in parts] == shapes else None


def _write(path: Path, space: _Space) -> None:
    """Keep an enumeration for the next process.

    Where that cannot be, each process makes its own.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            partial,
            hashes=space.hashes,
            vertices=space.vertices,
            edges=space.edges,
            operations=space.operations,
        )
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)


def _enumerate() -> _Space:
    distinct: dict[str, tuple[int, int, int]] = {}
    for vertices in range(2, MAX_VERTICES + 1):
        upper = np.triu_indices(vertices, 1)
        for fingerprint, matrix, operations in cells(vertices):
            if fingerprint not in distinct:
                bits = sum(int(edge) << place for place, edge in enumerate(matrix[upper]))
                number = 0
                for kind in operations:
                    number = number * OPERATIONS + kind
                distinct[fingerprint] = vertices, bits, number
    order = sorted(distinct)
    columns = np.array([distinct[fingerprint] for fingerprint in order])
    hashes = np.frombuffer(bytes.fromhex("".join(order)), dtype=np.uint8).reshape(-1, 16)
    return _Space(
        hashes,
        columns[:, 0].astype(np.uint8),
        columns[:, 1].astype(np.uint32),
        columns[:, 2].astype(np.uint8),
    )
