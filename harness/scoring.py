"""What a score is, which scores are due, and how one architecture is scored."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import benchmarks_data
import proxies
from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from harness.inputs import (
    ImageFile,
    Images,
    check_labels,
    key_of,
    network_inputs,
    number_of_images,
    number_of_labels,
)
from harness.natural import CURRENT
from proxies.passes import PASSES

if TYPE_CHECKING:
    import torch

OK = "ok"
#: A status with this prefix is a failure that running again may mend; every other one is final.
ERROR = "error: "
NAN = "undefined: the formula gives NaN"
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
        plugins: files that register further proxies, with their checksums.
        memory: bytes that architectures which are computed together may take; None lets the engine
            decide. No part of a score's identity either.
        batch: the seed of the batches of images and labels; None is the seed of the task, which
            draws all else.
    """

    benchmark: str
    dataset: str
    images: Images = CURRENT
    dtype: str = "float32"
    device: str = "cpu"
    plugins: tuple[tuple[Path, int], ...] = ()
    memory: int | None = None
    batch: int | None = None

    def dataset_of(self, request: proxies.Request) -> str:
        """Return what identifies the networks that a request sees.

        Their dataset, or their images' size if it reads no logits.
        """
        if request.logits:
            return self.dataset
        return f"{benchmarks_data.get(self.benchmark).datasets[self.dataset].image_size} pixels"

    def revision_of(self, request: proxies.Request) -> int:
        """Return the version of a request's scores.

        Its proxy's, and the benchmark's corrections of the passes that it reads.
        """
        corrections: Mapping[str, int] = getattr(
            benchmarks_data.get(self.benchmark), "corrections", {}
        )
        return request.proxy.revision + sum(
            corrections.get(name, 0) for name, _ in request.readings
        )

    def batch_of(self, score: Score) -> int:
        """Return the seed of the batch behind a score.

        The job's, or the score's own where the job has none or no batch is read.
        """
        return (
            self.batch
            if self.batch is not None and reads_images(proxies.request(score.proxy))
            else score.seed
        )

    def inputs_of(self, request: proxies.Request) -> str:
        """Return what identifies the images that a request reads; empty when it reads none."""
        return key_of(self.images) if reads_images(request) else ""


@dataclass(frozen=True)
class Task:
    """One architecture under one seed, with the names of the proxies that are due.

    The unit of work.
    """

    index: int
    seed: int
    proxies: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """One score. ``status`` is ``ok``, or the reason why ``score`` is missing (NaN).

    ``seconds``: its pass and its formula.
    """

    index: int
    proxy: str
    seed: int
    score: float
    seconds: float
    status: str


def reads_images(request: proxies.Request) -> bool:
    """Return whether a score depends on the batches that it is given: on images or labels."""
    return bool(request.needs & {"images", "labels"})


def seeds_of(request: proxies.Request, seeds: Sequence[int]) -> Sequence[int]:
    """Return which of *seeds* a request is scored under.

    A deterministic proxy has seed 0 alone, whatever is asked for.
    """
    return seeds if request.needs else (0,)


def draws_of(
    request: proxies.Request, seeds: Sequence[int], batches: Sequence[int] | None
) -> list[tuple[int, int]]:
    """Return the pairs of a seed and a batch's seed that a request is scored under.

    Without *batches* the seed draws the batch too. With them every seed meets every batch, but for
    a score that reads no batch.
    """
    if batches is None or not request.needs & {"images", "labels"}:
        return [(seed, seed) for seed in seeds_of(request, seeds)]
    return [(seed, batch) for seed in seeds for batch in batches]


def score_task(job: Job, task: Task) -> list[Score]:
    """Score one architecture: build its network, run each pass once, apply the formulas.

    A failing pass or formula gives missing scores with the reason; nothing else is affected. A
    proxy that leaves hooks or another mode behind loses its score, and the others get a new
    network, as they do after a proxy that was handed the network.
    """
    for plugin in job.plugins:
        proxies.load_plugin(*plugin)
    return apply_formulas(Built(job, task), task)


