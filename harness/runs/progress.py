"""How far a call in Python has come: told to a function, shown, or kept quiet."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING

from benchmarks_data.errors import InputError
from harness.runs.conduct import Due, Track
from harness.runs.shipped import Shipped

if TYPE_CHECKING:
    from harness.scoring.job import Score

#: Is told how many scores have come, and of how many.
Progress = Callable[[int, int], object]


def shown(progress: Progress | bool | None) -> tuple[Callable[[Due, Shipped], None], Track]:
    """Return what is told of the scores that are due, and what shows how many have come.

    Raises:
        InputError: *progress* is neither a function nor True, False or None.
    """
    if progress is True:
        from harness.terminal.progress import tracked

        return (lambda *_: None), lambda *batches: tracked("scoring", *batches)
    if progress is None or progress is False:
        return (lambda *_: None), lambda _total, _of, batches: batches
    if not callable(progress):
        raise InputError(
            f"progress: expected a function of (done, total), True or None, not {progress!r}"
        )
    counter = _Counter(progress)
    return counter.begin, counter.track


class _Counter:
    """Tells a function how many of all scores have come."""

    def __init__(self, told: Progress) -> None:
        self._told, self._done, self._total = told, 0, 0

    def begin(self, due: Due, _: Shipped) -> None:
        self._total = sum(len(task.proxies) for _, tasks in due for task in tasks)

    def track(self, _total: int, _of: str, batches: Iterable[list[Score]]) -> Iterator[list[Score]]:
        try:
            for scores in batches:
                yield scores
                self._done += len(scores)
                self._told(self._done, self._total)
        finally:  # where the function raises, torch's settings are put back at once
            if isinstance(batches, Generator):
                batches.close()
