"""What a score is, which scores are due, and how one architecture is scored."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import benchmarks_data
import proxies
from benchmarks_data.errors import InputError
from harness.inputs import NOISE, ImageFile, batches

if TYPE_CHECKING:
    from harness.store import Store

OK = "ok"
#: A status with this prefix is a failure that running again may mend; every other one is final.
ERROR = "error: "
DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Job:
    """What all scores of a run depend on, besides architecture, proxy and seed.

    Attributes:
        benchmark: name of the benchmark.
        dataset: decides the networks' number of classes and the images' size.
        images: where batches come from; None is Gaussian noise.
        dtype: of the computation, one of DTYPES.
        device: of the computation; not part of a score's identity.
    """

    benchmark: str
    dataset: str
    images: ImageFile | None = None
    dtype: str = "float32"
    device: str = "cpu"

    def inputs_of(self, request: proxies.Request) -> str:
        """Return what identifies the images that a request reads; empty when it reads none."""
        if "images" not in request.proxy.needs:
            return ""
        return self.images.key if self.images else NOISE


@dataclass(frozen=True)
class Task:
    """One architecture under one seed, with the names of the proxies that are due: the unit of work."""

    index: int
    seed: int
    proxies: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """One score. ``status`` is ``ok``, or the reason why ``score`` is missing (NaN). ``seconds``: its pass and its formula."""

    index: int
    proxy: str
    seed: int
    score: float
    seconds: float
    status: str


def seeds_of(request: proxies.Request, seeds: int) -> range:
    """Return the seeds under which a request is scored: a deterministic proxy needs only the first."""
    return range(seeds if request.proxy.needs else 1)


def tasks_due(
    job: Job, requests: Sequence[proxies.Request], indices: Sequence[int], seeds: int, store: Store, *, force: bool = False
) -> list[Task]:
    """Return one task per architecture and seed that lacks a score in the store (every one with *force*)."""
    due: dict[tuple[int, int], list[str]] = {}
    for request in requests:
        for seed in seeds_of(request, seeds):
            done = set() if force else store.finished(job, request, seed)
            for index in indices:
                if index not in done:
                    due.setdefault((index, seed), []).append(request.name)
    return [Task(index, seed, tuple(names)) for (index, seed), names in sorted(due.items())]


def score_task(job: Job, task: Task) -> list[Score]:
    """Score one architecture: build its network, run each pass once, apply the formulas.

    A failing pass or formula gives missing scores with the reason; nothing else is affected.
    """
    from proxies import passes

    requests = [proxies.request(name) for name in task.proxies]
    results: dict[Any, tuple[Any, float]] = {}
    scores = []
    network = _network(job, task)
    for request in requests:
        name, options = reading = request.reading
        started = time.perf_counter()
        try:
            if reading not in results:
                result = getattr(passes, name)(network, _inputs(job, task.seed), **dict(options))
                results[reading] = result, time.perf_counter() - started
                started = time.perf_counter()
            result, pass_seconds = results[reading]
            value = float(request.score(result))
            status = _status(value, request.proxy.higher_is_better)
        except InputError:
            raise
        except Exception as error:
            value, pass_seconds, status = math.nan, 0.0, f"{ERROR}{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        seconds = pass_seconds + time.perf_counter() - started
        scores.append(Score(task.index, request.name, task.seed, value if status == OK else math.nan, seconds, status))
    return scores


def _network(job: Job, task: Task) -> Any:
    import torch

    benchmark = benchmarks_data.get(job.benchmark)
    network = benchmark.network(task.index, benchmark.datasets[job.dataset].classes, task.seed)
    return network.to(job.device, getattr(torch, job.dtype))


def _inputs(job: Job, seed: int) -> Any:
    import torch

    from proxies.passes import Inputs

    size = benchmarks_data.get(job.benchmark).datasets[job.dataset].image_size
    draw = batches(job.images, seed, size, job.dtype, job.device)
    return Inputs((3, size, size), draw, getattr(torch, job.dtype), torch.device(job.device))


def _status(value: float, higher_is_better: bool) -> str:
    if math.isnan(value):
        return "undefined: the formula gives NaN"
    if value == (math.inf if higher_is_better else -math.inf):
        return "undefined: the score is infinitely good"
    return OK


def canonical_requests(names: Iterable[str]) -> list[proxies.Request]:
    """Return the requests for *names*, ``all`` standing for every proxy, followed by the trivial baselines; each once."""
    wanted: dict[str, proxies.Request] = {}
    for name in [*names, *proxies.TRIVIAL_BASELINES]:
        for text in proxies.registered() if name == "all" else [name]:
            request = proxies.request(text)
            wanted.setdefault(request.name, request)
    return list(wanted.values())
