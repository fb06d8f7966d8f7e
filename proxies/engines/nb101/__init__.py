"""The engine of NAS-Bench-101, on a torus.

Cells of one graph go through it together. Needs no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from benchmarks_data.nb101.space import KINDS, Cell, format_cell, index

if TYPE_CHECKING:
    from proxies.engines.nb101.passes import Shared
    from proxies.passes.common import Inputs


class NasBench101Engine:
    """The contract of :class:`proxies.engines.Engine`."""

    passes = frozenset({"cost", "periodic_flow", "expected_flow"})

    def order(self, structure: Sequence[Any]) -> tuple[int, ...]:
        """Return what sorts cells so that those of one graph stand side by side."""
        adjacency, operations = structure
        return len(adjacency), *chain.from_iterable(adjacency), *map(KINDS.index, operations)

    def share(self, make: Callable[[int], Any], inputs: Inputs) -> Shared:
        from proxies.engines.nb101.passes import Shared

        return Shared(lambda cell: make(index(format_cell(cell))), inputs)

    def compute(
        self, name: str, shared: Shared, structures: Sequence[Sequence[Any]], memory: int | None
    ) -> list[Any]:
        from proxies.engines.nb101.passes import compute

        return compute(name, shared, [Cell(*structure) for structure in structures], memory)


ENGINE = NasBench101Engine()
