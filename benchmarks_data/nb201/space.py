"""The NAS-Bench-201 cell space: order, strings, connectivity, isomorphism classes.

Needs no torch and no file.

A cell has four nodes; node 0 is its input, node 3 its output, and each of the six edges carries one
of five operations. Source: Dong and Yang, "NAS-Bench-201: Extending the Scope of Reproducible
Neural Architecture Search", ICLR 2020.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from functools import lru_cache

from benchmarks_data.errors import InputError, unknown
from benchmarks_data.graph_features import edge_features

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
CONVOLUTIONS = frozenset({"nor_conv_1x1", "nor_conv_3x3"})
#: (source node, target node) of each edge, in the order of the architecture string.
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
INPUT, OUTPUT = 0, 3
SIZE = len(OPERATIONS) ** len(EDGES)

#: One operation per edge, in the order of EDGES.
Cell = tuple[str, ...]

_FORM = "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|"
_NODE = re.compile(r"\|(?:[^|~]+~\d\|)+")
_TERM = re.compile(r"([^|~]+)~(\d)")


@lru_cache(maxsize=1)
def cells() -> tuple[Cell, ...]:
    """Return all 15,625 cells in the official index order.

    The official list is the lexicographic product of the operations, shuffled by Python's generator
    seeded with 88.
    """
    ordered = list(itertools.product(OPERATIONS, repeat=len(EDGES)))
    random.Random(88).shuffle(ordered)
    return tuple(ordered)


@lru_cache(maxsize=1)
def _indices() -> dict[Cell, int]:
    return {cell: index for index, cell in enumerate(cells())}


def cell(index: int) -> Cell:
    """Return the cell of an official *index*; raise InputError outside 0 to 15,624."""
    if not 0 <= index < SIZE:
        raise InputError(f"nb201 has no architecture {index}: indices run from 0 to {SIZE - 1}")
    return cells()[index]


def number(cell: Cell) -> int:
    """Return the official index of a *cell* of the space."""
    return _indices()[cell]


def index(string: str) -> int:
    """Return the official index of an architecture *string*.

    Raises:
        InputError: it is malformed.
    """
    return number(parse(string))


def format_cell(cell: Sequence[str]) -> str:
    """Return the official string of a cell, such as
    ``|none~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|``.
    """
    nodes: dict[int, str] = {}
    for operation, (source, target) in zip(cell, EDGES, strict=True):
        nodes[target] = nodes.get(target, "|") + f"{operation}~{source}|"
    return "+".join(nodes[target] for target in sorted(nodes))


def parse(string: str) -> Cell:
    """Return the cell that an architecture *string* describes.

    Raises:
        InputError: the string does not have the form of three nodes, an edge is missing, or an
            operation is unknown.
    """
    text = string.strip()
    nodes = text.split("+")
    if len(nodes) != OUTPUT or not all(_NODE.fullmatch(node) for node in nodes):
        raise InputError(f"malformed nb201 architecture {text!r}: expected the form {_FORM}")
    terms = [
        (name, (int(source), target))
        for target, node in enumerate(nodes, 1)
        for name, source in _TERM.findall(node)
    ]
    for name, _ in terms:
        if name not in OPERATIONS:
            raise unknown(f"operation in nb201 architecture {text!r}:", name, OPERATIONS)
    if tuple(edge for _, edge in terms) != EDGES:
        raise InputError(
            f"malformed nb201 architecture {text!r}: expected the edges in the order of {_FORM}"
        )
    return tuple(name for name, _ in terms)


def live_edges(cell: Sequence[str]) -> tuple[bool, ...]:
    """Return for each edge whether it carries an operation other than none and lies on a path from
    input to output.
    """
    present = [edge for operation, edge in zip(cell, EDGES, strict=True) if operation != "none"]
    reached, reaching = {INPUT}, {OUTPUT}
    for source, target in sorted(present, key=lambda edge: edge[0]):
        if source in reached:
            reached.add(target)
    for source, target in sorted(present, key=lambda edge: -edge[1]):
        if target in reaching:
            reaching.add(source)
    return tuple(edge in present and edge[0] in reached and edge[1] in reaching for edge in EDGES)


def without_dead_edges(cell: Sequence[str]) -> Cell:
    """Return a cell with none on its dead edges.

    A network with the same outputs, and the same flow through every weight.
    """
    return tuple(
        kind if live else OPERATIONS[0] for kind, live in zip(cell, live_edges(cell), strict=True)
    )


def depth(cell: Sequence[str]) -> int:
    """Return the number of convolutions on the path from the cell's input to its output that has
    the most of them.
    """
    steps = [
        0,
        *[-1] * OUTPUT,
    ]  # of the longest path from the input to each node, below 0 where there is none
    for operation, (source, target), live in zip(cell, EDGES, live_edges(cell), strict=True):
        if live:
            steps[target] = max(steps[target], steps[source] + (operation in CONVOLUTIONS))
    return max(steps[OUTPUT], 0)


def graph_features(cell: Sequence[str], operations: Sequence[str]) -> dict[str, float]:
    """Return the features of a cell's graph without its dead edges, in a space that has
    *operations* (:func:`benchmarks_data.graph_features.edge_features`).

    GRAF leaves out cells with dead edges.
    """
    carried = dict(zip(EDGES, without_dead_edges(cell), strict=True))
    return edge_features(carried, operations, OUTPUT)


def is_connected(cell: Sequence[str]) -> bool:
    """Return whether some path leads from the cell's input to its output (341 cells have none)."""
    return any(live_edges(cell))


def canonical(cell: Sequence[str]) -> str:
    """Return the name of the cell's isomorphism class (6,466 classes).

    The rule is the published one (NAS-Bench-201, section 3.1): each node is the sorted sum of its
    incoming terms, a skip connection stands for its source, and an edge is zero when it carries
    none or leaves a first node that is zero. It is finer than equality of functions: sums of zeros
    stay in the name, and a sum that is skipped on is not merged into the next. Removing both would
    leave 4,930 classes.
    """
    zero = "#"
    names = {INPUT: "0"}
    for target in range(1, OUTPUT + 1):
        terms = []
        for operation, (source, end) in zip(cell, EDGES, strict=True):
            if end != target:
                continue
            if operation == "none" or names[source] == zero:
                terms.append(zero)
            elif operation == "skip_connect":
                terms.append(names[source])
            else:
                terms.append(f"({names[source]})@{operation}")
        names[target] = "+".join(sorted(terms))
    return names[OUTPUT]
