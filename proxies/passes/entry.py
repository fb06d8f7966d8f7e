"""What the catalogue of passes knows of each. Needs no torch."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proxies.passes.common import Inputs
    from proxies.view import View


@dataclass(frozen=True)
class Pass:
    """What the catalogue knows of a pass.

    Attributes:
        name: of the function.
        module: of this package, which defines it.
        needs: what its result depends on besides the architecture, among
            ``proxies.passes.NEEDS``.
        cost: what it computes, for people.
        options: the names of its options.
        batches: how many batches of images it draws, up to and including the last.
        largest_batch: the largest batch that it takes; None means any.
        logits: whether its result depends on the classifier.
        bfloat16: whether its network may be in bfloat16: it sends images through it, it is faster
            then, and the scores of all proxies that read it keep their order better than under
            another seed (measured by ``tools.precision``; docs/speed.md).
        supernet: whether it is of a supernet, once for all architectures, instead of a network.
        hands_out_network: whether its result holds the network itself, which is then not used for
            other proxies.
        transformers: whether it is of transformers alone, so that runs of all proxies on benchmarks
            of other networks leave out what reads it.
        requires: what it requires of any network, among the checks of
            :mod:`proxies.passes.requirements`; networks of benchmarks have all of it.
    """

    name: str
    module: str
    needs: frozenset[str]
    cost: str
    options: frozenset[str] = frozenset()
    batches: int = 1
    largest_batch: int | None = None
    logits: bool = True
    bfloat16: bool = False
    supernet: bool = False
    hands_out_network: bool = False
    transformers: bool = False
    requires: tuple[str, ...] = ()

    @property
    def gradients(self) -> bool:
        """Whether it computes gradients, as its cost says."""
        return "backward" in self.cost

    def function(self) -> Callable[..., Any]:
        """Import and return the function, which is when torch is imported."""
        function: Callable[..., Any] = getattr(
            importlib.import_module(f"{__package__}.{self.module}"), self.name
        )
        return function

    def run(self, view: View, inputs: Inputs, options: Mapping[str, Any]) -> Any:
        """Return the result for any network.

        Raises:
            NotApplicable: the network has not what the pass requires.
        """
        from proxies.passes.requirements import check

        check(self.requires, view)
        return self.function()(view, inputs, **options)
