"""Which scores are computed together: those whose passes take many architectures at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

import benchmarks_data
import proxies
from benchmarks_data.benchmark import PrunesDeadEdges
from harness.scoring.inputs import network_inputs
from harness.scoring.job import Job, Score, Task
from harness.scoring.networks import (
    NetworkPasses,
    apply_formulas,
    build_network,
    score_task,
    supernet_result,
)
from proxies.engines import Engine, engine_of
from proxies.passes import PASSES

#: Architectures of a portion: its scores arrive, and are saved, together.
LARGEST, SMALLEST = 256, 32
#: Into how many portions the work is divided at least, as long as they are not too small.
PARTS = 16


class Way(Enum):
    """How the tasks of a portion are computed."""

    #: All at once, by the benchmark's engine.
    BATCH = "batch"
    #: By the one network that they all have without their dead edges.
    SHARED_NETWORK = "shared network"
    #: Each by its own network.
    OWN_NETWORK = "own network"


@dataclass(frozen=True)
class Portion:
    """Tasks of one seed that one worker computes."""

    tasks: tuple[Task, ...]
    way: Way

    def __len__(self) -> int:
        """Return the number of scores."""
        return sum(len(task.proxies) for task in self.tasks)


def portions(job: Job, tasks: Sequence[Task]) -> list[Portion]:
    """Divide tasks into portions. The proxies of a task can come into several.

    No score depends on the division.
    """
    for plugin in job.plugins:
        proxies.load_plugin(*plugin)
    groups: dict[Way, dict[Any, list[Task]]] = {way: {} for way in Way}
    for task in tasks:
        for way in Way:
            if names := tuple(name for name in task.proxies if way_of(job.benchmark, name) is way):
                key = task.seed, names, _shared_by(way, job.benchmark, task.index)
                kept = task if names == task.proxies else replace(task, proxies=names)
                groups[way].setdefault(key, []).append(kept)
    together = [
        portion
        for group in groups.pop(Way.BATCH).values()
        for portion in _divided(job.benchmark, group)
    ]
    return together + [
        Portion(tuple(group), way) for way, by_key in groups.items() for group in by_key.values()
    ]


def _shared_by(way: Way, benchmark: str, index: int) -> int | None:
    """Return what tasks of one portion have in common.

    Nothing, a network without dead edges, or the architecture.
    """
    return (
        None
        if way is Way.BATCH
        else without_dead_edges(benchmark, index)
        if way is Way.SHARED_NETWORK
        else index
    )


def _divided(benchmark: str, tasks: list[Task]) -> list[Portion]:
    """Return portions of tasks, those of similar architectures in one."""
    architecture, engine = benchmarks_data.get(benchmark).architecture, _engine(benchmark)
    ordered = sorted(tasks, key=lambda task: engine.order(architecture(task.index).structure))
    size = min(LARGEST, max(SMALLEST, -(-len(ordered) // PARTS)))
    return [
        Portion(tuple(ordered[start : start + size]), Way.BATCH)
        for start in range(0, len(ordered), size)
    ]


def halves(portion: Portion) -> list[Portion]:
    """Return two halves of a portion, none of a single task."""
    middle = len(portion.tasks) // 2
    return (
        [
            replace(portion, tasks=portion.tasks[:middle]),
            replace(portion, tasks=portion.tasks[middle:]),
        ]
        if middle
        else []
    )


@lru_cache(maxsize=1024)
def way_of(benchmark: str, name: str) -> Way:
    """Return how a proxy is computed.

    One of a plugin, which may change what it is given, shares results with no other cell.
    """
    request = proxies.request(name)
    readings = [reading for reading, _ in request.readings]
    if not request.proxy.own:
        return Way.OWN_NETWORK
    engine = engine_of(benchmark)
    if engine and all(PASSES[reading].supernet or reading in engine.passes for reading in readings):
        return Way.BATCH
    pruned = request.proxy.ignores_dead_edges and isinstance(
        benchmarks_data.get(benchmark), PrunesDeadEdges
    )
    return (
        Way.SHARED_NETWORK
        if pruned and not any(PASSES[one].supernet for one in readings)
        else Way.OWN_NETWORK
    )


def without_dead_edges(name: str, index: int) -> int:
    """Return the architecture of a benchmark that has the same network without dead edges.

    Itself where that is not known.
    """
    benchmark = benchmarks_data.get(name)
    return benchmark.without_dead_edges(index) if isinstance(benchmark, PrunesDeadEdges) else index


def _engine(benchmark: str) -> Engine:
    engine = engine_of(benchmark)
    if engine is None:
        raise ValueError(f"{benchmark} has no engine")
    return engine


def score_portion(job: Job, portion: Portion) -> list[Score]:
    """Return the scores of a portion."""
    for plugin in job.plugins:
        proxies.load_plugin(*plugin)
    job.open_list()
    if portion.way is Way.OWN_NETWORK:
        return [score for task in portion.tasks for score in score_task(job, task)]
    if portion.way is Way.SHARED_NETWORK:
        built = NetworkPasses(
            job,
            replace(
                portion.tasks[0], index=without_dead_edges(job.benchmark, portion.tasks[0].index)
            ),
        )
        scores = [score for task in portion.tasks for score in apply_formulas(built, task)]
        return [replace(score, seconds=score.seconds / len(portion.tasks)) for score in scores]
    results = BatchPasses(job, portion.tasks)
    return [
        score
        for row, task in enumerate(portion.tasks)
        for score in apply_formulas(_TaskPasses(results, row), task)
    ]


class BatchPasses:
    """The results of passes for all tasks of a portion."""

    def __init__(self, job: Job, tasks: Sequence[Task]) -> None:
        self._job, self._tasks = job, tasks
        benchmark = benchmarks_data.get(job.benchmark)
        self._structures = [benchmark.architecture(task.index).structure for task in tasks]
        self._known: dict[proxies.Reading, tuple[list[Any], float]] = {}

    def results(self, reading: proxies.Reading) -> tuple[list[Any], float]:
        """Return the result for each task, or what the pass has raised, and the seconds for one."""
        if reading not in self._known:
            started = time.perf_counter()
            results = (
                self._of_supernet(reading)
                if PASSES[reading[0]].supernet
                else self._of_networks(reading[0])
            )
            self._known[reading] = results, (time.perf_counter() - started) / len(self._tasks)
        return self._known[reading]

    def _of_supernet(self, reading: proxies.Reading) -> list[Any]:
        results: list[Any] = []
        for task in self._tasks:
            try:
                results.append(supernet_result(self._job, task.index, task.seed, reading))
            except Exception as error:
                results.append(error)
        return results

    def _of_networks(self, name: str) -> list[Any]:
        job, seed = self._job, self._tasks[0].seed
        try:
            return _engine(job.benchmark).compute(
                name, shared_by_seed(job, seed), self._structures, job.memory
            )
        except Exception as error:  # such as too little memory
            return [error] * len(self._tasks)


class _TaskPasses:
    """The results of a batch of tasks that concern one of them."""

    def __init__(self, batch: BatchPasses, row: int) -> None:
        self._batch, self._row = batch, row

    def result(self, reading: proxies.Reading) -> tuple[Any, float]:
        results, seconds = self._batch.results(reading)
        if isinstance(results[self._row], Exception):
            raise results[self._row]
        return results[self._row], seconds

    def check(self) -> str:
        return ""  # no proxy has seen a network


@lru_cache(maxsize=2)
def shared_by_seed(job: Job, seed: int) -> Any:
    """Return what the architectures of a seed share, kept from one portion to the next."""
    benchmark = benchmarks_data.get(job.benchmark)
    inputs = network_inputs(
        job.images, seed, benchmark.datasets[job.dataset], job.dtype, job.device, job.batch
    )

    def make(index: int) -> Any:
        return build_network(job, Task(index, seed, ()), inputs.device)

    return _engine(job.benchmark).share(make, inputs)
