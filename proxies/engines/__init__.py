"""Engines: the passes of many architectures of one benchmark at once, because those of a seed share
their operations' weights.

An engine gives what the proxies of this package make use of in the result of the pass of the same
name in :mod:`proxies.passes`, which takes one network after the other and stays as the readable
reference. Other proxies read those.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from proxies.passes.common import Inputs

#: The modules that hold engines, by the benchmark whose architectures they take. Each has an object
#: ENGINE, and needs no torch.
MODULES = {
    "nats_sss": "proxies.engines.nats_sss",
    "nb101": "proxies.engines.nb101",
    "nb201": "proxies.engines.nb201",
}


class Engine(Protocol):
    """Computes passes for many architectures of one benchmark at once.

    Attributes:
        passes: which ones, by their names in :data:`proxies.passes.PASSES`.
    """

    passes: frozenset[str]

    def order(self, structure: Sequence[Any]) -> tuple[int, ...]:
        """Return what sorts architectures so that neighbours share much of the work."""

    def share(self, make: Callable[[int], Any], inputs: Inputs) -> Any:
        """Return what the architectures of a seed share; *make* returns the network of an index."""

    def compute(
        self, name: str, shared: Any, structures: Sequence[Sequence[Any]], memory: int | None
    ) -> list[Any]:
        """Return the result of a pass for each architecture, or what its computation raised.

        Args:
            name: one of :attr:`passes`.
            shared: what :meth:`share` returned.
            structures: of the architectures.
            memory: bytes that the architectures which are computed together may take; None lets the
                engine decide.
        """


def engine_of(benchmark: str) -> Engine | None:
    """Return the engine of a benchmark.

    None where its networks are computed one after the other.
    """
    if benchmark not in MODULES:
        return None
    engine: Engine = importlib.import_module(MODULES[benchmark]).ENGINE
    return engine
