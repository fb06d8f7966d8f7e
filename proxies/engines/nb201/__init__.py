"""The engine of NAS-Bench-201.

A batch of cells goes through one masked network, row by row where they differ. Needs no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks_data.nb201.space import OPERATIONS, format_cell, index, without_dead_edges

if TYPE_CHECKING:
    from proxies.engines.nb201.passes import Shared
    from proxies.passes.common import Inputs


class NasBench201Engine:
    """The contract of :class:`proxies.engines.Engine`."""

    passes = frozenset({"cost", "weight_norms", "synaptic_flow", "periodic_flow", "expected_flow"})

    def order(self, structure: Sequence[str]) -> tuple[int, ...]:
        """Return what sorts cells so that neighbours share operations, and those with equal
        networks stand side by side.
        """
        return tuple(OPERATIONS.index(kind) for kind in without_dead_edges(structure))

    def share(self, make: Callable[[int], Any], inputs: Inputs) -> Shared:
        from proxies.engines.nb201.passes import Shared

        return Shared(lambda cell: make(index(format_cell(cell))), inputs)

    def compute(
        self, name: str, shared: Shared, structures: Sequence[Sequence[str]], memory: int | None
    ) -> list[Any]:
        from proxies.engines.nb201.passes import compute

        return compute(name, shared, structures, memory)


ENGINE = NasBench201Engine()
