"""What of a DARTS network matters.

Which terms lie on a path from the images to the logits, how long such a path is, and when two
genotypes are the same network.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from benchmarks_data.spaces.choice import NONE
from benchmarks_data.spaces.darts.genotype import (
    EDGES_PER_NODE,
    INPUTS,
    NODES,
    Genotype,
    Term,
    reduces_at,
)

#: Convolutions of an operation, one after the other.
LAYERS = {"sep_conv_3x3": 4, "sep_conv_5x5": 4, "dil_conv_3x3": 2, "dil_conv_5x5": 2}


def live_terms(genotype: Genotype, cells: int) -> list[list[bool]]:
    """Return for each cell of the row which of its terms are live.

    A term is live when it is not none, the node that it reads depends on the images, its own node
    is joined or read by a live term, and the cell's output reaches the logits.
    """
    rows = [_cell(genotype, place, cells) for place in range(cells)]
    known = [True, True]  # whether what the stem and each cell put out depends on the images
    forward = []
    for terms, concat in rows:
        live, nodes = _reached(terms, (known[-2], known[-1]))
        known.append(any(nodes[node] for node in concat))
        forward.append(live)
    needed = [False] * (cells + INPUTS)  # whether the logits depend on it
    needed[-1] = known[-1]
    for place in reversed(range(cells)):
        terms, concat = rows[place]
        if not needed[place + INPUTS]:
            forward[place] = [False] * len(terms)
            continue
        forward[place], read = _useful(terms, forward[place], concat)
        for node in range(INPUTS):
            needed[place + node] |= node in read
    return forward


def is_connected(genotype: Genotype, cells: int) -> bool:
    """Return whether the logits of a network of so many cells depend on the images."""
    return any(live_terms(genotype, cells)[-1])


def depth(genotype: Genotype, cells: int) -> int:
    """Return the number of convolutions and linear layers on the live path that has the most."""
    ends: list[int | None] = [1, 1]  # those up to what the stem and each cell put out
    for place, live in enumerate(live_terms(genotype, cells)):
        terms, concat = _cell(genotype, place, cells)
        strided = reduces_at(place, cells)
        # Each input of a cell goes through a convolution.
        nodes = [None if one is None else one + 1 for one in ends[-INPUTS:]] + [None] * NODES
        for number, (kind, source) in enumerate(terms):
            before = nodes[source]
            if live[number] and before is not None:
                layers = LAYERS.get(kind, 0)
                if kind == "skip_connect" and strided and source < INPUTS:
                    layers = 1
                nodes[_end(number)] = max(nodes[_end(number)] or 0, before + layers)
        ends.append(max((one for node in concat if (one := nodes[node]) is not None), default=None))
    return 0 if ends[-1] is None else ends[-1] + 1


def canonical(genotype: Genotype, cells: int) -> tuple[object, ...]:
    """Return what genotypes have in common whose networks of so many cells are the same but for the
    order of terms, the names of nodes, and terms that are dead in every cell.
    """
    rows, kinds = live_terms(genotype, cells), (False, True)
    lives = [
        [any(flags) for flags in zip(*of_kind, strict=True)]
        for kind in kinds
        if (of_kind := [r for place, r in enumerate(rows) if reduces_at(place, cells) is kind])
    ]
    parts = zip((genotype.normal, genotype.reduce), lives, strict=True)
    concats = sorted(genotype.normal_concat), sorted(genotype.reduce_concat)
    return tuple(
        _least(terms, live, tuple(concat))
        for (terms, live), concat in zip(parts, concats, strict=True)
    )


def _cell(genotype: Genotype, place: int, cells: int) -> tuple[Sequence[Term], Sequence[int]]:
    if reduces_at(place, cells):
        return genotype.reduce, genotype.reduce_concat
    return genotype.normal, genotype.normal_concat


def _end(number: int) -> int:
    """Return the node that a term leads to."""
    return INPUTS + number // EDGES_PER_NODE


def _reached(terms: Sequence[Term], inputs: tuple[bool, bool]) -> tuple[list[bool], list[bool]]:
    """Return which terms, and which nodes, depend on the images."""
    nodes, live = [*inputs, *[False] * NODES], []
    for number, (kind, source) in enumerate(terms):
        live.append(kind != NONE and nodes[source])
        nodes[_end(number)] |= live[-1]
    return live, nodes


def _useful(
    terms: Sequence[Term], live: Sequence[bool], concat: Sequence[int]
) -> tuple[list[bool], set[int]]:
    """Return which live terms reach the cell's output, and the nodes that those read."""
    read, kept = set(concat), list(live)
    for number in reversed(range(len(terms))):
        kept[number] = live[number] and _end(number) in read
        if kept[number]:
            read.add(terms[number][1])
    return kept, {source for (_, source), keep in zip(terms, kept, strict=True) if keep}


def _least(
    terms: Sequence[Term], live: Sequence[bool], concat: tuple[int, ...]
) -> tuple[object, ...]:
    """Return the first in order of all ways to write a cell, its nodes renamed."""
    kept = [(_end(n), kind, source) for n, (kind, source) in enumerate(terms) if live[n]]
    ways = []
    for order in permutations(range(INPUTS, INPUTS + NODES)):
        name = {**{node: node for node in range(INPUTS)}, **dict(enumerate(order, INPUTS))}
        ways.append(
            (
                tuple(sorted((name[end], kind, name[source]) for end, kind, source in kept)),
                tuple(sorted(name[node] for node in concat)),
            )
        )
    return min(ways)
