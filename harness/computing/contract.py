"""What every executor promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from benchmarks_data.command import Stopped

Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerDied(Stopped):
    """A worker process ended without an answer."""


@dataclass(frozen=True)
class Lost(Generic[Item]):
    """An item that has no result, and why."""

    item: Item
    reason: str


class Executor(Protocol):
    """Computes a function of many items, each on one thread, so that results do not depend on the
    executor.
    """

    def each(
        self,
        compute: Callable[[Item], Result],
        items: Sequence[Item],
        halves: Callable[[Item], Sequence[Item]] | None = None,
    ) -> Iterator[Result | Lost[Item]]:
        """Yield what *compute* makes of each item, in the order in which they finish.

        Args:
            compute: from an item to its result. What it raises is raised here. It and the items
                must survive pickling.
            items: what to compute.
            halves: returns parts that an item can be divided into, to find the one that costs
                workers their lives; empty where it cannot be divided.

        Raises:
            WorkerDied: workers end before they are ready.
        """


def all_or_nothing(
    executor: Executor, compute: Callable[[Item], Result], items: Sequence[Item]
) -> Iterator[Result]:
    """Yield the result of each item, in the order in which they finish.

    Raises:
        WorkerDied: an item is lost.
    """
    for result in executor.each(compute, items):
        if isinstance(result, Lost):
            raise WorkerDied(result.reason)
        yield result
