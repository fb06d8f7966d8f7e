"""Scores of tasks by an executor, saved as they arrive."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

from harness.computing.contract import Executor, Lost
from harness.scoring.job import Job, Score, Task
from harness.scoring.portions import Portion, halves, portions, score_portion
from harness.scoring.store import Store
from proxies.status import ERROR


def run(job: Job, tasks: Sequence[Task], executor: Executor) -> Iterator[list[Score]]:
    """Yield the scores of some tasks after the other, in the order in which they finish.

    A task that costs a worker its life twice has missing scores with the reason.

    Raises:
        InputError: a task found the input unusable.
        WorkerDied: workers do not start.
    """
    for scores in executor.each(partial(score_portion, job), portions(job, tasks), halves):
        yield _missing(scores) if isinstance(scores, Lost) else scores


def score_and_store(
    job: Job, tasks: Sequence[Task], store: Store, executor: Executor
) -> Iterator[list[Score]]:
    """Yield the scores of some tasks after the other, each once it is saved in *store*."""
    for scores in run(job, tasks, executor):
        store.write(job, scores)
        yield scores


def amount(tasks: Sequence[Task]) -> tuple[int, str]:
    """Return how many scores are due, and what they are in words."""
    architectures = len({task.index for task in tasks})
    return sum(len(task.proxies) for task in tasks), f"scores of {architectures:,} architectures"


def _missing(lost: Lost[Portion]) -> list[Score]:
    return [
        Score(task.index, name, task.seed, math.nan, 0.0, f"{ERROR}{lost.reason}")
        for task in lost.item.tasks
        for name in task.proxies
    ]
