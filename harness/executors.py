"""Where scores are computed: in this process, in several, or on a Ray cluster; always on one thread, so that they are equal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from harness import workers as processes
from harness.chunks import Chunk, chunks, parts, score_chunk
from harness.command import WorkerDied, default_workers
from harness.scoring import ERROR, Job, Score, Task
from harness.workers import NO_LIMITS, Limits, Lost

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Local:
    """Processes on this machine; a single one without limits is this process itself, which nothing then guards.

    Attributes:
        workers: their number; None is the number of cores.
        limits: what each may take.
    """

    workers: int | None = None
    limits: Limits = NO_LIMITS


@dataclass(frozen=True)
class OnRay:
    """Tasks on a Ray cluster.

    Attributes:
        address: of a running cluster; None starts one on this machine.
        cpus, gpus: what a task takes.
        timeout: seconds for an architecture; None is no limit.
    """

    address: str | None = None
    cpus: float = 1.0
    gpus: float = 0.0
    timeout: float | None = None


Executor = Local | OnRay


def run(job: Job, tasks: Sequence[Task], executor: Executor) -> Iterator[list[Score]]:
    """Yield the scores of some tasks after the other, in the order in which they finish.

    A task that costs a worker its life twice has missing scores with the reason.

    Raises:
        InputError: a task found the input unusable.
        WorkerDied: workers do not start.
    """
    compute, due = partial(score_chunk, job), chunks(job, tasks)
    found: Iterator[list[Score] | Lost[Chunk]]
    if isinstance(executor, OnRay):
        from harness.ray_executor import each_on_ray

        found = each_on_ray(compute, due, executor.address, executor.cpus, executor.gpus, parts, executor.timeout)
    else:
        found = _local(compute, due, executor.workers or default_workers(), executor.limits, parts)
    for scores in found:
        yield _missing(scores) if isinstance(scores, Lost) else scores


def _missing(lost: Lost[Chunk]) -> list[Score]:
    return [
        Score(task.index, name, task.seed, math.nan, 0.0, f"{ERROR}{lost.reason}")
        for task in lost.item.tasks
        for name in task.proxies
    ]


def each(compute: Callable[[Item], Result], items: Sequence[Item], workers: int) -> Iterator[Result]:
    """Yield what *compute* makes of each item, in the order in which they finish; both must survive pickling.

    Raises:
        WorkerDied: an item has cost two worker processes their lives.
    """
    for result in _local(compute, items, workers, NO_LIMITS, None):
        if isinstance(result, Lost):
            raise WorkerDied(result.reason)
        yield result


def _local(
    compute: Callable[[Item], Result],
    items: Sequence[Item],
    workers: int,
    limits: Limits,
    halves: Callable[[Item], Sequence[Item]] | None,
) -> Iterator[Result | Lost[Item]]:
    if limits == NO_LIMITS and workers == 1:
        with reproducible():
            for item in items:
                yield compute(item)
    else:
        yield from processes.each(compute, items, min(workers, len(items)), limits, halves)


@contextmanager
def reproducible() -> Iterator[None]:
    """Let torch compute on one thread, so that sums are taken in one order, and in full float32 precision."""
    import torch

    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    threads, tf32 = torch.get_num_threads(), (cudnn.allow_tf32, matmul.allow_tf32)
    torch.set_num_threads(1)
    cudnn.allow_tf32 = matmul.allow_tf32 = False
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        cudnn.allow_tf32, matmul.allow_tf32 = tf32
