"""Worker processes that may be killed, abort or hang.

What one had in hand is tried once more, then given up with the reason.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from harness.computing.contract import Item, Lost, Result, WorkerDied
from harness.computing.determinism import reproducible

#: How often an item is given to a worker.
ATTEMPTS = 2
#: Workers in a row that may end before they are ready, until the work is given up.
START_ATTEMPTS = 3


@dataclass(frozen=True)
class Limits:
    """What a worker may take.

    Attributes:
        timeout: seconds for an item; None is no limit.
        memory: bytes of data beyond what it has at its start; None is no limit. Where the system
            cannot limit them, nothing is.
    """

    timeout: float | None = None
    memory: int | None = None


NO_LIMITS = Limits()


class Worker:
    """A process that computes one item after the other."""

    def __init__(self, compute: Callable[[Any], Any], memory: int | None) -> None:
        # Spawned, not forked: torch's threads and CUDA do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, compute, memory), daemon=True)
        with _interrupts_ignored():
            self._process.start()
        theirs.close()
        self.item: Any = None
        self.attempt = 0
        self.ready = False
        self.deadline: float | None = None
        self._timeout: float | None = None

    def give(self, item: Any, attempt: int, timeout: float | None) -> None:
        """Let it compute an item; a worker that has ended is noticed when its answer is awaited."""
        self.item, self.attempt, self._timeout = item, attempt, timeout
        self._begin_time()
        with suppress(OSError):
            self.connection.send(item)

    def _begin_time(self) -> None:
        self.deadline = time.monotonic() + self._timeout if self._timeout and self.ready else None

    @property
    def late(self) -> bool:
        """Whether its time is over, and it has not answered."""
        return (
            self.deadline is not None
            and time.monotonic() >= self.deadline
            and not self.connection.poll()
        )

    def hear(self) -> tuple[str, Any]:
        """Return ("ready", None), ("result", value), ("raised", error), or ("lost", reason).

        Empty where its end tells it.
        """
        if self.late:
            return "lost", f"it took longer than {self._timeout:g} seconds"
        try:
            kind, value = self.connection.recv()
        except (EOFError, OSError):
            return "lost", ""
        if kind == "ready":
            self.ready = True
            self._begin_time()
        return kind, value

    def end(self) -> str:
        """Kill the process if it still runs, and return how it ended."""
        if not self.late:
            self._process.join(1.0)  # its pipe is closed a moment before it is gone
        running = self._process.is_alive()
        if running:
            self._process.kill()
        self._process.join()
        self.connection.close()
        code = self._process.exitcode or 0
        if running or code >= 0:
            return f"a worker process ended with status {code}"
        name = signal.Signals(-code).name
        return (
            "a worker process was ended by "
            f"{name}{' (out of memory?)' if name == 'SIGKILL' else ''}"
        )

    def kill(self) -> None:
        """Kill the process, whatever it is doing."""
        self._process.kill()


def each(
    compute: Callable[[Item], Result],
    items: Sequence[Item],
    workers: int,
    limits: Limits = NO_LIMITS,
    halves: Callable[[Item], Sequence[Item]] | None = None,
) -> Iterator[Result | Lost[Item]]:
    """Yield what *compute* makes of each item, in the order in which they finish.

    Both must survive pickling.

    Args:
        compute: from an item to its result. What it raises is raised here.
        items: what to compute.
        workers: how many processes there are at most.
        limits: of each of them.
        halves: returns parts that an item can be divided into, to find the one that costs workers
            their lives; empty where it cannot be divided.

    Raises:
        WorkerDied: workers end before they are ready.
    """
    due = deque((item, 1) for item in items)
    idle: list[Worker] = []
    busy: list[Worker] = []
    unready = 0
    try:
        while due or busy:
            while due and len(busy) < workers:
                worker = idle.pop() if idle else Worker(compute, limits.memory)
                worker.give(*due.popleft(), limits.timeout)
                busy.append(worker)
            for worker in _noticed(busy):
                kind, value = worker.hear()
                if kind == "ready":
                    unready = 0
                    continue
                busy.remove(worker)
                if kind != "lost":
                    idle.append(worker)
                    if kind == "raised":
                        raise value
                    yield value
                    continue
                ended = worker.end()
                unready += not worker.ready
                if unready >= START_ATTEMPTS:
                    raise WorkerDied(f"workers do not start: {ended}")
                if lost := _again(due, worker, halves, value or ended):
                    yield lost
    finally:
        for worker in [*busy, *idle]:
            worker.kill()
        for worker in [*busy, *idle]:
            worker.end()


def _noticed(busy: Sequence[Worker]) -> list[Worker]:
    """Wait until a worker has something to say or is late, and return those."""
    deadlines = [worker.deadline for worker in busy if worker.deadline is not None]
    wait = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
    ready = multiprocessing.connection.wait([worker.connection for worker in busy], wait)
    return [worker for worker in busy if worker.connection in ready or worker.late]


def _again(
    due: deque[tuple[Any, int]],
    worker: Worker,
    halves: Callable[[Any], Sequence[Any]] | None,
    reason: str,
) -> Lost[Any] | None:
    """Put what a worker had in hand back among what is due, in parts where it has some.

    Return it when it is given up.
    """
    parts = halves(worker.item) if halves and worker.ready else ()
    if parts:
        due.extendleft((part, 1) for part in reversed(parts))
    elif not worker.ready:
        due.appendleft((worker.item, worker.attempt))
    elif worker.attempt < ATTEMPTS:
        due.appendleft((worker.item, worker.attempt + 1))
    else:
        return Lost(worker.item, reason)
    return None


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C for the moment in which a worker starts.

    It inherits that, and leaves it to this process to stop it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(connection: Any, compute: Callable[[Any], Any], memory: int | None) -> None:
    """Compute what comes through the connection until it closes."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with reproducible():
        if memory is not None:
            _limit_data(memory)
        connection.send(("ready", None))
        while True:
            try:
                item = connection.recv()
            except (EOFError, OSError):
                return
            try:
                answer: tuple[str, Any] = ("result", compute(item))
            except MemoryError:
                answer = ("lost", "a worker process needed more memory than it may have")
            except Exception as error:
                answer = ("raised", error)
            connection.send(answer)


def _limit_data(memory: int) -> None:
    """Let allocations fail that would take more than *memory* bytes beyond what the process has
    now.
    """
    try:
        import resource
        from pathlib import Path

        now = next(
            int(line.split()[1])
            for line in Path("/proc/self/status").read_text().splitlines()
            if line.startswith("VmData")
        )
        resource.setrlimit(resource.RLIMIT_DATA, (now * 1024 + memory, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError, StopIteration):
        return


def _end_with_parent() -> None:
    """End when the parent is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