class Results(Protocol):
    """The results of passes that concern one architecture."""

    def result(self, reading: proxies.Reading) -> tuple[Any, float]:
        """Return the result of a pass and the seconds that it took; raise what the pass raised."""

    def check(self) -> str:
        """Return what is wrong since a proxy has looked at results, empty when nothing is."""


def apply_formulas(found: Results, task: Task) -> list[Score]:
    """Return the scores of a task, whatever way its passes are computed."""
    scores = []
    for name in task.proxies:
        request = proxies.request(name)
        started, seconds = time.perf_counter(), 0.0
        try:
            results = [found.result(reading) for reading in request.readings]
            seconds = sum(spent for _, spent in results)
            started = time.perf_counter()
            value = _number(request.score(*(result for result, _ in results)))
            status = found.check() or _status(value, request.proxy.higher_is_better)
        except (Exception, SystemExit) as error:  # a plugin's sys.exit is no end of the run
            found.check()  # a proxy that failed half-way must not leave its hooks to the next
            value, status = math.nan, failure(error)
        seconds += time.perf_counter() - started
        scores.append(
            Score(task.index, name, task.seed, value if status == OK else math.nan, seconds, status)
        )
    return scores


class Built:
    """The network of a task, and the results of the passes that went through it."""

    def __init__(self, job: Job, task: Task) -> None:
        self._job, self._task = job, task
        benchmark = benchmarks_data.get(job.benchmark)
        self._dataset = benchmark.datasets[job.dataset]
        self._inputs = network_inputs(
            job.images, task.seed, self._dataset, job.dtype, job.device, job.batch
        )
        self._results: dict[Any, tuple[Any, float]] = {}
        self._network: Any = None

    def _built(self) -> Any:
        """Return the network, which is built when something is first sent through it."""
        if self._network is None:
            self._network = build_network(self._job, self._task, self._inputs.device)
            self._state = self._fingerprint()
        return self._network

    def result(self, reading: proxies.Reading) -> tuple[Any, float]:
        """Return the result of a pass and the seconds that it took.

        It runs once; if it fails, it fails for all that read it.
        """
        if reading not in self._results:
            name, options = reading
            started = time.perf_counter()
            try:
                if PASSES[name].supernet:
                    result = supernet_result(self._job, self._task.index, self._task.seed, reading)
                else:
                    result = PASSES[name].function()(self._built(), self._inputs, **dict(options))
            except Exception as error:
                result = error
            self._results[reading] = result, time.perf_counter() - started
        if isinstance(self._results[reading][0], Exception):
            raise self._results[reading][0]
        return self._results[reading]

    def _fingerprint(self) -> tuple[int, ...]:
        modules = list(self._network.modules())
        hooks = sum(
            len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks)
            for m in modules
        )
        weights = [number for p in self._network.parameters() for number in (id(p), p._version)]
        return hooks, sum(m.training for m in modules), len(modules), *weights

    def check(self) -> str:
        """Return what is wrong with the network now, empty when nothing is.

        Build a new one where a proxy may have changed it.
        """
        changed = self._network is not None and self._fingerprint() != self._state
        if changed or any(PASSES[name].hands_out_network for name, _ in self._results):
            self._results.clear()
            self._network = None
        return (
            f"{ERROR}the proxy left hooks, another mode or other weights behind" if changed else ""
        )


def build_network(job: Job, task: Task, device: torch.device | str) -> Any:
    """Return the network of a task, its parameters on *device* in the job's precision and in the
    layout that passes prefer.
    """
    import torch

    from proxies.passes.common import laid_out

    benchmark = benchmarks_data.get(job.benchmark)
    network: Any = benchmark.network(task.index, benchmark.datasets[job.dataset].classes, task.seed)
    network.to(device, getattr(torch, job.dtype))
    for parameter in network.parameters():
        parameter.data = laid_out(parameter.data)
    return network


