"""Passes that take many architectures at once, because the architectures of a seed share their operations' weights.

Each gives what the proxies of this package make use of in the result of the pass of the same name in :mod:`proxies.passes`, which
takes one network after the other and stays as the readable reference. Other proxies read those. This module needs no torch.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks_data.nb201.space import OPERATIONS, live_edges

#: Benchmarks of one cell of six edges that is repeated, and whose operations keep height, width and channels.
BENCHMARKS = frozenset({"nb201"})
#: The passes, by their names in :data:`proxies.passes.PASSES`.
PASSES = frozenset({"cost", "weight_norms", "synaptic_flow", "periodic_flow", "expected_flow"})


def pruned(cell: Sequence[str]) -> tuple[str, ...]:
    """Return a cell without its dead edges: a network with the same outputs, and the same flow through every weight."""
    return tuple(kind if live else OPERATIONS[0] for kind, live in zip(cell, live_edges(cell), strict=True))


def order(cell: Sequence[str]) -> tuple[int, ...]:
    """Return what sorts cells so that neighbours share operations, and those with equal networks stand side by side."""
    return tuple(OPERATIONS.index(kind) for kind in pruned(cell))
