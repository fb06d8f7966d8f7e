"""How one architecture is scored: its network, the passes through it, the formulas."""

from __future__ import annotations

import math
import time
from functools import lru_cache
from numbers import Real
from typing import TYPE_CHECKING, Any, Protocol

import benchmarks_data
import proxies
from benchmarks_data import spaces
from benchmarks_data.errors import InputError
from harness.scoring.inputs import network_inputs
from harness.scoring.job import BFLOAT16, Job, Score, Task
from proxies.passes import PASSES
from proxies.status import ERROR, NAN, OK, failure
from proxies.view import View, cell_view

if TYPE_CHECKING:
    import torch


def score_task(job: Job, task: Task) -> list[Score]:
    """Score one architecture: build its network, run each pass once, apply the formulas.

    A failing pass or formula gives missing scores with the reason; nothing else is affected. A
    proxy that leaves hooks or another mode behind loses its score, and the others get a new
    network, as they do after a proxy that was handed the network.
    """
    for plugin in job.plugins:
        proxies.load_plugin(*plugin)
    if getattr(benchmarks_data.get(job.benchmark), "observed", False):
        return _score_observed(job, task)
    return apply_formulas(NetworkPasses(job, task), task)


def _score_observed(job: Job, task: Task) -> list[Score]:
    """Score one architecture of a benchmark to whose networks not every pass applies."""
    import torch

    from harness.scoring.observed import BenchmarkPasses, undisturbed

    dataset = benchmarks_data.get(job.benchmark).datasets[job.dataset]
    inputs = network_inputs(job.images, task.seed, dataset, job.dtype, job.device, job.batch)
    with undisturbed(torch.device(job.device)):
        passes = BenchmarkPasses(build_network(job, task, inputs.device), inputs, dataset)
        return apply_formulas(passes, task)


class PassResults(Protocol):
    """The results of passes that concern one architecture."""

    def result(self, reading: proxies.Reading) -> tuple[Any, float]:
        """Return the result of a pass and the seconds that it took; raise what the pass raised."""

    def check(self) -> str:
        """Return what is wrong since a proxy has looked at results, empty when nothing is."""


def apply_formulas(passes: PassResults, task: Task) -> list[Score]:
    """Return the scores of a task, whatever way its passes are computed."""
    scores = []
    for name in task.proxies:
        request = proxies.request(name)
        started, seconds = time.perf_counter(), 0.0
        try:
            results = [passes.result(reading) for reading in request.readings]
            seconds = sum(spent for _, spent in results)
            started = time.perf_counter()
            value = _number(request.score(*(result for result, _ in results)))
            status = passes.check() or _status(value, request.proxy.higher_is_better)
        except (Exception, SystemExit) as error:  # a plugin's sys.exit is no end of the run
            passes.check()  # a proxy that failed half-way must not leave its hooks to the next
            value, status = math.nan, failure(error)
        seconds += time.perf_counter() - started
        scores.append(
            Score(task.index, name, task.seed, value if status == OK else math.nan, seconds, status)
        )
    return scores


class NetworkPasses:
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

    def _view(self) -> View:
        """Return the network, which is built when something is first sent through it."""
        if self._network is None:
            self._network = build_network(self._job, self._task, self._inputs.device)
            self._state = self._fingerprint()
        return cell_view(self._network)

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
                    result = PASSES[name].function()(self._view(), self._inputs, **dict(options))
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
    from proxies.passes.precision import to_bfloat16

    benchmark = benchmarks_data.get(job.benchmark)
    network: Any = benchmark.network(task.index, benchmark.datasets[job.dataset].classes, task.seed)
    if job.dtype == BFLOAT16:
        to_bfloat16(network)
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

    choices, sensitivity = _supernet_pass(job, seed, reading)
    return choose(
        choices, sensitivity, benchmarks_data.get(job.benchmark).architecture(index).structure
    )


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


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(
            f"the proxy returned a {type(value).__name__}, not a number: float(...) makes one"
        )
    return float(value)


def _status(value: float, higher_is_better: bool) -> str:
    if math.isnan(value):
        return NAN
    if value == (math.inf if higher_is_better else -math.inf):
        return "undefined: the score is infinitely good"
    return OK
