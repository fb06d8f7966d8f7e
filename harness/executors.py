"""Where scores are computed: in this process or in several, always on one thread each, so that results are the same."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import islice
from typing import TypeVar

from harness.chunks import chunks, score_chunk
from harness.command import WorkerDied
from harness.scoring import Job, Score, Task

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Tasks in flight for each worker: enough that none waits, few enough that a stop loses little.
IN_FLIGHT = 4


def run(job: Job, tasks: Sequence[Task], workers: int) -> Iterator[list[Score]]:
    """Yield the scores of some tasks after the other, in the order in which they finish.

    Raises:
        InputError: a task found the input unusable.
        WorkerDied: a worker process ended without an answer.
    """
    yield from each(partial(score_chunk, job), chunks(job, tasks), workers)


def each(compute: Callable[[Item], Result], items: Sequence[Item], workers: int) -> Iterator[Result]:
    """Yield what *compute* makes of each item, in the order in which they finish; both must survive pickling.

    Raises:
        WorkerDied: a worker process ended without an answer.
    """
    if workers == 1 or len(items) < 2:
        with reproducible():
            for item in items:
                yield compute(item)
    else:
        yield from _in_processes(compute, items, min(workers, len(items)))


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


def _in_processes(compute: Callable[[Item], Result], items: Sequence[Item], workers: int) -> Iterator[Result]:
    # Spawned, not forked: torch's threads and CUDA do not survive a fork.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker)
    remaining = iter(items)
    running: set[Future[Result]] = set()
    others, complete = set(multiprocessing.active_children()), False
    try:
        while True:
            with _interrupts_ignored() if not running else nullcontext():
                for item in islice(remaining, IN_FLIGHT * workers - len(running)):
                    running.add(pool.submit(_in_worker, compute, item))
            if not running:
                complete = True
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    except BrokenProcessPool as error:
        raise WorkerDied("a worker process died (out of memory?)") from error
    finally:
        if not complete:  # what is in flight is lost: nobody waits for it
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C for the moment in which workers start: they inherit that, and leave it to this process to stop them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _in_worker(compute: Callable[[Item], Result], item: Item) -> Result:
    with reproducible():
        return compute(item)


def _start_worker() -> None:
    """Let a worker end when its parent is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