def supernet_result(job: Job, index: int, seed: int, reading: proxies.Reading) -> Any:
    """Return what a pass of the benchmark's supernet says of an architecture.

    The pass runs once in a process.

    Raises:
        FloatingPointError: its sensitivities are useless.
    """
    from proxies.passes.supernet import choose

    choices, found = _supernet_pass(job, seed, reading)
    return choose(choices, found, benchmarks_data.get(job.benchmark).architecture(index).structure)


@lru_cache(maxsize=16)
def _supernet_pass(job: Job, seed: int, reading: proxies.Reading) -> Any:
    space = spaces.of_benchmark(job.benchmark)
    if space is None:
        raise InputError(f"{job.benchmark} has no supernet")
    name, options = reading
    inputs = network_inputs(
        job.images, seed, space.datasets[job.dataset], job.dtype, job.device, job.batch
    )
    supernet = space.supernet(job.dataset, seed).to(inputs.device, inputs.dtype)
    return space.choices, PASSES[name].function()(supernet, inputs, **dict(options))


def check_supernet(benchmark: str, requests: Iterable[proxies.Request]) -> None:
    """Raise InputError when a request needs a supernet that the benchmark does not have."""
    for request in proxies.expand(requests):
        if (
            any(PASSES[name].supernet for name, _ in request.readings)
            and spaces.of_benchmark(benchmark) is None
        ):
            raise InputError(
                f"{request.name} needs a supernet, and there is none of {benchmark}: leave it out"
            )


def failure(error: BaseException) -> str:
    """Return the status of a score that an exception prevented, on one line."""
    return f"{ERROR}{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"the proxy returned a {type(value).__name__}, not a number")
    return float(value)


def _status(value: float, higher_is_better: bool) -> str:
    if math.isnan(value):
        return NAN
    if value == (math.inf if higher_is_better else -math.inf):
        return "undefined: the score is infinitely good"
    return OK


def check_images(images: ImageFile, requests: Iterable[proxies.Request], classes: int) -> None:
    """Raise InputError when a file has fewer images than a request's batches take, or labels that
    the network has no class for.
    """
    for request in proxies.expand(requests):
        for name, options in request.readings:
            wanted = int(dict(options).get("batch", 0)) * PASSES[name].batches
            if PASSES[name].needs & {"images", "labels"} and wanted > number_of_images(images):
                raise InputError(
                    f"{images.path} holds {number_of_images(images)} images, and {request.name} "
                    f"takes {wanted}"
                )
        if "labels" in request.needs:
            check_labels(images, classes)


def uncovered_classes(images: ImageFile, requests: Iterable[proxies.Request], classes: int) -> str:
    """Return what it does to which requests that no image is of some of the network's classes.

    Empty where none is concerned.
    """
    covered = number_of_labels(images)
    readers = [request for request in proxies.expand(requests) if "labels" in request.needs]
    by_class = [request.name for request in readers if "labels" in dict(request.readings)]
    by_loss = [request.name for request in readers if "labels" not in dict(request.readings)]
    if covered >= classes or not readers:
        return ""
    effects = {
        "compares images of these classes alone, which may order architectures otherwise": by_class,
        "takes the other classes for wrong answers alone": by_loss,
    }
    told = "; ".join(f"{', '.join(names)}: {effect}" for effect, names in effects.items() if names)
    return (
        f"the labels of {Path(images.path).name} cover {covered} of the {classes} classes ({told})"
    )


def canonical_requests(names: Iterable[str]) -> list[proxies.Request]:
    """Return the requests for *names*, ``all`` standing for every proxy, followed by the trivial
    baselines; each once.
    """
    wanted: dict[str, proxies.Request] = {}
    for name in [*names, *proxies.TRIVIAL_BASELINES]:
        for text in proxies.registered() if name == "all" else [name]:
            request = proxies.request(text)
            wanted.setdefault(request.name, request)
    return list(wanted.values())
