"""Where scores are computed: in this process or in several, always on one thread each, so that results are the same."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from harness.command import WorkerDied
from harness.scoring import Job, Score, Task, score_task

#: Tasks in flight for each worker: enough that none waits, few enough that a stop loses little.
IN_FLIGHT = 4


def run(job: Job, tasks: Sequence[Task], workers: int) -> Iterator[list[Score]]:
    """Yield the scores of each task, in the order in which they finish.

    Raises:
        InputError: a task found the input unusable.
        WorkerDied: a worker process ended without an answer.
    """
    if workers == 1 or len(tasks) < 2:
        with single_threaded():
            for task in tasks:
                yield score_task(job, task)
    else:
        yield from _run_in_processes(job, tasks, min(workers, len(tasks)))


@contextmanager
def single_threaded() -> Iterator[None]:
    """Let torch compute on one thread: sums are then taken in one order on every machine size."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _run_in_processes(job: Job, tasks: Sequence[Task], workers: int) -> Iterator[list[Score]]:
    # Spawned, not forked: torch's threads and CUDA do not survive a fork.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker)
    remaining = iter(tasks)
    running: set[Future[list[Score]]] = set()
    try:
        while True:
            while len(running) < IN_FLIGHT * workers and (task := next(remaining, None)):
                running.add(pool.submit(score_task, job, task))
            if not running:
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    except BrokenProcessPool as error:
        raise WorkerDied("a worker process died (out of memory?); finished scores are saved, run again to go on") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    """Prepare a worker: one thread, deaf to Ctrl-C (the parent handles it), and ending when the parent is gone."""
    import torch

    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
