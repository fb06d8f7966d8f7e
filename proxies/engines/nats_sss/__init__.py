"""The engine of NATS-Bench's size search space, on a torus.

All architectures have one cell, so that a batch of them goes through it together, each row with the
matrices of its numbers of channels. Needs no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks_data.nats_sss import BENCHMARK

if TYPE_CHECKING:
    from proxies.engines.nats_sss.passes import Shared
    from proxies.passes.common import Inputs


class NatsSizeEngine:
    """The contract of :class:`proxies.engines.Engine`."""

    passes = frozenset({"cost", "periodic_flow", "expected_flow"})

    def order(self, structure: Sequence[int]) -> tuple[int, ...]:
        """Return what sorts architectures so that neighbours share their first layers."""
        return tuple(structure)

    def share(self, make: Callable[[int], Any], inputs: Inputs) -> Shared:
        from proxies.engines.nats_sss.passes import Shared

        return Shared(lambda channels: make(BENCHMARK.index(":".join(map(str, channels)))), inputs)

    def compute(
        self, name: str, shared: Shared, structures: Sequence[Sequence[int]], memory: int | None
    ) -> list[Any]:
        from proxies.engines.nats_sss.passes import compute

        return compute(name, shared, [tuple(structure) for structure in structures], memory)


ENGINE = NatsSizeEngine()
