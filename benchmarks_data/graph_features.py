"""Features of a cell's graph: how often each operation occurs, how long paths are, and degrees.

Kadlecová et al., "Surprisingly Strong Performance Prediction with Neural Graph Features", ICML 2024
(GRAF), arXiv 2404.16551; github.com/gabikadlecova/zc_combine has the code of the paper. They say
nothing of accuracy by themselves: a model is fitted to them.

Paths and degrees are measured over sets of operations: only edges count that carry one of them.
Every set of the space's operations that is not empty has its features.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, combinations

Edge = tuple[int, int]


def edge_features(
    cell: Mapping[Edge, str], operations: Sequence[str], output: int
) -> dict[str, float]:
    """Return the features of a cell with an operation on each edge, by name.

    Args:
        cell: the operation of each edge (source, target). Nodes are numbered in the order of the
            flow; 0 is the input.
        operations: all that the space has.
        output: the number of the last node.

    ``count`` is how many edges carry an operation. For each set of operations ``shortest`` and
    ``longest`` are the number of edges on a path from input to output over edges that carry one of
    the set (without such a path all edges of the cell, and 0), ``from_input`` and ``into_output``
    how many such edges leave the input and reach the output, and ``degree`` how many there are by
    node. GRAF has the last twice, as the mean degree inward and outward, which are equal here.
    """
    features = {f"count[{kind}]": float(list(cell.values()).count(kind)) for kind in operations}
    for allowed in _sets(operations):
        edges = [edge for edge, kind in cell.items() if kind in allowed]
        shortest, longest = _path_lengths(edges, output) or (len(cell), 0)
        features |= _named(
            allowed,
            shortest=shortest,
            longest=longest,
            from_input=sum(source == 0 for source, _ in edges),
            into_output=sum(target == output for _, target in edges),
            degree=len(edges) / (output + 1),
        )
    return features


def vertex_features(
    kinds: Sequence[str], edges: Iterable[Edge], operations: Sequence[str]
) -> dict[str, float]:
    """Return the features of a cell with an operation on each vertex, by name.

    Args:
        kinds: the operation of each vertex but the first, the input, and the last, the output.
        edges: (source, target) of each edge. Vertices are numbered in the order of the flow.
        operations: all that the space has.

    ``count`` is how many vertices have an operation. For each set of operations ``shortest`` and
    ``longest`` are the number of edges on a path from input to output over vertices of the set
    (without such a path the number of vertices, and 0), ``from_input`` and ``into_output`` how many
    neighbours of input and output are of the set, and ``inward`` and ``outward`` how many edges
    come from such a vertex, and lead to one, by vertex.
    """
    output, edges = len(kinds) + 1, list(edges)
    features = {f"count[{kind}]": float(list(kinds).count(kind)) for kind in operations}
    for allowed in _sets(operations):
        inner = {vertex for vertex, kind in enumerate(kinds, 1) if kind in allowed}
        passed = {0, output, *inner}
        within = [edge for edge in edges if passed.issuperset(edge)]
        shortest, longest = _path_lengths(within, output) or (output + 1, 0)
        features |= _named(
            allowed,
            shortest=shortest,
            longest=longest,
            from_input=sum(source == 0 and target in inner for source, target in edges),
            into_output=sum(target == output and source in inner for source, target in edges),
            inward=sum(source in inner for source, _ in edges) / (output + 1),
            outward=sum(target in inner for _, target in edges) / (output + 1),
        )
    return features


def joined_features(
    terms: Iterable[tuple[Edge, str]], operations: Sequence[str], inputs: int, nodes: int
) -> dict[str, float]:
    """Return the features of a cell whose output joins the outputs of all its inner nodes, by name.

    Args:
        terms: each edge (source, target) with its operation; two may share an edge. Nodes are
            numbered in the order of the flow, the inputs first.
        operations: all that carry something. Edges with another one, such as none, are left out,
            and so are those that no input reaches then.
        inputs: how many nodes are inputs.
        nodes: how many there are with the inputs.

    ``count`` is how many edges carry an operation. For each set of operations ``most_i`` is the
    largest number of edges that carry one of the set on a path from input i (over any edges; 0
    without a path), ``from_i`` how many such edges leave input i, and ``degree`` how many there are
    by node. Every inner node is joined, so GRAF has no shortest paths here, nor do edges into the
    output tell anything.
    """
    live, reached = [], set(range(inputs))
    for edge, kind in sorted(terms, key=lambda term: term[0][::-1]):  # into a node before out of it
        if kind in operations and edge[0] in reached:
            live.append((edge, kind))
            reached.add(edge[1])
    kinds = [kind for _, kind in live]
    features = {f"count[{kind}]": float(kinds.count(kind)) for kind in operations}
    for allowed in _sets(operations):
        carrying = [edge for edge, kind in live if kind in allowed]
        values: dict[str, float] = {"degree": len(carrying) / nodes}
        for start in range(inputs):
            most = {start: 0}
            for (source, target), kind in live:
                if source in most:
                    steps = most[source] + (kind in allowed)
                    most[target] = max(most.get(target, 0), steps)
            values[f"most_{start}"] = max(most.values())
            values[f"from_{start}"] = sum(source == start for source, _ in carrying)
        features |= _named(allowed, **values)
    return features


def _sets(operations: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Return all sets of operations but the empty one, small ones first."""
    sizes = range(1, len(operations) + 1)
    return chain.from_iterable(combinations(operations, size) for size in sizes)


def _named(allowed: Sequence[str], **values: float) -> dict[str, float]:
    return {f"{name}[{'+'.join(allowed)}]": float(value) for name, value in values.items()}


def _path_lengths(edges: Iterable[Edge], output: int) -> tuple[int, int] | None:
    """Return the edges on the shortest and on the longest path from node 0 to *output*, None where
    there is no path.
    """
    shortest, longest = {0: 0}, {0: 0}
    for source, target in sorted(edges):  # all edges into a node come before those out of it
        if source in shortest:
            shortest[target] = min(shortest.get(target, output + 1), shortest[source] + 1)
            longest[target] = max(longest.get(target, 0), longest[source] + 1)
    return (shortest[output], longest[output]) if output in shortest else None
