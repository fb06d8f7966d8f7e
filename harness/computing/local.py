"""Items computed on this machine: by processes, or by this process itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.computing import processes
from harness.computing.contract import Item, Lost, Result
from harness.computing.determinism import reproducible
from harness.computing.processes import NO_LIMITS, Limits


@dataclass(frozen=True)
class Local:
    """Processes on this machine; a single one without limits is this process itself, which nothing
    then guards.

    Attributes:
        workers: their number; None is the number of cores.
        limits: what each may take.
    """

    workers: int | None = None
    limits: Limits = NO_LIMITS

    def each(
        self,
        compute: Callable[[Item], Result],
        items: Sequence[Item],
        halves: Callable[[Item], Sequence[Item]] | None = None,
    ) -> Iterator[Result | Lost[Item]]:
        """Yield what *compute* makes of each item.

        See :class:`harness.computing.contract.Executor`.
        """
        workers = self.workers or cores()
        if self.limits == NO_LIMITS and workers == 1:
            with reproducible():
                for item in items:
                    yield compute(item)
        else:
            yield from processes.each(compute, items, min(workers, len(items)), self.limits, halves)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
