"""Which scores are computed together: those whose passes take many architectures at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import benchmarks_data
import proxies
from harness.inputs import network_inputs
from harness.scoring import Job, Score, Task, apply_formulas, build_network, score_task, supernet_result
from proxies import batched
from proxies.passes import PASSES

#: Architectures of a chunk: its scores arrive, and are saved, together.
LARGEST, SMALLEST = 256, 32
#: Into how many chunks the work is divided at least, as long as they are not too small.
PARTS = 16


@dataclass(frozen=True)
class Chunk:
    """Tasks that are computed by one worker, one after the other or, of one seed and the same proxies, *together*."""

    tasks: tuple[Task, ...]
    together: bool

    def __len__(self) -> int:
        """Return the number of scores."""
        return sum(len(task.proxies) for task in self.tasks)


def chunks(job: Job, tasks: Sequence[Task]) -> list[Chunk]:
    """Divide tasks into chunks. The proxies of a task can come into two; no score depends on the division."""
    groups: dict[tuple[int, tuple[str, ...]], list[Task]] = {}
    alone = []
    for task in tasks:
        first = tuple(name for name in task.proxies if _together(job.benchmark, name))
        if first:
            groups.setdefault((task.seed, first), []).append(Task(task.index, task.seed, first))
        if rest := tuple(name for name in task.proxies if name not in first):
            alone.append(Chunk((Task(task.index, task.seed, rest),), together=False))
    return [chunk for group in groups.values() for chunk in _divided(job.benchmark, group)] + alone


def _divided(benchmark: str, tasks: list[Task]) -> list[Chunk]:
    """Return chunks of tasks, those of similar architectures in one."""
    found = benchmarks_data.get(benchmark)
    ordered = sorted(tasks, key=lambda task: batched.place(found.architecture(task.index).structure))
    size = min(LARGEST, max(SMALLEST, -(-len(ordered) // PARTS)))
    return [Chunk(tuple(ordered[start : start + size]), together=True) for start in range(0, len(ordered), size)]


@lru_cache(maxsize=1024)
def _together(benchmark: str, name: str) -> bool:
    """Return whether all passes that a proxy reads take many architectures at once, or are of the supernet."""
    readings = [reading for reading, _ in proxies.request(name).readings]
    return benchmark in batched.BENCHMARKS and batched.takes(benchmark, [one for one in readings if not PASSES[one].supernet])


def score_chunk(job: Job, chunk: Chunk) -> list[Score]:
    """Return the scores of a chunk."""
    if not chunk.together:
        return [score for task in chunk.tasks for score in score_task(job, task)]
    for plugin in job.plugins:
        proxies.load_plugin(*plugin)
    results = _Together(job, chunk.tasks)
    return [score for place, task in enumerate(chunk.tasks) for score in apply_formulas(_OfOne(results, place), task)]


class _Together:
    """The results of passes for all tasks of a chunk."""

    def __init__(self, job: Job, tasks: Sequence[Task]) -> None:
        self._job, self._tasks = job, tasks
        benchmark = benchmarks_data.get(job.benchmark)
        self._cells = [benchmark.architecture(task.index).structure for task in tasks]
        self._known: dict[proxies.Reading, tuple[list[Any], float]] = {}

    def results(self, reading: proxies.Reading) -> tuple[list[Any], float]:
        """Return the result for each task, or what the pass has raised, and the seconds for one."""
        if reading not in self._known:
            started = time.perf_counter()
            found = self._of_supernet(reading) if PASSES[reading[0]].supernet else self._of_networks(reading[0])
            self._known[reading] = found, (time.perf_counter() - started) / len(self._tasks)
        return self._known[reading]

    def _of_supernet(self, reading: proxies.Reading) -> list[Any]:
        found: list[Any] = []
        for task in self._tasks:
            try:
                found.append(supernet_result(self._job, task.index, task.seed, reading))
            except Exception as error:
                found.append(error)
        return found

    def _of_networks(self, name: str) -> list[Any]:
        from proxies.batched.passes import compute

        job, seed = self._job, self._tasks[0].seed
        try:
            return compute(name, _sharing(job, seed), self._cells, job.memory)
        except Exception as error:  # such as too little memory
            return [error] * len(self._tasks)


class _OfOne:
    """What a chunk's results say of one of its tasks."""

    def __init__(self, together: _Together, place: int) -> None:
        self._together, self._place = together, place

    def result(self, reading: proxies.Reading) -> tuple[Any, float]:
        results, seconds = self._together.results(reading)
        if isinstance(results[self._place], Exception):
            raise results[self._place]
        return results[self._place], seconds

    def check(self) -> str:
        return ""  # no proxy has seen a network


@lru_cache(maxsize=2)
def _sharing(job: Job, seed: int) -> Any:
    """Return what the architectures of a seed share, kept from one chunk to the next."""
    from benchmarks_data.nb201.space import format_cell
    from proxies.batched.passes import Shared

    benchmark = benchmarks_data.get(job.benchmark)
    inputs = network_inputs(job.images, seed, benchmark.datasets[job.dataset], job.dtype, job.device)

    def make(cell: Sequence[str]) -> Any:
        return build_network(job, Task(benchmark.index(format_cell(cell)), seed, ()), inputs.device)

    return Shared(make, inputs)
