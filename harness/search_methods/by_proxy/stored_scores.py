"""Scores that a search asks for: from the store, or computed and saved there."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import proxies
from harness.computing.local import Local
from harness.scoring.execution import amount, score_and_store
from harness.scoring.job import Job, Score, Task, seeds_of
from proxies.requests import direction
from proxies.status import ERROR, OK

if TYPE_CHECKING:
    from harness.scoring.store import Store

#: So many architectures are worth starting processes.
WORTH_PROCESSES = 32


class StoredScores:
    """The scores of a proxy under one seed of weights and batches."""

    def __init__(
        self, job: Job, request: proxies.Request, seed: int, store: Store, workers: int | None
    ) -> None:
        """Read what the store has; failed scores are tried again.

        Args:
            job: what scores depend on.
            request: a single proxy.
            seed: of weights and batches; a deterministic proxy has seed 0.
            store: of all scores.
            workers: processes; None is the number of cores.
        """
        self._job = replace(job, dtype=job.dtype_of(request))
        self._store, self._workers = store, workers
        self._name, self._direction = request.name, direction(request.name)
        (self._seed,) = seeds_of(request, (seed,))
        self._known = {
            index: score
            for index, score in store.read(job, request, self._seed).items()
            if not score.status.startswith(ERROR)
        }

    def values(self, indices: Sequence[int]) -> list[float]:
        """Return scores as they are, NaN where one is missing."""
        self._complete(indices)
        return [self._known[index].score for index in indices]

    def oriented(self, indices: Sequence[int]) -> list[float]:
        """Return scores of which higher is better, -inf where one is missing."""
        return [
            -math.inf if math.isnan(value) else self._direction * value
            for value in self.values(indices)
        ]

    def seconds(self, indices: Iterable[int]) -> float:
        """Return how long scoring these architectures took, wherever that was."""
        return math.fsum(self._known[index].seconds for index in indices)

    def missing(self, indices: Iterable[int]) -> dict[str, int]:
        """Return why scores of these architectures are missing, and how many for each reason."""
        statuses = Counter(self._known[index].status for index in indices)
        return {status: count for status, count in statuses.most_common() if status != OK}

    def _complete(self, indices: Sequence[int]) -> None:
        due = [index for index in dict.fromkeys(indices) if index not in self._known]
        tasks = [Task(index, self._seed, (self._name,)) for index in due]
        if not tasks:
            return
        many = len(tasks) >= WORTH_PROCESSES
        executor = Local(self._workers if many else 1)
        batches: Iterable[list[Score]] = score_and_store(self._job, tasks, self._store, executor)
        if many:
            from harness.terminal.progress import tracked

            batches = tracked(f"scoring by {self._name}", *amount(tasks), batches)
        for scores in batches:
            self._known.update((score.index, score) for score in scores)
