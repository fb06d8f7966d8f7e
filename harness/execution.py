"""Scores of tasks by an executor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

from harness.chunks import Chunk, chunks, parts, score_chunk
from harness.computing.contract import Executor, Lost
from harness.scoring import ERROR, Job, Score, Task


def run(job: Job, tasks: Sequence[Task], executor: Executor) -> Iterator[list[Score]]:
    """Yield the scores of some tasks after the other, in the order in which they finish.

    A task that costs a worker its life twice has missing scores with the reason.

    Raises:
        InputError: a task found the input unusable.
        WorkerDied: workers do not start.
    """
    for scores in executor.each(partial(score_chunk, job), chunks(job, tasks), parts):
        yield _missing(scores) if isinstance(scores, Lost) else scores


def _missing(lost: Lost[Chunk]) -> list[Score]:
    return [
        Score(task.index, name, task.seed, math.nan, 0.0, f"{ERROR}{lost.reason}")
        for task in lost.item.tasks
        for name in task.proxies
    ]
